//! A call can be dropped wherever it waits: the next one is as if it had never been.

use super::subject::{Subject, subjects};
use super::wire::{Reply, Script, but, text_of};
use super::{Call, Told};
use crate::http::WireError;
use bytes::Bytes;
use futures_util::poll;
use http::Request;
use std::pin::pin;

/// Makes the call until it waits, drops it, and makes it again. Whether it waited.
async fn is_dropped_without_harm(subject: &Subject, call: Call, until: Script, asked: &[Request<Bytes>]) -> bool {
    let (undisturbed, _) = subject.run(call, subject.good()).await;
    let bench = subject.bench(until);
    let waited = {
        let mut dropped = pin!(subject.make(&bench, call));
        poll!(&mut dropped).is_pending()
    };
    bench.wire.follow(subject.good());
    let outcome = subject.make(&bench, call).await;
    let about = subject.about(call);
    assert_eq!((outcome.told, outcome.shown), (undisturbed.told, undisturbed.shown), "{about}");
    let texts = |requests: &[Request<Bytes>]| requests.iter().map(text_of).collect::<Vec<_>>();
    assert_eq!(texts(&bench.wire.requests()), texts(asked), "{about} asks something else than before");
    waited
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_for_an_answer_leaves_nothing_behind() {
    for subject in subjects().await {
        for (call, requests) in &subject.calls {
            for number in 0..requests.len() {
                let until = but(subject.good(), number, |_| Reply::Silence);
                let waited = is_dropped_without_harm(&subject, *call, until, requests).await;
                assert!(waited, "{} does not wait for request {number}", subject.about(*call));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_between_two_tries_leaves_nothing_behind() {
    for subject in subjects().await {
        for (call, requests) in &subject.calls {
            for number in 0..requests.len() {
                let until = but(subject.good(), number, |_| Reply::Fault(WireError::Connection));
                is_dropped_without_harm(&subject, *call, until, requests).await;
            }
        }
    }
}

/// Another call than the one that was dropped.
#[tokio::test(start_paused = true)]
async fn no_call_stands_in_the_way_of_another() {
    for subject in subjects().await {
        let bench = subject.bench(subject.good());
        for (call, requests) in subject.calls.iter().filter(|(_, requests)| !requests.is_empty()) {
            bench.wire.follow(but(subject.good(), requests.len() - 1, |_| Reply::Silence));
            drop(poll!(pin!(subject.make(&bench, *call))));
            bench.wire.follow(subject.good());
            let outcome = subject.make(&bench, Call::Identify).await;
            assert_eq!(outcome.told, Told::Done, "after {}", subject.about(*call));
        }
    }
}
