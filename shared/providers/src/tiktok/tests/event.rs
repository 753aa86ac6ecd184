//! What a verified delivery says.

use super::super::event::notices;
use super::*;
use domain::lead::RawLead;

fn read(body: &str) -> Vec<LeadNotice> {
    let leads = notices(body.as_bytes()).into_iter().map(|notice| match notice {
        Notice::Lead(lead) => lead,
        Notice::Changed { .. } => panic!("no such notice"),
    });
    leads.collect()
}

fn delivery(entries: &[Value]) -> String {
    json!({ "request_id": 1, "object": 1, "time": 1614334356, "entry": entries }).to_string()
}

/// The fact sheet's example.
fn entry() -> Value {
    json!({
        "id": 7126711421177430274u64, "lead_source": "INSTANT_FORM", "page_id": 6873052183063953666u64, "page_name": "Form",
        "advertiser_id": 6873052183063953001u64, "advertiser_name": "Acme", "library_id": 0,
        "campaign_id": 1718281828459045235u64, "campaign_name": "C", "adgroup_id": "2", "adgroup_name": "G", "ad_id": 3,
        "ad_name": "A", "create_time": 1614239152,
        "changes": [
            { "field": "email", "value": "jane@example.com" },
            { "field": "phone_number", "value": "+4915112345678" },
            { "field": "name", "value": "Jane Doe" },
        ],
    })
}

fn with(changes: Value) -> Value {
    let mut entry = entry();
    for (name, value) in changes.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry
}

fn whole(notice: &LeadNotice) -> &RawLead {
    match &notice.content {
        LeadContent::Whole(lead) => lead,
        other => panic!("{other:?}"),
    }
}

fn only(body: &str) -> LeadNotice {
    let mut notices = read(body);
    assert_eq!(notices.len(), 1);
    notices.remove(0)
}

fn owners(notice: &LeadNotice) -> Vec<&str> {
    notice.owners.iter().map(Owner::as_str).collect()
}

fn answers(changes: Value) -> Vec<(String, Vec<String>)> {
    let notice = only(&delivery(&[with(json!({ "changes": changes }))]));
    whole(&notice).answers.iter().map(|answer| (answer.key.clone(), answer.values.clone())).collect()
}

#[test]
fn a_lead_comes_whole_and_its_ids_keep_every_digit() {
    let notice = only(&delivery(&[entry()]));
    assert_eq!(owners(&notice), ["advertiser:6873052183063953001"]);
    assert_eq!(notice.form.as_deref(), Some("6873052183063953666"));
    let lead = whole(&notice);
    assert_eq!((lead.id.as_str(), lead.form.as_str()), ("7126711421177430274", "6873052183063953666"));
    assert_eq!(notice.lead.as_ref(), Some(&lead.id));
    assert_eq!((lead.created.timestamp(), lead.test), (1614239152, false));
    let keys: Vec<&str> = lead.answers.iter().map(|answer| answer.key.as_str()).collect();
    assert_eq!(keys, ["email", "phone_number", "name"]);
    assert_eq!(lead.answers[0].values, ["jane@example.com"]);
    let source = &lead.source;
    assert_eq!((source.campaign.as_deref(), source.campaign_name.as_deref()), (Some("1718281828459045235"), Some("C")));
    assert_eq!((source.ad_group.as_deref(), source.ad_group_name.as_deref()), (Some("2"), Some("G")));
    assert_eq!((source.ad.as_deref(), source.ad_name.as_deref()), (Some("3"), Some("A")));
    assert!(!format!("{notice:?}").contains("jane"));
}

#[test]
fn ids_may_be_texts_and_numbers_beyond_64_bits() {
    let texts = with(
        json!({ "id": "7126711421177430274", "page_id": "9", "advertiser_id": "11", "library_id": "0", "create_time": "1614239152" }),
    );
    let notice = only(&delivery(&[texts]));
    assert_eq!((owners(&notice), notice.form.as_deref()), (vec!["advertiser:11"], Some("9")));
    assert_eq!(whole(&notice).id.as_str(), "7126711421177430274");
    let huge = delivery(&[entry()]).replace("7126711421177430274", "340282366920938463463374607431768211457");
    assert_eq!(whole(&only(&huge)).id.as_str(), "340282366920938463463374607431768211457");
}

#[test]
fn a_library_owns_a_lead_beside_the_account() {
    let notice = only(&delivery(&[with(json!({ "library_id": 5 }))]));
    assert_eq!(owners(&notice), ["advertiser:6873052183063953001", "library:5"]);
    let notice = only(&delivery(&[with(json!({ "library_id": "5", "advertiser_id": 0 }))]));
    assert_eq!(owners(&notice), ["library:5"]);
}

