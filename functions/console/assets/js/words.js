// The words of the page. Where product and API agree on exact words, they stand here letter for letter.

export const UNAUTHORIZED = "Unauthorized Access";

/** What a status looks like. Unknown ones are shown as they are, in neutral dress. */
export function toneOf(status) {
  const tones = { Active: "good", Testing: "busy", Configuring: "busy", Paused: "pause", Error: "bad" };
  return tones[status] ?? "quiet";
}

/** A sentence about each status, for the detail page. */
export function meaningOf({ status, connected, trouble }) {
  if (status === "Configuring" && !connected) return "Connecting is not finished yet.";
  const meanings = {
    Draft: "Created, not connected yet.",
    Configuring: "Being set up. Finish the settings below to start.",
    Testing: "Checking the connection…",
    Active: trouble ? "Connected, with trouble syncing." : "Connected and syncing.",
    Paused: "Stopped by a person.",
    Error: "The connection does not work.",
    Disconnected: "Not connected any more.",
  };
  return meanings[status] ?? null;
}

/** What a person is asked before it happens: what it does, and what stays. */
export function confirmationOf(action, name, connected) {
  const revokes = connected && { icon: "unplug", text: `Aura gives its permission back at ${name} and destroys the tokens.` };
  const questions = {
    pause: {
      title: `Pause ${name}?`,
      points: [{ icon: "pause", text: "Syncing stops until somebody resumes it." }, { icon: "check", text: "Settings, history and the connection are kept." }],
      confirm: "Pause",
      busy: "Pausing…",
    },
    disconnect: {
      title: `Disconnect ${name}?`,
      points: [revokes, { icon: "pause", text: "Nothing is synced until it is connected again." }, { icon: "check", text: "Settings, history and what was synced stay." }],
      confirm: "Disconnect",
      busy: "Disconnecting…",
      danger: true,
    },
    delete: {
      title: `Delete ${name}?`,
      points: [{ icon: "delete", text: "Settings, history and everything that was synced are removed for good." }, revokes, { icon: "check", text: "Its slot of the plan is free again." }],
      confirm: `Delete ${name}`,
      busy: "Deleting…",
      danger: true,
    },
  };
  const { points, ...question } = questions[action];
  return { action, points: points.filter(Boolean), ...question };
}

const TRIGGERS = { schedule: "On schedule", manual: "Sync now", connect: "After connecting", settings: "Settings changed", webhook: "Change notified", resume: "After resuming", probe: "Daily try" };
const OUTCOMES = { running: "Running", succeeded: "Succeeded", failed: "Failed", interrupted: "Interrupted" };

const WAYS = { webhook: "Told by the provider", reconciliation: "Found by a sync", backfill: "There before the form was chosen" };

const PLATFORMS = { fb: "Facebook", ig: "Instagram" };

export const platformName = (platform) => PLATFORMS[platform] ?? platform;
export const wayName = (via) => WAYS[via] ?? via;
export const triggerName = (trigger) => TRIGGERS[trigger] ?? trigger;
export const outcomeName = (outcome) => OUTCOMES[outcome] ?? outcome;

/** How the things a provider lets a person choose are called. */
export function resourceWords(kind) {
  const words = {
    calendars: { one: "calendar", many: "calendars", title: "Calendars to read" },
    pages: { one: "page", many: "pages", title: "Pages" },
    forms: { one: "form", many: "forms", title: "Forms" },
    "ad-accounts": { one: "ad account", many: "ad accounts", title: "Ad accounts" },
  };
  return words[kind] ?? { one: "item", many: "items", title: "What to sync" };
}

/** What to say when authorization came back without a connection. Nothing has been changed in any of these. */
export function connectFailure(code, name) {
  const failures = {
    denied: ["Permission was not given", `You declined at ${name}, so nothing was connected and nothing has changed.`],
    expired: ["The time ran out", "The permission came too late to be used. Nothing has changed. Please start again."],
    invalid: ["This did not match", "The answer did not belong to a connection that was started here. Nothing has changed. Please start again."],
    provider_error: [`${name} could not do it`, `${name} reported a problem on its side. Nothing has changed. Please try again in a moment.`],
    missing_permissions: ["Some permissions are missing", "Not every permission Aura needs was given. Nothing has changed. Connect again and leave every box ticked."],
    wrong_account: ["Another account was chosen", "This is a different account than the connected one. Nothing has changed. Connect again with that one, or disconnect it first."],
    still_disconnecting: ["Not yet possible", "This account is still being disconnected. Wait a minute, then start to connect again."],
    closed: ["The window was closed before the connection was finished", "If it is still open, simply carry on there. Otherwise start again; nothing has changed."],
    blocked: ["Your browser blocked the window", "Open the permission page in a tab instead, or allow pop-ups for this page and try again."],
    slow: ["This takes longer than usual", "The connection was not confirmed in time. Reload this page in a minute to see whether it worked, or start again."],
  };
  const [title, text] = failures[code] ?? ["The connection was not made", "Nothing has changed. Please start again."];
  return { code, title, text, known: code in failures };
}

/** A plan as a person reads it: `free` is Free. */
export function planName(name) {
  return name ? name.charAt(0).toUpperCase() + name.slice(1) : "";
}

/** Who speaks for a provider: the name of a product begins with its maker's. */
export const makerOf = (name) => name.split(" ")[0];
