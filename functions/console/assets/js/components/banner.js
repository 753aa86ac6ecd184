// The one thing a person should know about an integration before anything else, and the button that goes with it.

import { button, fill, h, mark } from "../dom.js";
import { time } from "../format.js";
import { labelsOf } from "./actions.js";
import { errorBanner } from "./error-banner.js";
import { troubleNotice } from "./trouble.js";

/** The place of the banner. `run` is called with the action of its button, synchronously in the click. */
export function bannerPlace(name, run) {
  const el = h("div");
  let cause = null;
  let current = { integration: null, pending: new Set() };
  let shown = "";

  /** Shows what there is to say about an integration. */
  function update(integration, pending) {
    current = { integration, pending };
    const action = remedyOf(integration);
    const { status, error, trouble } = integration ?? {};
    const known = ["Paused", "Disconnected"].includes(status) && cause?.to === status ? cause : null;
    const wanted = JSON.stringify([status, error, trouble, action, pending.has(action), known]);
    if (wanted === shown) return;
    shown = wanted;
    const hadFocus = el.contains(document.activeElement);
    fill(el, content(integration ?? {}, known, action && remedyButton(action, pending.has(action))));
    if (hadFocus) el.querySelector("[data-action=remedy]")?.focus();
  }

  /** Takes the history line that tells how the integration got to where it is: `{to, why, by, at}`. */
  function explain(line) {
    cause = line;
    update(current.integration, current.pending);
  }

  function content({ status, error, trouble }, known, remedy) {
    if (error) return errorBanner(error, name, remedy);
    if (trouble) return troubleNotice(trouble, name);
    if (status === "Paused") return paused(known, remedy);
    return status === "Disconnected" ? disconnected(known, remedy) : null;
  }

  function remedyButton(action, under) {
    const { label, busy } = labelsOf(action);
    // What has no button above is the first thing to press here.
    const kind = action === "settings" ? "primary small" : "plain small";
    return button(under ? busy : label, { kind, pending: under, "data-action": "remedy", "data-remedy": action, onclick: () => run(action) });
  }

  function paused(known, remedy) {
    return standing("pause", ["Paused by ", known?.by ?? "a person", known && [" ", time(known.at)], "."],
      "Nothing is synced until somebody resumes it. Settings, history and connection are kept.", remedy);
  }

  function disconnected(known, remedy) {
    const by = known?.why === "revoke" ? `The permission was taken back at ${name}` : ["Disconnected by ", known?.by ?? "a person"];
    return standing("neutral", [known ? by : "Disconnected", known && [" ", time(known.at)], "."],
      "Settings, history and what was synced are kept. Nothing is synced until it is connected again.", remedy);
  }

  return { el, update, explain };
}

/** The one action that heals it, if it is legal now. */
export function remedyOf(integration) {
  const action = integration?.error ? integration.error.action : { Paused: "resume", Disconnected: "connect" }[integration?.status];
  return integration?.actions.includes(action) ? action : null;
}

function standing(tone, title, text, remedy) {
  return h("div", { class: `notice ${tone} banner`, role: "status", "data-standing": true }, mark(tone === "pause" ? "pause" : "info"),
    h("div", { class: "notice-text" }, h("strong", null, title), h("p", null, text)), remedy && h("div", { class: "notice-actions" }, remedy));
}
