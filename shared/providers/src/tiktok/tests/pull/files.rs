//! What is in a file.

use super::*;
use domain::failure::FailureClass;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The entries of a file, and how many requests it took.
async fn entries_of(file: Response<Bytes>) -> Vec<Pulled> {
    let tiktok = TikTok::answering([task("SUCCEED"), file, questions()]);
    let Next::Page(token) = page(&tiktok, None, None).await.unwrap().next else { panic!() };
    page(&tiktok, None, Some(&token)).await.unwrap().entries
}

async fn lead_of(text: impl Into<Vec<u8>>) -> RawLead {
    match entries_of(csv(text)).await.as_slice() {
        [Pulled::Lead(lead)] => lead.clone(),
        other => panic!("{other:?}"),
    }
}

fn answers(lead: &RawLead) -> Vec<(&str, Vec<&str>)> {
    lead.answers
        .iter()
        .map(|answer| (answer.key.as_str(), answer.values.iter().map(String::as_str).collect()))
        .collect()
}

fn archive(files: &[(&str, String)]) -> Response<Bytes> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    csv(writer.finish().unwrap().into_inner())
}

/// A download that is no file of leads, right after its task was ready.
async fn next_after(file: Response<Bytes>) -> Result<Next, PullError> {
    let tiktok = TikTok::answering([task("SUCCEED"), file]);
    let Next::Page(token) = page(&tiktok, None, None).await.unwrap().next else { panic!() };
    page(&tiktok, None, Some(&token)).await.map(|page| page.next)
}

#[tokio::test]
async fn a_row_is_a_lead_and_its_columns_are_questions_by_key() {
    let lead = lead_of(format!("{HEADER}\n{}\n", row(7126711421177430274, "2026-11-20 08:00:00"))).await;
    assert_eq!((lead.id.as_str(), lead.form.as_str()), ("7126711421177430274", "900"));
    assert_eq!(lead.created, "2026-11-20T08:00:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(
        answers(&lead),
        [("email", vec!["jane7126711421177430274@example.com"]), ("Which car?", vec!["the red one"])]
    );
    let source = &lead.source;
    assert_eq!((source.ad.as_deref(), source.ad_name.as_deref()), (Some("3"), Some("A")));
    assert_eq!((source.ad_group.as_deref(), source.ad_group_name.as_deref()), (Some("2"), Some("G")));
    assert_eq!((source.campaign.as_deref(), source.campaign_name.as_deref()), (Some("1"), Some("C")));
    assert!(!lead.test);
    assert!(!format!("{:?}", Pulled::Lead(lead)).contains("jane"));
}

#[tokio::test]
async fn everything_odd_about_a_file_is_understood() {
    let text = "\u{feff}\"Lead ID\",Created Time,Ad ID,Ad Group ID,Ad Group Name,Campaign ID,Page ID,Is Test,PHONE NUMBER,\"Which car,\r\nand why?\",E-Mail,\r\n\
                \"=\"\"7126711421177430274\"\"\",1795000000,'3,0,\" G, \"\"x\"\" \",,'900,TRUE,'+4915112345678,\"the red one,\r\nof course\",,x\r\n";
    let tiktok =
        TikTok::answering([task("SUCCEED"), csv(text), granted(json!({ "fields": ["phone_number", "email"] }))]);
    let Next::Page(token) = page(&tiktok, None, None).await.unwrap().next else { panic!() };
    let entries = page(&tiktok, None, Some(&token)).await.unwrap().entries;
    let [Pulled::Lead(lead)] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((lead.id.as_str(), lead.created.timestamp(), lead.test), ("7126711421177430274", 1795000000, true));
    assert_eq!((lead.source.ad.as_deref(), lead.source.ad_group.as_deref()), (Some("3"), None));
    assert_eq!((lead.source.ad_group_name.as_deref(), lead.source.campaign.as_deref()), (Some("G, \"x\""), None));
    assert_eq!(
        answers(lead),
        [("phone_number", vec!["+4915112345678"]), ("Which car,\r\nand why?", vec!["the red one,\r\nof course"])]
    );
}

