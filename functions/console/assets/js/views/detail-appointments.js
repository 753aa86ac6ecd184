// The agenda, the appointments that Aura makes in it, and what of them the provider does not have yet.

import { acceptsChanges, bodyOf, isOwn, newSubject, subjectOf, subjectsOf } from "../appointment.js";
import { click } from "../click.js";
import { agenda } from "../components/agenda.js";
import { appointmentDialog } from "../components/appointment-dialog.js";
import { writesPanel } from "../components/writes.js";
import { announce } from "../dom.js";
import { viewerZone } from "../format.js";

/** Both panels. `onSettled` is called when the provider has a change, or it was given up. */
export function appointmentPanels({ provider, about, signal, view, now }, { onSettled }) {
  const address = `/integrations/${provider}/events`;
  const events = agenda(provider, signal, { onNew: create, onOpen: open });
  const writes = writesPanel(provider, about.name, signal, { onSettled: settled, titleOf: events.titleOf, again, edit });
  let options = [];

  function create() {
    const calendar = now()?.settings.writeResource;
    ask({ subjects: [newSubject(zoneOf(calendar))], written: false }, calendar);
  }

  function open(occurrence, others) {
    ask({ subjects: subjectsOf(occurrence, others), written: true, link: occurrence.event.link }, occurrence.resource);
  }

  function edit(write) {
    ask({ subjects: [subjectOf(write)], written: Boolean(write.event) }, write.calendar);
  }

  function ask(what, calendar) {
    const done = (write) => {
      announce(write.content ? "The appointment is saved." : "The appointment is being cancelled.");
      writes.accepted(write);
    };
    appointmentDialog(view, what, { address, name: about.name, zone: zoneOf(calendar), signal, done });
  }

  /** The same change once more. */
  async function again(write) {
    const place = `${address}/${write.appointment}`;
    const send = write.content ? click("PUT", place, signal, bodyOf(subjectOf(write), write.content)) : click("DELETE", place, signal);
    return (await send()).body;
  }

  /** The zone of a calendar; the viewer's where the page does not know it. */
  function zoneOf(calendar) {
    return options.find(({ id }) => id === calendar)?.timeZone ?? viewerZone;
  }

  function settled() {
    events.reload().then(onSettled);
  }

  /** Takes what is known of the calendars. */
  function name(known) {
    options = known;
    events.name(known);
    events.within(zoneOf(wall(now())));
  }

  /** Shows what can be done with an integration as it is now. */
  function update(integration) {
    const change = acceptsChanges(integration);
    events.within(zoneOf(wall(integration)));
    events.allow({ change, create: change && Boolean(integration.settings?.writeResource), own: (event) => isOwn(event, integration) });
  }

  return { events, writes, name, update, titleOf: (appointment) => events.titleOf(appointment) ?? writes.titleOf(appointment) };
}

/** The calendar whose clock the agenda shows: the one that Aura writes to, or the first one that is read. */
const wall = (integration) => integration?.settings?.writeResource ?? integration?.settings?.resources[0];
