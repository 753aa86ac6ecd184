//! A client of the Graph API that proves its app secret on every call.

use sandbox::{
    Notify,
    facebook::{ALICE, Act, BAKERY, CLIENT_ID, CLIENT_SECRET, Callback, Consent, LeadOrder, VERIFY_TOKEN},
};
use serde_json::{Value, json};
use url::Url;

use crate::receiver::hmac_hex;
use crate::support::{Answer, World, encoded, parameter, text};

pub(crate) const REDIRECT: &str = "http://127.0.0.1:8787/oauth/callback/facebook-lead-ads";
pub(crate) const SCOPES: &str = "leads_retrieval,pages_show_list,pages_read_engagement,pages_manage_metadata,\
                                 pages_manage_ads,ads_management,business_management";
pub(crate) const APP_TOKEN: &str = "1029384756102938|5a4db0c5facebook5a4db0c5facebook";
pub(crate) const CALLBACK: &str = "http://127.0.0.1:1/webhooks/facebook-lead-ads";

/// `error.code` and `error.error_subcode`; the latter is 0 when there is none.
pub(crate) fn code(answer: &Answer) -> (u64, u64) {
    let error = &answer.json()["error"];
    let number = |field: &str| error[field].as_u64().unwrap_or_default();
    assert!(!text(error, "fbtrace_id").is_empty() && error["message"].is_string() && error["type"].is_string());
    (number("code"), number("error_subcode"))
}

pub(crate) fn data(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"].as_array().unwrap().clone()
}

/// A world whose deliveries wait to be taken, and go to an address where nobody listens.
pub(crate) async fn queued() -> World {
    World::with(|options| {
        options.events = 0;
        options.notify = Notify::Queue;
        options.facebook.leads_per_form = 5;
        let url = CALLBACK.parse().unwrap();
        options.facebook.callback = Some(Callback { url, verify_token: VERIFY_TOKEN.to_owned() });
        options.facebook.deauthorize = "http://127.0.0.1:1/facebook/deauthorize".parse().ok();
        options.facebook.deletion = "http://127.0.0.1:1/facebook/deletion".parse().ok();
    })
    .await
}

impl World {
    pub(crate) fn dialog_url(&self, change: &[(&str, &str)]) -> Url {
        let usual = [
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", SCOPES),
            ("state", "s t&a=te"),
        ];
        let kept = usual.iter().filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        let added = change.iter().filter(|(_, value)| !value.is_empty());
        let base = &self.sandbox.facebook_vars()["FACEBOOK_DIALOG_URL"];
        let mut url = Url::parse(&format!("{base}/v26.0/dialog/oauth")).unwrap();
        url.query_pairs_mut().extend_pairs(kept.chain(added));
        url
    }

    /// A call with this token and its proof; app tokens hold the secret that proves them.
    pub(crate) async fn graph(&self, method: &str, path: &str, token: &str, params: &[(&str, &str)]) -> Answer {
        let secret = token.split_once('|').map_or(CLIENT_SECRET, |(_, secret)| secret);
        self.graph_of(secret, method, path, token, params).await
    }

    /// A call of the app with this secret.
    pub(crate) async fn graph_of(
        &self,
        secret: &str,
        method: &str,
        path: &str,
        token: &str,
        params: &[(&str, &str)],
    ) -> Answer {
        let proof = hmac_hex(secret, token);
        let mut all = params.to_vec();
        all.extend([("access_token", token), ("appsecret_proof", &proof)]);
        self.send(method, &format!("/facebook/v26.0/{path}?{}", encoded(&all)), &[], "").await
    }

    pub(crate) async fn read(&self, path: &str, token: &str) -> Answer {
        self.graph("GET", path, token, &[]).await
    }

    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        let fields =
            [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), ("redirect_uri", REDIRECT), ("code", code)];
        self.form("/facebook/v26.0/oauth/access_token", &fields).await
    }

    pub(crate) async fn prolong(&self, token: &str) -> Answer {
        let query = encoded(&[
            ("grant_type", "fb_exchange_token"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("fb_exchange_token", token),
        ]);
        self.send("GET", &format!("/facebook/v26.0/oauth/access_token?{query}"), &[], "").await
    }

    pub(crate) fn code_as(&self, consent: &Consent) -> String {
        let redirect = self.sandbox.facebook().consent(&self.dialog_url(&[]), consent).unwrap();
        parameter(&redirect, "code").unwrap()
    }

    /// A long-lived token of somebody who consents like this.
    pub(crate) async fn user_as(&self, consent: &Consent) -> String {
        let short = self.redeem(&self.code_as(consent)).await.json();
        let long = self.prolong(text(&short, "access_token")).await.json();
        text(&long, "access_token").to_owned()
    }

    /// A long-lived token of this person, who allows everything.
    pub(crate) async fn user(&self, person: &str) -> String {
        self.user_as(&Consent { person: Some(person.to_owned()), ..Consent::default() }).await
    }

    /// The token of a page, through this user token.
    pub(crate) async fn page_token(&self, user: &str, page: &str) -> String {
        let accounts = data(&self.graph("GET", "me/accounts", user, &[("fields", "id,access_token")]).await);
        let account = accounts.iter().find(|account| account["id"] == page);
        text(account.unwrap_or_else(|| panic!("{page} is not in {accounts:?}")), "access_token").to_owned()
    }

    /// The bakery's token, through Alice.
    pub(crate) async fn bakery(&self) -> String {
        let alice = self.user(ALICE).await;
        self.page_token(&alice, BAKERY).await
    }

    /// As [`World::bakery`], the page telling the app of leads.
    pub(crate) async fn subscribed_bakery(&self) -> String {
        let token = self.bakery().await;
        let path = format!("{BAKERY}/subscribed_apps");
        let answer = self.graph("POST", &path, &token, &[("subscribed_fields", "leadgen")]).await;
        assert_eq!(answer.json(), json!({ "success": true }));
        token
    }

    pub(crate) fn act(&self, act: Value) {
        self.sandbox.facebook().act(serde_json::from_value::<Act>(act).unwrap()).unwrap();
    }

    pub(crate) fn order(&self, order: Value) -> Vec<String> {
        self.sandbox.facebook().add_leads(&serde_json::from_value::<LeadOrder>(order).unwrap()).unwrap()
    }

    pub(crate) fn facebook_switch(&self, change: Value) {
        self.sandbox.facebook().switch(serde_json::from_value(change).unwrap());
    }

    pub(crate) async fn control(&self, path: &str, body: Value) -> Answer {
        let kind = [("content-type", "application/json")];
        self.send("POST", &format!("/_sandbox/facebook/{path}"), &kind, &body.to_string()).await
    }
}
