// The fields of an appointment.

import { contentOfFields, fieldsOf } from "../appointment.js";
import { fill, h } from "../dom.js";
import { zoneName } from "../format.js";

/** The controls of the fields, by the names that the API gives in a refusal. */
const CONTROLS = { title: "title", start: "start", end: "end", recurrence: "repeat", attendees: "attendees", location: "location", description: "description" };

/** A form for the content of a subject. `zone` is the one of a time that names none; `name` is the provider's. */
export function appointmentForm({ scope, content }, zone, name) {
  const fields = fieldsOf(content, zone);
  const input = (field, props) => h("input", { class: "field", "data-field": field, value: fields[field], autocomplete: "off", ...props });
  const allDay = h("input", { type: "checkbox", "data-field": "allDay", checked: fields.allDay, onchange: whole });
  const repeat = h("select", { class: "field", "data-field": "repeat" }, repeats(fields.repeat));
  const inputs = {
    title: input("title", { dir: "auto", maxlength: 1000, autofocus: true }),
    date: input("date", { type: "date", required: true, "aria-label": "First day", onchange: moved }),
    start: input("start", { type: "time", required: true, "aria-label": "Start time", onchange: moved }),
    endDate: input("endDate", { type: "date", required: true, "aria-label": "Last day" }),
    end: input("end", { type: "time", required: true, "aria-label": "End time" }),
    location: input("location", { dir: "auto", maxlength: 1000 }),
    attendees: input("attendees", { inputmode: "email", spellcheck: "false" }),
    description: fill(h("textarea", { class: "field", rows: 3, dir: "auto", "data-field": "description", maxlength: 8000 }), fields.description),
    repeat,
  };
  const clock = h("p", { class: "fine" }, `Times are those of ${zoneName(fields.zone)}.`);
  let from = start();
  whole();
  const el = h("div", { class: "form" },
    setting("Title", inputs.title),
    h("label", { class: "check" }, allDay, h("span", null, "All day")),
    times("Starts", inputs.date, inputs.start), times("Ends", inputs.endDate, inputs.end), clock,
    scope !== "one" && setting("Repeats", h("span", { class: "select" }, repeat)),
    setting("Place", inputs.location), setting("Invited", inputs.attendees, `E-mail addresses, separated by commas. ${name} invites them.`),
    setting("Description", inputs.description));

  /** What the fields say now. */
  function read() {
    const said = Object.fromEntries(Object.entries(inputs).map(([field, control]) => [field, control.value]));
    return contentOfFields({ ...said, zone: fields.zone, allDay: allDay.checked }, content);
  }

  /** What the API does not accept: the field's control and the words without its name. Null when it names none. */
  function fieldOf({ code, detail }) {
    const [, refused, words] = (code === "invalid_appointment" && /^(\w+): (.+)$/s.exec(detail)) || [];
    const control = inputs[CONTROLS[refused]];
    return control ? { control: control.disabled ? inputs.endDate : control, words } : null;
  }

  function whole() {
    for (const control of [inputs.start, inputs.end]) control.hidden = control.disabled = allDay.checked;
    clock.hidden = allDay.checked;
  }

  function start() {
    return Date.parse(`${inputs.date.value}T${inputs.start.value}Z`);
  }

  /** Who moves the start moves the end with it. */
  function moved() {
    const by = start() - from;
    const end = Date.parse(`${inputs.endDate.value}T${inputs.end.value}Z`);
    if (Number.isNaN(by) || Number.isNaN(end)) return;
    from = start();
    const [date, time] = new Date(end + by).toISOString().split("T");
    inputs.endDate.value = date;
    inputs.end.value = time.slice(0, 5);
  }

  return { el, read, fieldOf };
}

function setting(label, control, note) {
  return h("label", { class: "setting" }, h("span", { class: "setting-name" }, label), control, note && h("span", { class: "fine" }, note));
}

function times(label, ...controls) {
  return h("div", { class: "setting", role: "group", "aria-label": label }, h("span", { class: "setting-name" }, label), h("div", { class: "times" }, controls));
}

function repeats(chosen) {
  const known = [["none", "Does not repeat"], ["daily", "Every day"], ["weekly", "Every week"]];
  const all = chosen === "kept" ? [...known, ["kept", "As it does now"]] : known;
  return all.map(([value, words]) => h("option", { value, selected: value === chosen }, words));
}
