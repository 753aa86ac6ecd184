// The history, newest first, page by page: what happened to the integration, when, and who did it.

import { get, problem } from "../api.js";
import { session } from "../auth.js";
import { button, fill, h, skeleton } from "../dom.js";
import { time } from "../format.js";
import { sentenceOf, whoOf } from "../history-words.js";
import { toneOf } from "../words.js";
import { problemNotice } from "./problem.js";

const PAGE = 8;

/** The panel with the history of one integration. `onCause` gets the line that led to the status it has now. */
export function historyPanel(provider, name, signal, { onCause, titleOf }) {
  const list = h("ol", { class: "history" });
  const foot = h("div", { class: "runs-foot" });
  const el = h("section", { class: "panel", "aria-labelledby": "history-title", "data-history": true }, h("h2", { id: "history-title" }, "History"), list, foot);
  const me = session()?.member;
  let lines = null;
  let cursor = null;
  let turn = Promise.resolve();

  /** One question at a time: what is read again must not cross what is read further. */
  const inTurn = (work) => () => (turn = turn.then(work));
  const reload = inTurn(newest);
  const more = inTurn(further);

  /** Reads what is new. What a person has opened below it stays. */
  async function newest() {
    if (!lines) fill(foot, skeleton(3));
    const page = await read(null, reload);
    if (!page) return;
    const last = page.lines.at(-1)?.id;
    const met = lines?.findIndex(({ id }) => id === last) ?? -1;
    if (met < 0) show(page.lines, page.cursor);
    else show([...page.lines, ...lines.slice(met + 1)], cursor);
  }

  async function further() {
    if (!cursor) return;
    fill(foot, button("Loading…", { kind: "ghost small", pending: true, "data-action": "more-history" }));
    const before = lines.length;
    const page = await read(cursor, more);
    if (!page) return;
    show([...lines, ...page.lines], page.cursor);
    list.children[before]?.focus();
  }

  /** A page; null when it could not be read. */
  async function read(from, again) {
    const query = new URLSearchParams({ limit: PAGE });
    if (from) query.set("cursor", from);
    try {
      return (await get(`/integrations/${provider}/history?${query}`, { signal })).body;
    } catch (error) {
      if (!signal.aborted) fill(foot, problemNotice(problem(error), { onRetry: again }));
      return null;
    }
  }

  function show(all, next) {
    const same = JSON.stringify(all) === JSON.stringify(lines);
    [lines, cursor] = [all, next];
    if (!same) fill(list, lines.map((line) => row(line, sentenceOf(line, name, me, titleOf(line.event.appointment)))));
    fill(foot, cursor && button("Show more", { kind: "ghost small", "data-action": "more-history", onclick: more }));
    onCause(causeOf(lines, name, me));
  }

  return { el, reload };
}

/** How the integration got to where it is: its newest change of status. */
function causeOf(lines, name, me) {
  const line = lines.find(({ event }) => event.type === "status_changed");
  return line ? { to: line.event.to, why: line.event.why, by: whoOf(line.actor, name, me), at: line.at } : null;
}

function row({ id, at, event }, sentence) {
  const moved = event.type === "status_changed" && event.from !== event.to;
  return h("li", { class: "line", tabindex: -1, "data-line": event.type, "data-why": event.why, "data-id": id },
    h("span", { class: `line-sign ${signOf(event)}`, "aria-hidden": "true" }),
    h("div", { class: "line-text" }, h("p", { dir: "auto" }, sentence), h("p", { class: "line-notes" }, moved && change(event), time(at))));
}

function change({ from, to }) {
  return h("span", null, from, h("span", { "aria-hidden": "true" }, " → "), h("span", { class: "sr-only" }, " to "), to);
}

function signOf({ type, to }) {
  if (type === "status_changed") return toneOf(to);
  return { warned: "pause", connect_ended: "pause", account_replaced: "pause", access_ending: "pause", data_erased: "pause", edit_overridden: "pause", write_failed: "bad" }[type] ?? "quiet";
}
