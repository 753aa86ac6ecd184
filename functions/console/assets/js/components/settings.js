// The provider's settings: resources and interval. What is not saved yet is never overwritten by a refresh.

import { patch, problem } from "../api.js";
import { announce, button, fill, h, mark, skeleton } from "../dom.js";
import { resourceWords } from "../words.js";
import { choices } from "./choices.js";
import { picker } from "./picker.js";
import { problemNotice } from "./problem.js";

/** The settings panel. `onSaved` gets the integration as it is then, `onOptions` the options once they are known. */
export function settingsPanel(provider, signal, { onSaved, onOptions }) {
  const body = h("div", { class: "settings" });
  const el = h("section", { class: "panel", "aria-labelledby": "settings-title" }, h("h2", { id: "settings-title", tabindex: -1 }, "Settings"), body);
  const foot = h("div", { class: "settings-foot" });
  let integration = null;
  let options = null;
  let loadedFor = null;
  let failedIn = null;
  let draft = null;
  let dirty = false;
  let shown = "";

  /** Takes a newer state of the integration. */
  function update(next) {
    integration = next;
    const wanted = JSON.stringify([next.settings, next.configuration, next.sync?.suggestedInterval, next.sync?.intervalMinutes]);
    const account = next.account?.label ?? "";
    // What failed before a reconnect may work after it.
    if (loadedFor !== account || (failedIn && failedIn !== stateOf(next))) {
      loadedFor = account;
      options = null;
      return load();
    }
    if (!options || dirty || wanted === shown) return undefined;
    shown = wanted;
    return show();
  }

  async function load() {
    fill(body, skeleton(4));
    failedIn = null;
    try {
      options = await choices(provider, integration.configuration, signal);
      onOptions(options);
      shown = "";
      dirty = false;
      update(integration);
    } catch (error) {
      if (signal.aborted) return;
      failedIn = stateOf(integration);
      const failure = problem(error);
      // The page's banner says this already, with its remedy.
      const said = integration.error?.reason === failure.code;
      fill(body, said ? h("p", { class: "muted" }, "They can be changed again once the connection works.") : problemNotice(failure, { onRetry: load }));
    }
  }

  function show() {
    const { settings, configuration } = integration;
    draft = { ...settings, resources: settings.resources.filter((id) => options.some((option) => option.id === id)) };
    const gone = settings.resources.length - draft.resources.length;
    dirty = gone > 0;
    fill(body, gone > 0 && goneNote(gone, configuration), picker(options, configuration, draft, touched),
      interval(configuration, integration.sync ?? {}), foot);
    showFoot();
  }

  function interval({ intervals, shortestInterval }, { suggestedInterval: suggested, intervalMinutes: inForce }) {
    const select = h("select", { class: "field", "data-setting": "intervalMinutes" }, intervals.map((minutes) => {
      const tooShort = minutes < shortestInterval;
      const text = `Every ${minutes} minutes${tooShort ? " (not in your plan)" : ""}`;
      return h("option", { value: minutes, disabled: tooShort, selected: minutes === draft.intervalMinutes }, text);
    }));
    select.addEventListener("change", () => {
      draft.intervalMinutes = Number(select.value);
      touched();
    });
    const limited = intervals.some((minutes) => minutes < shortestInterval);
    const longer = inForce > draft.intervalMinutes;
    return h("label", { class: "setting" }, h("span", { class: "setting-name" }, "Sync interval"), h("span", { class: "select" }, select),
      (limited || longer) && h("span", { class: "fine", "data-limited": true }, `Your plan syncs every ${longer ? inForce : shortestInterval} minutes at most.`, longer && " What you chose applies again as soon as the plan allows it."),
      suggested && suggested > draft.intervalMinutes && h("span", { class: "fine hint" }, mark("clock"), `The provider limits how often Aura may ask. Every ${suggested} minutes works better at the moment.`));
  }

  function touched() {
    dirty = true;
    showFoot();
  }

  function showFoot(state = "idle", failure = null) {
    const save = state === "saving"
      ? button("Saving…", { kind: "primary", pending: true, "data-action": "save" })
      : button("Save", { kind: "primary", "data-action": "save", "aria-disabled": dirty ? null : "true", onclick: () => dirty && store() });
    const hadFocus = foot.contains(document.activeElement) || state === "saved";
    fill(foot, failure && problemNotice(failure), h("div", { class: "row" }, save, state === "saved" && h("span", { class: "saved", "data-saved": true }, mark("check"), "Saved"),
      dirty && state === "idle" && h("span", { class: "muted" }, "Not saved yet")));
    if (hadFocus) foot.querySelector("[data-action=save]").focus();
  }

  async function store() {
    const sent = { resources: draft.resources };
    // What was chosen under a larger plan is kept, but could not be chosen again.
    if (draft.intervalMinutes !== integration.settings.intervalMinutes) sent.intervalMinutes = draft.intervalMinutes;
    if (integration.configuration.writes) sent.writeResource = draft.writeResource;
    showFoot("saving");
    try {
      const { body: saved } = await patch(`/integrations/${provider}/settings`, sent, { signal });
      dirty = false;
      onSaved(saved);
      showFoot("saved");
      announce("Settings saved");
    } catch (error) {
      if (!signal.aborted) showFoot("idle", problem(error));
    }
  }

  /** Leads the person here. */
  function open() {
    el.scrollIntoView({ block: "center" });
    el.firstChild.focus({ preventScroll: true });
  }

  return { el, update, open };
}

const stateOf = ({ status, error, sync }) => JSON.stringify([status, error, sync?.lastSuccessAt]);

function goneNote(gone, { resourceKind }) {
  const words = resourceWords(resourceKind);
  const what = gone === 1 ? `One chosen ${words.one} is` : `${gone} chosen ${words.many} are`;
  return h("p", { class: "notice pause", role: "status" }, `${what} no longer available. Save to go on without.`);
}
