// How often an integration syncs.

import { h, mark } from "../dom.js";

/** The choice of an interval. `draft` is changed in place; `onChange` is called then. */
export function intervalChoice({ intervals, shortestInterval }, { suggestedInterval: suggested, intervalMinutes: inForce }, draft, onChange) {
  const select = h("select", { class: "field", "data-setting": "intervalMinutes" }, intervals.map((minutes) => {
    const tooShort = minutes < shortestInterval;
    const text = `Every ${minutes} minutes${tooShort ? " (not in your plan)" : ""}`;
    return h("option", { value: minutes, disabled: tooShort, selected: minutes === draft.intervalMinutes }, text);
  }));
  select.addEventListener("change", () => {
    draft.intervalMinutes = Number(select.value);
    onChange();
  });
  const limited = intervals.some((minutes) => minutes < shortestInterval);
  const longer = inForce > draft.intervalMinutes;
  return h("label", { class: "setting" }, h("span", { class: "setting-name" }, "Sync interval"), h("span", { class: "select" }, select),
    (limited || longer) && h("span", { class: "fine", "data-limited": true }, `Your plan syncs every ${longer ? inForce : shortestInterval} minutes at most.`, longer && " What you chose applies again as soon as the plan allows it."),
    suggested && suggested > draft.intervalMinutes && h("span", { class: "fine hint" }, mark("clock"), `The provider limits how often Aura may ask. Every ${suggested} minutes works better at the moment.`));
}
