//! What becomes of a write, and what is found.

use super::*;

/// What each call makes of Google's answer.
async fn outcomes(status: u16, reason: &str) -> [Result<(), PushError>; 4] {
    let google = || Google::answering(vec![Ok(refusal(status, reason))]);
    let (content, current) = (consultation(), event(json!({})));
    let wanted = PushChange { content: &content, fields: &Field::ALL, mark: &mark(), current: &current, revive: false };
    let (reading, removing) = (google(), google());
    [
        insert(&google(), &content).await.map(drop),
        change(&google(), &wanted).await.map(drop),
        reading.provider.push().unwrap().read(&access(), place().target()).await.map(drop),
        removing.provider.push().unwrap().remove(&access(), place().target(), &removal(false)).await,
    ]
}

#[tokio::test]
async fn what_google_refuses_says_what_to_do() {
    use PushError::*;
    let cases = [
        (409, "duplicate", [Err(Exists), Err(Exists), Err(Exists), Err(Exists)]),
        (412, "conditionNotMet", [Err(Changed), Err(Changed), Err(Changed), Err(Changed)]),
        (404, "notFound", [Err(Gone), Err(Gone), Ok(()), Ok(())]),
        (410, "deleted", [Err(Gone), Err(Gone), Ok(()), Ok(())]),
        (403, "requiredAccessLevel", [Err(ReadOnly), Err(ReadOnly), Err(ReadOnly), Err(ReadOnly)]),
        (403, "forbidden", [Err(ReadOnly), Err(ReadOnly), Err(ReadOnly), Err(ReadOnly)]),
        (403, "forbiddenForNonOrganizer", [Err(ReadOnly), Err(ReadOnly), Err(ReadOnly), Err(ReadOnly)]),
    ];
    for (status, reason, expected) in cases {
        assert_eq!(outcomes(status, reason).await, expected, "{status} {reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_other_refusal_keeps_its_class() {
    use FailureClass::*;
    for (status, reason, class) in [
        (401, "authError", DeadCredentials),
        (403, "rateLimitExceeded", RateLimited),
        (403, "insufficientPermissions", MissingPermission),
        (409, "conflict", Transient),
        (400, "invalid", OurBug),
        (429, "rateLimitExceeded", RateLimited),
    ] {
        for outcome in outcomes(status, reason).await {
            assert_eq!(outcome.unwrap_err().class(), Some(class), "{status} {reason}");
        }
    }
    let page = insert(&Google::answering_one(404, "<html>wrong address</html>"), &consultation()).await;
    assert_eq!(page.unwrap_err().class(), Some(OurBug));
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_tried_again() {
    let lost = |then| Google::answering(vec![Err(WireError::Timeout), Ok(then)]);
    let google = lost(refusal(409, "duplicate"));
    assert_eq!(insert(&google, &consultation()).await.unwrap_err(), PushError::Exists);
    let requests = google.wire.requests();
    assert_eq!(requests[0].body(), requests[1].body());

    let gone = lost(refusal(410, "deleted"));
    gone.provider.push().unwrap().remove(&access(), place().target(), &removal(false)).await.unwrap();
    assert_eq!(gone.wire.requests().len(), 2);
}

async fn found(body: Value) -> Result<Found, PushError> {
    let google = Google::answering_one(200, &body.to_string());
    let found = google.provider.push().unwrap().read(&access(), place().target()).await;
    let request = google.request();
    assert_eq!((request.method(), request.uri().path_and_query().unwrap().as_str()), (&Method::GET, EVENT_PATH));
    assert_bearer(&request);
    found
}

#[tokio::test]
async fn an_event_is_found_as_it_is() {
    let start = json!({ "dateTime": "2026-11-23T09:00:00+01:00" });
    let Found::Event(event) =
        found(json!({ "id": EVENT, "start": start, "extendedProperties": marked() })).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(
        (event.start.unwrap().sort_instant().to_rfc3339().as_str(), event.mark),
        ("2026-11-23T08:00:00+00:00", Some(mark()))
    );
    let PushError::Failed(error) = found(json!({ "id": EVENT })).await.unwrap_err() else { panic!() };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::PermanentRecord, "no_start"));
    assert_eq!(found(json!("text")).await.unwrap_err().class(), Some(FailureClass::OurBug));
}

#[tokio::test]
async fn of_a_cancelled_event_as_much_is_found_as_there_is() {
    let cancelled = async |mut rest: Value| {
        rest["id"] = json!(EVENT);
        rest["status"] = json!("cancelled");
        let Found::Cancelled(event) = found(rest).await.unwrap() else { panic!() };
        event
    };
    let bare = cancelled(json!({})).await;
    assert_eq!((bare.start, bare.end, bare.exception_of, bare.etag), (None, None, None, None));
    let full = cancelled(json!({ "etag": "\"9\"", "summary": "x", "start": { "date": "2026-11-22" } })).await;
    assert!(full.start.is_some() && full.end.is_some() && full.title == "x");
    let odd = cancelled(json!({ "start": {}, "recurringEventId": "s", "etag": "\"9\"" })).await;
    assert_eq!((odd.start, odd.exception_of, odd.etag.as_deref()), (None, None, Some("\"9\"")));
}

#[tokio::test]
async fn an_id_that_names_another_path_is_nobodys_without_a_call() {
    let google = Google::answering(vec![]);
    let push = google.provider.push().unwrap();
    let dots = Place(resource(CALENDAR), ExternalId::parse("..").unwrap());
    assert_eq!(push.read(&access(), dots.target()).await.unwrap(), Found::Absent);
    push.remove(&access(), dots.target(), &removal(true)).await.unwrap();
    let nowhere = Place(resource(".."), ExternalId::parse(EVENT).unwrap());
    let inserted = push.insert(&access(), nowhere.target(), &consultation(), &mark()).await;
    assert_eq!(inserted.unwrap_err(), PushError::Gone);
}
