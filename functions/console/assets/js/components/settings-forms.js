// The part of the settings that only forms have: the fields of each, and the leads from before it was chosen.

import { patch } from "../api.js";
import { announce, h } from "../dom.js";
import { count } from "../format.js";
import { formRow } from "./form-row.js";
import { mappingDialog } from "./mapping-dialog.js";

/** So far back Aura reads the leads of a form that is chosen anew. */
const DAYS_BACK = 90;

/**
 * The forms of one integration's settings. `now()` gives the integration, `draft()` what is not saved yet; `onDraft` is
 * called when that has changed, `onSaved` gets the integration as it is after fields were saved.
 */
export function settingsForms({ provider, view, signal }, { now, draft, onDraft, onSaved }) {
  const before = h("input", { type: "checkbox", "data-setting": "backfill", onchange: () => (draft().backfill = before.checked) });
  const of = h("span", { class: "fine" });
  const older = h("label", { class: "check older", hidden: true }, before, h("span", null, `Also bring the leads of the last ${DAYS_BACK} days`, of));
  let rows = new Map();

  /** The lines below a form. */
  function below(form) {
    const row = formRow(form, () => edit(form));
    rows.set(form.id, row);
    update(form.id);
    return row.el;
  }

  function update(form) {
    const { settings } = now();
    const unsaved = draft().forms[form];
    rows.get(form)?.update({ mapping: unsaved ?? settings.forms?.[form] ?? null, unsaved: Boolean(unsaved), leadsSince: settings.leadsSince?.[form] });
  }

  /** Shows what is saved and what is drafted by now. */
  function refresh() {
    const fresh = freshIn(draft(), now().settings);
    before.checked = draft().backfill;
    older.hidden = !fresh.length;
    of.textContent = `Of the ${fresh.length === 1 ? "form" : count(fresh.length, "form")} that you have just chosen. Otherwise only new ones come.`;
    rows.forEach((_, form) => update(form));
  }

  /** Begins anew, for another list of forms. */
  function reset() {
    rows = new Map();
  }

  function edit(form) {
    // What was shown anew meanwhile has another button than the one that the focus would go back to.
    const left = () => document.activeElement === document.body && rows.get(form.id)?.focus();
    mappingDialog(view, { provider, form, signal, draft: draft().forms[form.id] ?? null, save: (mapping) => store(form, mapping), now: () => ({ saved: isSaved(form) }), left });
  }

  const isSaved = ({ id }) => now().settings.resources.includes(id);

  /** The fields of a form that Aura does not have yet wait for the other settings. */
  async function store(form, mapping) {
    if (!isSaved(form)) {
      draft().forms[form.id] = mapping;
      onDraft();
    } else {
      const { body } = await patch(`/integrations/${provider}/settings`, { forms: { [form.id]: mapping } }, { signal });
      delete draft().forms[form.id];
      onSaved(body);
      announce(`The fields of ${form.name} are saved`);
    }
    refresh();
  }

  return { older, below, refresh, reset };
}

/** What of the settings concerns forms, as the API takes it. */
export function formsSent({ resources, forms, backfill }, settings) {
  const mapped = Object.entries(forms).filter(([form]) => resources.includes(form));
  const fresh = freshIn({ resources }, settings);
  return { ...(mapped.length && { forms: Object.fromEntries(mapped) }), ...(fresh.length && !backfill && { backfill: false }) };
}

const freshIn = ({ resources }, settings) => resources.filter((id) => !settings.resources.includes(id));