#[test]
fn values_are_texts_or_objects() {
    let several = json!([
        { "field": "a", "value": "x" }, { "field": "b", "value": { "value": "y" } }, { "field": "c", "value": ["1", "2"] },
        { "field": "d", "value": 5 }, { "field": "e", "value": true }, { "field": "f", "value": { "city": "Kiel", "zip": "24" } },
        { "field": "g", "value": { "values": ["3", { "value": "4" }] } }, { "field": "a", "value": "z" },
    ]);
    let expected = [
        ("a", vec!["x", "z"]),
        ("b", vec!["y"]),
        ("c", vec!["1", "2"]),
        ("d", vec!["5"]),
        ("e", vec!["true"]),
        ("f", vec![r#"{"city":"Kiel","zip":"24"}"#]),
        ("g", vec!["3", "4"]),
    ];
    let expected: Vec<(String, Vec<String>)> = expected
        .iter()
        .map(|(key, values)| ((*key).to_owned(), values.iter().map(|v| (*v).to_owned()).collect()))
        .collect();
    assert_eq!(answers(several), expected);
    let nothing = json!([{ "field": "a", "value": "" }, { "field": "b", "value": null }, { "field": "c" }, { "field": "d", "value": {} }]);
    assert!(answers(nothing).is_empty());
}

#[test]
fn a_lead_that_says_so_is_a_test() {
    for (flag, test) in
        [(json!(true), true), (json!(1), true), (json!("1"), true), (json!(false), false), (json!(0), false)]
    {
        let notice = only(&delivery(&[with(json!({ "is_test": flag }))]));
        assert_eq!(whole(&notice).test, test, "{flag}");
    }
}

#[test]
fn what_is_not_about_leads_of_forms_is_ignored() {
    for object in [json!(2), json!(3), json!(8), json!(10), json!(11), json!(14), json!("2"), json!("lead"), json!(1.0)]
    {
        let body = json!({ "object": object, "entry": [entry()] }).to_string();
        assert!(read(&body).is_empty(), "{object}");
    }
    assert!(read(&delivery(&[with(json!({ "lead_source": "DIRECT_MESSAGE" }))])).is_empty());
    assert!(read(r#"{"object":1,"time":1}"#).is_empty());
    assert!(read("").is_empty() && read(" \n").is_empty());
    assert_eq!(read(&json!({ "object": "1", "entry": [entry()] }).to_string()).len(), 1);
}

#[test]
fn an_entry_that_cannot_be_read_is_kept_word_for_word_and_spoils_no_other() {
    let broken = [
        r#"{"id": 12 ,"page_id":9,"advertiser_id":11,"changes":"canary"}"#.to_owned(),
        r#"{"id":13,"page_id":9,"advertiser_id":11,"create_time":1e3,"changes":[]}"#.to_owned(),
        r#"{"id":14.5,"page_id":9,"advertiser_id":11,"create_time":1,"changes":[]}"#.to_owned(),
        r#"{"id":15,"advertiser_id":11,"create_time":1,"changes":[]}"#.to_owned(),
        r#"{"id":16,"page_id":9,"advertiser_id":"x/y","create_time":1}"#.to_owned(),
        r#"{"id":17,"id":18,"create_time":1,"changes":[]}"#.to_owned(),
        r#""text""#.to_owned(),
        "null".to_owned(),
        format!(
            r#"{{"id":19,"page_id":9,"advertiser_id":11,"create_time":1,"changes":[{{"field":"a","value":{}{}}}]}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        ),
    ];
    let whole_one = entry().to_string();
    let body = format!(r#"{{"object":1,"entry":[{whole_one},{},{whole_one}]}}"#, broken.join(","));
    let notices = read(&body);
    assert_eq!(notices.len(), broken.len() + 2);
    whole(&notices[0]);
    whole(&notices[notices.len() - 1]);
    for (notice, text) in notices[1..].iter().zip(&broken) {
        assert_eq!(notice.content, LeadContent::Unreadable(text.clone()));
        assert!(!format!("{notice:?}").contains("canary"));
    }
    let known: Vec<Option<&str>> =
        notices[1..10].iter().map(|notice| notice.lead.as_ref().map(|id| id.as_str())).collect();
    assert_eq!(known, [Some("12"), Some("13"), None, Some("15"), Some("16"), None, None, None, Some("19")]);
    assert_eq!((owners(&notices[1]), notices[1].form.as_deref()), (vec!["advertiser:11"], Some("9")));
    assert_eq!(owners(&notices[9]), ["advertiser:11"], "however deep the rest is");
    assert!(owners(&notices[5]).is_empty());
}

#[test]
fn a_body_that_is_no_event_is_kept_whole() {
    let deep = format!(r#"{{"object":1,"entry":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for body in ["canary", "{", "[]", "null", r#"{"entry":[]}"#, r#"{"object":1,"entry":{}}"#, "\u{feff}{}"] {
        let notice = only(body);
        assert_eq!(notice.content, LeadContent::Unreadable(body.to_owned()), "{body}");
        assert!(notice.owners.is_empty() && notice.form.is_none() && notice.lead.is_none());
    }
    assert_eq!(read(&deep).len(), 1);
    let Notice::Lead(notice) = notices(b"{\"object\":1,\xff}").remove(0) else { panic!() };
    assert_eq!(notice.content, LeadContent::Unreadable("{\"object\":1,\u{fffd}}".to_owned()));
}

#[test]
fn a_thousand_leads_in_a_megabyte_are_a_thousand_notices() {
    let padding = "x".repeat(600);
    let entries: Vec<Value> = (0..1000u64)
        .map(|n| {
            with(json!({ "id": 7_126_711_421_177_430_000 + n, "changes": [{ "field": "note", "value": padding }] }))
        })
        .collect();
    let body = delivery(&entries);
    assert!(body.len() > 1024 * 1024 - 100_000, "{}", body.len());
    let notices = read(&body);
    assert_eq!(notices.len(), 1000);
    for (n, notice) in notices.iter().enumerate() {
        assert_eq!(whole(notice).id.to_string(), format!("{}", 7_126_711_421_177_430_000 + n as u64));
    }
}

#[test]
fn what_could_not_be_read_may_be_read_again() {
    let tiktok = TikTok::answering([]);
    let leads = tiktok.provider.leads().unwrap();
    let text = entry().to_string();
    assert_eq!(leads.reread(&text).unwrap(), only(&delivery(&[entry()])));
    for still in ["", "{}", "canary", r#"{"id":1,"page_id":2,"changes":5}"#] {
        assert!(leads.reread(still).is_none(), "{still}");
    }
}
