// The lines of the history in plain words: who did what. What this page does not know is said plainly.

import { failedWords, lostWords } from "./appointment-words.js";
import { dateWords } from "./format.js";
import { makerOf } from "./words.js";

const REASONS = {
  credentials_expired: "the credentials have expired",
  insufficient_permissions: "a permission is missing",
  resource_not_found: "what it syncs is no longer available",
  repeated_failures: "too many runs in a row failed",
  provider_rejected: "the provider refuses the connection",
  configuration: "the settings do not work",
};

const ENDINGS = {
  denied: "permission was not given",
  abandoned: "nobody finished it in time",
  start_again: "it came too late, or something had changed meanwhile",
  wrong_account: "a different account was chosen",
  missing_permissions: "some permissions were not given",
  no_refresh_token: "the provider gave no lasting access",
  still_disconnecting: "the account was still being disconnected",
  provider_error: "the provider reported a problem",
  provider_unavailable: "the provider did not answer",
  provider_not_configured: "the provider is not set up on this installation",
  invalid: "the provider’s answer made no sense",
};

const CHANGES = {
  connect: (who) => `${who} started to connect.`,
  authorize: (who, { from, name }) => `${who} ${["Draft", "Configuring", "Disconnected"].includes(from) ? "connected" : "reconnected"} ${name}. The connection is checked.`,
  test: (who, { to }) => `${who} checked the connection: it works${to === "Active" ? "" : ", but something is still missing in the settings"}.`,
  settings: (who, { to }) => (to === "Testing" ? `${who} saved the settings. The connection is checked.` : `${who} saved the settings. Something is still missing in them.`),
  fail: (who, { reason }) => `${who} found that it does not work: ${REASONS[reason] ?? "the reason is not known"}.`,
  deactivate: (who) => `${who} switched it off for a time to protect your account: ${REASONS.repeated_failures}.`,
  probe: (who) => `${who} tried again and it works: it is switched on again.`,
  pause: (who) => `${who} paused syncing.`,
  resume: (who) => `${who} resumed syncing. The connection is checked.`,
  disconnect: (who, { name }) => `${who} disconnected ${name}.`,
  revoke: (_, { name }) => `The permission was taken back at ${name}.`,
};

const EVENTS = {
  created: (who) => `${who} created the integration.`,
  reconnected: (who) => `${who} gave permission again.`,
  connect_ended: (who, { code, kind }) => `${kind === "member" ? `${who} tried to connect, without success` : "Connecting was not finished"}: ${ENDINGS[code] ?? "it ended without a connection"}.`,
  account_replaced: (who) => `${who} connected another account. What was synced from the former one was removed, and its choices with it.`,
  settings_changed: (who) => `${who} changed the settings.`,
  warned: (who, { failures }) => `${who} warned that ${failures} runs in a row had failed.`,
  notifications_lost: (_, { name }) => `${name} had stopped to tell of what is new. Aura asked it to tell again.`,
  access_ending: (who, { name, at }) => `${who} warned that ${makerOf(name)} ends the access on ${dateWords(at)}, unless it is connected again.`,
  test_lead_sent: (who) => `${who} sent a test lead.`,
  data_erased: (_, { name }) => `The person who had connected it asked ${makerOf(name)} for the deletion of their data. What was synced and chosen went.`,
  edit_overridden: (_, { name, title, ...lost }) => lostWords(lost, name, title),
  write_failed: (_, { name, title, code }) => failedWords({ code }, name, title),
  interval_limited: (who, { minutes }) => `${who} syncs every ${minutes} minutes at most from now on, as the plan says.`,
};

/** Who did it: a member by id, `me` as "you". */
export function whoOf(actor, name, me) {
  if (actor.kind === "member") return actor.id === me ? "you" : actor.id;
  return actor.kind === "provider" ? name : "Aura";
}

/** A line as a sentence. `title` is that of its appointment, where the page knows it. */
export function sentenceOf({ actor, event }, name, me, title) {
  const say = event.type === "status_changed" ? CHANGES[event.why] : EVENTS[event.type];
  const who = whoOf(actor, name, me);
  return say ? say(capital(who, actor), { ...event, name, title, kind: actor.kind }) : `${capital(who, actor)} changed something.`;
}

/** An id stays as it is: it is a name. */
function capital(who, actor) {
  return actor.kind === "member" && who !== "you" ? who : who.charAt(0).toUpperCase() + who.slice(1);
}
