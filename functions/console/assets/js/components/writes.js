// Changes of appointments that the provider does not have yet, and those that were given up.

import { get, problem } from "../api.js";
import { lostWords } from "../appointment-words.js";
import { announce, button, fill, h, mark } from "../dom.js";
import { due, span } from "../format.js";
import { problemNotice } from "./problem.js";

const EVERY = 1_000;
/** What is tried again within this time is as good as at work. */
const SOON = 3_000;
/** More pages than this are never waiting; it keeps a mistaken cursor from asking forever. */
const PAGES = 20;

/**
 * The panel; hidden while nothing waits. `onSettled` is called when something waits no longer, `titleOf` names an appointment
 * that is about to be cancelled. `again` sends a change once more and gives the answer, `edit` opens it.
 */
export function writesPanel(provider, name, signal, { onSettled, titleOf, again, edit }) {
  const list = h("ul", { class: "writes" });
  const said = h("div", { class: "writes-said" });
  const el = h("section", { class: "panel writes-panel", "aria-labelledby": "writes-title", "data-writes": true, hidden: true }, h("h2", { id: "writes-title" }, "Waiting to be written"), list, said);
  /** Titles of what was waiting: of an appointment that is about to be cancelled nothing else is told. */
  const titles = new Map();
  let writes = [];
  let shown = "";
  let timer = null;
  let asked = 0;

  /** Reads what is waiting, and again every second as long as something is at work. */
  async function reload() {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const found = await load();
      if (mine !== asked || signal.aborted) return;
      take(found);
    } catch {
      // That Aura cannot be reached is said by the page, which asks again too.
      if (mine !== asked || signal.aborted) return;
    }
    if (el.isConnected && writes.some(atWork)) timer = setTimeout(reload, EVERY);
  }

  async function load() {
    const query = new URLSearchParams({ limit: 100 });
    const found = [];
    for (let page = 0; page < PAGES; page += 1) {
      const { body } = await get(`/integrations/${provider}/events/writes?${query}`, { signal });
      found.push(...body.writes);
      if (!body.cursor) break;
      query.set("cursor", body.cursor);
    }
    return found;
  }

  /** Takes the answer to a change that was just made. */
  function accepted(write) {
    take([...writes.filter(({ appointment }) => appointment !== write.appointment), write]);
    return reload();
  }

  function take(found) {
    const settled = writes.filter((before) => before.state === "pending" && !found.some((now) => now.appointment === before.appointment && now.state === "pending"));
    writes = found;
    for (const { appointment, content } of writes) if (content?.title) titles.set(appointment, content.title);
    show();
    if (!settled.length) return;
    const failed = found.some(({ appointment, state }) => state === "failed" && settled.some((before) => before.appointment === appointment));
    announce(failed ? `It could not be written to ${name}.` : `${name} has it.`);
    onSettled();
  }

  function show() {
    const wanted = JSON.stringify(writes);
    if (wanted === shown) return;
    shown = wanted;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset : null;
    el.hidden = !writes.length;
    fill(said);
    fill(list, [...writes].sort((one, other) => Date.parse(other.changedAt) - Date.parse(one.changedAt)).map(row));
    if (focused?.action) list.querySelector(`[data-action="${focused.action}"][data-of="${focused.of}"]`)?.focus();
  }

  function row(write) {
    const { appointment, state, content, overridden } = write;
    const title = content?.title?.trim() || titles.get(appointment) || titleOf(appointment) || (content ? "(No title)" : "An appointment");
    return h("li", { class: `write ${state}`, "data-write": appointment, "data-state": state }, sign(write),
      h("div", { class: "write-text" }, h("p", { class: "write-title" }, h("bdi", null, title)), content && h("p", { class: "muted" }, span(content.start, content.end)), standing(write),
        overridden.map((lost) => h("p", { class: "fine" }, lostWords(lost, name, title))), state === "failed" && remedies(write)));
  }

  function standing({ state, content, failure, nextTryAt }) {
    if (!failure) return h("p", { class: "muted" }, content ? `Being written to ${name}…` : `Being cancelled in ${name}…`);
    const what = state === "failed" ? (content ? "Not written. " : "Not cancelled. ") : "";
    return h("p", { class: "write-reason", "data-code": failure.code }, what, failure.message, nextTryAt && [" Next try ", due(nextTryAt), "."]);
  }

  function remedies(write) {
    const act = (action, label, onclick) => button(label, { kind: "plain small", "data-action": action, "data-of": write.appointment, onclick });
    return h("div", { class: "row write-acts" }, act("retry-write", "Try again", () => resend(write)), write.content && act("edit-write", "Change or cancel", () => edit(write)));
  }

  async function resend(write) {
    fill(said);
    try {
      await accepted(await again(write));
    } catch (error) {
      if (!signal.aborted) fill(said, problemNotice(problem(error)));
    }
  }

  return { el, reload, accepted, titleOf: (appointment) => titles.get(appointment) };
}

/** It is being written now; what failed once waits for its next try. */
const atWork = ({ state, failure, nextTryAt }) => state === "pending" && (!failure || (nextTryAt && Date.parse(nextTryAt) - Date.now() < SOON));

function sign({ state, failure }) {
  if (state === "failed") return mark("warning");
  return failure ? mark("clock") : h("span", { class: "spinner", "aria-hidden": "true" });
}
