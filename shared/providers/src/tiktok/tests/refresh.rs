//! The daily check, and the replacement of a token that ends.

use super::*;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use secrecy::ExposeSecret;

/// 2026-11-28 10:00 UTC.
const NOW_SECONDS: i64 = 1_795_860_000;

fn lasting() -> Credential {
    Credential(json!({ "access_token": TOKEN, "account": "11" }).to_string().into())
}

/// A credential whose token ends after so many hours.
fn ending(hours: i64) -> Credential {
    let ends = NOW_SECONDS + hours * 3600;
    let stored = json!({ "access_token": TOKEN, "refresh_token": REFRESH, "ends": ends, "account": "o1", "advertisers": ["11", "22"] });
    Credential(stored.to_string().into())
}

fn accounts(ids: &[&str]) -> Response<Bytes> {
    granted(json!({ "list": ids.iter().map(|id| json!({ "advertiser_id": id })).collect::<Vec<_>>() }))
}

fn rotated() -> Response<Bytes> {
    let data = json!({ "access_token": "canary-second", "expires_in": 86400, "refresh_token": "canary-third", "refresh_token_expires_in": 864000 });
    granted(data)
}

async fn refresh(tiktok: &TikTok, credential: &Credential) -> Result<Refreshed, ProviderError> {
    tiktok.provider.refresh(&app(), credential).await
}

fn session(refreshed: &Refreshed) -> Session {
    Session::of(&refreshed.access).unwrap()
}

#[tokio::test]
async fn a_token_without_end_is_checked_with_one_call_and_stays() {
    let tiktok = TikTok::answering([accounts(&["22", "11", "33"])]);
    let refreshed = refresh(&tiktok, &lasting()).await.unwrap();
    assert!(refreshed.credential.is_none() && refreshed.scopes.is_none() && refreshed.consent_ends.is_none());
    assert_eq!(refreshed.access.expires_in, Some(TimeDelta::days(1)));
    let session = session(&refreshed);
    assert_eq!((session.token.expose_secret(), session.account.as_str()), (TOKEN, "11"));
    assert_eq!(session.advertisers, ["11", "22", "33"]);
    let request = tiktok.request();
    assert_eq!(path(&request), "oauth2/advertiser/get/");
    assert_token(&request);
}

#[tokio::test]
async fn one_lost_account_is_missing_and_all_lost_are_a_dead_grant() {
    let refreshed = refresh(&TikTok::answering([accounts(&["22"])]), &lasting()).await.unwrap();
    assert_eq!(
        (session(&refreshed).advertisers, session(&refreshed).account),
        (vec!["22".to_owned()], "11".to_owned())
    );

    let error = refresh(&TikTok::answering([accounts(&[])]), &lasting()).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::DeadCredentials, "no_ad_account"));
    for code in [40105, 40102] {
        let error = refresh(&TikTok::answering([refused(code)]), &lasting()).await.unwrap_err();
        assert_eq!((error.class, error.code), (FailureClass::DeadCredentials, code.to_string()));
    }
}

