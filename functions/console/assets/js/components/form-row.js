// What belongs to a chosen form in the settings: which fields it fills, and since when its leads come.

import { button, fill, h } from "../dom.js";
import { date } from "../format.js";
import { filledBy } from "../lead-mapping.js";

/** The lines below a form. `onEdit` opens the editor of its fields. */
export function formRow(form, onEdit) {
  const words = h("span", { class: "form-fields", "aria-live": "polite" });
  const since = h("p", { class: "fine" });
  const edit = button("Edit fields", { kind: "plain small", "data-action": "edit-fields", "aria-label": `Edit fields of ${form.name}`, onclick: onEdit });
  const el = h("div", { class: "option-more", "data-form": form.id }, h("div", { class: "form-row" }, words, edit), since);
  let shown = "";

  /** `mapping` is the one to be shown, null where nobody has seen it yet; `unsaved`: it goes along with the settings. */
  function update({ mapping, unsaved, leadsSince }) {
    const wanted = JSON.stringify([mapping, unsaved, leadsSince]);
    if (wanted === shown) return;
    shown = wanted;
    const fields = mapping ? filledBy(mapping) || "none of the contact" : "the usual ones";
    fill(words, h("span", { class: "muted" }, "Fields: "), fields, unsaved && h("span", { class: "tag pause" }, "Not saved yet"));
    since.hidden = !leadsSince;
    fill(since, leadsSince && ["Leads since ", date(leadsSince)]);
  }

  return { el, update, focus: () => edit.focus() };
}
