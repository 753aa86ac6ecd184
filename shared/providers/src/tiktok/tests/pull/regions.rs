//! Three regions, what is remembered of each, and owners.

use super::*;
use domain::failure::FailureClass;

fn read(none: Option<&str>, eu: Option<&str>, us: Option<&str>) -> String {
    let at = |time: Option<&str>| time.map(seconds);
    json!({ "read": [at(none), at(eu), at(us)] }).to_string()
}

#[tokio::test]
async fn a_full_pull_reads_all_regions_and_remembers_each() {
    let answers = [
        region(&[row(1, "2026-11-20 08:00:00"), row(2, "2026-11-21 08:00:00")]),
        region(&[row(3, "2026-11-19 08:00:00")]),
        region(&[]),
    ];
    let whole = pull(None, answers.concat()).await;
    assert_eq!(whole.ids(), ["1", "2", "3"]);
    assert_eq!(whole.done, read(Some("2026-11-21T08:00:00Z"), Some("2026-11-19T08:00:00Z"), None));
    let asked: Vec<_> = whole.requests.iter().filter(|request| path(request).contains("task")).map(header).collect();
    assert_eq!(asked, [None, None, Some("eu"), Some("eu"), Some("us"), Some("us")]);
    let create = &whole.requests[0];
    assert_eq!(
        (path(create).as_str(), json_body(create)),
        ("page/lead/task/", json!({ "advertiser_id": "11", "page_id": "900" }))
    );
    let download = &whole.requests[1];
    assert_eq!(path(download), "page/lead/task/download/");
    assert_eq!(query(download), [pair("advertiser_id", "11"), pair("task_id", "t1")]);
    whole.requests.iter().for_each(assert_token);
}

#[tokio::test]
async fn a_full_pull_hands_on_nothing_older_than_its_window() {
    let rows = [row(1, "2026-09-30 23:59:59"), row(2, "2026-10-01 00:00:00")];
    let answers = [region(&rows), region(&[]), region(&[])];
    assert_eq!(pull(None, answers.concat()).await.ids(), ["2"]);
}

#[tokio::test]
async fn the_next_pull_hands_on_what_is_newer_with_an_overlap_of_a_day_by_region() {
    let since = read(Some("2026-11-21T08:00:00Z"), Some("2026-11-10T08:00:00Z"), None);
    let rows = |first| {
        [
            row(first, "2026-11-20 07:59:59"),
            row(first + 1, "2026-11-20 08:00:00"),
            row(first + 2, "2026-11-22 00:00:00"),
        ]
    };
    let answers = [region(&rows(10)), region(&rows(20)), region(&rows(30))];
    let whole = pull(Some(&since), answers.concat()).await;
    assert_eq!(whole.ids(), ["11", "12", "20", "21", "22", "30", "31", "32"]);
    let newest = Some("2026-11-22T00:00:00Z");
    assert_eq!(whole.done, read(newest, newest, newest));
}

#[tokio::test]
async fn a_lead_from_the_future_does_not_hide_those_that_come() {
    let rows = [row(1, "2036-01-01 00:00:00")];
    let answers = [region(&rows), region(&[]), region(&[])];
    assert_eq!(pull(None, answers.concat()).await.done, read(Some("2026-11-28T10:00:00Z"), None, None));
}

#[tokio::test]
async fn a_region_that_may_not_be_used_is_skipped_and_read_in_full_once_it_may() {
    let since = read(Some("2026-11-21T08:00:00Z"), None, None);
    let answers = [
        vec![refused(40001)],
        vec![granted(json!({ "list": [] }))],
        region(&[row(2, "2026-11-22 00:00:00")]),
        vec![refused(40125)],
    ];
    let whole = pull(Some(&since), answers.concat()).await;
    assert_eq!(whole.ids(), ["2"]);
    assert_eq!(whole.done, read(Some("2026-11-21T08:00:00Z"), Some("2026-11-22T00:00:00Z"), None));
    let answers = [region(&[]), region(&[]), region(&[row(3, "2026-10-02 00:00:00")])];
    assert_eq!(pull(Some(&whole.done), answers.concat()).await.ids(), ["3"]);
}

