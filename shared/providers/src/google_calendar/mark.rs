//! How an event says that Aura wrote it: three private extended properties, which only this copy of the event has
//! (google-calendar.md §4, "Echo-loop prevention").

use super::wire::Marking;
use domain::appointment::AppointmentMark;
use domain::ids::{AppointmentId, IntegrationId};
use serde_json::{Value, json};

/// The mark as `extendedProperties`. In a change, the properties of other applications stay.
pub(super) fn write(mark: &AppointmentMark) -> Value {
    json!({ "private": {
        "auraAppointment": mark.appointment,
        "auraRevision": mark.revision.to_string(),
        "auraIntegration": mark.integration,
    } })
}

/// The mark, if all of it is there and as Aura writes it.
pub(super) fn read(marking: Marking) -> Option<AppointmentMark> {
    let text = marking.aura_revision?;
    let revision: u64 = text.parse().ok()?;
    let mark = AppointmentMark {
        appointment: AppointmentId::parse(marking.aura_appointment?).ok()?,
        revision,
        integration: IntegrationId::parse(&marking.aura_integration?).ok()?,
    };
    (revision.to_string() == text).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(properties: Value) -> Option<AppointmentMark> {
        read(serde_json::from_value(properties).unwrap())
    }

    #[test]
    fn what_is_written_is_read() {
        let mark = AppointmentMark {
            appointment: AppointmentId::parse("a-1").unwrap(),
            revision: u64::MAX,
            integration: IntegrationId::parse("019365a0-0000-7000-8000-000000000001").unwrap(),
        };
        assert_eq!(read_json(write(&mark)["private"].clone()), Some(mark));
    }

    #[test]
    fn half_a_mark_or_a_wrong_one_is_none() {
        let good = json!({ "auraAppointment": "a-1", "auraRevision": "7",
            "auraIntegration": "019365a0-0000-7000-8000-000000000001", "theirs": "x" });
        assert_eq!(read_json(good.clone()).unwrap().revision, 7);
        for (name, wrong) in [
            ("auraAppointment", ""),
            ("auraAppointment", "a 1"),
            ("auraRevision", "-1"),
            ("auraRevision", "+7"),
            ("auraRevision", "7.0"),
            ("auraIntegration", "another"),
        ] {
            let mut properties = good.clone();
            properties[name] = json!(wrong);
            assert_eq!(read_json(properties), None, "{name} {wrong}");
        }
        for name in ["auraAppointment", "auraRevision", "auraIntegration"] {
            let mut properties = good.clone();
            properties.as_object_mut().unwrap().remove(name);
            assert_eq!(read_json(properties), None, "{name}");
        }
    }
}
