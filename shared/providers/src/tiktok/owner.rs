//! What owns forms (tiktok-lead-ads.md §3): an ad account, or the library of a Business Center once the account's leads
//! were moved there. From then on TikTok wants the library's id instead of the account's everywhere.
//!
//! That leads were moved is found out in two ways, because TikTok does not say what the account's own id brings then:
//! a refusal, or nothing at all. Before something is listed, downloaded or subscribed to, a library of the account is
//! looked for, and used if it lists any form (`forms::current`). Single calls about a form use the account's id, and the
//! library's once that is refused ([`instead`]).

use super::accounts;
use super::calls::{Call, Calls};
use super::pages::Pages;
use super::session::Session;
use super::wire::{Library, List};
use crate::error::ProviderError;
use domain::failure::FailureClass;
use domain::lead::Owner;
use serde_json::{Map, Value};

/// The kind of owner that a library is.
pub(super) const LIBRARY: &str = "library";

/// How the owner is named in a request: `advertiser_id` or `library_id`, and its id.
pub(super) fn parameter(owner: &Owner) -> Result<(&'static str, String), ProviderError> {
    let name = match owner.kind() {
        accounts::KIND => "advertiser_id",
        LIBRARY => "library_id",
        _ => return Err(ProviderError::new(FailureClass::ResourceNotFound, "unknown_owner")),
    };
    Ok((name, owner.id().to_owned()))
}

/// The beginning of a body about something of this owner.
pub(super) fn body(owner: &Owner) -> Result<Map<String, Value>, ProviderError> {
    let (name, id) = parameter(owner)?;
    Ok(Map::from_iter([(name.to_owned(), Value::String(id))]))
}

/// Every library that the token reaches, with the ad account that it belongs to.
pub(super) async fn libraries(calls: &Calls, session: &Session) -> Result<Vec<(Owner, Owner)>, ProviderError> {
    let mut found = Vec::new();
    let mut pages = Pages::new(100);
    while let Some(query) = pages.next()? {
        let call = Call::get("page/library/get", query).with(&session.token);
        let list: List<Library> = calls.ask(&call).await?;
        pages.seen(&list);
        found.extend(list.list.into_iter().filter_map(both));
    }
    Ok(found)
}

fn both(library: Library) -> Option<(Owner, Owner)> {
    let owner = Owner::new(LIBRARY, &library.library_id.0?).ok()?;
    Some((owner, Owner::new(accounts::KIND, &library.advertiser_id.0?).ok()?))
}

/// Whether another owner may be answered what this one was refused. A parameter that TikTok does not take (40002) may be
/// the owner.
pub(super) fn may_be_about_the_owner(refused: &ProviderError) -> bool {
    use FailureClass::*;
    matches!(refused.class, MissingPermission | ResourceNotFound | OurBug)
}

/// The library to use instead of an ad account that was refused; the refusal where there is none.
pub(super) async fn instead(
    calls: &Calls,
    session: &Session,
    owner: &Owner,
    refused: ProviderError,
) -> Result<Owner, ProviderError> {
    if owner.kind() != accounts::KIND || !may_be_about_the_owner(&refused) {
        return Err(refused);
    }
    let libraries = libraries(calls, session).await.unwrap_or_default();
    libraries.into_iter().find(|(_, of)| of == owner).map(|(library, _)| library).ok_or(refused)
}
