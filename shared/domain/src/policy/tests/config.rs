use super::*;

#[test]
fn nothing_and_an_empty_object_are_the_numbers_of_the_product() {
    for text in ["", "  \n", "{}"] {
        assert_eq!(Policy::parse(text), Ok(Policy::default()), "{text:?}");
    }
    let policy = Policy::default();
    assert_eq!(policy.backoff_minutes, [1, 2, 5, 10, 30, 60, 180, 360]);
    assert_eq!((policy.warn_after_failures, policy.deactivate_after_failures), (5, 10));
    assert_eq!((policy.deactivate_after_hours, policy.probe_for_days), (24, 14));
}

#[test]
fn an_override_leaves_the_other_numbers_alone() {
    let policy = Policy::parse(r#"{ "backoffMinutes": [1, 1, 60], "deactivateAfterHours": 48 }"#).expect("valid");
    let expected = Policy { backoff_minutes: vec![1, 1, 60], deactivate_after_hours: 48, ..Policy::default() };
    assert_eq!(policy, expected);
}

#[test]
fn what_is_written_reads_back() {
    let policy = Policy { sweep_least: 7, windows: 4, ..Policy::default() };
    let text = serde_json::to_string(&policy).expect("JSON");
    assert!(text.contains("incidentAdmissionPercent"), "{text}");
    assert_eq!(Policy::parse(&text), Ok(policy));
}

#[test]
fn nobody_is_deactivated_where_the_sweep_is_turned_off() {
    let policy = Policy::parse(r#"{ "sweepLeast": 0, "sweepPercent": 0 }"#).expect("valid");
    assert_eq!(hourly_cap(&policy, 1_000_000), 0);
}

/// A configuration that makes no sense, and the word by which the refusal says why.
const NONSENSE: [(&str, &str); 24] = [
    ("[", "EOF"),
    ("null", "null"),
    (r#"{ "warnAfter": 5 }"#, "warnAfter"),
    (r#"{ "windows": -1 }"#, "-1"),
    (r#"{ "windows": 2.5 }"#, "2.5"),
    (r#"{ "backoffMinutes": [] }"#, "backoffMinutes"),
    (r#"{ "backoffMinutes": [0, 1] }"#, "backoffMinutes"),
    (r#"{ "backoffMinutes": [5, 2] }"#, "backoffMinutes"),
    (r#"{ "backoffMinutes": [10081] }"#, "backoffMinutes"),
    (r#"{ "warnAfterFailures": 0 }"#, "warnAfterFailures"),
    (r#"{ "warnAfterFailures": 11 }"#, "warnAfterFailures"),
    (r#"{ "deactivateAfterFailures": 0, "warnAfterFailures": 0 }"#, "AfterFailures"),
    (r#"{ "deactivateAfterHours": 0 }"#, "deactivateAfterHours"),
    (r#"{ "probeEveryHours": 0 }"#, "probeEveryHours"),
    (r#"{ "probeForDays": 0 }"#, "probeForDays"),
    (r#"{ "probeEveryHours": 25, "probeForDays": 1 }"#, "no probe"),
    (r#"{ "sweepPercent": 101 }"#, "sweepPercent"),
    (r#"{ "incidentLeastIntegrations": 0 }"#, "incidentLeastIntegrations"),
    (r#"{ "incidentPercent": 0 }"#, "incidentPercent"),
    (r#"{ "incidentPercent": 101 }"#, "incidentPercent"),
    (r#"{ "recoveredPercent": 51 }"#, "recoveredPercent"),
    (r#"{ "windowMinutes": 0 }"#, "windowMinutes"),
    (r#"{ "windows": 0 }"#, "windows"),
    (r#"{ "incidentAdmissionPercent": 101 }"#, "incidentAdmissionPercent"),
];

#[test]
fn nonsense_is_refused_by_the_name_of_its_field() {
    for (text, word) in NONSENSE {
        let refusal = Policy::parse(text).expect_err(text).to_string();
        assert!(refusal.contains(word), "{text}: {refusal}");
    }
}
