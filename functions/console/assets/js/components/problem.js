// A problem in words: what, what to do, and for the unexpected the id to report.

import { button, h, mark } from "../dom.js";

/** A notice for a failed request. */
export function problemNotice(failure, { onRetry, title } = {}) {
  return h("div", { class: "notice bad", role: "alert", "data-code": failure.code }, mark("warning"),
    h("div", { class: "notice-text" }, h("strong", null, title ?? failure.message), title && h("p", null, failure.message), failure.remedy && h("p", null, failure.remedy),
      failure.unexpected && failure.requestId && h("p", { class: "fine" }, "Request id ", h("code", null, failure.requestId))),
    onRetry && button("Try again", { kind: "plain small", onclick: onRetry }));
}

/** A calm remark: tone is good, info, mild, pause or bad. */
export function notice(tone, title, text, ...more) {
  const marks = { good: "check", info: "info", mild: "warning", pause: "info", bad: "warning" };
  return h("div", { class: `notice ${tone}`, role: tone === "bad" ? "alert" : "status" }, mark(marks[tone]),
    h("div", { class: "notice-text" }, h("strong", null, title), text && h("p", null, text)), more);
}
