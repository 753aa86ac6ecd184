// What an appointment is to the API, and what it is in the fields of a form. Pure: no page, no API.

import { instantOf, laterDay, wallOf } from "./zoned.js";

/** Longest id of an appointment. */
const LONGEST_ID = 128;
/** The repetitions that the form offers; any other one is kept as it is. */
const REPEATS = { none: [], daily: ["RRULE:FREQ=DAILY"], weekly: ["RRULE:FREQ=WEEKLY"] };

/** Whether Aura accepts a change of appointments now. */
export function acceptsChanges(integration) {
  const { connected, status, configuration } = integration ?? {};
  return Boolean(connected && configuration?.writes && ["Active", "Testing", "Error"].includes(status));
}

/** An id that no appointment has yet. */
export const freshId = () => crypto.randomUUID().replaceAll("-", "");

/** An appointment that is not there yet: at the next full hour, for an hour. */
export function newSubject(zone) {
  const soon = Math.ceil((Date.now() + 1) / 3_600_000) * 3_600_000;
  const time = (instant) => ({ kind: "instant", at: new Date(instant).toISOString(), timeZone: zone });
  return { scope: "new", appointment: freshId(), content: { title: "", start: time(soon), end: time(soon + 3_600_000) } };
}

/** Whether Aura wrote the event for this integration. Another one's mark is a copy. */
export const isOwn = (event, integration) => Boolean(integration && event.mark?.integration === integration.id);

/**
 * What an event of the agenda can be changed as: `{scope, appointment, content, occurrenceOf, etag, known}`. An
 * occurrence of a series is `one`, its series `series` where `others` has it. `known`: Aura has the appointment already.
 */
export function subjectsOf({ event, series, start, end }, others) {
  const { appointment } = event.mark;
  if (!series) return [{ scope: "single", appointment, content: contentOf(event), etag: event.etag, known: true }];
  const originalStart = event.exceptionOf?.originalStart ?? start;
  const whole = others.find((other) => other.series === series && other.event.recurrence?.length)?.event;
  const ofSeries = whole ? whole.mark?.appointment : withoutDigits(appointment, originalStart);
  // An occurrence inherits the mark of its series until it is an appointment of its own.
  const known = appointment !== ofSeries;
  const one = {
    scope: "one",
    appointment: known ? appointment : occurrenceId(ofSeries, originalStart),
    content: { ...contentOf(event), start, end, recurrence: undefined },
    occurrenceOf: ofSeries && { series: ofSeries, originalStart },
    etag: known ? event.etag : undefined,
    known,
  };
  const all = whole?.mark && { scope: "series", appointment: ofSeries, content: contentOf(whole), etag: whole.etag, known: true };
  return all ? [one, all] : [one];
}

/** A change that is not written yet, to be changed once more. */
export function subjectOf({ appointment, content, occurrenceOf }) {
  return { scope: occurrenceOf ? "one" : "single", appointment, content, occurrenceOf: occurrenceOf ?? undefined, known: true };
}

/** What a PUT carries. What is undefined is left out. */
export function bodyOf({ occurrenceOf, etag }, content) {
  return { ...content, occurrenceOf, etag };
}

function contentOf({ title, description, location, start, end, recurrence, attendees }) {
  const invited = attendees?.filter(({ organizer }) => !organizer).map(({ email }) => email);
  return { title, description, location, start, end, recurrence, attendees: invited };
}

const digitsOf = (time) => (time.date ?? new Date(time.at).toISOString().slice(0, 19)).replace(/\D/g, "");

function occurrenceId(series, originalStart) {
  const id = `${series}-${digitsOf(originalStart)}`;
  return id.length > LONGEST_ID ? freshId() : id;
}

function withoutDigits(appointment, originalStart) {
  const digits = `-${digitsOf(originalStart)}`;
  return appointment.endsWith(digits) ? appointment.slice(0, -digits.length) : appointment;
}

/** The fields of a form. Its last day is the last one that belongs to the appointment. */
export function fieldsOf(content, zone) {
  const { title = "", description, location, start, end, recurrence, attendees } = content;
  const allDay = start.kind === "date";
  const own = start.timeZone ?? zone;
  const from = allDay ? { date: start.date, time: "09:00" } : wallOf(start.at, own);
  const until = allDay ? { date: laterDay(end.date, -1), time: "10:00" } : wallOf(end.at, own);
  return {
    title, allDay, zone: own, date: from.date, start: from.time, endDate: until.date, end: until.time,
    location: location ?? "", description: description ?? "", attendees: (attendees ?? []).join(", "), repeat: repeatOf(recurrence ?? []),
  };
}

/** The appointment that the fields say. What was not touched stays letter for letter. */
export function contentOfFields(fields, before) {
  const { title, location, description, attendees, repeat } = fields;
  const was = fieldsOf(before, fields.zone);
  const sameTime = ["allDay", "date", "start", "endDate", "end"].every((name) => fields[name] === was[name]);
  const times = sameTime ? { start: before.start, end: before.end } : timesOf(fields);
  const people = attendees.split(/[\s,;]+/).filter(Boolean);
  return {
    title: kept(title, before.title) ?? "", ...times, location: kept(location, before.location), description: kept(description, before.description),
    recurrence: repeat === "kept" ? before.recurrence : REPEATS[repeat], attendees: people,
  };
}

function timesOf({ allDay, zone, date, start, endDate, end }) {
  if (allDay) return { start: { kind: "date", date }, end: { kind: "date", date: laterDay(endDate, 1) } };
  const time = (day, clock) => ({ kind: "instant", at: instantOf(day, clock, zone), timeZone: zone });
  return { start: time(date, start), end: time(endDate, end) };
}

/** `none`, `daily`, `weekly`, or `kept` for what the form cannot say. */
function repeatOf(recurrence) {
  return Object.keys(REPEATS).find((name) => JSON.stringify(REPEATS[name]) === JSON.stringify(recurrence)) ?? "kept";
}

/** Fields of a page change line ends. */
function kept(text, before) {
  const same = text === before?.replace(/\r\n?/g, "\n");
  if (same) return before;
  return text.trim() ? text : undefined;
}
