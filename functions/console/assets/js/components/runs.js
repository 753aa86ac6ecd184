// The runs, newest first, page by page.

import { get, problem } from "../api.js";
import { button, fill, h, skeleton } from "../dom.js";
import { count, number, time } from "../format.js";
import { outcomeName, triggerName } from "../words.js";
import { explained } from "./explained.js";
import { problemNotice } from "./problem.js";
import { runDuration } from "./progress.js";

const PAGE = 8;
const CHANGES = ["created", "updated", "deleted", "skipped"];

/** The panel with the runs of one integration at the provider of this name. `onNewest` gets the newest run whenever it is read. */
export function runHistory(provider, name, signal, { onNewest }) {
  const list = h("ol", { class: "runs" });
  const foot = h("div", { class: "runs-foot" });
  const el = h("section", { class: "panel", "aria-labelledby": "runs-title" }, h("h2", { id: "runs-title" }, "Runs"), list, foot);
  let runs = null;
  let cursor = null;

  /** Reads the newest page again. What was shown below it stays reachable by "Show more". */
  async function reload() {
    if (!runs) fill(foot, skeleton(3));
    await load(null);
  }

  async function load(from) {
    const query = new URLSearchParams({ limit: PAGE });
    if (from) query.set("cursor", from);
    try {
      const { body } = await get(`/integrations/${provider}/runs?${query}`, { signal });
      const before = from ? runs : [];
      runs = [...before, ...body.runs];
      cursor = body.cursor;
      show(before.length);
      if (runs.length) onNewest(runs[0]);
    } catch (error) {
      if (!signal.aborted) fill(foot, problemNotice(problem(error), { onRetry: () => load(from) }));
    }
  }

  function show(firstNew) {
    fill(list, runs.map((run) => row(run, name)));
    if (!runs.length) return fill(foot, h("p", { class: "muted" }, "No runs yet. The first one starts after connecting."));
    fill(foot, cursor && button("Show more", { kind: "ghost small", "data-action": "more-runs", onclick: () => more() }));
    if (firstNew) list.children[firstNew]?.focus();
    return undefined;
  }

  function more() {
    fill(foot, button("Loading…", { kind: "ghost small", pending: true }));
    return load(cursor);
  }

  return { el, reload };
}

function row(run, name) {
  return h("li", { class: "run", tabindex: -1, "data-run": run.id, "data-outcome": run.outcome },
    h("span", { class: `run-sign ${run.outcome}`, "aria-hidden": "true" }),
    h("div", { class: "run-text" },
      h("p", { class: "run-head" }, h("strong", null, outcomeName(run.outcome)), h("span", { class: "muted" }, triggerName(run.trigger)), h("span", { class: "muted end" }, time(run.startedAt))),
      h("p", { class: "muted figures" }, figures(run)),
      run.failure && h("p", { class: "run-failure" }, run.failure.message), explained(run.failure?.explanation, name)));
}

function figures(run) {
  if (run.outcome === "running") return run.kind === "full" ? "Full · under way" : "Changes · under way";
  const counts = run.counts ?? {};
  const changes = CHANGES.filter((name) => counts[name]).map((name) => `${number(counts[name])} ${name}`);
  const kind = run.kind === "full" ? "Full" : "Changes";
  return [kind, changes.join(", ") || (run.outcome === "succeeded" ? "nothing new" : count(counts.records ?? 0, "record")), runDuration(run)].join(" · ");
}
