// The synced events, a week at a time, in the calendar's zone.

import { get, problem } from "../api.js";
import { announce, button, fill, h, mark, skeleton, webAddress } from "../dom.js";
import { day, hour, hours, range, viewerZone, weekday, zoneName } from "../format.js";
import { drawnAt } from "../zoned.js";
import { daysOf, plusDays, sameDay, weekOf } from "./agenda-days.js";
import { colorDot } from "./picker.js";
import { problemNotice } from "./problem.js";

/** More pages than this a week has never had; it keeps a mistaken cursor from asking forever. */
const PAGES = 40;

/**
 * The panel with the events of one provider's integration. `onNew` makes an appointment; `onOpen` gets an occurrence that Aura
 * wrote, and all that are read.
 */
export function agenda(provider, signal, { onNew, onOpen }) {
  const title = h("h2", { id: "agenda-title" }, "Synced events");
  const caption = h("p", { class: "muted agenda-range", "aria-live": "polite" });
  const body = h("div", { class: "agenda" });
  const create = button("New appointment", { kind: "primary small", icon: "plus", "data-action": "new-appointment", hidden: true, onclick: onNew });
  const el = h("section", { class: "panel agenda-panel", "aria-labelledby": "agenda-title" },
    h("div", { class: "panel-head" }, h("div", null, title, caption), h("div", { class: "agenda-tools" }, navigation(), create)), body);
  let zone = viewerZone;
  let week = weekOf(now());
  let calendars = new Map();
  let occurrences = null;
  let asked = 0;
  let may = { create: false, change: false, own: () => false };

  function now() {
    return drawnAt(Date.now(), zone);
  }

  function navigation() {
    const arrow = (name, label, days) => h("button", { type: "button", class: "button icon", "aria-label": label, "data-action": `${name}-week`, onclick: () => go(plusDays(week.start, days)) }, mark(name));
    return h("div", { class: "week-nav", role: "group", "aria-label": "Week" }, arrow("previous", "Previous week", -7),
      button("Today", { kind: "plain small", "data-action": "today", onclick: () => go(now()) }), arrow("next", "Next week", 7));
  }

  async function go(moment) {
    week = weekOf(moment);
    occurrences = null;
    await reload();
    if (occurrences) announce(`${range(week.start, plusDays(week.end, -1))}: ${occurrences.length} events`);
  }

  /** Reads the week again; what is shown stays until the answer is here. `anew` draws it even if it is the same. */
  async function reload(anew = false) {
    const mine = ++asked;
    fill(caption, range(week.start, plusDays(week.end, -1)), h("span", { class: "zone" }, ` · ${zoneName(zone)}`));
    if (!occurrences) fill(body, skeleton(5));
    try {
      const found = await load(week);
      if (mine !== asked || signal.aborted) return;
      const same = JSON.stringify(found) === JSON.stringify(occurrences);
      occurrences = found;
      if (!same || anew) show();
    } catch (error) {
      if (mine !== asked || signal.aborted) return;
      occurrences = null;
      fill(body, problemNotice(problem(error), { onRetry: () => reload() }));
    }
  }

  /** Two days more on either side: whole days have no zone, and those of the calendar are not the viewer's. */
  async function load({ start, end }) {
    const query = new URLSearchParams({ from: plusDays(start, -2).toISOString(), to: plusDays(end, 2).toISOString() });
    const found = [];
    for (let page = 0; page < PAGES; page += 1) {
      const { body: answer } = await get(`/integrations/${provider}/records?${query}`, { signal });
      found.push(...answer.occurrences);
      if (!answer.cursor) break;
      query.set("cursor", answer.cursor);
    }
    return found;
  }

  /** Takes the calendars' names and colours. */
  function name(options) {
    calendars = new Map(options.map((option) => [option.id, option]));
    if (occurrences) show();
  }

  /** Shows the events in another zone; whoever looks at this week still does. */
  function within(next) {
    if (next === zone) return;
    const current = sameDay(week.start, weekOf(now()).start);
    zone = next;
    if (current) week = weekOf(now());
    if (asked) reload(true);
  }

  /** Takes what can be done now: make appointments, change those that are `own`. */
  function allow(next) {
    const moved = next.change !== may.change;
    may = next;
    create.hidden = !may.create;
    if (moved && occurrences) show();
  }

  /** The title of an appointment in this week. */
  function titleOf(appointment) {
    return occurrences?.find(({ event }) => appointment && event.mark?.appointment === appointment)?.event.title;
  }

  function show() {
    const focused = body.contains(document.activeElement) && document.activeElement.closest("[data-event]")?.dataset.event;
    const days = daysOf(occurrences, week.start, week.end, zone);
    const today = now();
    const worth = days.filter(({ date, items }) => items.length || sameDay(date, today));
    const empty = days.every(({ items }) => !items.length);
    fill(body, empty ? nothing() : worth.map((each) => dayGroup(each, sameDay(each.date, today), (item) => eventRow(item, calendars.get(item.occurrence.resource), dressOf(item.occurrence)))));
    if (focused) [...body.querySelectorAll(".event-open")].find((open) => open.closest("[data-event]").dataset.event === focused)?.focus();
  }

  function dressOf(occurrence) {
    const own = may.own(occurrence.event);
    return { own, open: own && may.change ? () => onOpen(occurrence, occurrences) : null };
  }

  return { el, reload, name, within, allow, titleOf };
}

function nothing() {
  return h("div", { class: "empty" }, h("strong", null, "Nothing this week"), h("p", { class: "muted" }, "There are no synced events in these seven days."));
}

function dayGroup({ date, items }, isToday, row) {
  return h("section", { class: `day ${isToday ? "today" : ""}` },
    h("h3", null, h("span", { class: "weekday" }, isToday ? "Today" : weekday(date)), h("span", { class: "muted" }, day(date))),
    items.length ? h("ul", null, items.map(row)) : h("p", { class: "muted free" }, "No events"));
}

function eventRow(item, calendar, { own, open }) {
  const { occurrence, parts, part } = item;
  const { event } = occurrence;
  return h("li", { class: `event ${event.status === "tentative" ? "tentative" : ""}`, "data-event": occurrence.id, "data-own": own && event.mark.appointment },
    h("span", { class: "event-time" }, timeText(item)), colorDot(calendar?.color),
    h("div", { class: "event-text" }, h("p", { class: "event-title" }, eventTitle(event, open), own && h("span", { class: "tag accent" }, "Aura"), parts > 1 && h("span", { class: "tag quiet" }, `Day ${part} of ${parts}`), event.status === "tentative" && h("span", { class: "tag quiet" }, "Tentative")),
      h("p", { class: "event-notes" }, calendar && h("bdi", null, calendar.name), event.location && h("span", null, mark("place"), h("bdi", null, event.location)), call(event))));
}

function timeText({ allDay, from, until }) {
  if (allDay) return "All day";
  if (from && until) return from.getTime() === until.getTime() ? hour(from) : hours(from, until);
  return from ? `from ${hour(from)}` : `until ${hour(until)}`;
}

function eventTitle(event, open) {
  const text = event.title?.trim() || (event.private ? "Busy" : "(No title)");
  if (open) return h("button", { type: "button", class: "event-open", "data-action": "open-appointment", dir: "auto", onclick: open }, text);
  const address = webAddress(event.link);
  return address ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, text) : h("bdi", null, text);
}

function call({ conferenceLink }) {
  const address = webAddress(conferenceLink);
  return address && h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, mark("video"), "Video call");
}
