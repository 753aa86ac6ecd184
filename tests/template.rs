//! The template and the code have the same variables, triggers, queues and metrics. (Routes: `openapi`. Permissions:
//! refused by the local stack where one is missing. What no test uses: `infra/local/examples/unused.rs`.)

use crate::world::Lines;
use local::template::Stack;
use shared::clock::SystemClock;
use shared::config::Vars;
use shared::entry::log::Log;
use shared::entry::{Setup, Wires, metrics};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What Lambda itself sets, and the endpoint that the local stack sets.
const PLATFORM: [&str; 5] =
    ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"];

/// Variables that providers read out of the whole environment, in the functions that build them; their tests are beside
/// them.
const OF_PROVIDERS: [&str; 3] = ["FACEBOOK_LOGIN_CONFIG", "FACEBOOK_GRAPH_VERSION", "TIKTOK_AUTH_URL"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn stack() -> Stack {
    local::declared(&root().join("infra/template.yaml")).expect("a template")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The variables that a function reads while it is built.
fn read_by(stack: &Stack, function: &str) -> BTreeSet<String> {
    let read = Arc::new(Mutex::new(BTreeSet::new()));
    let heard = Arc::clone(&read);
    let given = stack.functions[function].environment.clone();
    let platform = PLATFORM.iter().map(|name| ((*name).to_owned(), "http://127.0.0.1:1".to_owned()));
    let vars = Vars::new(given.into_iter().chain(platform).collect());
    let setup = Setup {
        vars: vars.heard_by(Arc::new(move |name: &str| {
            heard.lock().expect("names").insert(name.to_owned());
        })),
        clock: Arc::new(SystemClock),
        wires: Wires::default(),
        log: Log::to(Arc::new(Lines::default())),
    };
    local::functions::all()[function](&setup).unwrap_or_else(|error| panic!("{function}: {error}"));
    let read = read.lock().expect("names");
    read.iter().filter(|name| !PLATFORM.contains(&name.as_str())).cloned().collect()
}

/// What every function gets, whether it needs it or not.
fn of_all(stack: &Stack) -> BTreeSet<String> {
    let names = |function: &local::template::FunctionSpec| function.environment.keys().cloned().collect();
    let sets: Vec<BTreeSet<String>> = stack.functions.values().map(names).collect();
    sets.iter().skip(1).fold(sets[0].clone(), |common, names| &common & names)
}

#[test]
fn every_function_gets_exactly_the_variables_that_it_reads() {
    let stack = stack();
    let common = of_all(&stack);
    let (mut read_by_any, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, function) in &stack.functions {
        let read = read_by(&stack, name);
        let given: BTreeSet<String> = function.environment.keys().cloned().collect();
        wrong.extend(read.difference(&given).map(|variable| format!("{name} reads {variable}, which it is not given")));
        let idle = given.difference(&read).filter(|variable| !common.contains(*variable));
        wrong.extend(idle.map(|variable| format!("{name} is given {variable}, which it does not read")));
        read_by_any.extend(read);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let of_nobody: Vec<_> = common
        .difference(&read_by_any)
        .filter(|name| !OF_PROVIDERS.contains(&name.as_str()) && *name != "STAGE")
        .collect();
    assert!(of_nobody.is_empty(), "every function gets {of_nobody:?}, which none reads");
}

#[test]
fn every_folder_of_functions_is_deployed_and_started_by_what_its_code_expects() {
    let stack = stack();
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("functions"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(stack.functions.keys().cloned().collect::<BTreeSet<_>>(), folders);
    for name in &folders {
        let code = text(&format!("functions/{name}/src/lib.rs"));
        let expected = (code.contains("scheduled("), code.contains("worker("));
        let scheduled = stack.schedules.iter().any(|schedule| schedule.function == *name);
        let taking = stack.sources.iter().filter(|source| source.function == *name);
        assert_eq!((scheduled, taking.clone().count() == 1), expected, "{name}: (scheduled, takes from a queue)");
        assert!(taking.clone().all(|source| source.partial), "{name} answers which messages failed");
        let asked = stack.routes.iter().any(|route| route.function == *name);
        assert_eq!(asked, expected == (false, false), "{name} answers requests");
    }
}

#[test]
fn every_queue_is_sent_to_taken_from_and_has_dead_letters_that_outlive_it() {
    let stack = stack();
    let environments = || stack.functions.values().flat_map(|function| function.environment.values());
    let targets: BTreeSet<&str> =
        stack.queues.iter().filter_map(|queue| Some(queue.redrive.as_ref()?.target.as_str())).collect();
    let (dead, live): (Vec<_>, Vec<_>) = stack.queues.iter().partition(|queue| targets.contains(queue.arn.as_str()));
    assert_eq!(dead.len(), live.len(), "a queue of dead letters each");
    for queue in live {
        let by_rule = stack.rules.iter().flat_map(|rule| &rule.targets);
        let by_rule = by_rule.filter(|target| **target == local::template::Target::Queue(queue.arn.clone())).count();
        let by_function = environments().filter(|value| **value == queue.url).count();
        assert!(by_rule + by_function > 0, "nobody sends to {}", queue.name);
        let source = stack.sources.iter().find(|source| source.queue == queue.arn);
        let worker = &source.unwrap_or_else(|| panic!("nobody takes from {}", queue.name)).function;
        let timeout = stack.functions[worker].timeout;
        assert!(queue.visibility >= timeout, "{}: a message comes again while {worker} works on it", queue.name);
        let redrive = queue.redrive.as_ref().expect("dead letters");
        let letters = dead.iter().find(|dead| dead.arn == redrive.target).expect("a queue of the template");
        assert!(letters.retention >= queue.retention, "{}: a letter's age counts from its sending", queue.name);
    }
}

#[test]
fn filters_dashboard_and_operations_page_know_the_metrics_that_functions_write() {
    let template = text("infra/template.yaml");
    let known: BTreeSet<&str> = metrics::ALL.iter().map(|metric| metric.name).collect();
    let named = between(&template, "($.", " > 0)").chain(between(&template, "'{ $.", " > 0 }'"));
    let named: BTreeSet<&str> = named.filter(|name| !name.contains([' ', '.'])).collect();
    assert!(named.len() > 5 && named.is_subset(&known), "filters name {named:?}");
    let searched: Vec<&str> = between(&template, "SEARCH('{", "'").collect();
    assert!(!searched.is_empty());
    for search in searched {
        let matches = |metric: &&metrics::Metric| {
            let schema = format!("\\\"Aura/Integrations/${{Stage}}\\\",{}", metric.dimensions.join(","));
            search.starts_with(&schema) && search.contains(&format!("MetricName=\\\"{}\\\"", metric.name))
        };
        assert!(metrics::ALL.iter().any(|metric| matches(&metric)), "no metric is as searched for: {search}");
    }
    let page = text("docs/OPERATIONS.md");
    for metric in metrics::ALL {
        let row = format!("| `{}` | {} |", metric.name, metric.dimensions.join(", "));
        assert!(page.contains(&row), "docs/OPERATIONS.md has no row {row}");
        let small = ["provider", "outcome", "state", "via", "what"];
        assert!(metric.dimensions.iter().all(|name| small.contains(name)), "{}", metric.name);
    }
}

/// What stands between two marks, each time they follow each other.
fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(move |rest| Some(rest.split_once(after)?.0))
}
