//! What verified deliveries say.

use super::*;
use http::HeaderMap;

/// The notices of a body that Facebook signed.
pub(super) fn told(body: &str) -> Vec<LeadNotice> {
    let facebook = Facebook::answering(vec![]);
    let webhook = facebook.provider.webhook().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-hub-signature-256", format!("sha256={}", hmac_hex(SECRET, body.as_bytes())).parse().unwrap());
    let delivery = Delivery { headers: &headers, body: body.as_bytes() };
    let verified = webhook.verify(&delivery, &Proof::App(&[app()])).unwrap();
    let notices = webhook.parse(verified).into_iter();
    notices.map(|notice| if let Notice::Lead(lead) = notice { lead } else { panic!("{notice:?}") }).collect()
}

pub(super) fn reread(text: &str) -> Option<LeadNotice> {
    Facebook::answering(vec![]).provider.leads().unwrap().reread(text)
}

fn change(value: &str) -> String {
    format!(r#"{{"field":"leadgen","value":{value}}}"#)
}

pub(super) fn delivery(changes: &[String]) -> String {
    format!(r#"{{"object":"page","entry":[{{"id":"{PAGE_ID}","time":1630087927,"changes":[{}]}}]}}"#, changes.join(","))
}

pub(super) fn ids(lead: &str, form: &str, page: &str) -> String {
    change(&format!(r#"{{"leadgen_id":{lead},"form_id":{form},"page_id":{page},"created_time":1630087926}}"#))
}

fn genuine() -> String {
    ids("\"233370042045345\"", "\"172036835026334\"", "\"138124712925158\"")
}

fn notice() -> LeadNotice {
    LeadNotice {
        owners: vec![owner()],
        form: Some(FORM_ID.to_owned()),
        lead: Some(lead_id()),
        content: LeadContent::Fetch,
    }
}

#[track_caller]
fn unreadable(notice: &LeadNotice) -> &str {
    assert_hides_canaries(notice);
    let LeadContent::Unreadable(text) = &notice.content else { panic!("{notice:?}") };
    text
}

#[test]
fn a_delivery_tells_of_leads_by_their_ids() {
    assert_eq!(told(&delivery(&[genuine()])), [notice()]);
    let numbers = ids("233370042045345", "172036835026334", "138124712925158");
    assert_eq!(told(&delivery(&[numbers, genuine()])), [notice(), notice()]);
    let of_entry = change(r#"{"leadgen_id":"233370042045345","form_id":172036835026334,"ad_id":null}"#);
    assert_eq!(told(&delivery(&[of_entry])), [notice()]);
}

#[test]
fn what_is_no_lead_of_a_page_is_no_notice() {
    let feed = r#"{"field":"feed","value":{"item":"status"}}"#.to_owned();
    assert_eq!(told(&delivery(&[feed, genuine()])), [notice()]);
    let of_user = delivery(&[genuine()]).replace("\"page\"", "\"user\"");
    let messages = r#"{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"x":1}]}]}"#;
    for body in
        [of_user.as_str(), messages, r#"{"object":"page","entry":[]}"#, r#"{"object":"page","entry":[{"changes":[]}]}"#]
    {
        assert_eq!(told(body), [], "{body}");
    }
}

#[test]
fn ids_beyond_what_a_floating_number_can_hold_stay_themselves() {
    let notices = told(&delivery(&[ids("9007199254740993", "18446744073709551615", "9007199254740995")]));
    let seen = &notices[0];
    assert_eq!(seen.lead.as_ref().unwrap().as_str(), "9007199254740993");
    assert_eq!(seen.form.as_deref(), Some("18446744073709551615"));
    assert_eq!(seen.owners[0].as_str(), "page:9007199254740995");
    let beyond = told(&delivery(&[ids("18446744073709551616", "1", "2")]));
    assert!(unreadable(&beyond[0]).contains("18446744073709551616"));
    assert_eq!((beyond[0].lead.as_ref(), beyond[0].form.as_deref()), (None, Some("1")));
}

#[test]
fn a_change_that_cannot_be_read_is_kept_word_for_word_and_spoils_no_other() {
    let odd = [
        change(r#"{"form_id":"172036835026334", "name":"canary \u00eb",  "page_id":"138124712925158"}"#),
        change(r#"{"leadgen_id":"1","form_id":"a/b"}"#),
        change(r#"{"leadgen_id":{"x":1},"form_id":"1"}"#),
        change(r#"{"leadgen_id":1.0,"form_id":"1"}"#),
        change(r#"{"leadgen_id":-1,"form_id":"1"}"#),
        change(r#"{"leadgen_id":"","form_id":"1"}"#),
        change(r#"{"leadgen_id":"1","leadgen_id":"2","form_id":"1"}"#),
        change("null"),
        change("\"canary\""),
        r#"{"field":"leadgen"}"#.to_owned(),
        r#"{"field":5,"value":{}}"#.to_owned(),
        "[]".to_owned(),
        "7".to_owned(),
    ];
    let changes: Vec<String> = odd.iter().cloned().chain([genuine()]).collect();
    let notices = told(&delivery(&changes));
    assert_eq!(notices.len(), changes.len());
    assert_eq!(notices.last().unwrap(), &notice());
    for (notice, change) in notices.iter().zip(&odd) {
        let text = unreadable(notice);
        assert_eq!(text, format!(r#"{{"id":"{PAGE_ID}","changes":[{change}]}}"#));
        assert_eq!(notice.owners, [owner()]);
        assert_eq!(reread(text), None, "{text}");
    }
}

#[test]
fn an_owner_that_cannot_be_read_is_left_out() {
    let body = r#"{"object":"page","entry":[{"id":{},"changes":[{"field":"leadgen","value":{"leadgen_id":"1","form_id":"2"}}]}]}"#;
    let notices = told(body);
    assert_eq!((notices[0].owners.len(), notices[0].form.as_deref()), (0, Some("2")));
    assert!(unreadable(&notices[0]).starts_with(r#"{"id":{},"#));
}

#[test]
fn an_entry_or_a_body_that_cannot_be_read_is_kept_whole() {
    let entries = format!(
        r#"{{"object":"page","entry":[{{"changes":"canary"}},8,{{"id":"{PAGE_ID}","changes":[{}]}}]}}"#,
        genuine()
    );
    let notices = told(&entries);
    assert_eq!((unreadable(&notices[0]), unreadable(&notices[1])), (r#"{"changes":"canary"}"#, "8"));
    assert_eq!(notices[2], notice());

    for body in [
        "",
        "canary",
        "{}",
        "[]",
        "null",
        r#"{"object":"page"}"#,
        r#"{"object":7,"entry":[]}"#,
        r#"{"object":"page","entry":{}}"#,
    ] {
        let notices = told(body);
        assert_eq!((notices.len(), unreadable(&notices[0]), notices[0].owners.len()), (1, body, 0));
        assert_eq!(reread(body), None, "{body}");
    }
}

#[test]
fn what_a_later_version_can_read_is_read_anew() {
    let kept = format!(r#"{{"id":"{PAGE_ID}","changes":[{}]}}"#, genuine());
    assert_eq!(reread(&kept), Some(notice()));
    assert_eq!(reread(&delivery(&[genuine()])), Some(notice()));
    // Of several leads one alone would be told: better none.
    assert_eq!(reread(&delivery(&[genuine(), genuine()])), None);
    assert_eq!(reread(&delivery(&[])), None);
}
