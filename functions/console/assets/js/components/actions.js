// The actions that are legal now, and only those. An action this page does not know is not shown.

import { button, fill, h } from "../dom.js";
import { menu } from "./menu.js";

const FIRST = [
  { action: "sync", label: "Sync now", icon: "sync", kind: "primary", busy: "Syncing…" },
  { action: "resume", label: "Resume", icon: "play", kind: "primary", busy: "Resuming…" },
  { action: "connect", label: "Connect", kind: "primary", busy: "Connecting…" },
  { action: "reconnect", label: "Reconnect", kind: "plain", busy: "Connecting…" },
  { action: "test", label: "Test connection", kind: "plain", busy: "Testing…" },
];
const MORE = [
  { action: "pause", label: "Pause", icon: "pause" },
  { action: "disconnect", label: "Disconnect", icon: "unplug", danger: true },
  { action: "delete", label: "Delete", icon: "delete", danger: true },
];

/** How an action's button is called, at rest and while it is under way. */
export function labelsOf(action) {
  if (action === "settings") return { label: "Open settings" };
  return FIRST.find((known) => known.action === action) ?? { label: action, busy: `${action}…` };
}

/** A row of buttons. `run` is called with the action, synchronously in the click. */
export function actionBar(run, signal) {
  const row = h("div", { class: "actions-first" });
  const more = menu("More", run, signal);
  const el = h("div", { class: "actions", role: "group", "aria-label": "Actions" }, row, more.el);
  let shown = "";

  /** Shows the legal actions; those in `pending` are under way. `urgent` is the one to press first. */
  function update(actions, pending, urgent = null) {
    const wanted = JSON.stringify([actions, [...pending], urgent]);
    if (wanted === shown) return;
    shown = wanted;
    const focused = row.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    const first = FIRST.filter(({ action }) => actions.includes(action)).sort((one, other) => (other.action === urgent) - (one.action === urgent));
    fill(row, first.map((known) => actionButton(known, pending, urgent)));
    more.update(MORE.filter(({ action }) => actions.includes(action)));
    if (focused) row.querySelector(`[data-action="${focused}"]`)?.focus();
  }

  function actionButton({ action, label, icon, kind, busy }, pending, urgent) {
    const under = pending.has(action);
    const look = urgent ? (urgent === action ? "primary" : "plain") : kind;
    return button(under ? busy : label, { kind: look, icon, pending: under, "data-action": action, onclick: () => run(action) });
  }

  return { el, update };
}
