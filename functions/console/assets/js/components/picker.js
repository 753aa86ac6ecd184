// Choosing resources (calendars, pages, forms): which ones to read, and which one Aura writes to.

import { fill, h, mark } from "../dom.js";
import { resourceWords } from "../words.js";

/** With more options than this a search field helps. */
const MANY = 6;

/**
 * A picker for the options of a provider. `draft` holds `resources` and `writeResource` and is changed in place;
 * `onChange` is called after each change.
 */
export function picker(options, configuration, draft, onChange) {
  const words = resourceWords(configuration.resourceKind);
  const list = h("ul", { class: "options" });
  const none = h("p", { class: "muted", hidden: true }, `No ${words.one} matches.`);
  const rows = options.map((option) => optionRow(option, configuration, draft, changed));
  const summary = h("span", { class: "muted", "aria-live": "polite" });
  fill(list, rows.map(({ el }) => el));
  changed(false);
  return h("fieldset", { class: "picker" },
    h("legend", null, words.title, summary),
    options.length > MANY && search(words, (text) => filter(rows, none, text)),
    options.length ? list : h("p", { class: "muted" }, `The connected account has no ${words.many}.`), none,
    configuration.writes && writer(options, words, draft, onChange));

  function changed(byPerson = true) {
    summary.textContent = ` ${draft.resources.length} of ${options.length} chosen`;
    if (byPerson) onChange();
  }
}

function optionRow(option, { severalResources: several, writes }, draft, onChange) {
  const input = h("input", { type: several ? "checkbox" : "radio", name: "resource", value: option.id, checked: draft.resources.includes(option.id) });
  input.addEventListener("change", () => {
    const others = several ? draft.resources.filter((id) => id !== option.id) : [];
    draft.resources = input.checked ? [...others, option.id] : others;
    onChange();
  });
  const el = h("li", null, h("label", { class: "option", "data-resource": option.id }, input, writes && colorDot(option.color),
    h("span", { class: "option-text" }, h("span", { class: "option-name" }, h("bdi", null, option.name), option.primary && tag("Primary", "accent"), writes && option.readOnly && tag("Read-only", "quiet", "lock")), details(option))));
  const haystack = `${option.name} ${option.description ?? ""} ${option.timeZone ?? ""}`.toLocaleLowerCase();
  return { el, haystack };
}

function details({ description, timeZone }) {
  return [description && h("span", { class: "option-note clamp" }, description), timeZone && h("span", { class: "option-note" }, timeZone.replaceAll("_", " "))];
}

function tag(text, tone, icon) {
  return h("span", { class: `tag ${tone}` }, icon && mark(icon), text);
}

/** A dot in the provider's colour, if that is one. */
export function colorDot(color) {
  const dot = h("span", { class: "color-dot", "aria-hidden": "true" });
  if (/^#[0-9a-f]{6}$/i.test(color ?? "")) dot.style.backgroundColor = color;
  return dot;
}

function search(words, onInput) {
  const input = h("input", { type: "search", class: "field", placeholder: `Search ${words.many}`, "aria-label": `Search ${words.many}`, autocomplete: "off" });
  input.addEventListener("input", () => onInput(input.value.trim().toLocaleLowerCase()));
  return h("div", { class: "search" }, mark("search"), input);
}

function filter(rows, none, text) {
  rows.forEach(({ el, haystack }) => (el.hidden = !haystack.includes(text)));
  none.hidden = rows.some(({ el }) => !el.hidden);
}

function writer(options, words, draft, onChange) {
  const writable = options.filter((option) => !option.readOnly);
  const select = h("select", { class: "field", "data-setting": "writeResource" },
    h("option", { value: "" }, "Nowhere: only read"),
    writable.map((option) => h("option", { value: option.id, selected: option.id === draft.writeResource }, option.primary ? `${option.name} (primary)` : option.name)));
  select.addEventListener("change", () => {
    draft.writeResource = select.value || null;
    onChange();
  });
  return h("label", { class: "setting" }, h("span", { class: "setting-name" }, "Aura’s appointments go to"), h("span", { class: "select" }, select),
    h("span", { class: "fine" }, `One ${words.one} that Aura may write to.`));
}
