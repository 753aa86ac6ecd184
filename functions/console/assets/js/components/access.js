// An access that the provider ends on a day it has told, unless the person connects again.

import { button, fill, h, mark } from "../dom.js";
import { date } from "../format.js";
import { makerOf } from "../words.js";
import { labelsOf } from "./actions.js";

/** From so long before it on, the person is told. */
const SOON = 14 * 86_400_000;

/** Whether the access ends within two weeks, or has ended, and nothing else says so yet. */
export function endsSoon(integration) {
  const { account, connected, error } = integration ?? {};
  return Boolean(connected && account?.accessEndsAt && error?.action !== "reconnect" && Date.parse(account.accessEndsAt) - Date.now() < SOON);
}

/** The place of the notice. `run` is called with the action of its button, synchronously in the click. */
export function accessPlace(name, run) {
  const el = h("div");
  let shown = "";

  /** Shows what there is to say about an integration. */
  function update(integration, pending) {
    const ends = endsSoon(integration) ? integration.account.accessEndsAt : null;
    const action = integration?.actions.includes("reconnect") ? "reconnect" : null;
    const wanted = JSON.stringify([ends, action, pending.has(action)]);
    if (wanted === shown) return;
    shown = wanted;
    const hadFocus = el.contains(document.activeElement);
    fill(el, ends && notice(ends, action, pending.has(action)));
    if (hadFocus) el.querySelector("[data-action]")?.focus();
  }

  function notice(ends, action, under) {
    const over = Date.parse(ends) < Date.now();
    const title = over ? [`${makerOf(name)} ended Aura’s access on `, date(ends), "."] : [`${makerOf(name)} ends Aura’s access on `, date(ends), " unless you connect again."];
    const { label, busy } = labelsOf("reconnect");
    return h("div", { class: "notice pause banner", role: "status", "data-notice": "access" }, mark("clock"),
      h("div", { class: "notice-text" }, h("strong", null, title), h("p", null, over ? "Connect again to go on." : "It takes a minute. Settings and what was synced stay.")),
      action && h("div", { class: "notice-actions" }, button(under ? busy : label, { kind: "plain small", pending: under, "data-action": "renew-access", onclick: () => run(action) })));
  }

  return { el, update };
}