#[tokio::test]
async fn without_any_region_the_permission_is_missing() {
    let tiktok = TikTok::answering([refused(40001), refused(40001), refused(40001)]);
    let mut token = None;
    for _ in 0..2 {
        let Next::Page(next) = page(&tiktok, None, token.as_deref()).await.unwrap().next else { panic!() };
        token = Some(next);
    }
    let PullError::Failed(error) = page(&tiktok, None, token.as_deref()).await.unwrap_err() else { panic!() };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, "40001"));
}

#[tokio::test]
async fn a_form_that_is_gone_is_told_and_one_that_another_region_does_not_know_is_not_there() {
    let tiktok = TikTok::answering([refused(40301)]);
    let PullError::Failed(error) = page(&tiktok, None, None).await.unwrap_err() else { panic!() };
    assert_eq!(error.class, FailureClass::ResourceNotFound);

    let answers = [region(&[row(1, "2026-11-20 08:00:00")]), vec![refused(40301)], vec![refused(40301)]];
    let whole = pull(None, answers.concat()).await;
    assert_eq!(
        (whole.ids(), whole.done.as_str()),
        (vec!["1"], read(Some("2026-11-20T08:00:00Z"), None, None).as_str())
    );
}

#[tokio::test]
async fn a_form_whose_leads_were_moved_is_read_by_its_library() {
    let leads = [region(&[row(1, "2026-11-20 08:00:00")]), region(&[]), region(&[])];
    // The library lists forms; or it does not, and the account is refused, in one of several ways.
    let mut ways = vec![vec![library(), a_form()]];
    for code in [40001, 40301, 40002] {
        ways.push(vec![library(), granted(json!({})), refused(code), library()]);
    }
    for way in ways {
        let found = way.len();
        let whole = pull_after(way, None, leads.concat()).await;
        assert_eq!(whole.ids(), ["1"]);
        for request in whole.requests[found..].iter().filter(|request| path(request) == "page/lead/task/") {
            assert_eq!(json_body(request), json!({ "library_id": "5", "page_id": "900" }));
        }
    }
}

#[tokio::test]
async fn the_form_of_a_library_is_read_by_it_at_once() {
    let tiktok = TikTok::answering([task("RUNNING")]);
    page_of(&tiktok, "library:5/900", None, None).await.unwrap();
    assert_eq!(json_body(&tiktok.request()), json!({ "library_id": "5", "page_id": "900" }));
    for nonsense in ["900", "library:5", "page:5/900"] {
        let PullError::Failed(error) = page_of(&TikTok::answering([]), nonsense, None, None).await.unwrap_err() else {
            panic!()
        };
        assert_eq!(error.class, FailureClass::ResourceNotFound, "{nonsense}");
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_read_is_an_expired_cursor() {
    for (since, token) in [
        (Some("canary"), None),
        (Some("{}"), None),
        (Some(r#"{"read":[1,2]}"#), None),
        (None, Some("canary")),
        (None, Some("{}")),
        (None, Some(r#"{"region":3}"#)),
        (None, Some(r#"{"region":0,"other":1}"#)),
    ] {
        let error = page(&TikTok::answering([]), since, token).await.unwrap_err();
        assert_eq!(error, PullError::CursorExpired, "{since:?} {token:?}");
    }
}

#[tokio::test]
async fn a_region_may_also_be_refused_when_its_task_is_looked_at_or_its_file_downloaded() {
    let answers = [
        vec![task("RUNNING"), refused(40001)],
        region(&[row(1, "2026-11-20 08:00:00")]),
        vec![task("SUCCEED"), refused(40001)],
    ];
    let whole = pull(None, answers.concat()).await;
    assert_eq!(
        (whole.ids(), whole.done.as_str()),
        (vec!["1"], read(None, Some("2026-11-20T08:00:00Z"), None).as_str())
    );
}
