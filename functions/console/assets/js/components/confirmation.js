// Asking before something happens that cannot be taken back with one click.

import { button, fill, h, mark } from "../dom.js";
import { problem } from "../api.js";
import { problemNotice } from "./problem.js";

/**
 * Opens a dialog in `host`. `send` does it; where its answer is unclear the dialog stays, and the same click can be sent
 * again. `ended` gets what went wrong, or null and the answer; it is not called when the person changed their mind.
 */
export function confirmation(host, { action, title, points, confirm, keep = "Cancel", busy, danger }, { send, ended }) {
  const said = h("div", { class: "dialog-said" });
  const foot = h("div", { class: "dialog-foot" });
  const el = h("dialog", { class: "dialog", "data-dialog": action, "aria-labelledby": "dialog-title", "aria-describedby": "dialog-text", oncancel: (event) => under && event.preventDefault(), onclose: () => el.remove() },
    h("h2", { id: "dialog-title" }, title), h("ul", { id: "dialog-text" }, points.map((point) => h("li", null, mark(point.icon), h("span", null, point.text)))), said, foot);
  let under = false;
  host.append(el);
  buttons();
  el.showModal();
  return { action, close };

  function close() {
    el.close();
    el.remove();
  }

  function buttons(label = confirm) {
    const kind = danger ? "danger" : "primary";
    const no = button(keep, { "data-action": "cancel", autofocus: true, "aria-disabled": under ? "true" : null, onclick: () => under || close() });
    fill(foot, no, button(label, { kind, pending: under, "data-action": "confirm", onclick: go }));
  }

  async function go() {
    under = true;
    fill(said);
    buttons(busy);
    // The focus stays in the dialog, on what says that it is under way.
    foot.lastChild.focus();
    try {
      end(null, await send());
    } catch (error) {
      refused(error);
    }
  }

  function refused(error) {
    const failure = problem(error);
    if (!failure.unclear || !el.open) return void end(failure);
    under = false;
    buttons();
    fill(said, problemNotice(failure));
    foot.lastChild.focus();
  }

  function end(failure, answer) {
    close();
    ended(failure, answer);
  }
}
