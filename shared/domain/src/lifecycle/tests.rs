use super::*;
use ErrorReason as R;

const SIGNALS: [Signal; 14] = [
    Signal::ConnectStarted,
    Signal::Authorized,
    Signal::TestPassed { complete: true },
    Signal::TestPassed { complete: false },
    Signal::SettingsSaved { complete: true },
    Signal::SettingsSaved { complete: false },
    Signal::Failed(R::CredentialsExpired),
    Signal::Deactivated,
    Signal::ProbeSucceeded,
    Signal::Pause,
    Signal::Resume,
    Signal::Disconnect,
    Signal::RevokedByProvider,
    Signal::Delete,
];

/// The table of the product, one row a status, one column a signal (in the order of `SIGNALS`).
/// `-` stays, `x` is refused, `gone` is deleted, anything else is the new status.
const TABLE: [(&str, &str); 7] = [
    ("Draft", "Configuring Testing x x - - x x x x x x - gone"),
    ("Configuring", "- Testing - - Testing - Error x x x x Disconnected Disconnected gone"),
    ("Testing", "- - Active Configuring - Configuring Error Error x Paused x Disconnected Disconnected gone"),
    ("Active", "- Testing - - - Configuring Error Error x Paused x Disconnected Disconnected gone"),
    ("Paused", "- - - - - - - x x x Testing Disconnected Disconnected gone"),
    ("Error", "- Testing Active Configuring Testing - Error x x Paused x Disconnected Disconnected gone"),
    ("Disconnected", "- Testing x x - - x x x x x x - gone"),
];

fn cell(state: State, signal: Signal) -> String {
    match transition(state, signal) {
        Ok(Transition::To(to)) => to.status().to_string(),
        Ok(Transition::Stay) => "-".into(),
        Ok(Transition::Gone) => "gone".into(),
        Err(refused) => {
            assert_eq!(refused.status, state.status());
            "x".into()
        }
    }
}

#[test]
fn every_status_and_signal_does_what_the_table_says() {
    for (status, (name, row)) in Status::ALL.into_iter().zip(TABLE) {
        assert_eq!(status.as_str(), name);
        let state = State::restore(status, Some(R::Configuration));
        let found: Vec<String> = SIGNALS.iter().map(|signal| cell(state, *signal)).collect();
        assert_eq!(found.join(" "), row, "{name}");
    }
}

#[test]
fn only_a_person_resumes_a_paused_integration() {
    let paused = State::restore(Status::Paused, None);
    for signal in SIGNALS.into_iter().filter(|signal| *signal != Signal::Resume) {
        let after = match transition(paused, signal) {
            Ok(Transition::To(state)) => Some(state.status()),
            _ => None,
        };
        assert!(matches!(after, None | Some(Status::Disconnected)), "{signal:?}");
    }
}

#[test]
fn settings_heal_only_what_settings_can_heal() {
    let heals = |reason| cell(State::restore(Status::Error, Some(reason)), Signal::SettingsSaved { complete: true });
    assert_eq!(heals(R::ResourceNotFound), "Testing");
    assert_eq!(heals(R::Configuration), "Testing");
    assert_eq!(heals(R::ProviderRejected), "Testing");
    assert_eq!(heals(R::CredentialsExpired), "-");
    assert_eq!(heals(R::InsufficientPermissions), "-");
    assert_eq!(heals(R::RepeatedFailures), "-");
}

#[test]
fn the_probe_reactivates_only_what_was_deactivated() {
    for reason in R::ALL {
        let found = cell(State::restore(Status::Error, Some(reason)), Signal::ProbeSucceeded);
        assert_eq!(found, if reason == R::RepeatedFailures { "Active" } else { "x" });
    }
}

#[test]
fn a_repeated_verdict_changes_nothing_and_another_one_replaces_it() {
    let expired = State::restore(Status::Error, Some(R::CredentialsExpired));
    assert_eq!(transition(expired, Signal::Failed(R::CredentialsExpired)), Ok(Transition::Stay));
    let Ok(Transition::To(after)) = transition(expired, Signal::Failed(R::ResourceNotFound)) else {
        panic!("another verdict must replace the former one");
    };
    assert_eq!(after.reason(), Some(R::ResourceNotFound));
}

#[test]
fn a_reason_exists_exactly_in_error() {
    for status in Status::ALL {
        for reason in R::ALL.into_iter().map(Some).chain([None]) {
            let state = State::restore(status, reason);
            assert_eq!(state.reason().is_some(), status == Status::Error);
            for signal in SIGNALS {
                if let Ok(Transition::To(after)) = transition(state, signal) {
                    assert_eq!(after.reason().is_some(), after.status() == Status::Error);
                }
            }
        }
    }
}

#[test]
fn a_refusal_names_the_current_status() {
    let refused = transition(State::NEW, Signal::Pause).expect_err("a draft cannot be paused");
    assert_eq!(refused.to_string(), "pause is not possible while the integration is Draft");
}

#[test]
fn rate_limits_and_bad_days_never_put_an_integration_in_error() {
    for class in
        [FailureClass::RateLimited, FailureClass::Transient, FailureClass::OurBug, FailureClass::OurConfiguration]
    {
        assert_eq!(ErrorReason::of_failure(class), None);
    }
}

#[test]
fn exactly_what_the_table_takes_is_offered() {
    for (status, pausing) in [
        (Status::Configuring, "x"),
        (Status::Testing, "p"),
        (Status::Active, "p"),
        (Status::Paused, "r"),
        (Status::Error, "p"),
    ] {
        let actions = legal_actions(State::restore(status, None), true);
        assert_eq!(actions.contains(&Action::Sync), status == Status::Active, "{status}");
        assert_eq!(actions.contains(&Action::Pause), pausing == "p", "{status}");
        assert_eq!(actions.contains(&Action::Resume), pausing == "r", "{status}");
        assert!(actions.contains(&Action::Disconnect) && actions.contains(&Action::Reconnect), "{status}");
        assert!(!actions.contains(&Action::Connect), "{status}");
    }
}

#[test]
fn without_a_grant_there_is_nothing_but_to_connect_or_to_delete() {
    for status in [Status::Draft, Status::Configuring, Status::Disconnected] {
        assert_eq!(legal_actions(State::restore(status, None), false), [Action::Connect, Action::Delete]);
    }
}

#[test]
fn the_action_of_a_remedy_is_legal_in_error() {
    for reason in R::ALL {
        assert!(legal_actions(State::restore(Status::Error, Some(reason)), true).contains(&reason.remedy_action()));
    }
}
