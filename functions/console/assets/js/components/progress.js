// How synchronization stands: the open run with its progress, or the last and the next one.

import { fill, h } from "../dom.js";
import { count, due, duration, time } from "../format.js";
import { resourceWords } from "../words.js";

/** The panel about synchronization. */
export function syncPanel() {
  const el = h("section", { class: "panel sync", "aria-label": "Synchronization" });
  let shown = "";
  let bar = null;
  let newest = null;
  let current = null;

  /** Shows the state of an integration. The bar stays the same element, so that it moves instead of jumping. */
  function update(integration) {
    current = integration;
    const { sync, status, configuration, trouble } = integration;
    const run = sync?.run ?? null;
    const wanted = JSON.stringify([sync, status, trouble, newest?.id, newest?.outcome]);
    if (wanted === shown) return;
    shown = wanted;
    if (!run) bar = null;
    else bar ??= progressBar();
    el.dataset.running = run ? "true" : "false";
    fill(el, run ? running(run, bar, resourceWords(configuration?.resourceKind)) : resting(integration, newest));
  }

  /** Takes the newest run of the history. */
  function ended(run) {
    newest = run;
    if (current) update(current);
  }

  return { el, update, ended };
}

function progressBar() {
  const inner = h("span");
  const el = h("div", { class: "progress", role: "progressbar", "aria-label": "Sync progress", "aria-valuemin": 0, "aria-valuemax": 100 }, inner);
  return { el, inner };
}

function running(run, bar, words) {
  const { resourcesDone = 0, resources = 0 } = run.progress ?? {};
  const percent = resources ? Math.round((100 * resourcesDone) / resources) : 0;
  // Within one resource nobody knows how much is left: the bar shows that it moves, not a made-up number.
  bar.inner.style.width = `${Math.max(8, percent)}%`;
  if (resources) bar.el.setAttribute("aria-valuenow", String(percent));
  const done = resources ? `${resourcesDone} of ${count(resources, words.one, words.many)} done` : "Starting…";
  const text = `${done} · ${count(run.counts?.pages ?? 0, "page")} · ${count(run.counts?.records ?? 0, "record")}`;
  bar.el.setAttribute("aria-valuetext", text);
  return [h("div", { class: "panel-head" }, h("h2", null, "Syncing now"), h("span", { class: "muted" }, run.kind === "full" ? "Full sync" : "Changes only")), bar.el,
    h("p", { class: "muted figures", "data-progress": true }, text)];
}

function resting({ sync, status, trouble }, newest) {
  const last = sync?.lastSuccessAt ? ["Last synced ", time(sync.lastSuccessAt)] : "Not synced yet";
  const next = status === "Active" && sync?.nextAt ? [" · next ", due(sync.nextAt)] : null;
  const failed = status === "Active" && newest?.outcome === "failed" && newest.failure;
  const look = failed || trouble ? "failing" : status === "Active" ? "on" : "";
  return [h("p", { class: "resting" }, h("span", { class: `pulse ${look}`, "aria-hidden": "true" }), h("span", null, last, h("span", { class: "muted" }, next))),
    // An error of the whole integration and runs that fail in a row have a banner of their own.
    failed && !trouble && h("p", { class: "resting-failure", role: "status" }, `The last sync failed: ${failed.message} Aura tries again by itself.`)];
}

/** How long a run has taken or takes. */
export function runDuration(run) {
  return duration((run.endedAt ? Date.parse(run.endedAt) : Date.now()) - Date.parse(run.startedAt));
}
