//! Who is told of new leads.

use serde::{Deserialize, Serialize};

use super::{
    access,
    leads::{Lead, Source},
    state::TikTok,
};

/// One subscription. Several may want the same lead: each is told.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) callback_url: String,
    /// The grant whose token it was made with; with it, it dies.
    pub(crate) grant: String,
    pub(crate) access_token: String,
    pub(crate) account: String,
    /// The library by which the account was named.
    pub(crate) library: Option<String>,
    /// `None`: all forms of the account.
    pub(crate) form: Option<String>,
    pub(crate) source: Source,
}

impl Subscription {
    fn wants(&self, tiktok: &TikTok, lead: &Lead) -> bool {
        lead.account == self.account
            && lead.source() == self.source
            && self.form.as_deref().is_none_or(|form| lead.is_of_form(form))
            // One by the account's own id hears no more of it once its leads are in a library.
            && tiktok.library_of(&lead.account) == self.library.as_deref()
    }
}

impl TikTok {
    /// Whether the token of a subscription is one that was not revoked.
    pub(crate) fn is_alive(&self, subscription: &Subscription) -> bool {
        self.grants.by_id(&subscription.grant).is_some()
    }

    /// The leads that each live subscription is told of; none for those that want none of them.
    pub(crate) fn interested<'a>(&'a self, leads: &'a [Lead]) -> Vec<(&'a Subscription, Vec<&'a Lead>)> {
        let heard = self.subscriptions.iter().filter(|subscription| self.hears(subscription));
        let with_leads = heard.map(|subscription| {
            (subscription, leads.iter().filter(|lead| subscription.wants(self, lead)).collect::<Vec<_>>())
        });
        with_leads.filter(|(_, leads)| !leads.is_empty()).collect()
    }

    /// Alive, and the account still one of its person's.
    fn hears(&self, subscription: &Subscription) -> bool {
        let grant = self.grants.by_id(&subscription.grant);
        grant.is_some_and(|grant| access::reaches(self, grant, &subscription.account).is_ok())
    }
}
