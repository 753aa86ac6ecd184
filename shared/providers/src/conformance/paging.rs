//! Lists and pulls end, whatever the provider says about there being more.

use super::calls::{self, Call};
use super::specimen::Stage;
use super::subject::{Subject, subjects};
use super::wire::{Reply, Script};
use super::{Told, specimen};
use crate::contract::Next;
use crate::error::PullError;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Requests of one call, repetitions included, beyond which it does not end by itself.
const MOST_REQUESTS: usize = 500;
/// Pages of a pull beyond which it goes in circles: nobody's cursor needs that many without an entry that is new.
const MOST_PAGES: usize = 1_000;

/// A provider whose every list goes on with the same page.
fn endless(subject: &Subject, entries: bool) -> Script {
    let specimen = Arc::clone(&subject.specimen);
    Arc::new(move |asked, request| {
        assert!(asked < MOST_REQUESTS, "{}: the call does not end", specimen.slug());
        let endless = specimen.endless(request, entries);
        Reply::Answer(endless.unwrap_or_else(|| specimen.answer(request, Stage::First)))
    })
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_ends_is_given_up_and_not_taken_for_a_whole_one() {
    for subject in subjects().await {
        for (call, requests) in &subject.calls {
            for entries in [true, false] {
                let (outcome, asked) = subject.run(*call, endless(&subject, entries)).await;
                let about = format!("{} in endless lists, entries: {entries}", subject.about(*call));
                let is_list = matches!(call, Call::Options | Call::Parents)
                    && requests.iter().all(|request| subject.specimen.endless(request, true).is_some());
                if is_list && entries {
                    assert!(matches!(outcome.told, Told::Failed(_)), "{about}: {:?}", outcome.told);
                    assert!(asked.len() > 1, "{about}: only one page was asked for");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pull_whose_pages_repeat_themselves_does_not_go_in_circles() {
    for subject in subjects().await {
        for entries in [true, false] {
            let bench = subject.bench(endless(&subject, entries));
            let (mut seen, mut page) = (BTreeSet::new(), None);
            for count in 0.. {
                assert!(count < MOST_PAGES, "{}: the pull does not end", subject.specimen.slug());
                bench.wire.follow(endless(&subject, entries));
                let answer = calls::pull(bench.provider.as_ref(), subject.specimen.as_ref(), None, page.as_deref());
                match answer.await.map(|page| page.next) {
                    Ok(Next::Page(next) | Next::Later { page: next, .. }) => {
                        let is_new = seen.insert(next.clone());
                        assert!(is_new, "{}: the page {next} comes again", subject.specimen.slug());
                        page = Some(next);
                    }
                    Ok(Next::Done(_)) | Err(PullError::Failed(_)) => break,
                    Err(PullError::CursorExpired) => {
                        panic!("{}: all would be read again, for ever", subject.specimen.slug())
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_pull_reaches_its_end_over_several_pages() {
    for subject in subjects().await {
        let pages = subject.pulled.pages.len();
        assert!(pages > 1, "{}: a pull of one page shows nothing", subject.specimen.slug());
        let (mut entries, bench) = (0, subject.bench(subject.good()));
        for page in &subject.pulled.pages {
            let page = calls::pull(bench.provider.as_ref(), subject.specimen.as_ref(), None, page.as_deref()).await;
            entries += page.unwrap().entries.len();
        }
        assert!(entries > 1, "{}: {entries} entries", subject.specimen.slug());
    }
}

/// What is not the parent's, or of no kind, is asked of nobody.
#[tokio::test]
async fn what_cannot_be_chosen_takes_no_request() {
    for subject in subjects().await {
        let bench = subject.bench(subject.good());
        let (access, manifest) = (subject.specimen.access(), bench.provider.manifest());
        let nobodys = domain::ids::ResourceId::parse("nobody:0").unwrap();
        for (kind, parent) in [("nothing", None), ("", None), ("nothing", subject.specimen.parent())] {
            assert_eq!(bench.provider.options(&access, kind, parent.as_ref()).await, Ok(None), "{kind}");
        }
        if manifest.parent_kind.is_some() {
            for parent in [None, Some(&nobodys)] {
                let options = bench.provider.options(&access, manifest.resource_kind, parent).await;
                assert_eq!(options, Ok(None), "{} of {parent:?}", specimen::Specimen::slug(&*subject.specimen));
            }
        }
        assert!(bench.wire.requests().is_empty(), "{}", subject.specimen.slug());
    }
}
