// The dialog about one appointment: a new one, one that is changed, or one that is cancelled.

import { problem } from "../api.js";
import { bodyOf } from "../appointment.js";
import { cancellationOf } from "../appointment-words.js";
import { click } from "../click.js";
import { button, fill, h, mark, webAddress } from "../dom.js";
import { appointmentForm } from "./appointment-form.js";
import { confirmation } from "./confirmation.js";
import { problemNotice } from "./problem.js";

const SCOPES = { one: "Only this one", series: "The whole series" };

/**
 * Opens the dialog in `host`. `subjects` is what can be changed, the first one chosen; `written`: the provider has it;
 * `link` leads to it there. `done` gets the answer of the API once a change is accepted.
 */
export function appointmentDialog(host, { subjects, written, link }, { address, name, zone, signal, done }) {
  const isNew = subjects[0].scope === "new";
  const place = h("div");
  const said = h("div", { class: "dialog-said" });
  const foot = h("div", { class: "dialog-foot" });
  const el = h("dialog", { class: "dialog form-dialog", "data-dialog": "appointment", "aria-labelledby": "appointment-title", oncancel: (event) => under && event.preventDefault(), onclose: () => el.remove() },
    h("form", { method: "dialog", onsubmit: submitted }, h("h2", { id: "appointment-title" }, isNew ? "New appointment" : "Appointment", atProvider()), subjects.length > 1 && scopes(), place, said, foot));
  let under = false;
  let form = null;
  let subject = null;
  /** What was sent last: the same content again is the same click. */
  let sent = { body: null, send: null };
  host.append(el);
  choose(subjects[0]);
  buttons();
  el.showModal();

  function choose(next) {
    subject = next;
    form = appointmentForm(subject, zone, name);
    fill(place, form.el);
    fill(said);
  }

  function scopes() {
    const radio = (each, first) => h("label", { class: "check" }, h("input", { type: "radio", name: "scope", value: each.scope, checked: first, "data-scope": each.scope, onchange: () => choose(each) }), h("span", null, SCOPES[each.scope]));
    return h("fieldset", { class: "scopes" }, h("legend", { class: "sr-only" }, "What is changed"), subjects.map((each, at) => radio(each, at === 0)));
  }

  function atProvider() {
    const there = webAddress(link);
    return there && h("a", { class: "there", href: there, target: "_blank", rel: "noopener noreferrer" }, mark("external"), `In ${name}`);
  }

  function buttons(label = isNew ? "Create" : "Save") {
    const off = { "aria-disabled": under ? "true" : null };
    fill(foot, !isNew && button("Cancel appointment", { kind: "ghost bad", icon: "delete", "data-action": "cancel-appointment", ...off, onclick: () => under || cancel() }), h("span", { class: "grow" }),
      button("Close", { "data-action": "close", ...off, onclick: () => under || close() }), button(label, { kind: "primary", type: "submit", pending: under, "data-action": "save-appointment" }));
  }

  function submitted(event) {
    event.preventDefault();
    if (!under) save();
  }

  async function save() {
    const body = bodyOf(subject, form.read());
    const same = JSON.stringify([subject.appointment, body]);
    if (sent.body !== same) sent = { body: same, send: click("PUT", `${address}/${subject.appointment}`, signal, body) };
    under = true;
    fill(said);
    buttons("Saving…");
    foot.lastChild.focus();
    try {
      end((await sent.send()).body);
    } catch (error) {
      refused(problem(error));
    }
  }

  /** Asked first. An occurrence that Aura knows only by its series becomes an appointment of its own on the way. */
  function cancel() {
    const { appointment, scope, known, content } = subject;
    const keep = known ? null : click("PUT", `${address}/${appointment}`, signal, bodyOf(subject, content));
    const remove = click("DELETE", `${address}/${appointment}`, signal);
    const send = async () => {
      if (keep) await keep();
      return remove();
    };
    const question = cancellationOf({ scope, written, invited: content.attendees?.length ?? 0 }, name, content.title);
    confirmation(host, question, { send, ended: (failure, answer) => (failure ? refused(failure) : end(answer.body)) });
  }

  function refused(failure) {
    if (signal.aborted || !el.open) return;
    under = false;
    buttons();
    const field = form.fieldOf(failure);
    fill(said, problemNotice(field ? { ...failure, message: field.words } : failure));
    (field?.control ?? foot.lastChild).focus();
  }

  function end(answer) {
    if (signal.aborted) return;
    close();
    done(answer);
  }

  function close() {
    el.close();
    el.remove();
  }
}
