// The dialog about one form's fields: where each answer goes, and live what a sample lead becomes by it.

import { problem } from "../api.js";
import { countries } from "../countries.js";
import { button, fill, h, skeleton } from "../dom.js";
import { misnamed, sameMapping, withCountry, withTarget } from "../lead-mapping.js";
import { previews } from "../preview.js";
import { confirmation } from "./confirmation.js";
import { mappingContact } from "./mapping-contact.js";
import { mappingLines } from "./mapping-lines.js";
import { problemNotice } from "./problem.js";

const LEAVING = {
  action: "discard",
  title: "Leave without saving?",
  points: [{ icon: "info", text: "What you changed about these fields is not saved yet." }],
  confirm: "Discard changes",
  keep: "Keep editing",
  busy: "Leaving…",
  danger: true,
};

/**
 * Opens the dialog in `host`. `draft` is a mapping that is not saved yet, or null for the one that Aura has. `now()`
 * tells whether a mapping is saved at once or goes along with the settings; `save` takes it. `left` is called in the end.
 */
export function mappingDialog(host, { provider, form, draft, now, save, left, signal }) {
  const place = h("div", null, skeleton(5));
  const said = h("div", { class: "dialog-said" });
  const foot = h("div", { class: "dialog-foot" });
  const el = h("dialog", { class: "dialog form-dialog mapping-dialog", "data-dialog": "mapping", "aria-labelledby": "mapping-title", oncancel: escaped, onkeydown: escaped, onclose: closed },
    h("form", { method: "dialog", onsubmit: submitted },
      h("h2", { id: "mapping-title" }, h("span", null, "Fields of ", h("bdi", null, form.name))),
      h("p", { class: "muted" }, "Choose where each answer goes. Try it with the sample lead: what you write into it is not stored anywhere."), place, h("div", { class: "mapping-foot" }, said, foot)));
  const over = new AbortController();
  const asked = previews(provider, over.signal, { take: arrived, lost });
  const contact = mappingContact();
  let lines = null;
  let before = null;
  let mapping = draft;
  /** The sample's answers; `own` once the person has written one of them. */
  let answers = null;
  let own = false;
  let under = false;
  signal.addEventListener("abort", () => over.abort(), { signal: over.signal });
  host.append(el);
  buttons();
  el.showModal();
  ask({ after: 0 });

  function ask(how) {
    contact.waiting();
    asked.ask({ form: form.id, ...(mapping && { mapping }), ...(own && { answers }) }, how);
  }

  function arrived(answer) {
    fill(said);
    if (!own) answers = answer.answers;
    if (!lines) build(answer);
    if (!own) lines.answer(answers);
    contact.show(answer);
    const elsewhere = lines.explain(answer.problems);
    if (elsewhere.length) fill(said, elsewhere.map(({ message }) => h("p", { class: "line-problem" }, message)));
  }

  function lost(failure) {
    contact.settled();
    if (!lines) fill(place);
    fill(said, problemNotice(failure, { onRetry: (failure.unclear || !lines) && (() => ask({ after: 0 })) }));
  }

  function build(answer) {
    mapping = { ...answer.mapping, fields: answer.mapping.fields ?? {} };
    before = mapping;
    lines = mappingLines(answer.questions, mapping, answers, {
      onTarget: (key, target) => changed(withTarget(mapping, key, target)),
      onAnswer: (key, values) => {
        own = true;
        answers = answers.map((each) => (each.key === key ? { key, values } : each));
        ask();
      },
    });
    const none = h("p", { class: "muted" }, "This form has no questions.");
    fill(place, h("div", { class: "mapping" }, h("div", { class: "mapping-side" }, heads(), answer.questions.length ? lines.el : none, country()), contact.el));
    buttons();
    lines.focus(answer.questions.slice(0, 1).map(({ key }) => key));
  }

  function country() {
    const chosen = mapping.defaultCountry ?? "";
    const select = h("select", { class: "field", "data-country": true, onchange: () => changed(withCountry(mapping, select.value)) },
      h("option", { value: "" }, "Not known"), countries().map(([code, name]) => h("option", { value: code, selected: code === chosen }, `${name} (${code})`)));
    return h("label", { class: "setting mapping-country" }, h("span", { class: "setting-name" }, "Default country of phone numbers"), h("span", { class: "select" }, select),
      h("span", { class: "fine" }, "For numbers that are written without a country code, like 030 123456."));
  }

  function changed(next) {
    mapping = next;
    asked.drop();
    if (!misnamed(mapping).length) ask();
    buttons();
  }

  /** Whether something would be lost. */
  const dirty = () => lines && !sameMapping(before, mapping);

  function buttons() {
    const { saved } = now();
    const off = { "aria-disabled": under ? "true" : null };
    const focused = foot.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    fill(foot, !saved && h("p", { class: "fine grow" }, "They are saved together with the settings."),
      button("Cancel", { "data-action": "close-mapping", ...off, onclick: () => under || leave() }),
      lines && button(under ? "Saving…" : saved ? "Save fields" : "Use these fields", { kind: "primary", type: "submit", pending: under, "data-action": "save-mapping" }));
    if (focused) foot.querySelector(`[data-action="${focused}"]`)?.focus();
  }

  function submitted(event) {
    event.preventDefault();
    if (under || !lines) return;
    const wrong = misnamed(mapping);
    if (wrong.length) return void lines.focus(wrong);
    store();
  }

  async function store() {
    under = true;
    asked.drop();
    contact.settled();
    fill(said);
    buttons();
    try {
      await save(mapping);
      close();
    } catch (error) {
      under = false;
      if (over.signal.aborted) return;
      buttons();
      fill(said, problemNotice(problem(error)));
    }
  }

  /** A browser closes a dialog by itself when the key is pressed twice, unless the key itself is taken. */
  function escaped(event) {
    if (event.type === "keydown" && event.key !== "Escape") return;
    event.preventDefault();
    if (!under) leave();
  }

  function leave() {
    if (!dirty()) return close();
    return void confirmation(host, LEAVING, { send: async () => null, ended: close });
  }

  function close() {
    if (el.open) el.close();
  }

  function closed() {
    over.abort();
    el.remove();
    left();
  }
}

/** The heads of the columns, for the eye: each control has its own label. */
function heads() {
  return h("div", { class: "mapping-heads", "aria-hidden": "true" }, ["Question", "Goes to", "Sample answer"].map((words) => h("span", null, words)));
}
