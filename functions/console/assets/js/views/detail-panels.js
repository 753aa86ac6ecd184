// The panels below the header: which there are, and what makes each of them read again.

import { welcome } from "../components/header.js";
import { historyPanel } from "../components/history.js";
import { leadList } from "../components/leads.js";
import { syncPanel } from "../components/progress.js";
import { runHistory } from "../components/runs.js";
import { settingsKept } from "../components/settings-kept.js";
import { settingsPanel } from "../components/settings.js";
import { fill, h } from "../dom.js";
import { appointmentPanels } from "./detail-appointments.js";

/** The panels of a page. An integration that is created anew gets panels of its own. */
export function panelStack(page, { onCause }) {
  const el = h("div", { class: "columns" });
  let panels = null;
  let owner = null;
  let layout = "";

  /** Shows what belongs to the integration as it is now. */
  function update(before, now) {
    const fresh = owner !== (now?.id ?? null) || !layout;
    if (fresh) {
      owner = now?.id ?? null;
      panels?.leads.stop();
      panels = now && panelsOf(page, onCause);
    }
    const wanted = JSON.stringify([owner, kindOf(now), now?.category, settingsOf(now)]);
    if (wanted !== layout) fill(el, columns(page.about, panels, now));
    layout = wanted;
    if (now) refresh(panels, fresh ? null : before, now, before !== now);
  }

  /** Reads again whatever is shown. */
  function reload() {
    if (!panels) return;
    panels.history.reload();
    if (kindOf(page.now()) === "running") [panels.runs, ...recordPanels(panels, page.now())].forEach((panel) => panel.reload());
  }

  return { el, update, reload, openSettings: () => panels?.settings.open() };
}

function panelsOf(page, onCause) {
  const { provider, about, signal, take, look } = page;
  const sync = syncPanel();
  const appointments = appointmentPanels(page, { onSettled: () => history.reload() });
  const kept = settingsKept();
  const leads = leadList(page);
  const settings = settingsPanel(page, {
    onSaved: (next) => {
      take(next);
      look();
    },
    onOptions: (options) => [appointments, kept, leads].forEach((panel) => panel.name(options)),
  });
  const runs = runHistory(provider, about.name, signal, { onNewest: sync.ended });
  const history = historyPanel(provider, about.name, signal, { onCause, titleOf: appointments.titleOf });
  return { sync, appointments, leads, kept, settings, runs, history };
}

/** What shows the records: the agenda of a calendar, or the leads. */
function recordPanels({ appointments, leads }, { category }) {
  return category === "calendar" ? [appointments.writes, appointments.events] : [leads];
}

function refresh(panels, before, now, looked) {
  const { sync, appointments, leads, kept, settings, runs, history } = panels;
  sync.update(now);
  leads.update(now);
  appointments.update(now);
  if (settingsOf(now) === "open") settings.update(now);
  if (settingsOf(now) === "kept") kept.update(now);
  const differs = (about) => !before || about(before) !== about(now);
  if (differs(historyOf)) history.reload();
  if (kindOf(now) !== "running") return;
  const appeared = !before || kindOf(before) !== "running";
  if (appeared || differs(runsOf)) runs.reload();
  if (appeared || differs(recordsOf)) recordPanels(panels, now).at(-1).reload();
  if (now.category === "calendar" && (appeared || looked)) appointments.writes.reload();
}

function columns(about, panels, now) {
  if (!now) return welcome(about);
  const { sync, kept, settings, runs, history } = panels;
  const running = kindOf(now) === "running";
  const main = running ? [sync.el, recordPanels(panels, now).map((panel) => panel.el)] : [welcome(about)];
  const side = [{ open: settings.el, kept: kept.el }[settingsOf(now)], history.el, running && runs.el];
  return [h("div", { class: "column main" }, main), h("div", { class: "column side" }, side)];
}

/** Before anything was connected there is nothing to show but what it would bring. */
function kindOf(integration) {
  if (!integration) return "none";
  const { connected, status, sync } = integration;
  return connected || status === "Disconnected" || sync?.lastSuccessAt ? "running" : "waiting";
}

function settingsOf(integration) {
  if (!integration?.configuration) return "none";
  if (integration.actions.includes("settings")) return "open";
  return kindOf(integration) === "running" ? "kept" : "none";
}

const historyOf = ({ status, version, trouble, sync }) => JSON.stringify([status, version, trouble?.warned, sync?.intervalMinutes]);
const runsOf = ({ sync, updatedAt }) => JSON.stringify([sync?.run?.id, sync?.lastSuccessAt, sync?.nextAt, updatedAt]);
const recordsOf = ({ sync, settings }) => JSON.stringify([sync?.run?.counts?.records, sync?.lastSuccessAt, settings?.resources]);
