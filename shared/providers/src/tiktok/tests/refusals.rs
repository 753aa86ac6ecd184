//! Every row of the fact sheet's table of codes (§2), and what comes without a code (§1).

use super::super::calls::read;
use super::*;
use chrono::TimeDelta;
use domain::failure::FailureClass::{self, *};
use serde::de::IgnoredAny;

fn error(answer: &Response<Bytes>) -> ProviderError {
    read::<IgnoredAny>(answer).unwrap_err()
}

fn limited(code: u64, message: &str, date: Option<&str>) -> Option<i64> {
    let mut answer = answer(200, &json!({ "code": code, "message": message }).to_string());
    if let Some(date) = date {
        answer.headers_mut().insert("date", date.parse().unwrap());
    }
    let error = error(&answer);
    assert_eq!(error.class, RateLimited);
    error.retry_after.map(|wait| wait.num_seconds())
}

#[test]
fn every_code_has_its_class() {
    let table: [(&[u64], FailureClass); 8] = [
        (&[40102, 40103, 40105, 40107], DeadCredentials),
        (&[40001, 40106, 40119, 40125], MissingPermission),
        (&[40016, 40100, 40132, 40133], RateLimited),
        (&[40007, 40300, 40301], ResourceNotFound),
        (&[40050, 40200, 40201, 40202], Transient),
        (&[50000, 50002, 51010, 59999], Transient),
        (&[40008, 40009, 40013, 40014, 40101, 40110, 40113, 40115, 40118], OurConfiguration),
        (&[40000, 40002, 40006, 40010, 40051, 40104, 49999, 60000, 1], OurBug),
    ];
    for (codes, class) in table {
        for code in codes {
            let error = error(&refused(*code));
            assert_eq!((error.class, error.code.clone()), (class, code.to_string()));
            assert_hides_canaries(&error);
        }
    }
}

#[test]
fn a_partial_success_is_a_success() {
    for code in [0, 20001] {
        assert!(read::<IgnoredAny>(&refused(code)).is_ok(), "{code}");
    }
}

#[test]
fn a_limit_lasts_as_long_as_its_kind() {
    let evening = Some("Sat, 28 Nov 2026 23:59:30 GMT");
    assert_eq!(limited(40100, "Too many requests: QPS limit of the app", None), Some(1));
    assert_eq!(limited(40100, "reached the qpm limit", None), Some(300));
    assert_eq!(limited(40016, "over the QPD limit", evening), Some(30));
    assert_eq!(limited(40016, "requests per day", Some("Sat, 28 Nov 2026 00:00:00 GMT")), Some(86_400));
    assert_eq!(limited(40100, "QPD", None), Some(3600));
    assert_eq!(limited(40100, "Too many requests", evening), Some(300));
    assert_eq!(limited(40132, "", None), Some(1));
    assert_eq!(limited(40133, "Too many requests", None), Some(1));
}

#[test]
fn trouble_of_tiktok_is_waited_out_for_five_minutes() {
    assert_eq!(error(&refused(50002)).retry_after, Some(TimeDelta::minutes(5)));
    assert_eq!(error(&refused(40105)).retry_after, None);
}

#[test]
fn an_answer_that_the_api_did_not_give_is_classified_by_its_status() {
    let cases = [
        (404, "404 page not found", OurBug, "http_404"),
        (405, "", OurBug, "http_405"),
        (302, "", OurBug, "http_302"),
        (408, "", Transient, "http_408"),
        (429, "", RateLimited, "http_429"),
        (500, r#"{"code":40105,"message":"canary"}"#, Transient, "http_500"),
        (502, "<html>canary</html>", Transient, "http_502"),
        (503, r#"{"code":0,"data":{}}"#, Transient, "http_503"),
        (401, r#"{"code":40105,"message":"canary"}"#, DeadCredentials, "40105"),
        (403, r#"{"code":0,"data":{}}"#, OurBug, "http_403"),
        (200, "404 page not found", OurBug, "unreadable_answer"),
        (200, "", OurBug, "unreadable_answer"),
        (200, "[]", OurBug, "unreadable_answer"),
        (200, r#"{"code":"canary"}"#, OurBug, "unreadable_answer"),
        (200, r#"{"message":"OK","data":{}}"#, OurBug, "unreadable_answer"),
    ];
    for (status, body, class, code) in cases {
        let error = error(&answer(status, body));
        assert_eq!((error.class, error.code.as_str()), (class, code), "{status} {body}");
        assert_hides_canaries(&error);
    }
}

#[test]
fn an_answer_without_data_is_an_empty_one() {
    for body in [r#"{"code":0}"#, r#"{"code":0,"data":null}"#, r#"{"code":0,"data":{}}"#] {
        assert!(read::<IgnoredAny>(&answer(200, body)).is_ok(), "{body}");
    }
}
