// The words about appointments on their way to a provider.

import { span } from "./format.js";

const FIELDS = { time: "time", attendees: "list of people", title: "title", description: "description", location: "place" };

const FAILURES = {
  calendar_read_only: "Aura may not write to that calendar",
  calendar_gone: "the calendar is gone, or it is not shared any more",
  event_deleted: "the event was deleted there meanwhile",
  rejected: "it was not accepted there",
  not_connected: "the integration was disconnected before",
  other_account: "another account was connected before",
  gave_up: "it was not taken for a week",
};

/** How an appointment is called; one whose title nobody knows here is just one. */
export const called = (title) => (title?.trim() ? `“${title.trim()}”` : "an appointment");

/** An edit that lost, as a sentence. */
export function lostWords({ field, winner, lost }, name, title) {
  const [kept, other] = winner === "aura" ? ["Aura", name] : [name, "Aura"];
  return `${kept}’s ${FIELDS[field] ?? field} was kept for ${called(title)}; ${other}’s was ${valueWords(field, lost)}.`;
}

/** A change that was given up, as a sentence. */
export function failedWords({ code }, name, title) {
  const what = title?.trim() ? called(title) : "An appointment";
  return `${what} could not be written to ${name}: ${FAILURES[code] ?? "the reason is not known"}.`;
}

function valueWords(field, lost) {
  if (field === "time" && lost?.start && lost.end) return span(lost.start, lost.end);
  if (Array.isArray(lost)) return lost.join(", ") || "empty";
  return typeof lost === "string" && lost.trim() ? `“${lost.trim()}”` : "empty";
}

/** What a person is asked before an appointment is cancelled. `written`: the provider has it, as far as Aura knows. */
export function cancellationOf({ scope, written, invited }, name, title) {
  const series = scope === "series";
  const removed = series ? `All of its occurrences are removed from ${name}.` : `It is removed from ${name}.`;
  const points = [
    { icon: "delete", text: written ? removed : `${name} does not have it: the change is dropped, and nothing is written any more.` },
    written && invited > 0 && { icon: "info", text: `${name} tells everybody who is invited.` },
    scope === "one" && { icon: "check", text: "The other ones of the series stay." },
  ];
  const what = series ? "the whole series" : "the appointment";
  return { action: "cancel-appointment", title: `Cancel ${title?.trim() ? called(title) : what}?`, points: points.filter(Boolean), confirm: series ? "Cancel the series" : "Cancel appointment", keep: "Keep it", busy: "Cancelling…", danger: true };
}
