//! The house rules of `docs/ARCHITECTURE.md` that a compiler does not keep: the direction of imports, what each room
//! must never do, and the size of a file. Reads text only.
//!
//! A failure names file, line and rule. A rule that turns out wrong is changed in the document and here, together.

mod lines;
mod manifests;
mod tree;

use lines::Line;
use manifests::Manifest;
use tree::File;

/// The longest file, in lines: one sitting.
const LONGEST_FILE: usize = 400;

/// The longest `main.rs` of a function, in lines: it starts the handler and does nothing else.
const LONGEST_MAIN: usize = 10;

/// What a function's manifest may name beside `shared`.
const BESIDE_SHARED: [&str; 3] = ["async-trait", "serde_json", "url"];

/// Names of providers, as they stand in slugs, folders and addresses; those to come included.
const PROVIDER_NAMES: [&str; 7] =
    ["google-calendar", "google_calendar", "facebook", "tiktok", "outlook", "hubspot", "linkedin"];

/// Folders of `shared/providers/src` that are not a provider.
const NOT_PROVIDERS: [&str; 5] = ["conformance", "contract", "http", "registry", "tests"];

/// What has no place where everything can be decided from its arguments alone.
const IMPURE: [&str; 10] = [
    "tokio",
    "async",
    "await",
    "SystemTime",
    "Utc::now",
    "Local::now",
    "std::env",
    "std::fs",
    "std::net",
    "std::thread",
];

/// Kinds of files that people read from beginning to end.
const READ_BY_PEOPLE: [&str; 6] = ["rs", "js", "css", "html", "toml", "py"];

/// A rule about the lines of Rust files.
struct Rule {
    says: &'static str,
    /// Whether tests keep it too.
    tests_too: bool,
    applies: fn(&str) -> bool,
    broken: fn(&Line) -> bool,
}

const RULES: [Rule; 6] = [
    Rule {
        says: "a function never touches an SDK client: what it needs of AWS is in `shared`",
        tests_too: true,
        applies: in_a_function,
        broken: |line| mentions(&line.code, "aws_"),
    },
    Rule {
        says: "nothing outside the registry and a provider's own folder knows a provider by name",
        tests_too: false,
        applies: |path| in_a_function(path) || path.starts_with("shared/src/"),
        broken: |line| names_a_provider(line) || PROVIDER_NAMES.iter().any(|name| mentions(&line.code, name)),
    },
    Rule {
        says: "nothing outside the registry and a provider's own folder spells a provider's name",
        tests_too: false,
        applies: |path| {
            path.starts_with("shared/providers/src/")
                && path != "shared/providers/src/registry.rs"
                && provider_of(path).is_none()
        },
        broken: names_a_provider,
    },
    Rule {
        says: "nothing in `providers` knows AWS",
        tests_too: true,
        applies: |path| path.starts_with("shared/providers/"),
        broken: |line| mentions(&line.code, "aws_"),
    },
    Rule {
        says: "`domain` is pure: no I/O, no async, no clock of its own, nothing of AWS",
        tests_too: true,
        applies: |path| path.starts_with("shared/domain/"),
        broken: |line| mentions(&line.code, "aws_") || IMPURE.iter().any(|word| mentions(&line.code, word)),
    },
    Rule {
        says: "only `shared/src/store/keys.rs` spells the prefix of a key",
        tests_too: false,
        applies: |path| (in_a_function(path) || path.starts_with("shared/src/")) && path != "shared/src/store/keys.rs",
        broken: |line| line.literals.iter().any(|literal| is_key_prefix(literal)),
    },
];

fn in_a_function(path: &str) -> bool {
    path.starts_with("functions/") && path.contains("/src/")
}

fn names_a_provider(line: &Line) -> bool {
    // The file of an icon is found by name; nothing is decided by it.
    let decides = |literal: &&String| !literal.ends_with(".svg");
    line.literals.iter().filter(decides).any(|literal| PROVIDER_NAMES.iter().any(|name| literal.contains(name)))
}

/// `ACCOUNT#…`, `single#…`: a word, then the sign that ends the prefix.
fn is_key_prefix(literal: &str) -> bool {
    literal.split_once('#').is_some_and(|(prefix, _)| {
        prefix.len() > 1 && prefix.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    })
}

/// Whether the code has this word: not as a part of a longer one, unless the word ends in `_`.
fn mentions(code: &str, word: &str) -> bool {
    let in_word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(at, _)| {
        let begins = !code[..at].ends_with(in_word);
        begins && (word.ends_with('_') || !code[at + word.len()..].starts_with(in_word))
    })
}

/// The provider whose folder a file is in.
fn provider_of(path: &str) -> Option<&str> {
    let (folder, _) = path.strip_prefix("shared/providers/src/")?.split_once('/')?;
    (!NOT_PROVIDERS.contains(&folder)).then_some(folder)
}

fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn finding(path: &str, line: usize, rule: &str) -> String {
    format!("{path}:{line}: {rule}")
}

/// The broken rules of one Rust file.
fn broken_in(file: &File) -> Vec<String> {
    let lines = lines::read(&file.text);
    let rules = RULES.iter().filter(|rule| (rule.applies)(&file.path));
    rules
        .flat_map(|rule| {
            let exempt = |line: &Line| !rule.tests_too && (line.test || is_test_file(&file.path));
            let broken = lines.iter().enumerate().filter(move |(_, line)| !exempt(line) && (rule.broken)(line));
            broken.map(|(index, _)| finding(&file.path, index + 1, rule.says)).collect::<Vec<_>>()
        })
        .collect()
}

