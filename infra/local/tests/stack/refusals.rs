//! What a stack does not start with, and says so; what it does not answer.

use crate::http::{get, send};
use crate::world::{TEMPLATE, World};
use local::{Options, StartError};
use shared::config::Vars;
use std::collections::HashMap;
use std::process::Command;

async fn refusal(options: Options) -> StartError {
    match local::start(options).await {
        Ok(_) => panic!("the stack started"),
        Err(error) => error,
    }
}

fn person(name: &str, value: &str) -> Vars {
    Vars::new(HashMap::from([(name.to_owned(), value.to_owned())]))
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_flag_that_changes_it() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let said = refusal(Options { aws_port: port, ..world.options() }).await.to_string();
    assert!(said.contains(&format!("port {port} for AWS")) && said.contains("--aws-port"), "{said}");
}

#[tokio::test]
async fn a_second_stack_on_the_same_data_is_refused() {
    let world = World::new();
    let first = local::start(world.kept()).await.unwrap();
    assert!(matches!(refusal(world.kept()).await, StartError::DataInUse { .. }));
    first.stop().await;
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_refused() {
    let world = World::new();
    std::fs::write(world.data(), "a file").unwrap();
    assert!(matches!(refusal(world.kept()).await, StartError::Data { .. }));
}

#[tokio::test]
async fn a_fresh_start_removes_only_what_the_stack_wrote() {
    let world = World::new();
    std::fs::create_dir(world.data()).unwrap();
    let precious = world.data().join("thesis.txt");
    std::fs::write(&precious, "years of work").unwrap();
    let running = local::start(Options { fresh: true, ..world.kept() }).await.unwrap();
    running.stop().await;
    assert!(precious.exists());
}

#[tokio::test]
async fn a_template_that_is_missing_broken_or_unknown_is_refused() {
    let world = World::new();
    world.write_template("Resources: [");
    assert!(matches!(refusal(world.options()).await, StartError::Template(_)));
    let nowhere = Options { template: "/nowhere/template.yaml".into(), ..world.options() };
    assert!(refusal(nowhere).await.to_string().contains("/nowhere/template.yaml"));
    world.write_template(&TEMPLATE.replace("Binary: worker", "Binary: unwritten"));
    assert!(matches!(refusal(world.options()).await, StartError::NoCode(name) if name == "unwritten"));
    world.write_template(&TEMPLATE.replace("!Ref IssuerUrl", "'https://elsewhere.example'"));
    assert!(matches!(refusal(world.options()).await, StartError::Issuer { .. }));
}

#[tokio::test]
async fn data_of_a_template_with_other_indexes_is_refused() {
    let world = World::new();
    local::start(world.kept()).await.unwrap().stop().await;
    let index = "KeySchema: [{AttributeName: PK, KeyType: HASH}, {AttributeName: SK, KeyType: RANGE}]";
    let more = format!(
        "{index}\n      GlobalSecondaryIndexes: [{{IndexName: other, KeySchema: [{{AttributeName: SK, KeyType: HASH}}], Projection: {{ProjectionType: ALL}}}}]"
    );
    world.write_template(&TEMPLATE.replace(index, &more));
    let refusal = refusal(world.kept()).await;
    assert!(matches!(&refusal, StartError::OldTable(table) if table == "aura-local"), "{refusal}");
}

#[tokio::test]
async fn an_aws_endpoint_off_this_machine_needs_a_flag() {
    let world = World::new();
    let options = Options { person: person("AWS_ENDPOINT_URL", "https://aws.example/"), ..world.options() };
    assert!(matches!(refusal(options).await, StartError::RemoteAws(_)));
}

#[tokio::test]
async fn an_app_at_facebook_is_complete_or_it_is_the_sandboxes() {
    let world = World::new();
    let names = ["FACEBOOK_CLIENT_ID", "FACEBOOK_CLIENT_SECRET", "FACEBOOK_VERIFY_TOKEN"];
    let some =
        |count: usize| Vars::new(names[..count].iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect());
    for (count, missing_name) in [(1, names[1]), (2, names[2])] {
        let refusal = refusal(Options { person: some(count), ..world.options() }).await;
        let named = matches!(&refusal, StartError::HalfAClient { missing, .. } if *missing == missing_name);
        assert!(named, "{refusal}");
    }
    let running = local::start(Options { person: some(3), ..world.options() }).await.unwrap();
    let app = running.embedded().unwrap().secrets().value("aura/local/providers/facebook-lead-ads").unwrap();
    let app: serde_json::Value = serde_json::from_str(&app).unwrap();
    assert_eq!(app, serde_json::json!({ "client_id": "x", "client_secret": "x", "verify_token": "x" }));
    let vars = get(&running.api, "/environment").await.json();
    assert_eq!(vars.get("FACEBOOK_GRAPH_URL"), None, "functions go to the real Facebook");
    running.stop().await;
}

#[tokio::test]
async fn local_routes_answer_on_this_machines_names_only() {
    let world = World::new();
    let running = world.start().await;
    let rebound = send(&running.api, "GET", "/_local/token?member=admin", "host: evil.example\r\n", "").await;
    assert_eq!(rebound.status, 403);
    assert_eq!(get(&running.api, "/_local/health").await.status, 200);
    running.stop().await;
}

#[tokio::test]
async fn an_aws_endpoint_of_the_person_is_used_instead_of_the_embedded_one() {
    let (host, guest) = (World::new(), World::new());
    let theirs = host.start().await;
    let options = Options { person: person("AWS_ENDPOINT_URL", theirs.aws.as_str()), ..guest.options() };
    let running = local::start(options).await.unwrap();
    assert_eq!(running.aws, theirs.aws);
    assert!(running.embedded().is_none());
    assert_eq!(get(&running.api, "/count").await.body, "\"1\"");
    assert_eq!(get(&theirs.api, "/count").await.body, "\"2\"");
    assert_eq!(running.stack().tables[0].name, "aura-local");
    running.stop().await;
    theirs.stop().await;
}

#[test]
fn the_program_says_what_is_wrong_with_its_flags_and_ends_with_one() {
    for (arguments, expected) in [
        (&["--prot", "1"][..], "there is no option --prot"),
        (&["--port"][..], "--port needs a value"),
        (&["--port", "99999"][..], "a port is a number from 0 to 65535"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_local")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(expected), "{arguments:?}");
    }
}

#[test]
fn the_program_names_a_data_folder_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_local")).arg("--data").arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("error: the data folder") && !said.contains("panicked"), "{said}");
}
