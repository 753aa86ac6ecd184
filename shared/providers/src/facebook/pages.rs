//! The person, and the pages that they opened (facebook-lead-ads.md §1, "Token steps").

use super::calls::Calls;
use super::tokens::{Holder, Key, Keys, token};
use super::{PAGE, wire};
use crate::contract::{AppCredentials, Identity};
use crate::error::ProviderError;
use domain::failure::FailureClass;
use domain::ids::ProviderAccountId;
use domain::lead::Owner;
use domain::resource::Choice;

/// Longest name that is shown, in characters.
const LONGEST_LABEL: usize = 320;

/// The pages with the tokens to read them. One without a token, which takes a role on it, is none of them.
pub(super) async fn holders(calls: &Calls, app: &AppCredentials, user: &Key) -> Result<Vec<Holder>, ProviderError> {
    let pages = list(calls, user, "id,access_token").await?;
    let holder = |page: wire::Page| {
        let key = Key::new(app, token(page.access_token?)?);
        Some(Holder { id: page.id.into(), key })
    };
    Ok(pages.filter_map(holder).collect())
}

/// The pages of this access, as a person knows them. One that was opened since comes with the next access.
pub(super) async fn choices(calls: &Calls, keys: &Keys) -> Result<Vec<Choice>, ProviderError> {
    let pages = list(calls, &keys.user.key, "id,name,category").await?;
    Ok(pages.filter(|page| keys.pages.iter().any(|held| held.id == page.id.as_str())).filter_map(choice).collect())
}

/// Who the access belongs to.
pub(super) async fn identify(calls: &Calls, keys: &Keys) -> Result<Identity, ProviderError> {
    let me: wire::Me = calls.get_json(&keys.user.key, &["me"], &[("fields", "id,name")]).await?;
    let name = me.name.filter(|name| !name.trim().is_empty());
    let id =
        ProviderAccountId::parse(me.id).map_err(|_| ProviderError::new(FailureClass::OurBug, "unusable_subject"))?;
    let label = name.unwrap_or_else(|| id.as_str().to_owned());
    Ok(Identity { id, label: label.chars().take(LONGEST_LABEL).collect() })
}

async fn list(calls: &Calls, user: &Key, fields: &str) -> Result<impl Iterator<Item = wire::Page>, ProviderError> {
    let entries = calls.list(user, &["me", "accounts"], &[("fields", fields)]).await?;
    Ok(entries.into_iter().filter_map(|entry| entry.read()))
}

fn choice(page: wire::Page) -> Option<Choice> {
    let given = |text: &String| !text.trim().is_empty();
    Some(Choice {
        id: Owner::new(PAGE, page.id.as_str()).ok()?.resource().ok()?,
        name: page.name.filter(given).unwrap_or_else(|| page.id.into()),
        description: page.category.filter(given),
        time_zone: None,
        state: None,
        color: None,
        primary: false,
        read_only: false,
    })
}
