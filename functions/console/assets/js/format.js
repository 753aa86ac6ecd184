// Numbers and times for people. The page is English, so are its dates; hours follow the person's own habit.

import { h } from "./dom.js";

const LANGUAGE = navigator.languages?.find((language) => language.startsWith("en")) ?? "en-GB";
const NUMBER = new Intl.NumberFormat(LANGUAGE);
const RELATIVE = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const MOMENT = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
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

/** "3 minutes ago", "in 12 minutes", "just now". */
export function relative(timestamp, now = Date.now()) {
  const seconds = Math.round((Date.parse(timestamp) - now) / 1000);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.round(seconds / length), unit);
  }
  return seconds > 5 ? "in a moment" : "just now";
}

/** A time that reads relatively, shows the exact moment on hover, and stays true while the page is open. */
export function time(timestamp) {
  const title = MOMENT.format(new Date(timestamp));
  return h("time", { datetime: timestamp, title, "data-relative": true }, relative(timestamp));
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
    element.textContent = relative(element.getAttribute("datetime"));
  }
}, 15_000);
