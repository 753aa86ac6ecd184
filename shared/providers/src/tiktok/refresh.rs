//! The daily check of a token and its ad accounts, and the replacement of a token that ends (tiktok-lead-ads.md §2,
//! "Lifetime").

use super::accounts::{self, Listed};
use super::calls::Calls;
use super::errors::NOT_REFRESHABLE;
use super::oauth::rotate;
use super::session::Grant;
use crate::contract::{AppCredentials, Credential, Refreshed};
use crate::error::ProviderError;
use domain::failure::FailureClass;

/// Checks the token with one call. It is replaced where TikTok gave something to replace it with and it ends, or is
/// refused. An ad account that was lost is no longer in the access; when all of them are, the grant is dead
/// (`no_ad_account`).
pub(super) async fn refresh(
    calls: &Calls,
    app: &AppCredentials,
    credential: &Credential,
) -> Result<Refreshed, ProviderError> {
    let grant = Grant::of(credential)?;
    match (accounts::list(calls, app, &grant.token).await, &grant.refresh) {
        (Ok(listed), _) if listed.advertisers.is_empty() => Err(accounts::none(FailureClass::DeadCredentials)),
        (Ok(listed), Some(refresh)) if grant.ends_soon(listed.at) => {
            match rotate(calls, app, &grant, refresh, listed.advertisers.clone()).await {
                // A token that cannot be replaced does not end, and it was accepted just now.
                Err(error) if error.code == NOT_REFRESHABLE => Ok(kept(&grant, listed)),
                outcome => outcome,
            }
        }
        (Ok(listed), _) => Ok(kept(&grant, listed)),
        (Err(error), Some(refresh)) if error.class == FailureClass::DeadCredentials => {
            rotate(calls, app, &grant, refresh, grant.advertisers.clone()).await
        }
        (Err(error), _) => Err(error),
    }
}

/// The token stays.
fn kept(grant: &Grant, listed: Listed) -> Refreshed {
    let left = grant.ends.zip(listed.at).map(|(ends, now)| ends - now);
    let access = grant.session(listed.advertisers).access(left.filter(|left| left.num_seconds() > 0));
    Refreshed { credential: None, access, scopes: None, consent_ends: None }
}
