//! The leads of a form, page by page.

use super::fetching::lead;
use super::*;
use chrono::TimeDelta;

/// 2026-11-21T19:58:45Z, when the lead of the fixtures was sent.
const SENT: i64 = 1_795_291_125;
const WINDOW: i64 = 1_787_565_600;

async fn pull(facebook: &Facebook, since: Option<&str>, page: Option<&str>) -> Result<Page, PullError> {
    let resource = form().resource().unwrap();
    let window_start = chrono::DateTime::from_timestamp(WINDOW, 0).unwrap();
    let request = PullRequest { resource: &resource, since, page, window_start };
    facebook.provider.pull().unwrap().page(&access(), &request).await
}

fn page(leads: Value, after: Option<&str>, headers: &[(&'static str, &str)]) -> Response<Bytes> {
    let paging = match after {
        Some(after) => json!({ "cursors": { "before": "b", "after": after }, "next": "https://graph.facebook.com/x" }),
        None => json!({ "cursors": { "before": "b", "after": "last" } }),
    };
    with_headers(&json!({ "data": leads, "paging": paging }), &[&[("date", NOW)], headers].concat())
}

fn sent_at(id: u64, instant: i64) -> Value {
    let mut sent = lead();
    sent["id"] = json!(id);
    sent["created_time"] = json!(instant);
    sent
}

fn ids(page: &Page) -> Vec<String> {
    let id = |entry: &Pulled| match entry {
        Pulled::Lead(lead) => lead.id.to_string(),
        Pulled::Unreadable { id, error } => format!("{} {}", error.code, id.as_ref().map_or("?", ExternalId::as_str)),
        _ => panic!("neither a lead nor unreadable"),
    };
    page.entries.iter().map(id).collect()
}

/// The time from which leads were asked for.
fn asked_from(facebook: &Facebook, request: usize) -> i64 {
    let filter = query(&facebook.wire.requests()[request])["filtering"].clone();
    let filter: Value = serde_json::from_str(&filter).unwrap();
    let condition = json!([{ "field": "time_created", "operator": "GREATER_THAN", "value": filter[0]["value"] }]);
    assert_eq!(filter, condition);
    filter[0]["value"].as_i64().unwrap() + 1
}

fn failed(result: Result<Page, PullError>) -> ProviderError {
    let Err(PullError::Failed(error)) = result else { panic!("{result:?}") };
    error
}

fn done(page: Page) -> String {
    let Next::Done(token) = page.next else { panic!("{:?}", page.next) };
    token
}

fn next(page: Page) -> String {
    let Next::Page(token) = page.next else { panic!("{:?}", page.next) };
    token
}

#[tokio::test]
async fn a_full_pull_has_a_window_on_every_page_and_an_incremental_one_begins_before_the_newest_lead() {
    let facebook = Facebook::answering(vec![
        page(json!([sent_at(3, SENT), sent_at(2, SENT - 9)]), Some("c1"), &[]),
        page(json!([sent_at(1, SENT - 5_000)]), None, &[]),
        page(json!([]), None, &[]),
    ]);
    let first = pull(&facebook, None, None).await.unwrap();
    assert_eq!(ids(&first), ["3", "2"]);
    let second = pull(&facebook, None, Some(&next(first))).await.unwrap();
    assert_eq!(ids(&second), ["1"]);
    let since = done(second);
    let again = done(pull(&facebook, Some(&since), None).await.unwrap());
    assert_eq!(again, since, "an empty pull changes nothing");

    let edge = format!("GET /{FORM_ID}/leads");
    assert_eq!(facebook.asked(), [edge.clone(), edge.clone(), edge]);
    assert_eq!([0, 1, 2].map(|request| asked_from(&facebook, request)), [WINDOW, WINDOW, SENT - 3_600]);
    let requests = facebook.wire.requests();
    let after: Vec<_> = requests.iter().map(|request| query(request).get("after").cloned()).collect();
    assert_eq!(after, [None, Some("c1".to_owned()), None]);
    assert_eq!(query(&requests[0])["limit"], "100");
    requests.iter().for_each(|request| assert_called_with(request, OF_PAGE));
}

#[tokio::test]
async fn every_page_of_a_pull_has_the_filter_of_the_first() {
    let facebook =
        Facebook::answering(vec![page(json!([sent_at(1, SENT)]), Some("c"), &[]), page(json!([]), None, &[])]);
    let token = next(pull(&facebook, None, None).await.unwrap());
    let resource = form().resource().unwrap();
    let later = chrono::DateTime::from_timestamp(WINDOW + 500, 0).unwrap();
    let request = PullRequest { resource: &resource, since: None, page: Some(&token), window_start: later };
    facebook.provider.pull().unwrap().page(&access(), &request).await.unwrap();
    assert_eq!(asked_from(&facebook, 1), WINDOW);
}

#[tokio::test]
async fn a_form_without_leads_is_asked_from_the_same_time_again() {
    let facebook = Facebook::answering(vec![page(json!([]), None, &[]), page(json!([]), None, &[])]);
    let since = done(pull(&facebook, None, None).await.unwrap());
    pull(&facebook, Some(&since), None).await.unwrap();
    assert_eq!(asked_from(&facebook, 1), WINDOW - 3_600);
}

#[tokio::test]
async fn entries_that_cannot_be_read_spoil_no_others() {
    let mut foreign = lead();
    foreign["form_id"] = json!("5");
    let entries = json!([lead(), { "id": "9", "created_time": "x" }, { "id": {} }, foreign, 7, null]);
    let facebook = Facebook::answering(vec![page(entries, None, &[])]);
    let page = pull(&facebook, None, None).await.unwrap();
    let lost = [
        LEAD_ID,
        "unreadable_lead 9",
        "unreadable_lead ?",
        "another_form 233370042045345",
        "unreadable_lead ?",
        "unreadable_lead ?",
    ];
    assert_eq!(ids(&page), lost);
    assert_hides_canaries(&page);
}

#[tokio::test]
async fn a_lead_from_the_future_hides_none_that_come_before_it() {
    let facebook =
        Facebook::answering(vec![page(json!([sent_at(1, SENT + 999_999_999)]), None, &[]), page(json!([]), None, &[])]);
    let since = done(pull(&facebook, None, None).await.unwrap());
    pull(&facebook, Some(&since), None).await.unwrap();
    assert_eq!(asked_from(&facebook, 1), 1_795_341_600 - 3_600);
}

#[tokio::test]
async fn refused_ad_fields_are_left_out_for_a_day() {
    let named = |facebook: &Facebook| -> Vec<bool> {
        facebook.wire.requests().iter().map(|request| query(request)["fields"].contains("campaign_id")).collect()
    };
    let facebook = Facebook::answering(vec![
        refusal(200, None),
        page(json!([lead()]), Some("c"), &[]),
        page(json!([]), None, &[]),
        page(json!([]), None, &[("date", "Mon, 23 Nov 2026 09:59:59 GMT")]),
        page(json!([]), None, &[("date", "Mon, 23 Nov 2026 10:00:00 GMT")]),
        page(json!([]), None, &[("date", "Mon, 23 Nov 2026 10:15:00 GMT")]),
    ]);
    let page = next(pull(&facebook, None, None).await.unwrap());
    let mut since = done(pull(&facebook, None, Some(&page)).await.unwrap());
    for _ in 0..3 {
        since = done(pull(&facebook, Some(&since), None).await.unwrap());
    }
    assert_eq!(named(&facebook), [true, false, false, false, false, true]);

    // Refused altogether: Meta's own words, where it has any.
    let access = |access: Value| ok(&json!({ "id": PAGE_ID, "has_lead_access": access }));
    let words =
        json!({ "can_access_lead": false, "failure_reason": "No CRM access.", "failure_resolution": "Assign it." });
    for (answer, code) in [(access(json!({ "can_access_lead": true })), "10"), (access(words), "no_lead_access")] {
        let facebook = Facebook::answering(vec![refusal(10, None), refusal(10, None), answer]);
        let error = failed(pull(&facebook, None, None).await);
        assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, code));
        assert_eq!(error.explanation.is_some(), code == "no_lead_access");
    }
}

