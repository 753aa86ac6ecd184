// The contact that a sample lead becomes.

import { fill, h, mark } from "../dom.js";
import { count } from "../format.js";

const ROWS = [["name", "Name"], ["phone", "Phone"], ["email", "E-mail"], ["company", "Company"]];

/** The card. It says by itself when something about it is wrong. */
export function mappingContact() {
  const card = h("dl", { class: "contact" });
  const own = h("dl", { class: "contact" });
  const rest = h("div", { class: "contact-own", hidden: true }, h("h4", null, "Properties"), own);
  const state = h("p", { class: "contact-state fine", role: "status" });
  const el = h("section", { class: "mapping-contact", "aria-labelledby": "contact-title" }, h("h3", { id: "contact-title" }, "Becomes this contact"), card, rest, state);

  /** It is being asked for anew; what is shown is of before. */
  function waiting() {
    el.setAttribute("aria-busy", "true");
  }

  function settled() {
    el.removeAttribute("aria-busy");
  }

  function show({ contact, problems }) {
    settled();
    const properties = Object.entries(contact.properties ?? {});
    fill(card, ROWS.map(([field, words]) => row(words, contact[field])));
    fill(own, properties.map(([name, value]) => row(name, value, true)));
    rest.hidden = !properties.length;
    const cut = contact.truncated && "It was more than Aura keeps: something was cut.";
    const wrong = problems.length > 0 && `${count(problems.length, "answer")} could not be used as chosen and ${problems.length === 1 ? "is" : "are"} kept as a property.`;
    fill(state, (cut || wrong) && mark("info"), h("span", null, [wrong, cut].filter(Boolean).join(" ")));
  }

  return { el, show, waiting, settled };
}

function row(words, value, own = false) {
  return h("div", null, h("dt", { dir: "auto" }, words), h("dd", { dir: "auto", "data-contact": own ? `property:${words}` : words }, value ?? h("span", { class: "nothing" }, "empty")));
}
