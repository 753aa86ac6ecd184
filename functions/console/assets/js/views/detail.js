// One provider's page: header, legal actions, error, settings, synchronization, history and events.

import { get, post, problem } from "../api.js";
import { startConnect, resumeConnect } from "../connect.js";
import { actionBar } from "../components/actions.js";
import { agenda } from "../components/agenda.js";
import { connectPanel } from "../components/connect-panel.js";
import { errorBanner } from "../components/error-banner.js";
import { detailHeader, locked, welcome } from "../components/header.js";
import { notice, problemNotice } from "../components/problem.js";
import { syncPanel } from "../components/progress.js";
import { runHistory } from "../components/runs.js";
import { settingsPanel } from "../components/settings.js";
import { announce, fill, h, pause, skeleton } from "../dom.js";
import { poll } from "../poll.js";

/** Shows a provider. */
export async function showDetail(view, provider, signal) {
  document.title = "Integration · Aura";
  fill(view, detailHeader({ name: "Integration", icon: null }).el, skeleton(6));
  const { body: catalogue } = await get("/integrations", { signal });
  const entry = catalogue.integrations.find((each) => each.provider === provider);
  if (signal.aborted) return;
  if (!catalogue.canManage) return fill(view, locked(entry));
  // The catalogue knows whether there is one: no need to ask for what is not there.
  const integration = entry && !entry.integration ? null : await read(provider, signal);
  if (signal.aborted) return;
  const about = entry ?? integration ?? { name: provider, icon: provider };
  document.title = `${about.name} · Aura`;
  detail(view, provider, about, integration, signal);
}

/** The integration, or null when there is none yet. */
async function read(provider, signal) {
  try {
    return (await get(`/integrations/${provider}`, { signal })).body;
  } catch (error) {
    if (error.code === "not_found") return null;
    throw error;
  }
}

