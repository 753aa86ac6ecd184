//! Whatever goes wrong becomes the right class, on every call and at each of its requests.

use super::calls::{self, Call};
use super::outcome::{Outcome, Told};
use super::specimen::Specimen;
use super::subject::{Subject, subjects};
use super::wire::{Reply, Script, always, but, text_of};
use crate::contract::{Next, Rotation};
use crate::http::WireError;
use crate::http::fake::answer;
use bytes::Bytes;
use domain::failure::FailureClass::{self, *};
use http::{Request, StatusCode};
use std::sync::Arc;

/// What a provider can answer; an outage of ours is none.
const CLASSES: [FailureClass; 9] = [
    DeadCredentials,
    MissingPermission,
    RateLimited,
    Transient,
    PermanentRecord,
    ResourceNotFound,
    PermanentConfiguration,
    OurConfiguration,
    OurBug,
];
/// Those that say something of the whole access, whichever request they are the answer to. Another refusal may be no
/// more than a reason to ask in another way.
const OF_THE_ACCESS: [FailureClass; 3] = [DeadCredentials, RateLimited, Transient];

/// What the contract makes of a refusal.
fn by_contract(call: Call, class: FailureClass) -> Told {
    use Call::*;
    match (call, class) {
        // What was to be ended has ended.
        (Revoke, DeadCredentials) | (Unsubscribe | Remove, ResourceNotFound) => Told::Done,
        // An event that is not there is an answer.
        (Read, ResourceNotFound) => Told::Done,
        (Occurrence | Insert | Change, ResourceNotFound) => Told::Gone,
        (Occurrence | Insert | Change | Read | Remove, PermanentConfiguration) => Told::ReadOnly,
        // There is no stored grant to suspect: the person starts again.
        (Exchange, DeadCredentials) => Told::Failed(Transient),
        // A lead that is not there says nothing about its form.
        (Fetch, ResourceNotFound) => Told::Failed(PermanentRecord),
        (_, class) => Told::Failed(class),
    }
}

fn expected(specimen: &dyn Specimen, call: Call, class: FailureClass, only: Option<&Request<Bytes>>) -> Told {
    specimen.instead(call, class, only).unwrap_or_else(|| by_contract(call, class))
}

fn is_code(code: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=40).contains(&code.len()) && code.bytes().all(fits)
}

#[track_caller]
fn assert_told(outcome: &Outcome, told: Told, about: &str) {
    assert_eq!(outcome.told, told, "{about}: {}", outcome.shown);
    assert!(outcome.error.as_ref().is_none_or(|error| is_code(&error.code)), "{about}: {}", outcome.shown);
}

fn refusing(specimen: &Arc<dyn Specimen>, class: FailureClass) -> impl Fn(&Request<Bytes>) -> Reply + use<> {
    let specimen = Arc::clone(specimen);
    move |request| {
        let refusal = specimen.refusal(class, request);
        Reply::Answer(refusal.unwrap_or_else(|| specimen.answer(request, super::specimen::Stage::First)))
    }
}