/// The places where the folder of one provider names that of another.
fn foreign_imports(files: &[File]) -> Vec<String> {
    let providers: std::collections::BTreeSet<&str> = files.iter().filter_map(|file| provider_of(&file.path)).collect();
    let mut found = Vec::new();
    for file in files {
        let Some(own) = provider_of(&file.path) else { continue };
        for (index, line) in lines::read(&file.text).iter().enumerate() {
            if providers.iter().any(|other| *other != own && mentions(&line.code, other)) {
                found.push(finding(&file.path, index + 1, "a provider never imports another provider"));
            }
        }
    }
    found
}

/// The rooms of this repository that a room's product code may name; nothing where it may name all.
fn may_depend_on(folder: &str) -> Option<&'static [&'static str]> {
    match folder {
        "shared/domain" => Some(&[]),
        "shared/providers" => Some(&["domain"]),
        "shared" => Some(&["domain", "providers"]),
        _ if folder.starts_with("functions/") => Some(&["shared"]),
        // An imitation that shares code with what it is held against would share its mistakes.
        "infra/sandbox" => Some(&["domain"]),
        _ => None,
    }
}

/// The dependencies of one manifest that its room must not have. What only tests need is not part of the product:
/// `[dev-dependencies]` may name what they like, only AWS stays out of `domain` and `providers` altogether.
fn wrong_dependencies(manifest: &Manifest, rooms: &[&str]) -> Vec<String> {
    let Some(allowed) = may_depend_on(&manifest.folder) else { return Vec::new() };
    let path = format!("{}/Cargo.toml", manifest.folder);
    let mut found = Vec::new();
    for dependency in &manifest.dependencies {
        let name = dependency.name.as_str();
        let say = |rule: &str| finding(&path, dependency.line, &format!("`{name}`: {rule}"));
        if manifest.folder.starts_with("shared/") && name.starts_with("aws") {
            found.push(say("`domain` and `providers` know nothing of AWS"));
        }
        if dependency.only_for_tests || allowed.contains(&name) {
            continue;
        }
        if rooms.contains(&name) {
            found.push(say("imports go functions → shared → providers → domain, never the other way"));
        } else if manifest.folder.starts_with("functions/") && !BESIDE_SHARED.contains(&name) {
            found.push(say("a function stands on `shared` alone"));
        }
    }
    found
}

fn too_long(file: &File, longest: usize) -> Option<String> {
    let length = file.text.lines().count();
    (length > longest)
        .then(|| finding(&file.path, longest + 1, &format!("the file has {length} lines; {longest} is the most")))
}

/// The packages that the template builds a function from, with the line that names each.
fn built_by_the_template(template: &str) -> Vec<(usize, &str)> {
    let binary = |line: &'_ str| line.split_once("Binary:").map(|(_, name)| name.trim_start().len());
    let lines = template.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let name = &line[line.len() - binary(line)?..];
            let end = name.find(|character: char| !character.is_alphanumeric() && character != '-');
            Some((index + 1, &name[..end.unwrap_or(name.len())]))
        })
        .collect()
}

#[track_caller]
fn none(found: Vec<String>) {
    assert!(found.is_empty(), "\n\n{}\n\nThe rules: docs/ARCHITECTURE.md\n", found.join("\n"));
}

#[test]
fn every_line_keeps_the_rules_of_its_room() {
    let files = tree::files(&["rs"]);
    for rule in &RULES {
        assert!(files.iter().any(|file| (rule.applies)(&file.path)), "no file is under the rule: {}", rule.says);
    }
    none(files.iter().flat_map(broken_in).collect());
}

#[test]
fn a_provider_never_imports_another_provider() {
    none(foreign_imports(&tree::files(&["rs"])));
}

#[test]
fn imports_go_in_one_direction() {
    let manifests: Vec<Manifest> = tree::files(&["toml"]).iter().filter_map(Manifest::read).collect();
    let rooms: Vec<&str> = manifests.iter().map(|manifest| manifest.name.as_str()).collect();
    for room in ["domain", "providers", "shared", "local", "embedded-aws", "sandbox", "tests"] {
        assert!(rooms.contains(&room), "the room `{room}` has no manifest");
    }
    none(manifests.iter().flat_map(|manifest| wrong_dependencies(manifest, &rooms)).collect());
}

#[test]
fn every_file_can_be_read_in_one_sitting() {
    none(tree::files(&READ_BY_PEOPLE).iter().filter_map(|file| too_long(file, LONGEST_FILE)).collect());
}

#[test]
fn the_main_of_a_function_only_starts_it() {
    let mains = tree::files(&["rs"]).into_iter().filter(|file| in_a_function(&file.path));
    let mains: Vec<_> = mains.filter(|file| file.path.ends_with("/src/main.rs")).collect();
    assert_eq!(mains.len(), tree::functions().len(), "every function has a src/main.rs");
    none(mains.iter().filter_map(|file| too_long(file, LONGEST_MAIN)).collect());
}

#[test]
fn the_template_deploys_every_function_and_nothing_else() {
    let template = tree::text("infra/template.yaml");
    let built = built_by_the_template(&template);
    let functions = tree::functions();
    let mut found: Vec<String> = functions
        .iter()
        .filter(|function| !built.iter().any(|(_, name)| name == function))
        .map(|function| finding(&format!("functions/{function}"), 1, "infra/template.yaml does not deploy it"))
        .collect();
    for (line, name) in built {
        if !functions.iter().any(|function| function == name) {
            found.push(finding("infra/template.yaml", line, &format!("there is no functions/{name}")));
        }
    }
    none(found);
}

mod planted;
