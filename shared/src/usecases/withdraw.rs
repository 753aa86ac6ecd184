//! What a provider tells when a person takes something back there: Aura's access, or also the data that Aura has of them
//! (facebook-lead-ads.md §1). Written down for each account before it is answered; the lifecycle worker carries it out.

use crate::api::{DeletionView, routes};
use crate::digest::sha256_hex;
use crate::entry::Problem;
use crate::store::{Holder, Store, Withdrawal, WithdrawalState};
use crate::usecases::left_behind::Destruction;
use crate::vault::Vault;
use domain::ids::ProviderSlug;
use providers::{Registry, SignedRequest};
use std::sync::Arc;
use url::Url;

/// The provider that sends such requests.
const PROVIDER: &str = "facebook-lead-ads";

/// Digits of a confirmation code.
const CODE: usize = 32;

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawn {
    /// Aura's access.
    Access,
    /// The access, and what Aura has of the person.
    Data,
}

/// Takes such requests.
#[derive(Clone)]
pub struct TakeWithdrawal {
    /// The table.
    pub store: Store,
    /// The providers.
    pub registry: Registry,
    /// What requests are verified with.
    pub vault: Arc<Vault>,
    /// Starts what is to be done.
    pub destruction: Destruction,
    /// The API's public address.
    pub base: Url,
}

impl TakeWithdrawal {
    /// Takes one request, which must be signed by the application's secret. The same request again gives the same code.
    pub async fn take(&self, body: &[u8], what: Withdrawn) -> Result<DeletionView, Problem> {
        let slug = &ProviderSlug::parse(PROVIDER)?;
        let request = self.verified(slug, body).await?;
        let code = sha256_hex(body)[..CODE].to_owned();
        let parts: Vec<Withdrawal> = self
            .store
            .holders(slug, &request.user)
            .await?
            .into_iter()
            .map(|holder| self.part(slug, &code, &request, what, holder))
            .collect();
        self.store.withdraw(&code, slug, &parts).await?;
        for part in &parts {
            self.destruction.begin_withdrawal(part).await;
        }
        let path = routes::DELETION_STATE.path.replace("{code}", &code);
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        Ok(DeletionView { url, confirmation_code: code })
    }

    /// How far a request is; a problem for a code that was never given.
    pub async fn state(&self, code: &str) -> Result<WithdrawalState, Problem> {
        let is_code = code.len() == CODE && code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let state = if is_code { self.store.withdrawal(code).await? } else { None };
        state.ok_or_else(|| Problem::not_found("request"))
    }

    async fn verified(&self, slug: &ProviderSlug, body: &[u8]) -> Result<SignedRequest, Problem> {
        let provider = self.registry.find(slug).ok_or_else(|| Problem::not_found("provider"))?;
        let webhook = provider.webhook().ok_or_else(|| Problem::not_found("webhook"))?;
        let app = self.vault.app_credentials(slug).await.map_err(|error| Problem::unavailable(error.to_string()))?;
        let verified = webhook.signed_request(body, &[app]);
        verified.map_err(|_| Problem::new(401, "forged", "The request is refused."))
    }

    fn part(
        &self,
        slug: &ProviderSlug,
        code: &str,
        request: &SignedRequest,
        what: Withdrawn,
        holder: Holder,
    ) -> Withdrawal {
        Withdrawal {
            code: code.to_owned(),
            account: holder.account,
            id: holder.integration,
            provider: slug.clone(),
            user: request.user.clone(),
            erases: what == Withdrawn::Data,
            issued_at: request.issued_at,
            told_at: self.store.now(),
        }
    }
}
