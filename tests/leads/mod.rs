//! Leads: from a form at the provider to the tenants that chose it, each once.

mod access;
mod canaries;
mod doors;
mod dropped;
mod facebook;
mod faults;
mod forms;
mod kept;
mod storm;
mod tenants;
mod tiktok;
mod withdrawn;

use crate::world::{Answer, World};
use sandbox::Notify;
use sandbox::facebook::{ALICE, BAKERY, CLIENT_SECRET, Consent, LeadOrder, NEWSLETTER_FORM};
use serde_json::{Value, json};
use url::Url;

const FACEBOOK: &str = "/integrations/facebook-lead-ads";

/// A form of a page as it is chosen.
fn form(page: &str, form: &str) -> String {
    format!("page:{page}/{form}")
}

/// As Alice, who has the bakery's page.
fn alice() -> Consent {
    Consent { person: Some(ALICE.to_owned()), ..Consent::default() }
}

impl World {
    /// A world in which Facebook tells when the test lets it.
    async fn of_leads() -> Self {
        let world = Self::new().await;
        world.sandbox().facebook().set_notify(Notify::Queue);
        world
    }

    /// Connects Facebook for an account as this person.
    async fn connect_facebook(&self, account: &str, consent: &Consent) -> Answer {
        let admin = self.admin(account);
        let started = admin.post(&format!("{FACEBOOK}/connect"), &json!({})).await.ok();
        let url = Url::parse(started["authorizationUrl"].as_str().expect("a URL")).expect("a URL");
        let redirect = self.sandbox().facebook().consent(&url, consent).expect("the dialog accepts");
        let back = self.follow(&redirect).await;
        let answer = admin.post("/oauth/complete", &json!({ "flow": back["flow"], "ticket": back["ticket"] })).await;
        self.settled().await;
        answer
    }

    /// Chooses forms.
    async fn choose_forms(&self, account: &str, forms: &[String]) -> Answer {
        let body = json!({ "resources": forms });
        let answer = self.admin(account).json("PATCH", &format!("{FACEBOOK}/settings"), &body, &[]).await;
        self.settled().await;
        answer
    }

    /// Connected as Alice, with the bakery's newsletter chosen.
    pub(crate) async fn with_newsletter(&self, account: &str) {
        self.connect_facebook(account, &alice()).await.ok();
        self.choose_forms(account, &[form(BAKERY, NEWSLETTER_FORM)]).await.ok();
    }

    /// Lets Facebook tell what it has to; the answers.
    pub(crate) async fn facebook_tells(&self) -> Vec<u16> {
        let mut answers = Vec::new();
        for delivery in self.sandbox().facebook().take_deliveries() {
            answers.push(delivery.deliver().await.expect("an answer").0);
        }
        self.settled().await;
        answers
    }

    /// Posts what Facebook could send, signed by the application's secret; the answer's status.
    async fn facebook_posts(&self, body: &str) -> u16 {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes());
        let signature = format!("sha256={}", hex::encode(ring::hmac::sign(&key, body.as_bytes())));
        let headers = [("x-hub-signature-256", signature.as_str())];
        let answer = self.stranger(None).raw("POST", "/webhooks/facebook-lead-ads", body.to_owned(), &headers).await;
        self.settled().await;
        answer.status
    }

    /// Every lead of an account as the records show it.
    async fn leads(&self, account: &str) -> Vec<Value> {
        self.leads_of(FACEBOOK, account).await
    }

    /// The same of another provider.
    async fn leads_of(&self, own: &str, account: &str) -> Vec<Value> {
        let (admin, mut cursor, mut leads) = (self.admin(account), String::new(), Vec::new());
        loop {
            let page = admin.get(&format!("{own}/records?limit=500{cursor}")).await.ok();
            leads.extend(page["records"].as_array().expect("records").iter().cloned());
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return leads,
            }
        }
    }

    /// Fires a schedule, and lets its work be done.
    async fn schedule(&self, name: &str) {
        self.stack.fire(name).await.expect("an answer");
        self.settled().await;
    }

    /// What the bus was told of leads.
    async fn told_of_leads(&self) -> Vec<Value> {
        let shown = self.stranger(None).get("/_local/events").await.ok();
        let events = shown["events"].as_array().expect("events").iter();
        events.filter(|event| event["detail-type"] == "lead.received").cloned().collect()
    }
}

/// So many people fill in the newsletter.
pub(crate) fn people(count: usize) -> LeadOrder {
    LeadOrder::of(NEWSLETTER_FORM, count)
}
