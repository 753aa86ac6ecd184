//! Every row of the fact sheet's table of errors (§2).

use super::super::errors;
use super::*;
use chrono::TimeDelta;
use domain::failure::FailureClass::{self, *};

#[test]
fn every_code_has_its_class() {
    let cases: [(u64, Option<u64>, FailureClass, &str); 38] = [
        (190, None, DeadCredentials, "190"),
        (190, Some(458), DeadCredentials, "190.458"),
        (190, Some(459), DeadCredentials, "190.459"),
        (190, Some(460), DeadCredentials, "190.460"),
        (190, Some(463), DeadCredentials, "190.463"),
        (190, Some(464), DeadCredentials, "190.464"),
        (190, Some(467), DeadCredentials, "190.467"),
        (190, Some(492), DeadCredentials, "190.492"),
        (102, None, DeadCredentials, "102"),
        (10, None, MissingPermission, "10"),
        (200, None, MissingPermission, "200"),
        (230, None, MissingPermission, "230"),
        (299, Some(1), MissingPermission, "299.1"),
        (3, None, OurConfiguration, "3"),
        (101, None, OurConfiguration, "101"),
        (100, Some(33), ResourceNotFound, "100.33"),
        (803, None, ResourceNotFound, "803"),
        (100, None, OurBug, "100"),
        (100, Some(34), OurBug, "100.34"),
        (2500, None, OurBug, "2500"),
        (1, None, Transient, "1"),
        (2, Some(99), Transient, "2.99"),
        (4, None, RateLimited, "4"),
        (17, Some(33), RateLimited, "17.33"),
        (32, None, RateLimited, "32"),
        (341, None, RateLimited, "341"),
        (613, None, RateLimited, "613"),
        (80_000, None, RateLimited, "80000"),
        (80_001, None, RateLimited, "80001"),
        (80_004, None, RateLimited, "80004"),
        (80_005, None, RateLimited, "80005"),
        (80_014, None, RateLimited, "80014"),
        (368, None, OurConfiguration, "368"),
        (506, None, PermanentRecord, "506"),
        (9, None, OurBug, "9"),
        (300, None, OurBug, "300"),
        (80_015, None, OurBug, "80015"),
        (104, None, OurBug, "104"),
    ];
    for (code, subcode, class, text) in cases {
        assert_failed(Err::<(), _>(errors::refusal(&refusal(code, subcode))), class, text);
    }
}

#[test]
fn the_wrong_kind_of_token_is_our_bug_and_kills_no_grant() {
    let message = "(#190) This method must be called with a Page Access Token";
    let body = json!({ "error": { "message": message, "type": "OAuthException", "code": 190 } });
    assert_failed(Err::<(), _>(errors::refusal(&answer(400, &body.to_string()))), OurBug, "wrong_token_kind");
}

#[test]
fn a_server_in_trouble_says_no_verdict_and_a_rate_limit_is_one_at_any_status() {
    let cases: [(u16, Value, FailureClass, &str); 11] = [
        (500, json!({ "code": 190 }), Transient, "190"),
        (400, json!({ "code": 190, "is_transient": true }), Transient, "190"),
        (400, json!({ "code": 100, "error_subcode": 33, "is_transient": true }), Transient, "100.33"),
        (400, json!({ "code": 9, "is_transient": true }), Transient, "9"),
        (400, json!({ "code": 80_005, "is_transient": true }), RateLimited, "80005"),
        (500, json!({ "code": 4 }), RateLimited, "4"),
        (403, json!({ "code": "613" }), RateLimited, "613"),
        (401, json!({ "code": 190, "error_subcode": "canary text" }), DeadCredentials, "190"),
        (400, json!({ "code": {}, "message": [] }), OurBug, "http_400"),
        (400, json!({ "code": 190.5 }), OurBug, "http_400"),
        (429, json!({}), RateLimited, "http_429"),
    ];
    for (status, error, class, code) in cases {
        let answer = answer(status, &json!({ "error": error }).to_string());
        assert_failed(Err::<(), _>(errors::refusal(&answer)), class, code);
    }
    for (status, body, class, code) in [
        (502, "<html>canary</html>", Transient, "http_502"),
        (408, "", Transient, "http_408"),
        (400, "{", OurBug, "http_400"),
        (401, "<html>canary</html>", OurBug, "http_401"),
        (302, "", OurBug, "http_302"),
        (404, r#"{"error":"canary"}"#, OurBug, "http_404"),
    ] {
        assert_failed(Err::<(), _>(errors::refusal(&answer(status, body))), class, code);
    }
}

#[test]
fn the_wait_is_in_minutes_and_a_block_is_waited_out_for_a_day() {
    let mut limited = refusal(80_005, None);
    let usage = r#"{"178":[{"type":"leadgen","call_count":100,"estimated_time_to_regain_access":19}]}"#;
    limited.headers_mut().insert("x-business-use-case-usage", usage.parse().unwrap());
    assert_eq!(errors::refusal(&limited).retry_after, Some(TimeDelta::minutes(19)));
    assert_eq!(errors::refusal(&refusal(80_005, None)).retry_after, None);
    assert_eq!(errors::refusal(&refusal(368, None)).retry_after, Some(TimeDelta::days(1)));
}

#[tokio::test(start_paused = true)]
async fn passing_faults_are_tried_again_and_rate_limits_are_not() {
    let id = json!({ "id": "10001", "name": "Ada" });
    let facebook =
        Facebook::over(vec![Err(WireError::Connection), Ok(answer(500, r#"{"error":{"code":1}}"#)), Ok(ok(&id))], &[]);
    assert_eq!(facebook.provider.identify(&access()).await.unwrap().label, "Ada");
    let facebook = Facebook::answering(vec![refusal(32, None)]);
    assert_failed(facebook.provider.identify(&access()).await, RateLimited, "32");
    assert_eq!(facebook.wire.requests().len(), 1);
}

fn stale() -> Response<Bytes> {
    let message = "Invalid appsecret_proof provided in the API argument";
    let error = json!({ "message": message, "type": "GraphMethodException", "code": 100 });
    answer(400, &json!({ "error": error }).to_string())
}

#[tokio::test]
async fn a_proof_of_a_former_secret_asks_for_new_access_and_one_of_the_present_secret_kills_nothing() {
    let facebook = Facebook::answering(vec![stale()]);
    assert_failed(facebook.provider.identify(&access()).await, DeadCredentials, "stale_proof");

    let credential = Credential(json!({ "user": "10001", "token": LONG }).to_string().into());
    let valid = json!({ "data": { "is_valid": true, "user_id": "10001", "expires_at": 0 } });
    for answers in [vec![stale()], vec![ok(&valid), stale()]] {
        let facebook = Facebook::answering(answers);
        let refreshed = facebook.provider.refresh(&app(), &credential).await;
        assert_failed(refreshed, OurConfiguration, "stale_proof");
    }
    let facebook = Facebook::answering(vec![stale()]);
    assert_failed(facebook.provider.revoke(&app(), &credential).await, OurConfiguration, "stale_proof");
}