#[tokio::test]
async fn trouble_is_not_a_verdict_and_is_not_tried_again_here() {
    for fault in [Err(WireError::Timeout), Ok(answer(503, "")), Ok(refused(50002))] {
        let tiktok = TikTok::on(vec![fault]);
        assert_eq!(refresh(&tiktok, &ending(1)).await.unwrap_err().class, FailureClass::Transient);
        assert_eq!(tiktok.wire.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_token_that_ends_soon_is_replaced_and_both_new_tokens_are_kept() {
    let tiktok = TikTok::answering([accounts(&["11", "33"]), rotated()]);
    let refreshed = refresh(&tiktok, &ending(35)).await.unwrap();
    let request = &tiktok.wire.requests()[1];
    assert_eq!(path(request), "tt_user/oauth2/refresh_token/");
    assert_eq!(
        json_body(request),
        json!({ "client_id": "app-7", "client_secret": SECRET, "grant_type": "refresh_token", "refresh_token": REFRESH })
    );
    assert_hides_canaries(&refreshed);
    let stored: Value = serde_json::from_str(refreshed.credential.as_ref().unwrap().0.expose_secret()).unwrap();
    assert_eq!(
        stored,
        json!({
            "access_token": "canary-second", "refresh_token": "canary-third", "ends": NOW_SECONDS + 86400,
            "account": "o1", "advertisers": ["11", "33"],
        })
    );
    assert_eq!(session(&refreshed).token.expose_secret(), "canary-second");
    assert_eq!(session(&refreshed).advertisers, ["11", "33"]);
    assert_eq!(refreshed.consent_ends.unwrap().timestamp(), NOW_SECONDS + 864000);
}

#[tokio::test]
async fn a_token_that_lasts_is_not_replaced() {
    let tiktok = TikTok::answering([accounts(&["11"])]);
    let refreshed = refresh(&tiktok, &ending(37)).await.unwrap();
    assert!(refreshed.credential.is_none());
    assert_eq!(refreshed.access.expires_in, Some(TimeDelta::days(1)));
}

#[tokio::test]
async fn a_token_that_has_ended_is_replaced_and_nothing_is_asked_afterwards() {
    for code in [40102, 40105] {
        let tiktok = TikTok::answering([refused(code), rotated()]);
        let refreshed = refresh(&tiktok, &ending(-1)).await.unwrap();
        assert_eq!(tiktok.paths(), ["oauth2/advertiser/get/", "tt_user/oauth2/refresh_token/"]);
        assert!(refreshed.credential.is_some());
        assert_eq!(session(&refreshed).advertisers, ["11", "22"]);
    }
}

#[tokio::test]
async fn a_refused_replacement_is_a_dead_grant_unless_the_token_works() {
    for code in [40103, 40107] {
        let error = refresh(&TikTok::answering([refused(40102), refused(code)]), &ending(-1)).await.unwrap_err();
        assert_eq!((error.class, error.code), (FailureClass::DeadCredentials, code.to_string()));
    }
    // 40107 also says that such a token cannot be refreshed at all.
    let refreshed = refresh(&TikTok::answering([accounts(&["11"]), refused(40107)]), &ending(2)).await.unwrap();
    assert!(refreshed.credential.is_none());
    assert_eq!(refreshed.access.expires_in, Some(TimeDelta::hours(2)));
    let error = refresh(&TikTok::answering([accounts(&["11"]), refused(40103)]), &ending(2)).await.unwrap_err();
    assert_eq!(error.class, FailureClass::DeadCredentials);
}

#[tokio::test]
async fn an_answer_without_another_refresh_token_leaves_the_former_one() {
    let second = granted(json!({ "access_token": "canary-second", "expires_in": 86400 }));
    let refreshed = refresh(&TikTok::answering([refused(40102), second]), &ending(-1)).await.unwrap();
    let stored: Value = serde_json::from_str(refreshed.credential.unwrap().0.expose_secret()).unwrap();
    assert_eq!((&stored["access_token"], &stored["refresh_token"]), (&json!("canary-second"), &json!(REFRESH)));
}

#[tokio::test]
async fn what_is_stored_and_cannot_be_read_is_our_bug_and_not_shown() {
    let broken = Credential(r#"{"canary":1}"#.into());
    let error = refresh(&TikTok::answering([]), &broken).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unreadable_credential"));
    let access = Access { token: "canary".into(), expires_in: None };
    let error = TikTok::answering([]).provider.identify(&access).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unreadable_access"));
    let access = Access {
        token: json!({ "token": "a\nb", "account": "1", "advertisers": ["1"] }).to_string().into(),
        expires_in: None,
    };
    let error = TikTok::answering([]).provider.identify(&access).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "unusable_token"));
}

#[tokio::test]
async fn thousands_of_ad_accounts_can_be_listed() {
    let list: Vec<_> = (0..3000).map(|id| json!({ "advertiser_id": 7_000_000_000_000_000_000u64 + id, "advertiser_name": "An agency's customer" })).collect();
    let refreshed = refresh(&TikTok::answering([granted(json!({ "list": list }))]), &lasting()).await.unwrap();
    assert_eq!(session(&refreshed).advertisers.len(), 3000);
}
