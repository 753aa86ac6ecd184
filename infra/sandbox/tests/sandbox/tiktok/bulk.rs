//! The bulk download: creating, polling, fetching, and what is odd about the file.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use sandbox::tiktok::{
    ADA, FIRST_ACCOUNT, GRACE, LIBRARY, LIBRARY_FORM, LONG_FORM, MOVED_ACCOUNT, SECOND_FORM, SHORT_FORM,
};
use serde_json::{Value, json};

use super::support::{Tenant, connect, data, fetch, generate, path, queued, rows, switch};
use crate::support::{World, encoded, text};

const TASK: &str = "page/lead/task";

fn about(form: &str) -> Value {
    json!({ "advertiser_id": FIRST_ACCOUNT, "page_id": form })
}

fn with_task(mut body: Value, id: &str) -> Value {
    body["task_id"] = json!(id);
    body
}

/// Creates the task and polls until it has succeeded; its last status.
async fn finished(tenant: &Tenant<'_>, region: Option<&str>, body: &Value) -> Value {
    let created = data(&tenant.post_in(region, TASK, body).await);
    assert_eq!(created["status"], "CREATED");
    let poll = with_task(body.clone(), text(&created, "task_id"));
    assert_eq!(data(&tenant.post_in(region, TASK, &poll).await)["status"], "RUNNING");
    let finished = data(&tenant.post_in(region, TASK, &poll).await);
    assert_eq!(finished["status"], "SUCCEED");
    finished
}

async fn download(tenant: &Tenant<'_>, region: Option<&str>, query: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut headers = vec![("access-token", tenant.token.as_str())];
    headers.extend(region.map(|region| ("x-lead-region", region)));
    fetch(tenant.world, &format!("{}?{}", path("page/lead/task/download"), encoded(query)), &headers).await
}

async fn file(tenant: &Tenant<'_>, region: Option<&str>, body: &Value) -> String {
    let task = finished(tenant, region, body).await;
    let mut query = vec![("task_id", text(&task, "task_id"))];
    query.extend(["advertiser_id", "library_id"].iter().filter_map(|name| Some((*name, body[*name].as_str()?))));
    let (head, bytes) = download(tenant, region, &query).await;
    assert!(head.contains("content-type: text/csv"), "{head}");
    String::from_utf8(bytes).unwrap()
}

fn column(rows: &[Vec<String>], name: &str) -> Vec<String> {
    let place =
        rows[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name} in {:?}", rows[0]));
    rows[1..].iter().map(|row| row[place].clone()).collect()
}

#[tokio::test]
async fn the_three_regions_together_have_every_lead_once() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    generate(&world, json!({ "form": LONG_FORM, "count": 40, "nonAscii": true }));
    let mut seen = Vec::new();
    for region in [Some("eu"), Some("us"), None] {
        let rows = rows(&file(&ada, region, &about(LONG_FORM)).await);
        assert!(rows.iter().all(|row| row.len() == 11 + 8));
        seen.extend(column(&rows, "lead_id"));
    }
    let all: Vec<_> = world.sandbox.tiktok().leads(FIRST_ACCOUNT);
    let expected: BTreeSet<String> =
        all.iter().filter(|lead| lead.form.as_deref() == Some(LONG_FORM)).map(|lead| lead.id.clone()).collect();
    assert_eq!(seen.len(), 100);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn a_file_has_labels_and_answers_as_they_were_given() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let answer = "first, \"quoted\"\r\nsecond — ümlaut 🚗";
    let order =
        json!({ "form": LONG_FORM, "region": "us", "answers": { "budget_range": answer, "email": "a@example.com" } });
    let id = generate(&world, order).remove(0);
    let rows = rows(&file(&ada, Some("us"), &about(LONG_FORM)).await);
    let fixed = [
        "lead_id",
        "created_time",
        "ad_id",
        "ad_name",
        "adgroup_id",
        "adgroup_name",
        "campaign_id",
        "campaign_name",
        "page_id",
        "page_name",
        "is_test",
    ];
    assert_eq!(rows[0][..11], fixed);
    assert_eq!(rows[0][11..14], ["Vorname", "Nachname", "E-Mail-Adresse"]);
    let last = |name: &str| column(&rows, name).pop().unwrap();
    assert_eq!((last("lead_id"), last("E-Mail-Adresse")), (id, "a@example.com".to_owned()));
    assert_eq!(last("Wie hoch ist Ihr Budget, ungefähr?"), answer);
    assert_eq!((last("created_time"), last("is_test")), ("2026-11-22 10:00:00".to_owned(), "false".to_owned()));
    assert_eq!((last("page_id"), last("page_name")), (LONG_FORM.to_owned(), "Probefahrt: Größe, Farbe".to_owned()));
}

