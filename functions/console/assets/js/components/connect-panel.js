// What the person sees while a connection is being made, and how it ended.

import { button, fill, h, mark } from "../dom.js";
import { connectFailure } from "../words.js";
import { notice } from "./problem.js";

/** A panel that follows one flow. `onCancel` stops it, `onAgain` starts anew. */
export function connectPanel(name, { onCancel, onAgain }) {
  const el = h("div", { class: "connect-panel", "aria-live": "polite" });

  /** Shows a report of connect.js. */
  function show(report) {
    el.dataset.phase = report.phase;
    fill(el, content(report));
  }

  function content(report) {
    switch (report.phase) {
      case "opening":
        return busy(`Opening ${name}…`, "One moment, please.");
      case "waiting":
        return busy(`Waiting for ${name}`, "Give permission in the window that has opened. This page goes on by itself.", cancel());
      case "completing":
        return busy("Finishing the connection…", "Almost there.");
      case "blocked":
        return said("pause", connectFailure("blocked", name), [tabLink(report.url), cancel()]);
      case "closed":
        return said("pause", connectFailure("closed", name), [again("Start again"), cancel()]);
      case "failed":
        return failed(report);
      default:
        return null;
    }
  }

  function failed({ code, problem }) {
    const ending = code ?? problem.code;
    const tone = ["denied", "still_disconnecting"].includes(ending) ? "pause" : "bad";
    return h("div", { "data-code": ending }, said(tone, failureWords(code, problem, name), [again("Try again"), dismiss()], reference(problem)));
  }

  const cancel = () => button("Cancel", { kind: "ghost small", "data-action": "cancel-connect", onclick: onCancel });
  const again = (label) => button(label, { kind: "plain small", "data-action": "connect-again", onclick: onAgain });
  const dismiss = () => button("Dismiss", { kind: "ghost small", onclick: () => show({ phase: "idle" }) });
  show({ phase: "idle" });
  return { el, show };
}

function busy(title, text, ...more) {
  return h("div", { class: "notice info" }, h("span", { class: "spinner" }), h("div", { class: "notice-text" }, h("strong", null, title), h("p", null, text)), more);
}

/** A problem of the API speaks for itself; a code from the popup gets the page's words. */
export function failureWords(code, problem, name) {
  const words = connectFailure(code ?? problem.code, name);
  if (!problem) return words;
  const remedy = problem.remedy ?? "Nothing has changed.";
  return words.known ? { title: words.title, text: `${problem.message} ${remedy}` } : { title: problem.message, text: remedy };
}

function said(tone, { title, text }, actions, more) {
  return notice(tone, title, text, h("div", { class: "notice-actions" }, actions), more);
}

function tabLink(url) {
  return h("a", { class: "button plain small", href: url, target: "_blank", rel: "noopener noreferrer", "data-action": "open-tab" }, mark("external"), "Open in a tab");
}

function reference(problem) {
  return problem?.unexpected && problem.requestId && h("p", { class: "fine" }, "Request id ", h("code", null, problem.requestId));
}
