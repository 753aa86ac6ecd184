// How a status looks: a green badge when connected, a calm pill otherwise.

import { h, mark } from "../dom.js";
import { toneOf } from "../words.js";

/** The badge of a connected, active integration. */
export function connectedBadge() {
  return h("span", { class: "badge good", "data-badge": "connected" }, mark("check"), "Connected");
}

/** A status in its own word. */
export function statusPill(status) {
  return h("span", { class: `badge ${toneOf(status)}`, "data-status": status }, h("span", { class: "dot", "aria-hidden": "true" }), status);
}

/** What a card shows: the badge when it is connected and works, its status otherwise. */
export function cardStatus(integration, available) {
  if (!integration) return h("span", { class: "badge quiet outline" }, available ? "Not connected" : "Not available");
  return integration.connected && integration.status === "Active" ? connectedBadge() : statusPill(integration.status);
}
