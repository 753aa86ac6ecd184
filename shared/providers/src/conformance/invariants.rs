//! What holds of every provider of the registry together.

use super::specimen::CLIENT_ID;
use super::subject::subjects;
use crate::contract::Rotation;
use chrono::TimeDelta;
use domain::ids::ResourceId;
use domain::lead::Form;
use std::collections::BTreeSet;
use std::path::Path;

/// Writes a second that Secrets Manager takes, of everybody.
const WRITES_PER_SECOND: u32 = 50;

fn is_word(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() > 1 && text.bytes().all(is_inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[tokio::test]
async fn names_are_complete_and_nobody_elses() {
    let (mut slugs, mut names, mut icons) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let manifest = provider.manifest();
        let slug = manifest.slug.to_string();
        assert!(slugs.insert(slug.clone()), "{slug} twice");
        assert!(names.insert(manifest.name), "{} twice", manifest.name);
        assert!(icons.insert(manifest.icon), "{} twice", manifest.icon);
        assert!(is_word(&slug) && is_word(manifest.icon) && is_word(manifest.resource_kind), "{slug}");
        assert!(is_word(manifest.vendor), "{slug}: {}", manifest.vendor);
        assert!(manifest.parent_kind.is_none_or(|kind| is_word(kind) && kind != manifest.resource_kind), "{slug}");
        assert!(!manifest.name.trim().is_empty() && manifest.description.ends_with('.'), "{slug}");
    }
}

/// The page finds an icon by its name, and would show a broken picture.
#[tokio::test]
async fn the_page_has_an_icon_of_every_provider() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions/console");
    let served = std::fs::read_to_string(page.join("src/assets.rs")).unwrap();
    for subject in subjects().await {
        let icon = format!("icons/{}.svg", subject.bench(subject.good()).provider.manifest().icon);
        assert!(page.join("assets").join(&icon).is_file(), "functions/console/assets/{icon} is missing");
        assert!(served.contains(&format!("\"{icon}\"")), "{icon} is not among the files that are served");
    }
}

#[tokio::test]
async fn what_a_provider_says_of_itself_is_what_it_does() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let (manifest, slug) = (provider.manifest(), subject.specimen.slug());
        assert_eq!(manifest.writes, provider.push().is_some(), "{slug}");
        assert_eq!(manifest.brings_leads(), provider.leads().is_some(), "{slug}");
        assert_eq!(manifest.parent_kind.is_some(), subject.specimen.parent().is_some(), "{slug}");
        assert!(provider.pull().is_some_and(|pull| pull.query_version() > 0), "{slug}");
        assert!(manifest.syncs_per_minute > 0 && manifest.refreshes_per_minute > 0, "{slug}");
        let writes = manifest.rotation != Rotation::None;
        assert!(!writes || manifest.refreshes_per_minute <= WRITES_PER_SECOND * 60 / 10, "{slug}");
        let named = provider.consent_answer().code_parameters;
        let parameters: BTreeSet<_> = named.iter().collect();
        assert!(!parameters.is_empty() && parameters.len() == named.len(), "{slug}");
        assert!(!parameters.iter().any(|name| matches!(**name, "state" | "error" | "iss")), "{slug}");
    }
}

#[tokio::test]
async fn scopes_that_are_granted_are_enough_and_fewer_are_not() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let (redirect_uri, code, verifier) = ("https://example.com/".parse().unwrap(), "c".into(), "v".into());
        let app = &super::specimen::app();
        assert_eq!(app.client_id, CLIENT_ID);
        let request =
            crate::contract::ExchangeRequest { app, redirect_uri: &redirect_uri, code: &code, verifier: &verifier };
        let scopes = provider.exchange_code(&request).await.unwrap().scopes;
        let slug = subject.specimen.slug();
        assert!(!scopes.is_empty() && provider.missing_scopes(&scopes).is_empty(), "{slug}: {scopes:?}");
        let few = subject.specimen.too_few_scopes();
        let missing = provider.missing_scopes(&few);
        assert!(!missing.is_empty(), "{slug}: {few:?} are enough");
        assert!(missing.iter().all(|scope| !few.contains(scope) && !scope.is_empty()), "{slug}: {missing:?}");
        assert!(provider.missing_scopes(&[few, missing].concat()).is_empty(), "{slug}");
    }
}

#[tokio::test]
async fn what_is_watched_has_the_owner_that_deliveries_name() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let Some(webhook) = provider.webhook() else { continue };
        let (slug, resource) = (subject.specimen.slug(), subject.specimen.resource());
        let watched = webhook.watched(&resource);
        assert_eq!(webhook.watched(&watched), watched, "{slug}");
        let form = Form::of(&resource).ok();
        assert_eq!(form.is_some(), provider.leads().is_some(), "{slug}: leads are of a form");
        assert_eq!(webhook.owner(&watched), form.as_ref().map(|form| form.owner().clone()), "{slug}");
        if let Some(form) = form {
            assert_eq!(form.resource().unwrap(), resource, "{slug}");
            assert_eq!(Some(form.owner().resource().unwrap()), subject.specimen.parent(), "{slug}");
        }
        // What is of no known kind is watched as it is, and nothing panics over it.
        for other in ["x", "ada@example.com", "a:b:c/d", "é/ü"] {
            let other = ResourceId::parse(other).unwrap();
            assert_eq!(webhook.watched(&webhook.watched(&other)), webhook.watched(&other), "{slug}");
        }
        assert!(webhook.lasts() >= TimeDelta::hours(1) && webhook.lasts() <= TimeDelta::days(90), "{slug}");
    }
}

#[tokio::test]
async fn whoever_was_connected_stays_the_same_and_can_be_named() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        let access = subject.specimen.access();
        let (once, twice) = (provider.identify(&access).await.unwrap(), provider.identify(&access).await.unwrap());
        assert_eq!(once, twice);
        assert!(!once.label.trim().is_empty() && once.label.chars().count() <= 320, "{}", subject.specimen.slug());
    }
}
