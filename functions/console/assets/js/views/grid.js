// The catalogue: one card per provider, the plan's use, and the way back to the Tools hub.

import { get } from "../api.js";
import { cardStatus } from "../components/status.js";
import { fill, h, mark, providerIcon, skeleton, webAddress } from "../dom.js";
import { count } from "../format.js";
import { addressOf } from "../router.js";
import { planName, UNAUTHORIZED } from "../words.js";

/** Shows the grid. */
export async function showGrid(view, signal) {
  document.title = "Integrations · Aura";
  const body = h("div", null, skeleton(4));
  const back = h("span");
  fill(view, heading(back), body);
  const { body: catalogue } = await get("/integrations", { signal });
  if (signal.aborted) return;
  fill(back, toolsLink(catalogue.backUrl));
  fill(body, planLine(catalogue), cards(catalogue));
}

function heading(back) {
  return h("div", { class: "view-head" }, h("div", null, h("h1", { tabindex: -1 }, "Integrations"), h("p", { class: "lead" }, "Connect the services your business runs on.")), back);
}

function toolsLink(backUrl) {
  const address = webAddress(backUrl);
  return address && h("a", { class: "button plain", href: address, "data-action": "back" }, mark("back"), "Back to Tools");
}

function planLine({ plan, canManage }) {
  if (!plan) return null;
  const unlimited = plan.limit < 0;
  const full = !unlimited && plan.used >= plan.limit;
  const words = unlimited ? count(plan.used, "integration") : `${plan.used} of ${count(plan.limit, "integration")} used`;
  const meter = !unlimited && h("span", { class: "meter", "aria-hidden": "true" }, h("span", { class: full ? "full" : null }));
  if (meter) meter.firstChild.style.width = `${Math.min(100, (100 * plan.used) / Math.max(1, plan.limit))}%`;
  return h("div", { class: "plan" }, meter, h("span", null, words, h("span", { class: "muted" }, ` · ${planName(plan.name)} plan`)),
    full && canManage && h("span", { class: "muted" }, "To connect another one, delete one you no longer use, or change the plan (Billing > Subscription > Change plan)."));
}

function cards({ integrations, canManage }) {
  if (!integrations.length) return h("div", { class: "panel empty" }, h("h2", null, "No integrations yet"), h("p", null, "None is available to this account at the moment."));
  return h("ul", { class: "cards", "aria-label": "Integrations" }, integrations.map((entry) => h("li", null, canManage ? openCard(entry) : lockedCard(entry))));
}

function openCard(entry) {
  const openable = entry.available || entry.integration;
  const props = { class: "card", "data-provider": entry.provider };
  if (!openable) return h("div", { ...props, "aria-disabled": "true" }, content(entry));
  return h("a", { ...props, href: addressOf(entry.provider) }, content(entry), mark("next"));
}

/** A member who may not manage sees the card and a lock, and cannot open it: there is no link in it. */
function lockedCard(entry) {
  const lock = h("span", { class: "lock", tabindex: 0, role: "img", "aria-label": UNAUTHORIZED }, mark("lock"), h("span", { class: "tooltip", role: "tooltip" }, UNAUTHORIZED));
  return h("div", { class: "card locked", "data-provider": entry.provider, "aria-disabled": "true" }, content(entry), lock);
}

function content(entry) {
  const error = entry.integration?.status === "Error" && entry.integration.error;
  return h("div", { class: "card-body" }, providerIcon(entry.icon ?? entry.provider, 48),
    h("div", { class: "card-text" }, h("h2", null, entry.name), cardStatus(entry.integration, entry.available),
      h("p", { class: error ? "card-error" : null }, error ? error.message : entry.description)));
}
