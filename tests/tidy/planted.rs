//! The rules, tried on files that break them and on files that only look so.

use super::*;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

fn findings(path: &str, text: &str) -> Vec<String> {
    broken_in(&file(path, text))
}

#[test]
fn a_broken_rule_is_found_with_its_line() {
    for (path, text, line, rule) in [
        ("functions/get/src/lib.rs", "//! x\nuse aws_sdk_sqs::Client;", 2, "never touches an SDK"),
        ("functions/get/src/lib.rs", "if slug == \"facebook\" {}", 1, "knows a provider by name"),
        ("shared/src/usecases/sync.rs", "\n\nuse providers::google_calendar::map;", 3, "knows a provider by name"),
        ("shared/src/api/mod.rs", "match slug { r#\"tiktok\"# => 1 }", 1, "knows a provider by name"),
        ("shared/providers/src/http/wire.rs", "let slug = \"google-calendar\";", 1, "spells a provider's name"),
        ("shared/providers/src/google_calendar/mod.rs", "use aws_types::SdkConfig;", 1, "knows AWS"),
        ("shared/domain/src/run.rs", "async fn run() {}", 1, "`domain` is pure"),
        ("shared/domain/src/run.rs", "use std::time::{Duration,\nSystemTime};", 2, "`domain` is pure"),
        ("shared/src/store/run.rs", "format!(\"RUN#{id}\")", 1, "prefix of a key"),
        ("shared/src/store/record.rs", "let sort = \"single#\";", 1, "prefix of a key"),
        ("functions/runs/src/lib.rs", "let key = \"ACCOUNT#a\";", 1, "prefix of a key"),
        ("shared/src/a.rs", "/* \"RUN#\"\n*/ fn a<'a>() { '\"'; \"RUN#\" }", 2, "prefix of a key"),
        ("shared/src/a.rs", "#[cfg(test)]\nmod tests;\nconst A: &str = \"RUN#\";", 3, "prefix of a key"),
    ] {
        let found = findings(path, text);
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
        assert!(found[0].starts_with(&format!("{path}:{line}: ")), "{}", found[0]);
        assert!(found[0].contains(rule), "{}", found[0]);
    }
}

#[test]
fn what_only_looks_like_a_broken_rule_is_let_be() {
    for (path, text) in [
        ("functions/get/src/lib.rs", "// aws_sdk_sqs, \"facebook\", \"RUN#\""),
        ("functions/get/src/lib.rs", "#[cfg(test)]\nmod tests {\n    const A: &str = \"facebook\";\n}"),
        ("functions/console/src/assets.rs", "table![\"icons/google-calendar.svg\"]"),
        ("shared/src/store/keys.rs", "const RUN: &str = \"RUN#\";"),
        ("shared/src/store/tests.rs", "const RUN: &str = \"RUN#\";"),
        ("shared/src/usecases/tests/create.rs", "let slug = \"google-calendar\";"),
        ("shared/src/entry/problem.rs", "let title = \"#1 of C#\";"),
        ("shared/providers/src/registry.rs", "let slug = \"tiktok\";"),
        ("shared/providers/src/google_calendar/mod.rs", "let slug = \"google-calendar\";"),
        ("shared/domain/src/run.rs", "/* async /* tokio */ await */ fn asynchronous() { \"SystemTime\"; }"),
        ("shared/src/clients.rs", "use aws_sdk_sqs::Client;"),
    ] {
        assert_eq!(findings(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn one_provider_naming_another_is_found() {
    let files = [
        file("shared/providers/src/google_calendar/mod.rs", "use crate::http;\nuse crate::facebook_lead_ads::map;"),
        file("shared/providers/src/facebook_lead_ads/mod.rs", "use super::http;"),
        file("shared/providers/src/http/mod.rs", "//! x"),
    ];
    let expected = "shared/providers/src/google_calendar/mod.rs:2: a provider never imports another provider";
    assert_eq!(foreign_imports(&files), [expected]);
}

#[test]
fn a_dependency_against_the_direction_is_found() {
    let rooms = ["domain", "providers", "shared", "sandbox", "get", "list"];
    for (folder, dependencies, expected) in [
        ("shared/domain", "[dependencies]\nserde.workspace = true\nproviders.workspace = true", Some(5)),
        ("shared/providers", "[dependencies.shared]\nworkspace = true", Some(3)),
        ("shared/providers", "[dev-dependencies]\naws-sdk-sqs.workspace = true", Some(4)),
        ("shared", "[build-dependencies]\nsandbox = { path = \"../infra/sandbox\" }", Some(4)),
        ("functions/get", "[dependencies]\nshared.workspace = true\nlist = { path = \"../list\" }", Some(5)),
        ("functions/get", "[dependencies]\nshared.workspace = true\naws-sdk-sqs.workspace = true", Some(5)),
        ("functions/get", "[dependencies]\nx = { package = \"domain\", path = \"../../shared/domain\" }", Some(4)),
        ("infra/sandbox", "[dependencies]\nproviders.workspace = true", Some(4)),
        ("functions/get", "[dependencies]\nshared.workspace = true\nserde_json.workspace = true", None),
        (
            "functions/get",
            "[dependencies]\nshared.workspace = true\n[dev-dependencies]\nsandbox.workspace = true",
            None,
        ),
        ("shared", "[dependencies]\ndomain.workspace = true\naws-sdk-sqs.workspace = true", None),
        ("infra/local", "[dependencies]\nget = { path = \"../../functions/get\" }", None),
    ] {
        let path = format!("{folder}/Cargo.toml");
        let manifest = Manifest::read(&file(&path, &format!("[package]\nname = \"x\"\n{dependencies}"))).unwrap();
        assert_eq!(manifest.name, "x");
        let found = wrong_dependencies(&manifest, &rooms);
        let place = expected.map(|line| format!("{path}:{line}: "));
        assert_eq!(found.len(), usize::from(place.is_some()), "{folder}: {dependencies}: {found:?}");
        assert!(place.is_none_or(|place| found[0].starts_with(&place)), "{found:?}");
    }
}

#[test]
fn a_file_is_too_long_from_the_first_line_beyond_the_limit() {
    assert_eq!(too_long(&file("a.rs", "1\n2\n"), 2), None);
    assert_eq!(too_long(&file("a.rs", "1\n2\n3"), 2).unwrap(), "a.rs:3: the file has 3 lines; 2 is the most");
}

#[test]
fn the_template_names_what_it_builds() {
    let template = "A:\n  BuildProperties: {Binary: sync-worker}\nB:\n    Binary: get\n";
    assert_eq!(built_by_the_template(template), [(2, "sync-worker"), (4, "get")]);
}
