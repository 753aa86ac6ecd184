//! A cursor only moves forward, is the same for the same page, and is told when it has expired.

use super::calls::{self, Call};
use super::outcome::Told;
use super::specimen::Stage;
use super::subject::{Bench, Subject, pull, subjects};
use super::wire;
use super::wire::{Reply, always, good};
use crate::contract::Page;
use crate::error::PullError;
use domain::failure::FailureClass;

/// What a pull of what there is now ends with.
async fn cursor(subject: &Subject, stage: Stage, since: Option<&str>) -> String {
    let bench = subject.bench(good(&subject.specimen, stage));
    pull(&bench, &subject.specimen, since).await.cursor
}

#[tokio::test]
async fn a_cursor_never_moves_back_whatever_comes() {
    for subject in subjects().await {
        let reached = |cursor: &str| subject.specimen.reached(cursor);
        let first = cursor(&subject, Stage::First, None).await;
        let mut last = first.clone();
        for stage in [Stage::Nothing, Stage::Older, Stage::First, Stage::Newer, Stage::Older] {
            let next = cursor(&subject, stage, Some(&last)).await;
            let (before, after) = (reached(&last), reached(&next));
            assert_eq!(before.len(), after.len());
            let is_back = before.iter().zip(&after).any(|(before, after)| after < before);
            assert!(!is_back, "{} after {stage:?}: {last} became {next}", subject.specimen.slug());
            last = next;
        }
        assert_ne!(reached(&first), reached(&last), "{}: nothing newer moved it", subject.specimen.slug());
    }
}

async fn page(subject: &Subject, bench: &Bench, since: Option<&str>, page: Option<&str>) -> Result<Page, PullError> {
    calls::pull(bench.provider.as_ref(), subject.specimen.as_ref(), since, page).await
}

#[tokio::test]
async fn the_same_page_asked_again_is_the_same() {
    for subject in subjects().await {
        let bench = subject.bench(subject.good());
        for asked in &subject.pulled.pages {
            let once = page(&subject, &bench, None, asked.as_deref()).await;
            let twice = page(&subject, &bench, None, asked.as_deref()).await;
            assert_eq!(once, twice, "{} {asked:?}", subject.specimen.slug());
        }
    }
}

/// Pages that were read before the process died are read again by another one, and end as they would have.
#[tokio::test]
async fn a_pull_goes_on_from_any_page_in_another_process() {
    for subject in subjects().await {
        let pages = &subject.pulled.pages;
        for (number, from) in pages.iter().enumerate() {
            let bench = subject.bench(subject.good());
            let mut left = vec![from.clone()];
            let cursor = loop {
                use crate::contract::Next::*;
                match page(&subject, &bench, None, left.last().unwrap().as_deref()).await.unwrap().next {
                    Page(next) | Later { page: next, .. } => left.push(Some(next)),
                    Done(cursor) => break cursor,
                }
            };
            assert_eq!((left.as_slice(), &cursor), (&pages[number..], &subject.pulled.cursor));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_cursor_is_told_and_only_where_there_was_one() {
    for subject in subjects().await {
        let slug = subject.specimen.slug();
        let Some(expired) = subject.specimen.expired() else {
            // Cursors of Aura's own never expire; one of another version is as good as expired, and costs no request.
            for strange in ["", "{}", "canary", "{\"from\":\"x\"}", "[]", "\u{0}"] {
                let bench = subject.bench(subject.good());
                assert_eq!(page(&subject, &bench, None, Some(strange)).await, Err(PullError::CursorExpired), "{slug}");
                assert!(bench.wire.requests().is_empty(), "{slug}");
            }
            continue;
        };
        let script = always(move |_| Reply::Answer(expired.clone()));
        for later in 1..subject.pulled.pages.len() {
            let (outcome, _) = subject.run(Call::Page(later), script.clone()).await;
            assert_eq!(outcome.told, Told::CursorExpired, "{slug} at page {later}");
        }
        let (outcome, _) = subject.run(Call::Page(0), script).await;
        assert_ne!(outcome.told, Told::CursorExpired, "{slug} without a cursor: all would be read again, for ever");
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_on_the_way_is_no_expired_cursor() {
    for subject in subjects().await {
        for (call, number, request) in subject.requests() {
            if !matches!(call, Call::Page(_) | Call::PageSince) {
                continue;
            }
            for class in [FailureClass::Transient, FailureClass::RateLimited, FailureClass::DeadCredentials] {
                let Some(refusal) = subject.specimen.refusal(class, request) else { continue };
                let script = wire::but(subject.good(), number, move |_| Reply::Answer(refusal.clone()));
                let (outcome, _) = subject.run(call, script).await;
                assert_ne!(outcome.told, Told::CursorExpired, "{} refused as {class:?}", subject.about(call));
            }
        }
    }
}