#[tokio::test]
async fn a_question_that_is_worded_like_a_column_is_a_question() {
    let lead = lead_of("lead_id,created_time,campaign_name,Campaign name,Email,e mail\n1,1795000000,C,mine,a@example.com,b@example.com\n").await;
    assert_eq!(lead.source.campaign_name.as_deref(), Some("C"));
    assert_eq!(answers(&lead), [("Campaign name", vec!["mine"]), ("email", vec!["a@example.com", "b@example.com"])]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_spoils_no_other() {
    let rows = [
        row(1, "2026-11-20 08:00:00"),
        row(2, "yesterday"),
        "7.12E+18,2026-11-20 08:00:00,,,,,,,900,,,a,b".to_owned(),
        "x/y,1".to_owned(),
        "5".to_owned(),
        row(6, "2026-11-20 08:00:00") + ",one,too,many",
        "7,2026-11-20 08:00:00,,,,,,,901,of another form,,a,b".to_owned(),
        String::new(),
        row(8, "2026-11-20 08:00:00").replace("the red one", "\u{1f697}"),
    ];
    let entries = entries_of(file(&rows)).await;
    let seen: Vec<(Option<&str>, bool)> = entries
        .iter()
        .map(|entry| match entry {
            Pulled::Lead(lead) => (Some(lead.id.as_str()), true),
            Pulled::Unreadable { id, error } => {
                assert_eq!((error.class, error.code.as_str()), (FailureClass::PermanentRecord, "unreadable_lead"));
                (id.as_ref().map(|id| id.as_str()), false)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    // A row without a readable id and older than the window ("x/y,1" is of 1970) is no new loss.
    assert_eq!(
        seen,
        [
            (Some("1"), true),
            (Some("2"), false),
            (None, false),
            (Some("5"), false),
            (Some("6"), true),
            (Some("8"), true)
        ]
    );
}

#[tokio::test]
async fn bytes_that_are_no_text_do_not_spoil_a_file() {
    let mut text = format!("{HEADER}\n{}\n", row(1, "2026-11-20 08:00:00")).into_bytes();
    let at = text.windows(3).position(|bytes| bytes == b"red").unwrap();
    text[at] = 0xff;
    assert_eq!(answers(&lead_of(text).await)[1].1, ["the \u{fffd}ed one"]);
}

#[tokio::test]
async fn a_file_without_leads_asks_for_no_questions() {
    for empty in [
        csv(HEADER),
        csv(format!("\u{feff}{HEADER}\r\n")),
        csv(""),
        csv("\u{feff}\n"),
        archive(&[]),
        archive(&[("a.csv", HEADER.to_owned())]),
    ] {
        let tiktok = TikTok::answering([task("SUCCEED"), empty]);
        let Next::Page(token) = page(&tiktok, None, None).await.unwrap().next else { panic!() };
        let page = page(&tiktok, None, Some(&token)).await.unwrap();
        assert!(page.entries.is_empty() && matches!(page.next, Next::Page(_)), "the region is at its end");
    }
}

#[tokio::test]
async fn without_questions_the_file_names_them() {
    for none in [refused(40001), refused(40301), refused(40002)] {
        let tiktok = TikTok::answering([
            task("SUCCEED"),
            file(&[row(1, "2026-11-20 08:00:00")]),
            none.clone(),
            none,
            granted(json!({ "list": [] })),
        ]);
        let Next::Page(token) = page(&tiktok, None, None).await.unwrap().next else { panic!() };
        let entries = page(&tiktok, None, Some(&token)).await.unwrap().entries;
        let [Pulled::Lead(lead)] = entries.as_slice() else { panic!() };
        assert_eq!(answers(lead)[0].0, "Email");
    }
}

#[tokio::test]
async fn more_leads_than_fit_one_page_come_in_several_and_none_twice() {
    let mut rows: Vec<String> = (1..=2000).map(|id| row(id, "2026-11-20 08:00:00")).collect();
    rows[0] = row(1, "2026-11-21 08:00:00");
    let mut answers = vec![task("SUCCEED")];
    for _ in 0..3 {
        answers.extend([file(&rows), questions()]);
    }
    answers.extend(empty_region());
    answers.extend(empty_region());
    let whole = pull(None, answers).await;
    assert_eq!(whole.sizes, [0, 900, 900, 200, 0, 0, 0, 0]);
    let expected: Vec<String> = (1..=2000).map(|id: u64| id.to_string()).collect();
    assert_eq!(whole.ids(), expected);
    // The newest lead was on the first page.
    assert_eq!(whole.done, json!({ "read": [seconds("2026-11-21T08:00:00Z"), null, null] }).to_string());
}

#[tokio::test]
async fn old_leads_take_no_page() {
    let mut rows: Vec<String> = (1..=5000).map(|id| row(id, "2026-11-01 08:00:00")).collect();
    rows.push(row(9000, "2026-11-20 08:00:00"));
    let since = json!({ "read": [seconds("2026-11-20T07:00:00Z"), null, null] }).to_string();
    let mut answers = vec![task("SUCCEED"), file(&rows), questions()];
    answers.extend(empty_region());
    answers.extend(empty_region());
    let whole = pull(Some(&since), answers).await;
    assert_eq!((whole.ids(), whole.sizes.len()), (vec!["9000"], 6));
}

#[tokio::test]
async fn a_file_that_became_shorter_is_made_anew_from_its_beginning() {
    let rows: Vec<String> = (1..=1000).map(|id| row(id, "2026-11-20 08:00:00")).collect();
    let mut answers = vec![task("SUCCEED"), file(&rows), questions(), file(&rows[..5]), task("SUCCEED")];
    answers.extend([file(&rows), questions(), file(&rows), questions()]);
    answers.extend(empty_region());
    answers.extend(empty_region());
    let whole = pull(None, answers).await;
    assert_eq!(whole.sizes[..6], [0, 900, 0, 0, 900, 100]);
}

#[tokio::test]
async fn an_archive_has_the_same_leads() {
    let half = |id| format!("{HEADER}\n{}\n", row(id, "2026-11-20 08:00:00"));
    let packed = archive(&[("leads_1.csv", half(1)), ("note.txt", "canary".to_owned()), ("leads_2.csv", half(2))]);
    let entries = entries_of(packed).await;
    assert_eq!(entries.len(), 2);
}

#[tokio::test]
async fn an_archive_that_unpacks_without_end_is_refused() {
    let bomb = archive(&[("a.csv", "x,".repeat(33 * 1024 * 1024))]);
    assert!(bomb.body().len() < 1024 * 1024);
    let PullError::Failed(error) = next_after(bomb).await.unwrap_err() else { panic!() };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "too_large"));
}

#[tokio::test]
async fn an_error_instead_of_a_file_is_recognised() {
    for text in ["Internal error: canary", "error,message\n40200,canary\n", "<html>canary</html>"] {
        let Next::Later { page, after } = next_after(csv(text)).await.unwrap() else { panic!("{text}") };
        assert_eq!((after.num_seconds(), page.contains("task"), page.contains("canary")), (30, false, false));
    }
    for code in [40200, 40301] {
        let Next::Later { after, .. } = next_after(refused(code)).await.unwrap() else { panic!("{code}") };
        assert_eq!(after.num_seconds(), 30, "{code}");
    }
    use FailureClass::*;
    for (file, class, code) in [
        (refused(40105), DeadCredentials, "40105"),
        (refused(40100), RateLimited, "40100"),
        (refused(50000), Transient, "50000"),
        // As JSON under the content type of a file.
        (csv(r#"  {"code":40105,"message":"canary"}"#), DeadCredentials, "40105"),
        (granted(json!({ "other": "canary" })), OurBug, "unreadable_answer"),
        (csv(r#"{"canary":1}"#), OurBug, "unreadable_answer"),
        (answer(200, "canary"), OurBug, "unreadable_answer"),
        (answer(404, "404 page not found"), OurBug, "http_404"),
        (answer(302, ""), OurBug, "http_302"),
        (csv(b"PK\x03\x04canary".to_vec()), Transient, "unreadable_archive"),
    ] {
        let PullError::Failed(error) = next_after(file).await.unwrap_err() else { panic!("{code}") };
        assert_eq!((error.class, error.code.as_str()), (class, code));
        assert_hides_canaries(&error);
    }
}

#[tokio::test]
async fn a_file_under_the_wrong_content_type_is_a_file() {
    let mut file = file(&[row(1, "2026-11-20 08:00:00")]);
    file.headers_mut().insert("content-type", "application/json".parse().unwrap());
    assert_eq!(entries_of(file).await.len(), 1);
}
