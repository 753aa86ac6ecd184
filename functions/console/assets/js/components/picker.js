// Choosing resources (calendars, pages, forms): which ones to read, and which one Aura writes to.

import { h, mark } from "../dom.js";
import { resourceWords } from "../words.js";
import { furtherFoot } from "./picker-further.js";

/** With more options than this a search field helps. */
const MANY = 6;

/**
 * A picker for what there is to choose (choices.js). `draft` holds `resources` and `writeResource` and is changed in
 * place; `onChange` is called after each change. `below` may give an element that belongs to a chosen option.
 */
export function picker(source, configuration, draft, { onChange, onFurther, below = () => null }) {
  const words = resourceWords(configuration.resourceKind);
  const list = h("ul", { class: "options" });
  const none = h("p", { class: "muted", hidden: true }, `No ${words.one} matches.`);
  const summary = h("span", { class: "muted", "aria-live": "polite" });
  const rest = furtherFoot(source, configuration, { text: () => text, onMore: appended });
  const rows = [];
  let text = "";
  add(source.options);
  changed(false);
  return h("fieldset", { class: "picker" },
    h("legend", null, words.title, summary),
    (source.options.length > MANY || source.waiting.length > 0) && search(words, sought),
    source.options.length || source.waiting.length ? list : h("p", { class: "muted" }, `The connected account has no ${words.many}.`), none, rest.el,
    configuration.writes && writer(source.options, words, draft, onChange));

  function add(options) {
    const fresh = options.map((option) => optionRow(option, configuration, draft, below, changed));
    rows.push(...fresh);
    list.append(...fresh.map(({ el }) => el));
    return fresh;
  }

  function appended(options) {
    const [first] = add(options);
    sought(text);
    changed(false);
    first?.el.querySelector("input").focus();
    onFurther(source.options);
  }

  function sought(now) {
    text = now;
    rows.forEach(({ el, haystack }) => (el.hidden = !haystack.includes(text)));
    none.hidden = !source.options.length || rows.some(({ el }) => !el.hidden);
  }

  function changed(byPerson = true) {
    const of = source.waiting.length ? "" : ` of ${source.options.length}`;
    summary.textContent = ` ${draft.resources.length}${of} chosen`;
    rows.forEach(({ settle }) => settle());
    if (byPerson) onChange();
  }
}

function optionRow(option, { severalResources: several, writes }, draft, below, onChange) {
  const input = h("input", { type: several ? "checkbox" : "radio", name: "resource", value: option.id, checked: draft.resources.includes(option.id) });
  input.addEventListener("change", () => {
    const others = several ? draft.resources.filter((id) => id !== option.id) : [];
    draft.resources = input.checked ? [...others, option.id] : others;
    onChange();
  });
  const more = below(option);
  const el = h("li", null, h("label", { class: "option", "data-resource": option.id }, input, writes && colorDot(option.color),
    h("span", { class: "option-text" }, h("span", { class: "option-name" }, h("bdi", null, option.name), option.primary && tag("Primary", "accent"), writes && option.readOnly && tag("Read-only", "quiet", "lock")), details(option))), more);
  const haystack = `${option.name} ${option.description ?? ""} ${option.timeZone ?? ""}`.toLocaleLowerCase();
  const settle = () => more && (more.hidden = !draft.resources.includes(option.id));
  return { el, haystack, settle };
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
