// The actions that are legal now, and only those. An action this page does not know is not shown.

import { button, fill, h } from "../dom.js";

const KNOWN = [
  { action: "sync", label: "Sync now", icon: "sync", kind: "primary", busy: "Syncing…" },
  { action: "reconnect", label: "Reconnect", kind: "plain", busy: "Connecting…" },
  { action: "test", label: "Test connection", kind: "plain", busy: "Testing…" },
  { action: "connect", label: "Connect", kind: "primary", busy: "Connecting…" },
];

/** A row of buttons. `run` is called with the action, synchronously in the click. */
export function actionBar(run) {
  const el = h("div", { class: "actions", role: "group", "aria-label": "Actions" });
  let shown = "";

  /** Shows the legal actions; those in `pending` are under way. `urgent` is the one to press first. */
  function update(actions, pending, urgent = null) {
    const wanted = JSON.stringify([actions, [...pending], urgent]);
    if (wanted === shown) return;
    shown = wanted;
    const focused = el.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    fill(el, KNOWN.filter(({ action }) => actions.includes(action)).map((known) => actionButton(known, pending, urgent)));
    if (focused) el.querySelector(`[data-action="${focused}"]`)?.focus();
  }

  function actionButton({ action, label, icon, kind, busy }, pending, urgent) {
    const under = pending.has(action);
    const look = urgent ? (urgent === action ? "primary" : "plain") : kind;
    return button(under ? busy : label, { kind: look, icon, pending: under, "data-action": action, onclick: () => run(action) });
  }

  return { el, update };
}
