use super::*;
use domain::failure::FailureClass;
use domain::record::Record;
use http::Method;

async fn pull(google: &Google, since: Option<&str>, page: Option<&str>) -> Result<Page, PullError> {
    let resource = resource("de.german#holiday@group.v.calendar.google.com");
    let window_start = "2026-08-24T00:00:00.5Z".parse().unwrap();
    let request = PullRequest { resource: &resource, since, page, window_start };
    google.provider.pull().unwrap().page(&access(), &request).await
}

async fn asked(since: Option<&str>, page: Option<&str>) -> Vec<(String, String)> {
    let google = Google::answering_one(200, r#"{"nextSyncToken":"s"}"#);
    pull(&google, since, page).await.unwrap();
    let request = google.request();
    assert_eq!(request.method(), Method::GET);
    assert_eq!(request.uri().host(), Some("www.googleapis.com"));
    let path = "/calendar/v3/calendars/de.german%23holiday%40group.v.calendar.google.com/events";
    assert_eq!(request.uri().path(), path);
    assert_bearer(&request);
    pairs(request.uri().query().unwrap())
}

#[tokio::test]
async fn a_full_pull_has_a_window_and_an_incremental_one_its_token_on_every_page() {
    let size = || [pair("maxResults", "2500"), pair("singleEvents", "false")];
    let query = |rest: &[(String, String)]| [&size(), rest].concat();
    let window = pair("timeMin", "2026-08-24T00:00:00Z");
    assert_eq!(asked(None, None).await, query(std::slice::from_ref(&window)));
    assert_eq!(asked(None, Some("p=1&x")).await, query(&[window, pair("pageToken", "p=1&x")]));
    assert_eq!(asked(Some("s+1"), None).await, query(&[pair("syncToken", "s+1")]));
    assert_eq!(asked(Some("s"), Some("p")).await, query(&[pair("syncToken", "s"), pair("pageToken", "p")]));
}

#[tokio::test]
async fn a_page_keeps_its_order_and_survives_entries_that_cannot_be_read() {
    let google = Google::answering_one(200, include_str!("../fixtures/events.json"));
    let page = pull(&google, None, None).await.unwrap();
    let kinds: Vec<_> = page
        .entries
        .iter()
        .map(|entry| match entry {
            Pulled::Record(record) => record.id().as_str(),
            Pulled::Gone(_) => "gone",
            Pulled::Lead(_) => "lead",
            Pulled::Unreadable { .. } => "unreadable",
        })
        .collect();
    let expected = [
        "single1",
        "allday1",
        "series1",
        "series1_20261102T090000Z",
        "series1_20261109T090000Z",
        "gone",
        "unreadable",
        "bare1",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(page.next, Next::Done("CPjZ9NqH".to_owned()));
    let Pulled::Record(Record::CalendarEvent(bare)) = &page.entries[7] else { panic!() };
    assert_eq!(bare.start.as_ref().unwrap().sort_instant().to_rfc3339(), "2026-11-23T08:00:00+00:00");
}

#[tokio::test]
async fn an_empty_page_may_be_followed_by_another_and_a_page_without_tokens_is_an_error() {
    let next = |body| async move { pull(&Google::answering_one(200, body), None, None).await.map(|page| page.next) };
    assert_eq!(next(r#"{"items":[],"nextPageToken":"p"}"#).await.unwrap(), Next::Page("p".to_owned()));
    let both = r#"{"nextPageToken":"p","nextSyncToken":"s"}"#;
    assert_eq!(next(both).await.unwrap(), Next::Page("p".to_owned()));
    let Err(PullError::Failed(error)) = next(r#"{"items":[]}"#).await else { panic!() };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "no_sync_token"));
    let Err(PullError::Failed(error)) = next("<html></html>").await else { panic!() };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unreadable_answer"));
}

#[tokio::test]
async fn only_a_pull_with_a_token_can_have_an_expired_one() {
    let gone = r#"{"error":{"errors":[{"reason":"fullSyncRequired"}]}}"#;
    for (since, page) in [(Some("s"), None), (None, Some("p")), (Some("s"), Some("p"))] {
        let result = pull(&Google::answering_one(410, gone), since, page).await;
        assert_eq!(result.unwrap_err(), PullError::CursorExpired);
    }
    let Err(PullError::Failed(error)) = pull(&Google::answering_one(410, gone), None, None).await else { panic!() };
    assert_eq!(error.class, FailureClass::Transient);
}

#[tokio::test]
async fn an_id_that_names_another_path_is_not_found_without_a_call() {
    let google = Google::answering(vec![]);
    let dots = resource("..");
    let request = PullRequest { resource: &dots, since: None, page: None, window_start: Default::default() };
    let Err(PullError::Failed(error)) = google.provider.pull().unwrap().page(&access(), &request).await else {
        panic!()
    };
    assert_eq!(error.class, FailureClass::ResourceNotFound);
}

#[tokio::test]
async fn the_picker_reads_every_page_and_shows_what_a_person_calls_their_calendars() {
    let first = include_str!("../fixtures/calendar_list.json");
    let second = r#"{"items":[{"id":"team@group.calendar.google.com","accessRole":"writer"}]}"#;
    let google = Google::answering(vec![Ok(answer(200, first)), Ok(answer(200, second))]);
    let choices = google.provider.options(&access(), "calendars", None).await.unwrap().unwrap();
    insta::assert_json_snapshot!(choices);

    let requests = google.wire.requests();
    assert_eq!(requests[0].uri().path(), "/calendar/v3/users/me/calendarList");
    assert_eq!(pairs(requests[0].uri().query().unwrap()), [pair("maxResults", "250")]);
    assert_eq!(pairs(requests[1].uri().query().unwrap()), [pair("maxResults", "250"), pair("pageToken", "page2")]);
    assert_bearer(&requests[1]);
    assert_eq!(google.provider.options(&access(), "pages", None).await.unwrap(), None);
}

#[tokio::test]
async fn a_test_takes_one_call_however_many_listed_calendars_are_chosen() {
    let list = r#"{"items":[{"id":"a","accessRole":"owner"},{"id":"b","accessRole":"reader"}]}"#;
    let google = Google::answering_one(200, list);
    google.provider.test(&access(), &[resource("a"), resource("b")]).await.unwrap();
    assert_eq!(google.request().uri().path(), "/calendar/v3/users/me/calendarList");

    let google = Google::answering_one(200, list);
    google.provider.test(&access(), &[]).await.unwrap();

    let google = Google::answering_one(200, r#"{"items":[]}"#);
    google.provider.test(&access(), &[resource("a")]).await.unwrap();
    assert_eq!(google.request().uri().path_and_query().unwrap(), "/calendar/v3/calendars/a/events?maxResults=1");
}

#[tokio::test]
async fn a_chosen_calendar_that_is_gone_is_named_so() {
    let list = r#"{"items":[{"id":"a","accessRole":"owner"}]}"#;
    let gone = r#"{"error":{"errors":[{"domain":"global","reason":"notFound"}],"code":404}}"#;
    let google = Google::answering(vec![Ok(answer(200, list)), Ok(answer(404, gone))]);
    let error = google.provider.test(&access(), &[resource("a"), resource("b")]).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::ResourceNotFound, "notFound"));
}

#[tokio::test(start_paused = true)]
async fn reading_is_tried_again_and_a_rate_limit_is_not() {
    let google = Google::answering(vec![
        Err(WireError::Connection),
        Ok(answer(503, "<html></html>")),
        Ok(answer(200, r#"{"nextSyncToken":"s"}"#)),
    ]);
    assert!(pull(&google, None, None).await.is_ok());

    let limited = r#"{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}"#;
    let google = Google::answering_one(429, limited);
    let Err(PullError::Failed(error)) = pull(&google, None, None).await else { panic!() };
    assert_eq!((error.class, google.wire.requests().len()), (FailureClass::RateLimited, 1));
}
