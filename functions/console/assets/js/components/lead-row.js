// One lead: who, when, how it arrived; on demand everything that is known of it.

import { h, mark } from "../dom.js";
import { moment, time } from "../format.js";
import { formOf } from "../leads-read.js";
import { platformName, wayName } from "../words.js";

/** The row. `nameOf` gives the name of a form and of its page, as far as they are known. */
export function leadRow(lead, nameOf) {
  const contact = [lead.email, lead.phone, lead.company].filter(Boolean).join(" · ");
  const more = h("div", { class: "lead-details" });
  // Most rows are never opened: what is in them is made when they are.
  const details = h("details", { class: "lead-fold", ontoggle: () => details.open && !more.firstChild && more.append(everything(lead, nameOf)) },
    h("summary", { class: "run" }, h("span", { class: "run-sign succeeded", "aria-hidden": "true" }),
      h("span", { class: "run-text" },
        h("span", { class: "run-head" }, h("strong", null, h("bdi", null, lead.name ?? lead.email ?? "Without a name")), lead.test && h("span", { class: "tag quiet" }, "Test"), h("span", { class: "muted end" }, time(lead.created))),
        contact && h("span", { class: "muted figures" }, h("bdi", null, contact)),
        h("span", { class: "muted figures" }, wayName(lead.via))),
      mark("down")), more);
  return h("li", { class: "lead-row", tabindex: -1, "data-lead": lead.id, "data-via": lead.via }, details);
}

function everything(lead, nameOf) {
  return h("div", null, list([...contactOf(lead), ...Object.entries(lead.properties ?? {})]), list(originOf(lead, nameOf(formOf(lead)))),
    lead.truncated && h("p", { class: "fine" }, "It was more than Aura keeps: something was cut."));
}

function contactOf({ name, email, phone, company }) {
  return [
    ["Name", name],
    ["E-mail", email && h("a", { href: `mailto:${encodeURIComponent(email)}` }, email)],
    ["Phone", phone && h("a", { href: `tel:${phone}` }, phone)],
    ["Company", company],
  ];
}

function originOf({ form, source = {}, created }, known) {
  return [
    ["Form", known?.name ?? form],
    [known?.parentWord, known?.parent],
    ["Campaign", source.campaignName ?? source.campaign],
    ["Ad group", source.adGroupName ?? source.adGroup],
    ["Ad", source.adName ?? source.ad],
    ["Shown on", source.platform && platformName(source.platform)],
    ["Paid for", source.organic && "No, it came without an ad"],
    ["Sent", moment(created)],
  ];
}

function list(rows) {
  const known = rows.filter(([, value]) => value);
  return known.length > 0 && h("dl", { class: "facts" }, known.map(([name, value]) => h("div", null, h("dt", { dir: "auto" }, name), h("dd", { dir: "auto" }, value))));
}
