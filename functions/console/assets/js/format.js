// Numbers and times for people. The page is English, so are its dates; hours follow the person's own habit.

import { h } from "./dom.js";

export const LANGUAGE = navigator.languages?.find((language) => language.startsWith("en")) ?? "en-GB";
const NUMBER = new Intl.NumberFormat(LANGUAGE);
const RELATIVE = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const MOMENT = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const DATE = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium" });
const HOUR = new Intl.DateTimeFormat(LANGUAGE, { hour: "numeric", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat(LANGUAGE, { weekday: "long" });
const DAY = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "long" });
const RANGE = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "long", year: "numeric" });
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const number = (value) => NUMBER.format(value);
export const hour = (date) => HOUR.format(date);
export const hours = (from, to) => HOUR.formatRange(from, to);
export const weekday = (date) => WEEKDAY.format(date);
export const day = (date) => DAY.format(date);
export const range = (from, to) => RANGE.formatRange(from, to);

/** From when to when an appointment is, in its own zone; ends are exclusive. */
export function span(start, end) {
  if (start.kind === "date") {
    return new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeZone: "UTC" }).formatRange(new Date(start.date), new Date(Date.parse(end.date) - 86_400_000));
  }
  const zone = start.timeZone ?? viewerZone;
  const words = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short", timeZone: zone }).formatRange(new Date(start.at), new Date(end.at));
  return zone === viewerZone ? words : `${words} (${zoneName(zone)})`;
}

/** A zone as a person reads it. */
export const zoneName = (zone) => zone.replaceAll("_", " ");

/** "3 minutes ago", "in 12 minutes", "just now". */
export function relative(timestamp, now = Date.now()) {
  const seconds = Math.round((Date.parse(timestamp) - now) / 1000);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.round(seconds / length), unit);
  }
  return seconds > 5 ? "in a moment" : "just now";
}

/** When something happened: reads relatively, shows the exact moment on hover, stays true while the page is open. */
export const time = (timestamp) => leaning(timestamp, "past");

/** When something is due. What is overdue is about to come. */
export const due = (timestamp) => leaning(timestamp, "future");

/** An exact moment, for what lies days away. */
export function moment(timestamp) {
  return h("time", { datetime: timestamp }, MOMENT.format(new Date(timestamp)));
}

/** A day in words, for a sentence. */
export const dateWords = (timestamp) => DATE.format(new Date(timestamp));

/** A day, exactly to the minute on hover. */
export function date(timestamp) {
  const when = new Date(timestamp);
  return h("time", { datetime: timestamp, title: MOMENT.format(when) }, dateWords(when));
}

function leaning(timestamp, lean) {
  const title = MOMENT.format(new Date(timestamp));
  return h("time", { datetime: timestamp, title, "data-relative": lean }, leaningWords(timestamp, lean));
}

/** Clocks differ: what has happened is never said to come, nor what comes to have been. */
function leaningWords(timestamp, lean) {
  const ahead = Date.parse(timestamp) - Date.now();
  if (lean === "future" && ahead < 10_000) return "in a moment";
  return lean === "past" && ahead > 0 ? "just now" : relative(timestamp);
}

/** How long something took. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 1) return "less than a second";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "1 page", "2,500 records". */
export function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    element.textContent = leaningWords(element.getAttribute("datetime"), element.dataset.relative);
  }
}, 15_000);
