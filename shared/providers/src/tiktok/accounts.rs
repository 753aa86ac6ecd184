//! Ad accounts (tiktok-lead-ads.md §2).

use super::calls::{Call, Calls, read};
use super::session::{Session, in_order};
use super::wire::{self, date};
use crate::contract::{AppCredentials, Identity};
use crate::error::ProviderError;
use crate::http::AnswerCap;
use chrono::{DateTime, Utc};
use domain::failure::FailureClass;
use domain::ids::ProviderAccountId;
use domain::lead::Owner;
use domain::resource::Choice;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use wire::{Advertiser, List};

/// The kind of owner that an ad account is.
pub(super) const KIND: &str = "advertiser";
/// Ad accounts that are asked for in one call.
const BATCH: usize = 100;
/// Calls for one list: an account that was lost spoils its batch, which is then asked for in halves.
const MOST_CALLS: usize = 60;
/// Longest name that is shown, in characters.
const LONGEST_LABEL: usize = 320;

/// The ad accounts of a token.
pub(super) struct Listed {
    /// The smallest id first.
    pub(super) advertisers: Vec<String>,
    /// When, by TikTok's clock.
    pub(super) at: Option<DateTime<Utc>>,
}

/// The ad accounts of a token: also the cheapest check of it. Sent once, because a refresh has little time.
pub(super) async fn list(calls: &Calls, app: &AppCredentials, token: &SecretString) -> Result<Listed, ProviderError> {
    let secret = app.client_secret.expose_secret().to_owned();
    let query = vec![("app_id", app.client_id.clone()), ("secret", secret)];
    let answer = calls.send_once(&Call::get("oauth2/advertiser/get", query).with(token), AnswerCap::DATA).await?;
    let list: List<Advertiser> = read(&answer)?;
    let advertisers = in_order(list.list.into_iter().filter_map(|advertiser| advertiser.advertiser_id.0));
    Ok(Listed { advertisers, at: date(answer.headers()) })
}

/// There is no ad account.
pub(super) fn none(class: FailureClass) -> ProviderError {
    ProviderError::new(class, "no_ad_account")
}

/// Who was connected, labelled by the name of the oldest ad account.
pub(super) async fn identify(calls: &Calls, session: &Session) -> Result<Identity, ProviderError> {
    let id = ProviderAccountId::parse(session.account.clone())
        .map_err(|_| ProviderError::new(FailureClass::OurBug, "unusable_subject"))?;
    let named = match info(calls, session, &session.advertisers[..session.advertisers.len().min(1)]).await {
        Err(error) if is_about_an_account(&error) => Vec::new(),
        named => named?,
    };
    let name = named.into_iter().find_map(|advertiser| advertiser.name.0);
    let label = name.unwrap_or_else(|| id.as_str().to_owned());
    Ok(Identity { id, label: label.chars().take(LONGEST_LABEL).collect() })
}

/// Checks the access with one call.
pub(super) async fn check(calls: &Calls, session: &Session) -> Result<(), ProviderError> {
    let first = &session.advertisers[..session.advertisers.len().min(1)];
    if first.is_empty() {
        return Err(none(FailureClass::MissingPermission));
    }
    info(calls, session, first).await.map(drop)
}

/// The ad accounts of the access that it still reaches, checked at TikTok.
pub(super) async fn choices(calls: &Calls, session: &Session) -> Result<Vec<Choice>, ProviderError> {
    let mut batches: Vec<&[String]> = session.advertisers.chunks(BATCH).rev().collect();
    let (mut found, mut lost, mut asked) = (Vec::new(), None, 0);
    while let Some(batch) = batches.pop() {
        asked += 1;
        match info(calls, session, batch).await {
            Ok(advertisers) => found.extend(advertisers.into_iter().filter_map(choice)),
            Err(error) if !is_about_an_account(&error) || asked >= MOST_CALLS => return Err(error),
            Err(error) if batch.len() == 1 => lost = Some(error),
            Err(_) => {
                let (first, second) = batch.split_at(batch.len() / 2);
                batches.extend([second, first]);
            }
        }
    }
    match lost {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// Whether a refusal says no more than that an ad account is not there, or not for this token.
pub(super) fn is_about_an_account(error: &ProviderError) -> bool {
    matches!(error.class, FailureClass::MissingPermission | FailureClass::ResourceNotFound)
}

async fn info(calls: &Calls, session: &Session, ids: &[String]) -> Result<Vec<Advertiser>, ProviderError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = vec![("advertiser_ids", json!(ids).to_string())];
    let list: List<Advertiser> = calls.ask(&Call::get("advertiser/info", query).with(&session.token)).await?;
    // What was not asked for is none of this access.
    let asked = |advertiser: &Advertiser| advertiser.advertiser_id.0.as_ref().is_some_and(|id| ids.contains(id));
    Ok(list.list.into_iter().filter(asked).collect())
}

fn choice(advertiser: Advertiser) -> Option<Choice> {
    let id = Owner::new(KIND, &advertiser.advertiser_id.0?).ok()?;
    Some(Choice {
        name: advertiser.name.0.unwrap_or_else(|| id.id().to_owned()),
        id: id.resource().ok()?,
        description: None,
        time_zone: advertiser.timezone.0,
        state: None,
        color: None,
        primary: false,
        read_only: true,
    })
}
