//! The people of an event, and when they are written to.

use super::*;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";

fn guests(emails: &[&str]) -> Appointment {
    Appointment { attendees: emails.iter().map(|email| (*email).to_owned()).collect(), ..consultation() }
}

fn people(attendees: Value) -> CalendarEvent {
    event(json!({ "attendees": attendees }))
}

async fn request(content: &Appointment, fields: &[Field], current: &CalendarEvent, revive: bool) -> Request<Bytes> {
    let google = Google::answering(vec![Ok(written())]);
    change(&google, &PushChange { content, fields, mark: &mark(), current, revive }).await.unwrap();
    google.request()
}

#[tokio::test]
async fn who_stays_keeps_all_that_google_knows_of_them_and_the_organizer_is_not_lost() {
    let current = people(json!([
        { "email": ADA, "organizer": true, "self": true, "responseStatus": "accepted" },
        { "email": GRACE, "displayName": "Grace Hopper", "responseStatus": "tentative", "optional": true,
            "comment": "perhaps later", "additionalGuests": 2 },
        { "email": "alan@example.com", "responseStatus": "declined" },
    ]));
    let content = guests(&["Grace@Example.com", "new@example.com", "ADA@example.com"]);
    let expected = json!([
        { "email": ADA, "responseStatus": "accepted" },
        { "email": GRACE, "displayName": "Grace Hopper", "responseStatus": "tentative", "optional": true,
            "comment": "perhaps later", "additionalGuests": 2 },
        { "email": "new@example.com" },
    ]);
    let sent = json_body(&request(&content, &[Field::Attendees], &current, false).await);
    assert_eq!(sent["attendees"], expected);
    let nobody = json_body(&request(&guests(&[]), &[Field::Attendees], &current, false).await);
    assert_eq!(nobody["attendees"], json!([{ "email": ADA, "responseStatus": "accepted" }]));
}

#[tokio::test]
async fn people_are_told_of_what_matters_to_them() {
    let (alone, invited) = (people(json!([{ "email": ADA, "organizer": true }])), people(json!([{ "email": GRACE }])));
    let told = async |content: &Appointment, fields: &[Field], current: &CalendarEvent, revive| {
        send_updates(&request(content, fields, current, revive).await)
    };
    for field in [Field::Time, Field::Location, Field::Attendees, Field::Title] {
        assert_eq!(told(&guests(&[GRACE]), &[field], &alone, false).await, "all", "{field:?} with a new guest");
        assert_eq!(told(&guests(&[]), &[field], &invited, false).await, "all", "{field:?} with a former guest");
        assert_eq!(told(&guests(&[]), &[field], &alone, false).await, "none", "{field:?} without guests");
    }
    assert_eq!(told(&guests(&[GRACE]), &[Field::Description], &invited, false).await, "none");
    assert_eq!(told(&guests(&[GRACE]), &[], &invited, false).await, "none");
    assert_eq!(told(&guests(&[GRACE]), &[], &invited, true).await, "all");
}
