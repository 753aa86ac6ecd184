//! Bodies as large and as deep as anybody may send them.

use super::deliveries::{delivery, ids, reread, told};
use super::fetching::lead;
use super::*;

#[test]
fn a_thousand_changes_are_a_thousand_notices() {
    let changes: Vec<String> = (0..1_000).map(|lead| ids(&lead.to_string(), "\"1\"", "2")).collect();
    let notices = told(&delivery(&changes));
    assert_eq!(notices.len(), 1_000);
    let leads: Vec<_> = notices.iter().map(|notice| notice.lead.as_ref().unwrap().as_str().to_owned()).collect();
    assert_eq!(leads, (0..1_000).map(|lead| lead.to_string()).collect::<Vec<_>>());
    assert!(notices.iter().all(|notice| notice.content == LeadContent::Fetch));
}

#[test]
fn depth_harms_neither_a_lead_nor_what_is_beside_it() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let beside = format!(r#"{{"field":"leadgen","value":{{"leadgen_id":"1","form_id":"2","deep":{deep}}}}}"#);
    let within = format!(r#"{{"field":"leadgen","value":{{"leadgen_id":{deep},"form_id":"2"}}}}"#);
    let instead = format!(r#"{{"field":"leadgen","value":{deep}}}"#);
    let notices = told(&delivery(&[beside, within, instead, deep.clone(), ids("3", "2", "1")]));
    let read: Vec<bool> = notices.iter().map(|notice| notice.content == LeadContent::Fetch).collect();
    assert_eq!(read, [true, false, false, false, true]);
    assert_eq!(told(&deep).len(), 1);
    assert_eq!(reread(&deep), None);
    let unclosed = "{\"object\":".repeat(100_000);
    assert_eq!(told(&unclosed).len(), 1);
}

#[test]
fn a_long_id_is_not_kept_with_each_of_a_thousand_changes() {
    let (id, changes) = ("x".repeat(1024 * 1024), vec!["5"; 1_000].join(","));
    let notices = told(&format!(r#"{{"object":"page","entry":[{{"id":"{id}","changes":[{changes}]}}]}}"#));
    let kept = LeadContent::Unreadable(r#"{"id":null,"changes":[5]}"#.to_owned());
    assert_eq!(notices.len(), 1_000);
    assert!(notices.iter().all(|notice| notice.content == kept));
}

#[test]
fn a_mebibyte_is_read_and_kept() {
    let padding = "x".repeat(1024 * 1024);
    let padded = format!(r#"{{"field":"leadgen","value":{{"leadgen_id":"1","form_id":"2","p":"{padding}"}}}}"#);
    assert_eq!(told(&delivery(&[padded]))[0].content, LeadContent::Fetch);
    let LeadContent::Unreadable(kept) = &told(&padding)[0].content else { panic!() };
    assert_eq!(*kept, padding);
}

#[tokio::test]
async fn a_deep_answer_is_read_as_far_as_it_is_needed() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let body = lead().to_string().replacen('{', &format!(r#"{{"post":{deep},"#), 1);
    let facebook = Facebook::answering(vec![answer(200, &body)]);
    assert!(facebook.provider.leads().unwrap().fetch(&access(), &form(), &lead_id()).await.is_ok());
    let facebook = Facebook::answering(vec![answer(400, &format!(r#"{{"error":{{"code":190,"message":{deep}}}}}"#))]);
    assert_failed(facebook.provider.identify(&access()).await, FailureClass::DeadCredentials, "190");
    let facebook = Facebook::answering(vec![answer(200, &deep)]);
    assert_failed(facebook.provider.identify(&access()).await, FailureClass::OurBug, "unreadable_answer");
}
