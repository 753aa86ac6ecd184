// One provider's page: header, legal actions, what there is to know, and the panels. Here its state is kept.

import { get } from "../api.js";
import { accessPlace } from "../components/access.js";
import { actionBar } from "../components/actions.js";
import { bannerPlace, remedyOf } from "../components/banner.js";
import { detailHeader, locked } from "../components/header.js";
import { notice, problemNotice } from "../components/problem.js";
import { announce, fill, h, skeleton } from "../dom.js";
import { poll } from "../poll.js";
import { doing } from "./detail-actions.js";
import { connecting } from "./detail-connecting.js";
import { panelStack } from "./detail-panels.js";

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
  /** Ids of what is deleted: an answer that was under way must not bring one back. */
  const deleted = new Set();
  const pending = new Set();
  const remarks = h("div", { class: "remarks" });
  const lost = h("div");
  const page = { view, provider, about, signal, pending, remarks, now: () => integration, legal, take, show: () => show(integration), look: () => poller.now(), reread: () => panels.reload() };
  const flow = connecting(page);
  const acts = doing(page, { connect: flow.start, openSettings: () => panels.openSettings() });
  const header = detailHeader(about);
  const actions = actionBar(acts.run, signal);
  const banner = bannerPlace(about.name, acts.run);
  const access = accessPlace(about.name, acts.run);
  const panels = panelStack(page, { onCause: banner.explain });
  const poller = poll({ read: () => read(provider, signal), take: arrived, lost: gone, busy, signal });

  header.actions(actions.el);
  fill(view, header.el, lost, flow.el, banner.el, access.el, remarks, panels.el);
  signal.addEventListener("abort", flow.stop);
  show(null);
  flow.resume();
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
    if (back && integration) panels.reload();
  }

  /** That Aura cannot be reached is said once. */
  function gone(failure) {
    if (!acts.unreachable()) fill(lost, problemNotice(failure, { onRetry: () => poller.now() }));
  }

  /** Takes a newer state, and reads again what depends on it. */
  function take(next) {
    const before = integration;
    // An answer that was under way while something was changed must not bring the old state back.
    if (next && (deleted.has(next.id) || (next.id === before?.id && next.version < before.version))) return;
    if (before && before.id !== next?.id) deleted.add(before.id);
    integration = next;
    if (before && !next) left();
    show(before);
    acts.settle(before?.status !== next?.status || before?.sync?.run?.id !== next?.sync?.run?.id);
    if (next && before?.status !== next.status) announce(`${about.name}: ${next.status}`);
    if (before?.sync?.run && next && !next.sync?.run) announce("The sync has ended");
  }

  /** The integration is deleted, here or by somebody else: the page is as before there was one. */
  function left() {
    flow.stop();
    const said = notice("good", `${about.name} was deleted.`, "Its settings, its history and everything that was synced are removed. Its slot of the plan is free again.");
    said.dataset.notice = "deleted";
    fill(remarks, said);
    announce(`${about.name} was deleted.`);
  }

  function show(before) {
    const urgent = integration?.error ? remedyOf(integration) : null;
    header.update(integration);
    actions.update(legal(), underWay(), urgent);
    banner.update(integration, underWay());
    access.update(integration, underWay());
    panels.update(before, integration);
  }

  /** Without an integration the one thing to do is to connect: the API creates it on the way. */
  function legal() {
    if (integration) return integration.actions;
    return about.available === false ? [] : ["connect"];
  }

  /** Asking for a second sync while one runs would only be refused. */
  function underWay() {
    return integration?.sync?.run ? new Set([...pending, "sync"]) : pending;
  }
}