#[tokio::test]
async fn a_low_budget_waits_between_pages_and_behind_the_last_one() {
    let used = |percent: u32| [("x-app-usage", format!(r#"{{"call_count":{percent}}}"#))];
    for (percent, wait) in [(75, TimeDelta::minutes(1)), (95, TimeDelta::hours(1))] {
        let [(name, usage)] = used(percent);
        let facebook = Facebook::answering(vec![
            page(json!([lead()]), Some("c"), &[(name, &usage)]),
            page(json!([]), None, &[(name, &usage)]),
        ]);
        let Next::Later { page, after } = pull(&facebook, None, None).await.unwrap().next else { panic!() };
        assert_eq!(after, wait);
        let Next::Later { page, after } = pull(&facebook, None, Some(&page)).await.unwrap().next else { panic!() };
        assert_eq!(after, wait);
        let end = pull(&facebook, None, Some(&page)).await.unwrap();
        assert!(end.entries.is_empty());
        assert!(done(end).contains(&SENT.to_string()));
        assert_eq!(facebook.wire.requests().len(), 2, "the end takes no call");
    }
    let told = r#"{"178":[{"type":"leadgen","call_count":96,"estimated_time_to_regain_access":7}]}"#;
    let facebook = Facebook::answering(vec![page(json!([]), Some("c"), &[("x-business-use-case-usage", told)])]);
    let Next::Later { after, .. } = pull(&facebook, None, None).await.unwrap().next else { panic!() };
    assert_eq!(after, TimeDelta::minutes(7));
}

#[tokio::test]
async fn a_cursor_that_is_no_longer_taken_has_expired_and_other_refusals_are_themselves() {
    let first = Facebook::answering(vec![page(json!([lead()]), Some("c"), &[])]);
    let token = next(pull(&first, None, None).await.unwrap());
    let stale = Facebook::answering(vec![refusal(100, None)]);
    assert_eq!(pull(&stale, None, Some(&token)).await, Err(PullError::CursorExpired));
    for (code, subcode, class) in [
        (100, Some(33), FailureClass::ResourceNotFound),
        (2500, None, FailureClass::OurBug),
        (190, None, FailureClass::DeadCredentials),
        (80_005, None, FailureClass::RateLimited),
    ] {
        let facebook = Facebook::answering(vec![refusal(code, subcode)]);
        assert_eq!(failed(pull(&facebook, None, Some(&token)).await).class, class, "{code}");
    }
    let without = Facebook::answering(vec![refusal(100, None)]);
    assert_eq!(failed(pull(&without, None, None).await).class, FailureClass::OurBug);
}

#[tokio::test]
async fn a_token_of_another_version_has_expired_without_a_call() {
    let facebook = Facebook::answering(vec![]);
    for (since, page) in [(Some("x"), None), (None, Some("x")), (Some("{}"), None), (None, Some(r#"{"from":1}"#))] {
        assert_eq!(pull(&facebook, since, page).await, Err(PullError::CursorExpired), "{since:?} {page:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_a_page_that_is_not_reached_takes_no_call() {
    for body in ["<html>canary</html>", r#"{"paging":{}}"#, r#"{"data":"canary"}"#, "[]", ""] {
        let facebook = Facebook::answering(vec![answer(200, body)]);
        assert_failed(
            Err::<(), _>(failed(pull(&facebook, None, None).await)),
            FailureClass::OurBug,
            "unreadable_answer",
        );
    }
    let facebook = Facebook::answering(vec![]);
    for (id, code) in [("page:999/1", "page_not_granted"), ("page:138124712925158", "not_a_form")] {
        let resource = resource(id);
        let request = PullRequest { resource: &resource, since: None, page: None, window_start: Default::default() };
        let error = failed(facebook.provider.pull().unwrap().page(&access(), &request).await);
        assert_eq!((error.class, error.code.as_str()), (FailureClass::ResourceNotFound, code));
    }
}
