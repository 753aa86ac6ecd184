// Whether every lead is here: per form how they came, and what the provider has that Aura does not have.

import { get, problem } from "../api.js";
import { button, fill, h, mark, skeleton } from "../dom.js";
import { count, date, number, time } from "../format.js";
import { makerOf } from "../words.js";
import { problemNotice } from "./problem.js";
import { testLead } from "./test-lead.js";

/** So many forms are shown at first. */
const SHOWN = 3;

/** The figures of the forms of a page. `onSent` and `onShow` are those of a test lead; `nameOf` names a form. */
export function formFigures({ provider, about, signal }, { nameOf, onSent, onShow }) {
  const list = h("ul", { class: "forms-list" });
  const foot = h("div", { class: "figures-foot" });
  const el = h("div", { class: "forms-figures", "data-figures": true }, list, foot);
  const maker = makerOf(about.name);
  const tests = new Map();
  let forms = null;
  let active = false;
  let leadsSince = {};
  let all = false;
  let shownNow = "";

  async function reload() {
    if (!forms) fill(foot, skeleton(2));
    try {
      forms = (await get(`/integrations/${provider}/reconciliation`, { signal })).body.forms;
      show();
    } catch (error) {
      if (!signal.aborted) fill(foot, problemNotice(problem(error), { onRetry: reload }));
    }
  }

  /** Takes the state of the integration: a test lead can be sent only while it is active. */
  function update({ status, settings }) {
    active = status === "Active";
    leadsSince = settings.leadsSince ?? {};
    show();
  }

  function show() {
    if (!forms) return;
    const wanted = JSON.stringify([forms, all, active, leadsSince, forms.map(({ form }) => nameOf(form))]);
    if (wanted === shownNow) return;
    shownNow = wanted;
    const focused = el.contains(document.activeElement) ? document.activeElement : null;
    const sorted = [...forms].sort((one, other) => alarm(other) - alarm(one));
    const shown = all ? sorted : sorted.slice(0, SHOWN);
    fill(list, shown.map(item));
    fill(foot, sorted.length > shown.length && button(`Show all ${count(sorted.length, "form")}`, { kind: "ghost small", "data-action": "all-forms", onclick: everything }));
    if (focused?.isConnected) focused.focus({ preventScroll: true });
  }

  function everything() {
    all = true;
    show();
    list.children[SHOWN]?.focus();
  }

  function item(figures) {
    const { form, missing, waiting } = figures;
    const known = nameOf(form);
    const test = testOf(form);
    test.call(known?.name ?? "");
    return h("li", { tabindex: -1, "data-form": form },
      h("div", { class: "form-head" }, h("div", { class: "form-title" }, h("h3", null, h("bdi", null, known?.name ?? form)), known?.parent && h("p", { class: "fine" }, h("bdi", null, known.parent))), active && test.act),
      active && test.said, tiles(figures, maker),
      missing > 0 && h("p", { class: "hint", "data-hint": "missing" }, mark("warning"), h("span", null, missingWords(missing, maker, active))),
      waiting > 0 && h("p", { class: "hint calm", "data-hint": "waiting" }, mark("clock"), h("span", null, waitingWords(waiting, maker, active))),
      h("p", { class: "fine" }, leadsSince[form] && ["Only leads since ", date(leadsSince[form]), " · "], readWords(figures)));
  }

  /** One for each form, so that what is under way outlives what is shown anew. */
  function testOf(form) {
    if (!tests.has(form)) tests.set(form, testLead(provider, form, signal, { onSent, onShow }));
    return tests.get(form);
  }

  /** Takes the leads that there are. */
  const look = (leads) => tests.forEach((test) => test.look(leads));
  const hurries = () => [...tests.values()].some((test) => test.hurries());
  return { el, reload, update, show, look, hurries };
}

const alarm = ({ missing, waiting }) => 2 * Number(missing > 0) + Number(waiting > 0);

function tiles({ received, waiting, missing, provider }, maker) {
  const sure = missing === 0 && h("span", { class: "sure" }, mark("check"));
  return h("dl", { class: "tiles" }, tile("webhook", "By webhook", number(received.webhook)), tile("reconciliation", "Found by sync", number(received.reconciliation)), tile("backfill", "From before", number(received.backfill)),
    tile("waiting", "Waiting", number(waiting)), tile(missing > 0 ? "missing" : "none-missing", "Missing", [sure, number(missing)]),
    provider && tile("provider", [`At ${maker}`, provider.expired > 0 && `, ${number(provider.expired)} expired`], number(provider.total)));
}

function tile(kind, words, value) {
  return h("div", { class: "tile", "data-tile": kind }, h("dt", null, words), h("dd", null, value));
}

function missingWords(missing, maker, active) {
  const what = missing === 1 ? "One lead is" : `${count(missing, "lead")} are`;
  return `${what} at ${maker} and not here. Aura tries again to bring what is missing ${active ? "with the next syncs" : "as soon as syncing goes on"}.`;
}

function waitingWords(waiting, maker, active) {
  const what = waiting === 1 ? "one lead that cannot be read yet" : `${count(waiting, "lead")} that cannot be read yet`;
  return `${maker} told of ${what}. Aura tries again ${active ? "with each sync" : "as soon as syncing goes on"}.`;
}

function readWords({ readAt, fullyReadAt }) {
  if (!readAt && !fullyReadAt) return "Not read yet.";
  return [readAt && ["Read ", time(readAt), fullyReadAt ? " · " : "."], fullyReadAt && [readAt ? "in full " : "Read in full ", time(fullyReadAt), "."]];
}