function detail(view, provider, about, first, signal) {
  let integration = first;
  let stopConnecting = null;
  const pending = new Set();
  const header = detailHeader(about);
  const actions = actionBar(run);
  const remarks = h("div", { class: "remarks" });
  const banner = h("div");
  const lost = h("div");
  const connecting = connectPanel(about.name, { onCancel: stop, onAgain: again });
  const sync = syncPanel();
  const history = runHistory(provider, signal, { onNewest: sync.ended });
  const events = agenda(provider, signal);
  const settings = settingsPanel(provider, signal, { onSaved: saved, onOptions: events.name });
  const columns = h("div", { class: "columns" });
  const poller = poll({ read: () => read(provider, signal), take: arrived, lost: gone, busy, signal });

  header.actions(actions.el);
  fill(view, header.el, lost, connecting.el, banner, remarks, columns);
  signal.addEventListener("abort", stop);
  show(null);
  stopConnecting = resumeConnect(provider, connectReport);
  if (integration) poller.soon();

  /** Work is under way that the person watches: look every second. */
  function busy() {
    return Boolean(integration?.sync?.run) || integration?.status === "Testing";
  }

  function arrived(next) {
    const back = lost.firstChild;
    fill(lost);
    take(next);
    // What could not be read meanwhile says so still.
    if (back && integration) [history, events].forEach((panel) => panel.reload());
  }

  function saved(next) {
    take(next);
    poller.now();
  }

  function gone(failure) {
    fill(lost, problemNotice(failure, { onRetry: () => poller.now() }));
  }

  /** Takes a newer state, and reads again what depends on it. */
  function take(next) {
    const before = integration;
    // An answer that was under way while something was saved must not bring the old state back.
    if (next && next.id === before?.id && next.version < before.version) return;
    integration = next;
    show(before);
    if (before?.status !== next?.status && next) announce(`${about.name}: ${next.status}`);
    if (before?.sync?.run && next && !next.sync?.run) announce("The sync has ended");
  }

  function show(before) {
    const fresh = !before || !columns.firstChild;
    header.update(integration);
    actions.update(legal(), underWay(), integration?.error && legal().includes("reconnect") ? "reconnect" : null);
    showOnce(banner, JSON.stringify(integration?.error ?? null), () => errorBanner(integration?.error));
    showOnce(columns, layoutOf(integration), () => layout(integration));
    if (!integration) return;
    sync.update(integration);
    if (integration.configuration && legal().includes("settings")) settings.update(integration);
    if (fresh || runOf(before) !== runOf(integration)) history.reload();
    if (fresh || recordsOf(before) !== recordsOf(integration)) events.reload();
  }

  /** Without an integration the one thing to do is to connect: the API creates it on the way. */
  function legal() {
    return integration ? integration.actions : ["connect"];
  }

  /** Asking for a second sync while one runs would only be refused. */
  function underWay() {
    return integration?.sync?.run ? new Set([...pending, "sync"]) : pending;
  }

  function layout(now) {
    if (!now || (!now.connected && !now.sync?.lastSuccessAt)) return welcome(about);
    const main = [sync.el, now.category === "calendar" && events.el];
    const side = [now.configuration && now.actions.includes("settings") && settings.el, history.el];
    return [h("div", { class: "column main" }, main), h("div", { class: "column side" }, side)];
  }

  function run(action) {
    if (pending.has(action)) return;
    fill(remarks);
    if (action === "connect" || action === "reconnect") return connect(action);
    pending.add(action);
    show(integration);
    (action === "sync" ? startSync() : test())
      .catch((error) => signal.aborted || remark(problem(error)))
      .finally(() => settle(action));
  }

  /** That Aura cannot be reached is said once. */
  function remark(failure) {
    if (failure.code !== "unreachable" || !lost.firstChild) fill(remarks, problemNotice(failure));
  }

  function settle(action) {
    pending.delete(action);
    if (!signal.aborted) show(integration);
  }

  async function startSync() {
    announce("Sync started");
    try {
      await post(`/integrations/${provider}/sync`, undefined, { signal });
    } finally {
      await poller.now();
    }
    // A run that has ended already leaves no other trace.
    history.reload();
  }

  async function test() {
    const { body: result } = await post(`/integrations/${provider}/test`, undefined, { signal });
    const said = result.ok ? notice("good", "The connection works.") : notice("bad", result.message, result.remedy);
    fill(remarks, said);
    await poller.now();
  }

  function connect(action) {
    stop();
    pending.add(action);
    show(integration);
    stopConnecting = startConnect(provider, about.name, connectReport);
  }

  function connectReport(report) {
    connecting.show(report);
    if (!report.over && report.phase !== "failed") return;
    ["connect", "reconnect"].forEach((action) => pending.delete(action));
    if (report.phase === "connected") celebrate();
    show(integration);
    poller.now();
  }

  async function celebrate() {
    const paused = integration?.status === "Paused";
    const next = paused ? "It stays paused until it is resumed." : "Aura checks the connection, then it syncs by itself.";
    const said = notice("good", `${about.name} is connected.`, next);
    fill(remarks, said);
    await pause(8_000, signal).catch(() => {});
    said.remove();
  }

  /** A flow whose window was closed is still under way for the page: it is given up first. */
  function again() {
    stop();
    run(legal().includes("reconnect") ? "reconnect" : "connect");
  }

  function stop() {
    stopConnecting?.();
    stopConnecting = null;
    connecting.show({ phase: "idle" });
    ["connect", "reconnect"].forEach((action) => pending.delete(action));
    if (!signal.aborted) show(integration);
  }
}

function showOnce(element, key, content) {
  if (element.dataset.shown === key) return;
  element.dataset.shown = key;
  fill(element, content());
}

const runOf = (integration) => JSON.stringify([integration?.sync?.run?.id, integration?.sync?.lastSuccessAt, integration?.sync?.nextAt, integration?.updatedAt]);
const recordsOf = (integration) => JSON.stringify([integration?.sync?.run?.counts?.records, integration?.sync?.lastSuccessAt, integration?.settings?.resources]);

/** What decides which panels there are. */
function layoutOf(integration) {
  if (!integration) return "none";
  const { connected, category, configuration, actions, sync } = integration;
  return JSON.stringify([connected || Boolean(sync?.lastSuccessAt), category, Boolean(configuration), actions.includes("settings")]);
}