#[tokio::test]
async fn files_are_odd_by_switch() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let id = generate(&world, json!({ "region": "eu" })).remove(0);
    switch(&world, json!({ "csv": { "bom": true, "guard": "formula", "headings": "title", "epochTimes": true } }));
    let odd = file(&ada, Some("eu"), &about(SHORT_FORM)).await;
    assert!(odd.starts_with('\u{feff}') && odd.contains("\r\n"));
    let odd_rows = rows(odd.trim_start_matches('\u{feff}'));
    assert_eq!(odd_rows[0][..5], ["Lead ID", "Created Time", "Ad ID", "Ad Name", "Ad Group ID"]);
    assert_eq!(column(&odd_rows, "Lead ID").pop().unwrap(), format!("=\"{id}\""));
    assert_eq!(column(&odd_rows, "Created Time").pop().unwrap(), "1795341600");

    switch(
        &world,
        json!({ "csv": { "bom": false, "guard": "apostrophe", "headings": "shouted", "keys": true, "lineFeeds": true } }),
    );
    let other = file(&ada, Some("eu"), &about(SHORT_FORM)).await;
    let other_rows = rows(&other);
    assert_eq!(other_rows[0][0], " LEAD_ID ");
    assert_eq!(column(&other_rows, " LEAD_ID ").pop().unwrap(), format!("'{id}"));
    assert_eq!(other_rows[0][11..], ["email", "phone_number", "name"]);
    assert!(!other.split('\n').next().unwrap().ends_with('\r'));
}

#[tokio::test]
async fn a_long_file_is_zipped() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let plain = file(&ada, None, &about(SHORT_FORM)).await;
    switch(&world, json!({ "zipOver": plain.len() - 1 }));
    let task = finished(&ada, None, &about(SHORT_FORM)).await;
    assert_eq!(task["file_type"], "zip");
    switch(&world, json!({ "zipOver": 1_000_000 }));
    let query = [("task_id", text(&task, "task_id")), ("advertiser_id", FIRST_ACCOUNT)];
    let (head, bytes) = download(&ada, None, &query).await;
    assert!(head.contains("content-type: application/zip") && head.contains(text(&task, "file_name")), "{head}");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut unpacked = String::new();
    archive.by_index(0).unwrap().read_to_string(&mut unpacked).unwrap();
    assert_eq!((archive.len(), unpacked), (1, plain));
    assert_eq!(finished(&ada, None, &about(SHORT_FORM)).await["file_type"], "csv");
}

#[tokio::test]
async fn a_task_is_not_ready_for_as_many_polls_as_the_switch_says() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    switch(&world, json!({ "taskPolls": 2, "taskNotReadyCode": true }));
    let created = data(&ada.post(TASK, &about(SHORT_FORM)).await);
    let id = text(&created, "task_id");
    let poll = with_task(about(SHORT_FORM), id);
    let query = [("task_id", id), ("advertiser_id", FIRST_ACCOUNT)];
    assert_eq!(ada.get("page/lead/task/download", &query).await["code"], 40_201);
    assert_eq!(ada.post(TASK, &poll).await["code"], 40_201);
    switch(&world, json!({ "taskNotReadyCode": false }));
    assert_eq!(data(&ada.post(TASK, &poll).await)["status"], "RUNNING");
    assert_eq!(data(&ada.post(TASK, &poll).await)["status"], "SUCCEED");
    assert_eq!(data(&ada.post(TASK, &poll).await)["status"], "SUCCEED");

    let late = generate(&world, json!({ "region": "row" })).remove(0);
    let (_, bytes) = download(&ada, None, &query).await;
    assert!(!String::from_utf8(bytes).unwrap().contains(&late), "a task has what there was when it was made");
    switch(&world, json!({ "taskPolls": 1 }));
    assert!(file(&ada, None, &about(SHORT_FORM)).await.contains(&late));
}

