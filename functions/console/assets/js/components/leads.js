// The newest leads, and how each of them arrived.

import { get, problem } from "../api.js";
import { button, fill, h, skeleton } from "../dom.js";
import { number, time } from "../format.js";
import { wayName } from "../words.js";
import { problemNotice } from "./problem.js";

/** Leads that arrived within so many days are shown, */
const DAYS = 30;
/** read in so many pages of so many, */
const PAGES = 4;
const PAGE = 500;
/** and so many of them at first. */
const SHOWN = 10;

/** The panel with the leads of one provider's integration. */
export function leadList(provider, signal) {
  const list = h("ol", { class: "runs", "data-leads": true });
  const foot = h("div", { class: "runs-foot" });
  const summary = h("span", { class: "muted" });
  const el = h("section", { class: "panel", "aria-labelledby": "leads-title" }, h("h2", { id: "leads-title" }, "Leads ", summary), list, foot);
  let leads = null;
  let shown = SHOWN;

  async function reload() {
    if (!leads) fill(foot, skeleton(3));
    try {
      leads = await newest(provider, signal);
      show();
    } catch (error) {
      if (!signal.aborted) fill(foot, problemNotice(problem(error), { onRetry: reload }));
    }
  }

  function show() {
    summary.textContent = leads.length ? `${number(leads.length)} in ${DAYS} days` : "";
    fill(list, leads.slice(0, shown).map(row));
    if (!leads.length) return fill(foot, h("p", { class: "muted" }, `No leads in the last ${DAYS} days. New ones appear here by themselves.`));
    return fill(foot, leads.length > shown && button("Show more", { kind: "ghost small", "data-action": "more-leads", onclick: more }));
  }

  function more() {
    shown += SHOWN;
    show();
  }

  return { el, reload };
}

async function newest(provider, signal) {
  const query = new URLSearchParams({ limit: PAGE, updatedSince: new Date(Date.now() - DAYS * 86_400_000).toISOString() });
  const records = [];
  for (let page = 0; page < PAGES; page += 1) {
    const { body } = await get(`/integrations/${provider}/records?${query}`, { signal });
    records.push(...body.records.filter(({ record }) => record?.kind === "lead"));
    if (!body.cursor) break;
    query.set("cursor", body.cursor);
  }
  return records.map(({ record }) => record).sort((one, other) => Date.parse(other.created) - Date.parse(one.created));
}

function row(lead) {
  const contact = [lead.email, lead.phone, lead.company].filter(Boolean).join(" · ");
  return h("li", { class: "run", tabindex: -1, "data-lead": lead.id, "data-via": lead.via },
    h("span", { class: "run-sign succeeded", "aria-hidden": "true" }),
    h("div", { class: "run-text" },
      h("p", { class: "run-head" }, h("strong", null, h("bdi", null, lead.name ?? lead.email ?? "Without a name")), lead.test && h("span", { class: "tag quiet" }, "Test"), h("span", { class: "muted end" }, time(lead.created))),
      h("p", { class: "muted figures" }, h("bdi", null, contact)),
      h("p", { class: "muted figures" }, wayName(lead.via))));
}
