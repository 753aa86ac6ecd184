// The leads of an integration: whether every one is here, and the newest of them.

import { button, fill, h, skeleton } from "../dom.js";
import { count, number } from "../format.js";
import { leadReader } from "../leads-read.js";
import { poll } from "../poll.js";
import { resourceWords } from "../words.js";
import { formFigures } from "./figures.js";
import { leadRow } from "./lead-row.js";
import { problemNotice } from "./problem.js";

/** So many are shown at first. */
const SHOWN = 10;

/** The panel with the leads of a page's integration. It reads by itself from its first `reload` until `stop`. */
export function leadList(page) {
  const list = h("ol", { class: "runs", "data-leads": true });
  const foot = h("div", { class: "runs-foot" });
  const newest = h("h3", { class: "leads-newest", hidden: true }, "Newest");
  const summary = h("span", { class: "muted" });
  const figures = formFigures(page, { nameOf, onSent: () => looking.now(), onShow: open });
  const el = h("section", { class: "panel leads-panel", "aria-labelledby": "leads-title" }, h("h2", { id: "leads-title" }, "Leads ", summary), figures.el,
    newest, list, foot);
  const over = new AbortController();
  const reader = leadReader(page.provider, over.signal);
  let looking = null;
  let options = new Map();
  /** What is known, what of it is shown, and how. */
  let known = null;
  let shown = SHOWN;
  let rows = new Map();
  page.signal.addEventListener("abort", stop);

  function reload() {
    if (!known) fill(foot, skeleton(3));
    looking ??= poll({ read: reader.read, take, lost, busy: figures.hurries, signal: over.signal });
    figures.reload();
    looking.now();
  }

  function stop() {
    over.abort();
  }

  function take(next) {
    const changed = known && JSON.stringify(known.leads) !== JSON.stringify(next.leads);
    known = next;
    figures.look(known.leads);
    if (changed) figures.reload();
    show();
  }

  function lost(failure) {
    fill(foot, problemNotice(failure, { onRetry: reload }));
  }

  function show() {
    const { leads, days, complete } = known;
    const within = `arrived in ${days === 1 ? "a day" : `${days} days`}`;
    summary.textContent = leads.length ? `${complete ? "" : "more than "}${number(leads.length)} ${within}` : "";
    newest.hidden = !leads.length;
    keep(leads.slice(0, shown));
    if (!leads.length) fill(foot, h("p", { class: "muted" }, `No leads ${days === 1 ? "in the last day" : `in the last ${count(days, "day")}`}. New ones appear here by themselves.`));
    else if (leads.length <= shown) fill(foot);
    else if (!foot.querySelector("[data-action=more-leads]")) fill(foot, button("Show more", { kind: "ghost small", "data-action": "more-leads", onclick: more }));
  }

  /** A row that is shown already stays as it is, open or closed. */
  function keep(leads) {
    const before = rows;
    rows = new Map(leads.map((lead) => [JSON.stringify(lead), lead]));
    rows.forEach((lead, content) => rows.set(content, before.get(content) ?? leadRow(lead, nameOf)));
    const wanted = [...rows.values()];
    if (wanted.length === list.children.length && wanted.every((row, at) => list.children[at] === row)) return;
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    fill(list, wanted);
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  }

  function more() {
    const first = shown;
    shown += SHOWN;
    show();
    list.children[first]?.focus();
  }

  /** Opens a lead and leads there. */
  function open(id) {
    const at = known.leads.findIndex((lead) => lead.id === id);
    if (at < 0) return;
    shown = Math.max(shown, at + 1);
    show();
    const row = list.children[at];
    row.firstChild.open = true;
    row.scrollIntoView({ block: "center" });
    row.querySelector("summary").focus({ preventScroll: true });
  }

  /** A form as far as the page knows it: its name and what it belongs to. */
  function nameOf(form) {
    const option = options.get(form);
    const parentWord = resourceWords(page.now()?.configuration?.parentKind).one;
    return option && { name: option.name, parent: option.parent, parentWord: parentWord.charAt(0).toUpperCase() + parentWord.slice(1) };
  }

  /** Takes what is known of the forms. */
  function name(forms) {
    options = new Map(forms.map((form) => [form.id, form]));
    figures.show();
  }

  return { el, reload, stop, name, update: figures.update };
}