#[tokio::test]
async fn a_task_fails_by_status_or_by_code_and_its_download_tells_why() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    switch(&world, json!({ "failingTasks": 1, "taskPolls": 0 }));
    assert_eq!(ada.post_in(Some("eea"), TASK, &about(SHORT_FORM)).await["code"], 40_002, "it does not count");
    let failing = text(&data(&ada.post(TASK, &about(SHORT_FORM)).await), "task_id").to_owned();
    let poll = with_task(about(SHORT_FORM), &failing);
    assert_eq!(data(&ada.post(TASK, &poll).await)["status"], "FAILED");
    switch(&world, json!({ "taskFailure": "code" }));
    assert_eq!(ada.post(TASK, &poll).await["code"], 40_200);
    let query = [("task_id", failing.as_str()), ("advertiser_id", FIRST_ACCOUNT)];
    assert_eq!(ada.get("page/lead/task/download", &query).await["code"], 40_200);

    switch(&world, json!({ "downloadErrors": "text" }));
    let (head, bytes) = download(&ada, None, &query).await;
    assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/csv"), "{head}");
    assert_eq!(String::from_utf8(bytes).unwrap(), "code: 40200, message: The task failed.\n");
    assert_eq!(data(&ada.post(TASK, &about(SHORT_FORM)).await)["status"], "CREATED", "only the next one was to fail");
}

#[tokio::test]
async fn tasks_belong_to_their_account_region_and_form() {
    let world = queued().await;
    let (ada, grace) = (connect(&world, ADA).await, connect(&world, GRACE).await);
    let task = finished(&ada, Some("eu"), &about(SHORT_FORM)).await;
    let id = text(&task, "task_id");
    let query = [("task_id", id), ("advertiser_id", FIRST_ACCOUNT)];
    for region in [None, Some("us")] {
        let (_, bytes) = download(&ada, region, &query).await;
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["code"], 40_301, "{region:?}");
    }
    assert_eq!(grace.get("page/lead/task/download", &query).await["code"], 40_125);
    assert_eq!(grace.post(TASK, &about(SHORT_FORM)).await["code"], 40_125);
    assert_eq!(ada.get("page/lead/task/download", &[("task_id", id), ("library_id", LIBRARY)]).await["code"], 40_301);
    assert_eq!(ada.post_in(Some("eea"), TASK, &about(SHORT_FORM)).await["code"], 40_002);
    assert_eq!(ada.post(TASK, &about(SECOND_FORM)).await["code"], 40_007);
    assert_eq!(ada.post(TASK, &json!({ "advertiser_id": FIRST_ACCOUNT })).await["code"], 40_002);
    assert_eq!(
        ada.post(TASK, &json!({ "advertiser_id": MOVED_ACCOUNT, "page_id": LIBRARY_FORM })).await["code"],
        40_002
    );
    let of_library = json!({ "library_id": LIBRARY, "page_id": LIBRARY_FORM });
    assert_eq!(rows(&file(&ada, None, &of_library).await).len(), 21);

    let forms = world.sandbox.tiktok().forms();
    let ad = &forms.iter().find(|form| form.id == SHORT_FORM).unwrap().ad;
    let by_ad = json!({ "advertiser_id": FIRST_ACCOUNT, "ad_id": ad });
    assert_eq!(file(&ada, None, &by_ad).await, file(&ada, None, &about(SHORT_FORM)).await);
    assert_eq!(ada.post(TASK, &json!({ "advertiser_id": FIRST_ACCOUNT, "ad_id": "1" })).await["code"], 40_301);

    world.sandbox.tiktok().remove_form(SHORT_FORM).unwrap();
    let (_, bytes) = download(&ada, Some("eu"), &query).await;
    assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["code"], 40_200, "the form has disappeared");
}

#[tokio::test]
async fn test_leads_are_marked_and_old_ones_may_be_gone() {
    let world = queued().await;
    let ada = connect(&world, ADA).await;
    let whole = rows(&file(&ada, None, &about(SHORT_FORM)).await).len();
    let made = data(&ada.post("page/lead/mock/create", &about(SHORT_FORM)).await);
    let with_test = rows(&file(&ada, None, &about(SHORT_FORM)).await);
    assert_eq!(with_test.len(), whole + 1);
    assert_eq!(column(&with_test, "lead_id").pop().as_deref(), made["meta_data"]["lead_id"].as_str());
    assert_eq!(column(&with_test, "is_test").iter().filter(|mark| *mark == "true").count(), 1);
    switch(&world, json!({ "retentionDays": 90 }));
    let kept = rows(&file(&ada, None, &about(SHORT_FORM)).await);
    assert!(kept.len() < with_test.len() && kept.len() > 10);
    assert!(column(&kept, "created_time").iter().all(|time| time.as_str() >= "2026-08-24 10:00:00"));
}

#[tokio::test]
async fn a_form_without_leads_has_a_file_with_a_heading_alone() {
    let world = World::new().await;
    let ada = connect(&world, ADA).await;
    let form = world.sandbox.tiktok().add_form(FIRST_ACCOUNT, "Empty", vec![]).unwrap();
    assert_eq!(rows(&file(&ada, Some("eu"), &about(&form)).await).len(), 1);
}
