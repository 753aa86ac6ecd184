//! Every row of the fact sheet's tables of errors (§1 and §2).

use super::super::errors::{TokenCall, api_refusal, cursor_expired, token_refusal};
use super::*;
use chrono::TimeDelta;
use domain::failure::FailureClass::{self, *};
use serde_json::json;

fn invalid(location: &str, message: &str) -> Response<Bytes> {
    let errors = json!([{ "domain": "global", "reason": "invalid", "message": message, "location": location }]);
    answer(400, &json!({ "error": { "code": 400, "errors": errors } }).to_string())
}

#[test]
fn every_refusal_of_the_token_endpoint_has_its_class() {
    use TokenCall::*;
    let revoked = r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#;
    let session = r#"{"error":"invalid_grant","error_description":"reauth","error_subtype":"invalid_rapt"}"#;
    let cases: [(u16, &str, TokenCall, FailureClass, &str); 17] = [
        (400, revoked, Refresh, DeadCredentials, "invalid_grant"),
        (400, r#"{"error":"invalid_grant","error_description":"Bad Request"}"#, Exchange, Transient, "invalid_grant"),
        (400, session, Refresh, DeadCredentials, "invalid_rapt"),
        (401, r#"{"error":"invalid_client"}"#, Refresh, OurConfiguration, "invalid_client"),
        (400, r#"{"error":"unauthorized_client"}"#, Exchange, OurConfiguration, "unauthorized_client"),
        (400, r#"{"error":"redirect_uri_mismatch"}"#, Exchange, OurBug, "redirect_uri_mismatch"),
        (400, r#"{"error":"invalid_request"}"#, Refresh, OurBug, "invalid_request"),
        (400, r#"{"error":"internal_failure"}"#, Refresh, Transient, "internal_failure"),
        (400, r#"{"error":"server_error"}"#, Refresh, Transient, "server_error"),
        (400, r#"{"error":"temporarily_unavailable"}"#, Refresh, Transient, "temporarily_unavailable"),
        (500, revoked, Refresh, Transient, "invalid_grant"),
        (503, "<html>Service Unavailable</html>", Refresh, Transient, "http_503"),
        (408, "", Refresh, Transient, "http_408"),
        (429, r#"{"error":"rate_limit_exceeded"}"#, Refresh, RateLimited, "rate_limit_exceeded"),
        (404, "<html>Not Found</html>", Refresh, OurBug, "http_404"),
        (302, "", Refresh, OurBug, "http_302"),
        (400, r#"{"error":5}"#, Refresh, OurBug, "http_400"),
    ];
    for (status, body, call, class, code) in cases {
        let error = token_refusal(&answer(status, body), call);
        assert_eq!((error.class, error.code.as_str()), (class, code), "{status} {body}");
    }
}

#[test]
fn every_refusal_of_the_calendar_has_the_class_of_its_reason() {
    let cases: [(u16, &str, FailureClass); 28] = [
        (401, "authError", DeadCredentials),
        (403, "rateLimitExceeded", RateLimited),
        (403, "userRateLimitExceeded", RateLimited),
        (403, "quotaExceeded", RateLimited),
        (403, "dailyLimitExceeded", RateLimited),
        (429, "rateLimitExceeded", RateLimited),
        (429, "somethingNew", RateLimited),
        (403, "insufficientPermissions", MissingPermission),
        (403, "accessNotConfigured", OurConfiguration),
        (403, "requiredAccessLevel", PermanentConfiguration),
        (403, "forbidden", PermanentConfiguration),
        (403, "forbiddenForNonOrganizer", PermanentConfiguration),
        (404, "notFound", ResourceNotFound),
        (409, "duplicate", PermanentRecord),
        (409, "conflict", Transient),
        (410, "fullSyncRequired", Transient),
        (410, "updatedMinTooLongAgo", Transient),
        (410, "deleted", PermanentRecord),
        (412, "conditionNotMet", PermanentRecord),
        (400, "invalid", OurBug),
        (400, "timeRangeEmpty", OurBug),
        (400, "badRequest", OurBug),
        (500, "backendError", Transient),
        (503, "backendError", Transient),
        (403, "somethingNew", OurBug),
        (401, "push.webhookUrlUnauthorized", OurConfiguration),
        (400, "push.webhookUrlNotHttps", OurConfiguration),
        (400, "channelIdNotUnique", OurBug),
    ];
    for (status, reason, class) in cases {
        let error = api_refusal(&refusal(status, reason));
        assert_eq!((error.class, error.code.as_str()), (class, reason), "{status} {reason}");
    }
}

#[test]
fn bodies_of_other_forms_are_classified_too() {
    let scope = json!({ "error": { "code": 403, "status": "PERMISSION_DENIED",
        "errors": [{ "reason": "somethingElse" }], "details": [{ "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }] } });
    let cases = [
        (403, scope.to_string(), MissingPermission, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        (404, json!({ "error": { "status": "NOT_FOUND" } }).to_string(), ResourceNotFound, "NOT_FOUND"),
        (
            401,
            r#"{"error":"invalid_request","error_description":"Invalid Credentials"}"#.to_owned(),
            DeadCredentials,
            "authError",
        ),
        (401, "<html></html>".to_owned(), DeadCredentials, "authError"),
        (404, "<html>wrong address</html>".to_owned(), OurBug, "http_404"),
        (403, r#"{"error":"forbidden"}"#.to_owned(), OurBug, "http_403"),
        (502, "<html>Bad Gateway</html>".to_owned(), Transient, "http_502"),
        (400, "{".to_owned(), OurBug, "http_400"),
    ];
    for (status, body, class, code) in cases {
        let error = api_refusal(&answer(status, &body));
        assert_eq!((error.class, error.code.as_str()), (class, code), "{status} {body}");
    }
}

#[test]
fn the_wait_that_google_asks_for_is_handed_on() {
    for (status, reason) in [(403, "userRateLimitExceeded"), (429, "rateLimitExceeded"), (503, "backendError")] {
        let mut limited = refusal(status, reason);
        limited.headers_mut().insert("retry-after", "90".parse().unwrap());
        assert_eq!(api_refusal(&limited).retry_after, Some(TimeDelta::seconds(90)));
    }
    assert_eq!(api_refusal(&refusal(429, "rateLimitExceeded")).retry_after, None);
}

#[test]
fn a_token_that_google_no_longer_takes_is_told_from_other_mistakes() {
    for expired in [
        refusal(410, "fullSyncRequired"),
        refusal(410, "updatedMinTooLongAgo"),
        answer(410, ""),
        invalid("pageToken", "Invalid page token value."),
        invalid("syncToken", "Bad Request"),
        invalid("", "Invalid sync token value."),
    ] {
        assert!(cursor_expired(&expired), "{expired:?}");
    }
    for other in [
        invalid("timeMin", "Invalid value"),
        invalid("", "Sync token cannot be used with query restrictions"),
        refusal(404, "notFound"),
        answer(400, "<html>page token invalid</html>"),
        answer(500, ""),
    ] {
        assert!(!cursor_expired(&other), "{other:?}");
    }
}
