// Wall clocks: what a clock in a zone shows at an instant, and the instant at which it shows something. Pure.

const clocks = new Map();

/** What the clock shows: `{date: "2026-11-24", time: "09:30"}`. */
export function wallOf(instant, zone) {
  const parts = Object.fromEntries(clock(zone).formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
  return { date: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` };
}

/** When the clock shows this. A time that a clock change skips is the same so much later, one that comes twice the first. */
export function instantOf(date, time, zone) {
  const shown = Date.parse(`${date}T${time}Z`);
  const before = shown - offset(shown - 86_400_000, zone);
  const after = shown - offset(shown + 86_400_000, zone);
  const right = [before, after].find((instant) => instant + offset(instant, zone) === shown);
  return new Date(right ?? before).toISOString();
}

/** The moment at which the viewer's own clock shows what that of the zone shows: for all that is drawn on a wall of days. */
export function drawnAt(instant, zone) {
  const { date, time } = wallOf(instant, zone);
  return new Date(`${date}T${time}`);
}

/** A day so many days later. */
export function laterDay(date, days) {
  return new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function offset(instant, zone) {
  const { date, time } = wallOf(instant, zone);
  return Date.parse(`${date}T${time}Z`) - Math.floor(instant / 60_000) * 60_000;
}

function clock(zone) {
  if (!clocks.has(zone)) {
    clocks.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, calendar: "iso8601", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }));
  }
  return clocks.get(zone);
}
