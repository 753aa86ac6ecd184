//! What a vendor tells when a person takes something back there: Aura's access, or also the data that Aura has of them
//! (facebook-lead-ads.md §1). Written down for each account before it is answered; the lifecycle worker carries it out.

use crate::api::{DeletionView, routes};
use crate::digest::sha256_hex;
use crate::entry::Problem;
use crate::store::{Holder, Store, Withdrawal, WithdrawalState};
use crate::usecases::left_behind::Destruction;
use crate::vault::Vault;
use domain::ids::ProviderSlug;
use providers::{Provider, Registry, SignedRequest};
use std::sync::Arc;
use url::Url;

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

impl Withdrawn {
    fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Data => "data",
        }
    }
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
    /// Takes one request, which must be signed by an application's secret. The same request again gives the same code, and
    /// is not carried out twice. Both kinds of request may have the same body.
    pub async fn take(&self, vendor: &str, body: &[u8], what: Withdrawn) -> Result<DeletionView, Problem> {
        let code = sha256_hex(&[what.name().as_bytes(), b"\n", body].concat())[..CODE].to_owned();
        let mut parts = self.parts(vendor, body, &code, what).await?;
        match self.store.withdrawal(&code).await? {
            None => self.store.withdraw(&code, vendor, &parts).await?,
            Some(_) => parts.clear(),
        }
        for part in &parts {
            self.destruction.begin_withdrawal(part).await;
        }
        let path = routes::DELETION_STATE.path.replace("{provider}", vendor).replace("{code}", &code);
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        Ok(DeletionView { url, confirmation_code: code })
    }

    /// How far a request is; a problem for a code that was never given.
    pub async fn state(&self, code: &str) -> Result<WithdrawalState, Problem> {
        let is_code = code.len() == CODE && code.bytes().all(|byte| byte.is_ascii_hexdigit());
        let state = if is_code { self.store.withdrawal(code).await? } else { None };
        state.ok_or_else(|| Problem::not_found("request"))
    }

    /// What is to be done, by each of the vendor's providers whose application signed the request.
    async fn parts(&self, vendor: &str, body: &[u8], code: &str, what: Withdrawn) -> Result<Vec<Withdrawal>, Problem> {
        let (mut parts, mut signed) = (Vec::new(), false);
        for provider in self.registry.of_vendor(vendor) {
            let Some(request) = self.verified(provider.as_ref(), body).await? else { continue };
            signed = true;
            let slug = &provider.manifest().slug;
            let holders = self.store.holders(slug, &request.user).await?;
            parts.extend(holders.into_iter().map(|holder| self.part(slug, code, &request, what, holder)));
        }
        if signed { Ok(parts) } else { Err(Problem::new(401, "forged", "The request is refused.")) }
    }

    async fn verified(&self, provider: &dyn Provider, body: &[u8]) -> Result<Option<SignedRequest>, Problem> {
        let Some(webhook) = provider.webhook() else { return Ok(None) };
        let app = self.vault.app_credentials(&provider.manifest().slug).await;
        let app = app.map_err(|error| Problem::unavailable(error.to_string()))?;
        Ok(webhook.signed_request(body, &[app]).ok())
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
            cleanup: None,
        }
    }
}
