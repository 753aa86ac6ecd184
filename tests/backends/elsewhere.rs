//! The same cases at back ends that somebody else wrote. `AURA_BACKENDS` says where they are:
//! `dynamodb-local=http://127.0.0.1:8000,moto=http://127.0.0.1:5000`. What is not there is left out with a line that says
//! so, unless `AURA_REQUIRE_BACKENDS=1`.

use crate::bench::Bench;
use crate::deviations::{self, Deviation};
use crate::suite::Case;
use crate::{queue, store, vault};
use std::fmt::Write;
use std::time::Duration;

/// The longest that one case may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The suites, by name.
pub(crate) const SUITES: &[(&str, &[Case])] =
    &[("store", store::CASES), ("vault", vault::CASES), ("queue", queue::CASES)];

/// The back ends that these tests know, and which suites they serve.
pub(crate) const BACK_ENDS: &[(&str, &[&str])] = &[
    ("dynamodb-local", &["store"]),
    ("moto", &["store", "vault", "queue"]),
    ("ministack", &["store", "vault", "queue"]),
];

/// How a case ended: kept, or what it said.
type Ended = Result<(), String>;

async fn run(case: &Case, endpoint: &str) -> Ended {
    let task = tokio::spawn((case.run)(Bench::at(endpoint)));
    let stop = task.abort_handle();
    match tokio::time::timeout(PATIENCE, task).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(words(error.into_panic().as_ref())),
        Err(_) => {
            stop.abort();
            Err(format!("no end within {} s", PATIENCE.as_secs()))
        }
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

/// What an ending means: a line for people, and whether it is as it must be.
fn judge(known: Option<&Deviation>, ended: &Ended) -> (String, bool) {
    match (known, ended) {
        (None, Ok(())) => ("as AWS".into(), true),
        (None, Err(said)) => (format!("FAILED, and not among the deviations: {said}"), false),
        (Some(known), Ok(())) if !known.always => {
            (format!("as AWS this time; deviates by chance: {}", known.does), true)
        }
        (Some(known), Ok(())) => (format!("FAILED: the deviation is gone, remove it ({})", known.does), false),
        (Some(known), Err(said)) if said.contains(known.shows) => {
            (format!("deviates: {}. AWS: {} ({})", known.does, known.right, known.source), true)
        }
        (Some(known), Err(said)) => {
            (format!("FAILED otherwise than by its deviation ({:?} is not in it): {said}", known.shows), false)
        }
    }
}

/// Runs a suite at a back end and prints what came out.
async fn run_suite(suite: &str, back_end: &str) {
    let Some(endpoint) = endpoint(back_end) else {
        assert_ne!(variable("AURA_REQUIRE_BACKENDS").as_deref(), Some("1"), "AURA_BACKENDS has no {back_end}");
        println!("skipped: AURA_BACKENDS has no {back_end} (infra/tools/backends.py starts it)");
        return;
    };
    let (_, cases) = SUITES.iter().find(|(name, _)| *name == suite).expect("a suite");
    let (mut table, mut wrong) = (String::new(), 0);
    for case in *cases {
        let known = deviations::all().find(|known| known.is_of(back_end, suite, case.name));
        let (line, right) = judge(known, &run(case, &endpoint).await);
        wrong += usize::from(!right);
        writeln!(table, "{back_end} | {suite}::{} | {line}", case.name).expect("a line");
    }
    println!("{table}");
    assert_eq!(wrong, 0, "\n{table}\n{wrong} of {} cases are not as they are known to be\n", cases.len());
}

fn endpoint(back_end: &str) -> Option<String> {
    let variable = variable("AURA_BACKENDS")?;
    let mut named = variable.split(',').map(|part| part.split_once('=').expect("name=URL"));
    named.find(|(name, _)| *name == back_end).map(|(_, url)| url.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "where other back ends are, is no configuration of the product")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A test of each suite at each back end.
macro_rules! elsewhere {
    ($($test:ident: $suite:literal at $back_end:literal,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                run_suite($suite, $back_end).await;
            }
        )*

        #[test]
        fn every_suite_runs_at_every_back_end_that_serves_it() {
            let tested = [$(($back_end, $suite)),*];
            let served = BACK_ENDS.iter().flat_map(|(back_end, suites)| suites.iter().map(move |suite| (*back_end, *suite)));
            assert_eq!(served.collect::<Vec<_>>(), tested);
        }
    };
}

elsewhere! {
    store_at_dynamodb_local: "store" at "dynamodb-local",
    store_at_moto: "store" at "moto",
    vault_at_moto: "vault" at "moto",
    queue_at_moto: "queue" at "moto",
    store_at_ministack: "store" at "ministack",
    vault_at_ministack: "vault" at "ministack",
    queue_at_ministack: "queue" at "ministack",
}

#[test]
fn what_is_named_is_known() {
    let named = variable("AURA_BACKENDS").unwrap_or_default();
    for part in named.split(',').filter(|part| !part.is_empty()) {
        let name = part.split('=').next();
        assert!(BACK_ENDS.iter().any(|(known, _)| Some(*known) == name), "AURA_BACKENDS: {part:?} is not known");
    }
}

const KNOWN: Deviation = Deviation {
    back_end: "moto",
    case: "store::a_case",
    does: "something else",
    shows: "two",
    always: true,
    right: "AWS says so",
    source: "https://docs.aws.amazon.com/",
};

#[test]
fn a_deviation_is_neither_hidden_nor_kept_for_ever() {
    let right = |known, ended: Ended| judge(known, &ended).1;
    assert!(right(None, Ok(())));
    assert!(!right(None, Err("left: two".into())));
    assert!(right(Some(&KNOWN), Err("left: two".into())));
    assert!(!right(Some(&KNOWN), Err("left: three".into())));
    assert!(!right(Some(&KNOWN), Ok(())));
    let by_chance = Deviation { always: false, shows: "", ..KNOWN };
    assert!(right(Some(&by_chance), Ok(())) && right(Some(&by_chance), Err("anything".into())));
}

#[test]
fn a_case_that_breaks_says_what_it_said() {
    let words_of = |case: fn()| words(std::panic::catch_unwind(case).unwrap_err().as_ref());
    assert_eq!(words_of(|| panic!("plain")), "plain");
    assert_eq!(words_of(|| assert_eq!(1, 2, "numbers")).lines().count(), 3);
}
