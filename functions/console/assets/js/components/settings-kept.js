// The settings of an integration that is not connected: kept and shown, and changed only once it is connected again.

import { fill, h } from "../dom.js";
import { count } from "../format.js";
import { resourceWords } from "../words.js";

/** The panel. Names of what was chosen are known only as far as the page has seen them; otherwise the id stands. */
export function settingsKept() {
  const body = h("div", { class: "settings" });
  const el = h("section", { class: "panel", "aria-labelledby": "kept-title", "data-kept": true }, h("h2", { id: "kept-title" }, "Settings"), body);
  let names = new Map();
  let shown = "";

  /** Takes the options as long as there are any. */
  function name(options) {
    names = new Map(options.map((option) => [option.id, option.name]));
    shown = "";
  }

  /** Shows the settings of an integration. */
  function update({ settings, configuration, sync }) {
    const wanted = JSON.stringify([settings, configuration, sync?.intervalMinutes]);
    if (wanted === shown) return;
    shown = wanted;
    const { resources, writeResource, intervalMinutes } = settings;
    const words = resourceWords(configuration.resourceKind);
    fill(body, setting(words.title, resources.length ? chosen(resources) : `No ${words.one} was chosen.`),
      configuration.writes && setting("Aura’s appointments go to", writeResource ? nameOf(writeResource) : "Nowhere: only read"),
      setting("Sync interval", `Every ${count(sync?.intervalMinutes ?? intervalMinutes, "minute")}`), h("p", { class: "fine" }, "They can be changed once it is connected again."));
  }

  const nameOf = (id) => h("bdi", { class: "kept-name" }, names.get(id) ?? id);
  const chosen = (resources) => h("ul", null, resources.map((id) => h("li", null, nameOf(id))));
  return { el, update, name };
}

function setting(name, value) {
  return h("div", { class: "setting" }, h("span", { class: "setting-name" }, name), h("div", { class: "muted" }, value));
}
