// Which days a week has and which event falls on which of them, in the zone of the calendar. Pure: no page, no API.
// Days and moments are drawn as the viewer's own: local midnights, and what the calendar's clock shows.

import { drawnAt } from "../zoned.js";

/** The week of a moment, Monday first: local midnights, so that a week with a clock change is right as well. */
export function weekOf(moment) {
  const start = plusDays(moment, -((moment.getDay() + 6) % 7));
  return { start, end: plusDays(start, 7) };
}

/** Local midnight so many days later. */
export function plusDays(moment, days) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + days);
}

/** Whether two moments lie on the same local day. */
export function sameDay(one, other) {
  return plusDays(one, 0).getTime() === plusDays(other, 0).getTime();
}

/**
 * Spreads occurrences over the days of a window: `[{date, items: [{occurrence, allDay, from, until, part, parts}]}]`.
 * An event of several days is on each of them; ends are exclusive. `from` and `until` are null where the event began
 * before or goes on after that day. Cancelled ones are left out.
 */
export function daysOf(occurrences, start, end, zone) {
  const days = [];
  for (let date = start; date < end; date = plusDays(date, 1)) days.push({ date, items: [] });
  for (const occurrence of occurrences) {
    if (occurrence.event?.status === "cancelled") continue;
    const span = spanOf(occurrence, zone);
    for (const day of days) {
      const item = itemOn(day.date, span);
      if (item) day.items.push({ occurrence, ...item });
    }
  }
  days.forEach((day) => day.items.sort(byTime));
  return days;
}

function spanOf({ start, end }, zone) {
  const allDay = start.kind === "date";
  const from = moment(start, zone);
  let until = end ? moment(end, zone) : from;
  if (allDay && until <= from) until = plusDays(from, 1);
  if (until < from) until = from;
  const first = plusDays(from, 0);
  // The end is exclusive: an event until midnight does not touch the next day.
  const last = until > from ? plusDays(new Date(until.getTime() - 1), 0) : first;
  return { allDay, from, until, first, last, parts: daysBetween(first, last) + 1 };
}

function moment(time, zone) {
  if (time.kind !== "date") return drawnAt(time.at, zone);
  const [year, month, date] = time.date.split("-").map(Number);
  return new Date(year, month - 1, date);
}

function itemOn(date, { allDay, from, until, first, last, parts }) {
  if (date < first || date > last) return null;
  const isFirst = date.getTime() === first.getTime();
  const isLast = date.getTime() === last.getTime();
  const whole = allDay || (!isFirst && !isLast);
  return { allDay: whole, from: !whole && isFirst ? from : null, until: !whole && isLast ? until : null, part: daysBetween(first, date) + 1, parts };
}

/** Days between two local midnights; rounding takes care of days of 23 and 25 hours. */
function daysBetween(one, other) {
  return Math.round((other - one) / 86_400_000);
}

function byTime(one, other) {
  const rank = ({ allDay, from }) => (allDay ? -1 : (from?.getTime() ?? 0));
  return rank(one) - rank(other) || title(one).localeCompare(title(other));
}

const title = ({ occurrence }) => occurrence.event?.title ?? "";
