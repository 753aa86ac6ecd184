// The head of a provider's page, and what is shown when there is nothing to manage yet.

import { fill, h, mark, providerIcon } from "../dom.js";
import { date } from "../format.js";
import { GRID } from "../router.js";
import { meaningOf, UNAUTHORIZED } from "../words.js";
import { endsSoon } from "./access.js";
import { statusPill } from "./status.js";

/** The header: icon, name, status, account and the way back. `actions` puts the buttons in. */
export function detailHeader(about) {
  const status = h("div", { class: "detail-status" });
  const slot = h("div", { class: "detail-actions" });
  const el = h("div", { class: "detail-head" },
    h("a", { class: "button ghost small back", href: GRID, "data-action": "back" }, mark("back"), "All integrations"),
    h("div", { class: "panel head-panel" }, about.icon ? providerIcon(about.icon, 56) : h("span", { class: "provider-icon placeholder" }),
      h("div", { class: "head-text" }, h("h1", { tabindex: -1 }, about.name), status), slot));
  return { el, update: (integration) => showStatus(status, integration, about), actions: (bar) => fill(slot, bar) };
}

function showStatus(status, integration, about) {
  const meaning = integration && meaningOf(integration);
  const key = JSON.stringify([integration?.status, meaning, integration?.account, endsSoon(integration)]);
  if (status.dataset.shown === key) return;
  status.dataset.shown = key;
  if (!integration) return void fill(status, h("span", { class: "badge quiet outline" }, about.available === false ? "Not available" : "Not connected"));
  fill(status, statusPill(integration.status), integration.account && h("span", { class: "muted account" }, integration.account.label), meaning && h("span", { class: "muted" }, meaning), until(integration));
}

/** Till when the access lasts. When that is soon a notice says it louder. */
function until(integration) {
  const { accessEndsAt } = integration.account ?? {};
  return accessEndsAt && integration.connected && !endsSoon(integration) && h("span", { class: "muted", "data-access": true }, "Access until ", date(accessEndsAt));
}

/** What a provider brings, before it is connected. */
export function welcome(about) {
  const calendar = about.category === "calendar";
  const points = calendar
    ? ["Choose which calendars Aura reads, and the one it may write to.", "Events arrive by themselves and stay in step.", "You can take your permission back at any time."]
    : ["Choose the forms whose leads you want.", "New leads arrive by themselves.", "You can take your permission back at any time."];
  return h("section", { class: "panel welcome" }, h("h2", null, `Bring ${about.name} into Aura`), about.description && h("p", { class: "muted" }, about.description),
    h("ul", null, points.map((point) => h("li", null, mark("check"), point))), h("p", { class: "fine" }, "A window of the provider opens, in which you give your permission. Aura never sees your password."));
}

/** What a member sees who may not manage integrations. */
export function locked(entry) {
  const name = entry?.name ?? "Integration";
  return [h("a", { class: "button ghost small back", href: GRID }, mark("back"), "All integrations"),
    h("section", { class: "panel message" }, h("span", { class: "lock large" }, mark("lock")), h("h1", { tabindex: -1 }, UNAUTHORIZED), h("p", null, `Only a Channels Administrator can open ${name}.`))];
}