/// What is told of a call; of a pull, by the page that it does not get beyond.
async fn in_the_end(subject: &Subject, call: Call, script: Script) -> Outcome {
    let since = (call == Call::PageSince).then_some(subject.pulled.cursor.as_str());
    if since.is_none() && call != Call::Page(0) {
        return subject.run(call, script).await.0;
    }
    let (bench, mut page) = (subject.bench(script), None);
    loop {
        let answer = calls::pull(bench.provider.as_ref(), subject.specimen.as_ref(), since, page.as_deref()).await;
        match answer.as_ref().map(|page| &page.next) {
            Ok(Next::Page(next) | Next::Later { page: next, .. }) => page = Some(next.clone()),
            _ => return Outcome::of(answer),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_everything_has_its_class_on_every_call() {
    for subject in subjects().await {
        let specimen = subject.specimen.as_ref();
        let mut seen = Vec::new();
        for (call, requests) in &subject.calls {
            for class in CLASSES {
                if !requests.iter().any(|request| specimen.refusal(class, request).is_some()) {
                    continue;
                }
                let outcome = in_the_end(&subject, *call, always(refusing(&subject.specimen, class))).await;
                let about = format!("{} refused as {class:?}", subject.about(*call));
                assert_told(&outcome, expected(specimen, *call, class, None), &about);
                seen.push(class);
            }
        }
        for class in [DeadCredentials, MissingPermission, RateLimited, Transient, ResourceNotFound, OurConfiguration] {
            assert!(seen.contains(&class), "{} has no refusal of the class {class:?}", specimen.slug());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_said_of_the_access_counts_at_each_request_of_a_call() {
    for subject in subjects().await {
        let specimen = subject.specimen.as_ref();
        for (call, number, request) in subject.requests() {
            for class in OF_THE_ACCESS.into_iter().filter(|class| specimen.refusal(*class, request).is_some()) {
                let script = but(subject.good(), number, refusing(&subject.specimen, class));
                let (outcome, _) = subject.run(call, script).await;
                let about = format!("{} refused as {class:?} at request {number}", subject.about(call));
                assert_told(&outcome, expected(specimen, call, class, Some(request)), &about);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_in_trouble_says_no_verdict_at_any_request() {
    for subject in subjects().await {
        for (call, number, request) in subject.requests() {
            let dead = subject.specimen.refusal(DeadCredentials, request);
            let dead = dead.map(|dead| String::from_utf8(dead.body().to_vec()).unwrap());
            let cases = [
                (500, "<html>trouble</html>", Transient),
                (502, "", Transient),
                (503, dead.as_deref().unwrap_or("{}"), Transient),
                (504, "{", Transient),
                (408, "", Transient),
                (429, "<html>slower</html>", RateLimited),
            ];
            for (status, body, class) in cases {
                let trouble = answer(status, body);
                let script = but(subject.good(), number, move |_| Reply::Answer(trouble.clone()));
                let (outcome, _) = subject.run(call, script).await;
                let about = format!("{} answered {status} at request {number}", subject.about(call));
                assert_told(&outcome, Told::Failed(class), &about);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_wire_is_transient_and_tried_at_most_three_times() {
    for subject in subjects().await {
        let provider = subject.bench(subject.good()).provider;
        for (call, number, request) in subject.requests() {
            for fault in [WireError::Timeout, WireError::Connection] {
                let (outcome, requests) =
                    subject.run(call, but(subject.good(), number, move |_| Reply::Fault(fault))).await;
                let about = format!("{} with a {fault} at request {number}", subject.about(call));
                assert_told(&outcome, Told::Failed(Transient), &about);
                assert_eq!(outcome.error.unwrap().code, fault.to_string(), "{about}");
                let tries = requests.iter().filter(|other| text_of(other) == text_of(request)).count();
                let used_up = call == Call::Exchange && number == 0
                    || matches!(call, Call::Refresh(_)) && provider.manifest().rotation != Rotation::None;
                assert!(tries <= if used_up { 1 } else { 3 }, "{about}: {tries} tries");
            }
        }
    }
}

/// Bodies that are no answer to anything.
const UNREADABLE: [&str; 7] =
    ["", "<html>canary</html>", "{\"data\":", "null", "5", "\"canary\"", "{\"data\":[[[[]]]]"];

/// Calls that do more than end something: their answer has to be read.
fn brings_something(subject: &Subject, call: Call, requests: &[Request<Bytes>]) -> bool {
    let only_ends = matches!(call, Call::Revoke | Call::Unsubscribe | Call::Remove);
    !only_ends && !requests.is_empty() && !subject.specimen.takes_any_answer(call)
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_our_bug_and_blames_nobody() {
    for subject in subjects().await {
        for (call, requests) in &subject.calls {
            for body in UNREADABLE {
                let (outcome, _) = subject.run(*call, always(move |_| Reply::Answer(answer(200, body)))).await;
                let about = format!("{} answered {body:?}", subject.about(*call));
                match outcome.told {
                    Told::Done if !brings_something(&subject, *call, requests) => {}
                    // One lead that cannot be read says nothing about its form.
                    Told::Failed(PermanentRecord) if *call == Call::Fetch => {}
                    _ => assert_told(&outcome, Told::Failed(OurBug), &about),
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_oversized_or_unreadable_answer_to_one_request_never_blames_anybody() {
    for subject in subjects().await {
        for (call, number, _) in subject.requests() {
            let unreadable: [fn() -> Reply; 3] = [
                || Reply::Fault(WireError::TooLarge),
                || Reply::Answer(answer(200, "<html>canary</html>")),
                || Reply::Answer(answer(StatusCode::FOUND.as_u16(), "")),
            ];
            for reply in unreadable {
                let (outcome, _) = subject.run(call, but(subject.good(), number, move |_| reply())).await;
                let is_harmless = matches!(outcome.told, Told::Done | Told::Failed(OurBug));
                assert!(is_harmless, "{} at request {number}: {}", subject.about(call), outcome.shown);
            }
        }
    }
}
