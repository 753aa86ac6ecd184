// The provider's settings: resources and interval. What is not saved yet is never overwritten by a refresh.

import { patch, problem } from "../api.js";
import { announce, button, fill, h, mark, skeleton } from "../dom.js";
import { resourceWords } from "../words.js";
import { choices } from "./choices.js";
import { picker } from "./picker.js";
import { problemNotice } from "./problem.js";
import { formsSent, settingsForms } from "./settings-forms.js";
import { intervalChoice } from "./settings-interval.js";

/** The settings panel of a page. `onSaved` gets the integration as it is then, `onOptions` the options that are known. */
export function settingsPanel(page, { onSaved, onOptions }) {
  const { provider, signal } = page;
  const body = h("div", { class: "settings" });
  const el = h("section", { class: "panel", "aria-labelledby": "settings-title" }, h("h2", { id: "settings-title", tabindex: -1 }, "Settings"), body);
  const foot = h("div", { class: "settings-foot" });
  let integration = null;
  let source = null;
  let loadedFor = null;
  let failedIn = null;
  let draft = null;
  let dirty = false;
  let shown = "";
  const forms = settingsForms(page, { now: () => integration, draft: () => draft, onDraft: touched, onSaved });

  /** Takes a newer state of the integration. */
  function update(next) {
    integration = next;
    const { resources, writeResource, intervalMinutes } = next.settings;
    const wanted = JSON.stringify([resources, writeResource, intervalMinutes, next.configuration, next.sync?.suggestedInterval, next.sync?.intervalMinutes]);
    const account = next.account?.label ?? "";
    // What failed before a reconnect may work after it.
    if (loadedFor !== account || (failedIn && failedIn !== stateOf(next))) {
      loadedFor = account;
      source = null;
      return load();
    }
    if (!source) return undefined;
    if (dirty || wanted === shown) return forms.refresh();
    // Somebody else has chosen what is not listed here yet.
    const unlisted = resources.filter((id) => !source.options.some((option) => option.id === id));
    if (source.waiting.length && unlisted.length) {
      source = null;
      return load();
    }
    shown = wanted;
    return show();
  }

  async function load() {
    fill(body, skeleton(4));
    failedIn = null;
    try {
      source = await choices(provider, integration.configuration, integration.settings.resources, signal);
      onOptions(source.options);
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
    const known = settings.resources.filter((id) => source.options.some((option) => option.id === id));
    draft = { ...settings, resources: known, forms: {}, backfill: true };
    const gone = settings.resources.length - known.length;
    dirty = gone > 0;
    forms.reset();
    const below = configuration.parentKind ? forms.below : undefined;
    fill(body, gone > 0 && goneNote(gone, configuration), picker(source, configuration, draft, { onChange: touched, onFurther: onOptions, below }),
      configuration.parentKind && forms.older, intervalChoice(configuration, integration.sync ?? {}, draft, touched), foot);
    forms.refresh();
    showFoot();
  }

  function touched() {
    dirty = true;
    forms.refresh();
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
    const sent = { resources: draft.resources, ...formsSent(draft, integration.settings) };
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
