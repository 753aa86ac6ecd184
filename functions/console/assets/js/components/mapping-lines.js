// The questions of a form, one line each: where its answer goes, the sample's answer, and what is wrong with it.

import { fill, h } from "../dom.js";
import { FIELDS, choiceOf, isPropertyName, targetOf } from "../lead-mapping.js";

const PROPERTY_RULE = "1 to 64 letters (A to Z), digits, spaces, and the signs _ . -";

/**
 * The lines. `onTarget` gets a question's key and where its answer goes now, or null where it has none of its own; `onAnswer`
 * its key and what the sample's person answers now.
 */
export function mappingLines(questions, mapping, answers, { onTarget, onAnswer }) {
  const lines = questions.map((question, at) => line(question, mapping.fields[question.key], answerTo(answers, question.key), `question-${at}`, { onTarget, onAnswer }));
  const el = h("ul", { class: "mapping-lines" }, lines.map(({ el: row }) => row));

  /** Shows the problems of an answer of the API, each where it belongs. Gives back those of no question. */
  function explain(problems) {
    lines.forEach(({ key, say }) => say(problems.find((each) => each.key === key)?.message ?? null));
    return problems.filter(({ key }) => !lines.some((each) => each.key === key));
  }

  /** Shows other answers of the sample. */
  function answer(next) {
    lines.forEach((each) => each.answer(answerTo(next, each.key)));
  }

  /** Leads to the first of these questions. */
  function focus(keys) {
    lines.find(({ key }) => keys.includes(key))?.focus();
  }

  return { el, explain, answer, focus };
}

const answerTo = (answers, key) => answers.find((answer) => answer.key === key)?.values.join(", ") ?? "";

function line({ key, label }, target, answer, id, { onTarget, onAnswer }) {
  const chosen = choiceOf(target, key);
  const select = h("select", { class: "field", "data-target": true, "aria-describedby": `${id}-problem`, onchange: picked }, choices(chosen));
  const text = (kind, value, props) => h("input", { class: "field", [kind]: true, value, autocomplete: "off", "aria-describedby": `${id}-problem`, ...props });
  const own = chosen === "property" ? target.property : propertyFrom(key);
  const name = text("data-property", own, { maxlength: 64, spellcheck: "false", "aria-label": `Name of the property for ${label}`, oninput: named });
  const sample = text("data-answer", answer, { dir: "auto", oninput: () => onAnswer(key, sample.value.trim() ? [sample.value] : []) });
  const said = h("p", { class: "line-problem", id: `${id}-problem`, hidden: true });
  const el = h("li", { class: "mapping-line", "data-question": key },
    h("div", { class: "mapping-question" }, h("span", { dir: "auto" }, label || key), label !== key && h("code", null, key)),
    h("div", { class: "mapping-target" }, labelled("Goes to", label, h("span", { class: "select" }, select)), name),
    labelled("Sample answer", label, sample), said);
  name.hidden = chosen !== "property";

  function picked() {
    name.hidden = select.value !== "property";
    named();
  }

  function named() {
    onTarget(key, targetOf(select.value, key, name.value.trim()));
    say(null);
  }

  /** A name that cannot be used is said at once; the API is not asked about it. */
  function say(message) {
    const wrong = !name.hidden && !isPropertyName(name.value.trim());
    const words = wrong ? `The name of a property has ${PROPERTY_RULE}.` : message;
    if (wrong) name.setAttribute("aria-invalid", "true");
    else name.removeAttribute("aria-invalid");
    el.classList.toggle("has-problem", Boolean(words));
    said.hidden = !words;
    if (said.textContent !== (words ?? "")) fill(said, words);
  }

  return { el, key, say, answer: (text) => (sample.value = text), focus: () => (name.hidden ? select : name).focus() };
}

function labelled(words, question, control) {
  return h("label", { class: "mapping-control" }, h("span", { class: "mapping-word" }, words, h("span", { class: "sr-only" }, `: ${question}`)), control);
}

function choices(chosen) {
  const option = ([value, words]) => h("option", { value, selected: value === chosen }, words);
  return [h("optgroup", { label: "Contact field" }, FIELDS.map(([field, words]) => option([`field:${field}`, words]))),
    h("optgroup", { label: "Property" }, [["key", "Property by its own key"], ["property", "Own property…"]].map(option))];
}

/** A first name for a property, made of the question's key. */
function propertyFrom(key) {
  return key.replace(/[^A-Za-z0-9 _.-]+/g, "").trim().slice(0, 64);
}
