use super::*;
use chrono::{TimeZone, Utc};
use proptest::prelude::*;

fn at(hour: u32) -> EventTime {
    EventTime::Instant { at: Utc.with_ymd_and_hms(2026, 3, 14, hour, 0, 0).unwrap(), time_zone: None }
}

fn berlin(hour: u32) -> EventTime {
    let EventTime::Instant { at, .. } = at(hour) else { unreachable!() };
    EventTime::Instant { at, time_zone: Some("Europe/Berlin".into()) }
}

fn appointment() -> Appointment {
    Appointment {
        title: "Tea".into(),
        description: None,
        location: None,
        start: at(9),
        end: at(10),
        recurrence: vec![],
        attendees: vec!["bob@example.com".into()],
    }
}

fn with(field: Field, value: u8) -> Appointment {
    let mut edited = appointment();
    edit(&mut edited, field, value);
    edited
}

fn edit(edited: &mut Appointment, field: Field, value: u8) {
    match field {
        Field::Time => (edited.start, edited.end) = (at(10 + u32::from(value)), at(11 + u32::from(value))),
        Field::Attendees => edited.attendees = vec![format!("p{value}@example.com")],
        Field::Title => edited.title = format!("title {value}"),
        Field::Description => edited.description = Some(format!("text {value}")),
        Field::Location => edited.location = Some(format!("room {value}")),
    }
}

#[test]
fn an_edit_of_one_side_stands_whatever_the_other_did_to_other_fields() {
    let base = Base::same(appointment());
    for ours in Field::ALL {
        for theirs in Field::ALL.into_iter().filter(|theirs| *theirs != ours) {
            let merged = merge(Some(&base), &with(ours, 1), &with(theirs, 2));
            let mut both = with(theirs, 2);
            edit(&mut both, ours, 1);
            assert_eq!(merged, Merged { content: both, overridden: vec![] }, "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn the_provider_wins_time_and_attendees_and_aura_the_texts_and_the_loser_is_told() {
    let base = Base::same(appointment());
    for field in Field::ALL {
        let (ours, theirs) = (with(field, 1), with(field, 2));
        let merged = merge(Some(&base), &ours, &theirs);
        let provider = matches!(field, Field::Time | Field::Attendees);
        let (winner, winning, losing) = match provider {
            true => (Side::Provider, &theirs, &ours),
            false => (Side::Aura, &ours, &theirs),
        };
        assert_eq!(merged.content, *winning, "{field:?}");
        let [told] = merged.overridden.as_slice() else { panic!("{:?}", merged.overridden) };
        assert_eq!((told.field, told.winner), (field, winner));
        let lost = serde_json::to_string(&told.lost).unwrap();
        let shown = serde_json::to_value(losing).unwrap();
        match field {
            Field::Time => assert_eq!(told.lost["start"], shown["start"]),
            Field::Attendees => assert_eq!(told.lost, shown["attendees"]),
            Field::Title => assert_eq!(told.lost, shown["title"]),
            Field::Description => assert_eq!(told.lost, shown["description"]),
            Field::Location => assert!(lost.contains("room 2")),
        }
    }
}

#[test]
fn the_same_edit_on_both_sides_is_no_conflict_and_without_a_base_every_difference_is_one() {
    let base = Base::same(appointment());
    let same = with(Field::Time, 3);
    assert_eq!(merge(Some(&base), &same, &same), Merged { content: same.clone(), overridden: vec![] });
    assert_eq!(merge(None, &same, &same).overridden, vec![]);
    assert_eq!(merge(None, &with(Field::Time, 1), &with(Field::Title, 2)).overridden.len(), 2);
}

#[test]
fn what_the_provider_writes_differently_is_no_change_of_either_side() {
    let mut is = appointment();
    is.description = Some("<p>text</p>".into());
    let said = Appointment { description: Some("text".into()), ..appointment() };
    let base = Base { said: said.clone(), is: is.clone() };
    let ours = Appointment { title: "Coffee".into(), ..said };
    let merged = merge(Some(&base), &ours, &is);
    assert_eq!(merged.content, Appointment { title: "Coffee".into(), ..is });
    assert_eq!(merged.overridden, vec![]);
}

#[test]
fn a_zone_that_one_side_does_not_name_the_order_of_people_and_the_case_of_addresses_mean_nothing() {
    let named = Appointment { start: berlin(9), end: berlin(10), ..appointment() };
    assert_eq!(appointment().differs(&named), vec![]);
    let elsewhere = Appointment {
        start: EventTime::Instant { at: named.start.sort_instant(), time_zone: Some("Asia/Tokyo".into()) },
        ..named.clone()
    };
    assert_eq!(named.differs(&elsewhere), vec![Field::Time]);
    let people =
        |list: &[&str]| Appointment { attendees: list.iter().map(|one| (*one).to_owned()).collect(), ..appointment() };
    assert_eq!(people(&["a@x.org", "B@x.org"]).differs(&people(&["b@x.org", "a@x.org"])), vec![]);
    let empty = Appointment { description: Some(String::new()), ..appointment() };
    assert_eq!(appointment().differs(&empty), vec![]);
}

#[test]
fn what_the_provider_alone_can_change_is_left_to_it_and_told() {
    let base = Base::same(appointment());
    let mut merged = merge(Some(&base), &with(Field::Attendees, 1), &appointment());
    merged.leave_to_provider(Field::Attendees, &appointment());
    assert_eq!(merged.content, appointment());
    assert_eq!((merged.overridden.len(), merged.overridden[0].winner), (1, Side::Provider));
    merged.leave_to_provider(Field::Title, &appointment());
    assert_eq!(merged.overridden.len(), 1);
}

#[test]
fn fractions_of_a_second_are_left_out() {
    let EventTime::Instant { at: nine, .. } = at(9) else { unreachable!() };
    let start = EventTime::Instant { at: nine + chrono::TimeDelta::milliseconds(1), time_zone: None };
    let exact = Appointment { start, ..appointment() };
    assert_eq!(exact.in_whole_seconds(), appointment());
}

#[test]
fn what_cannot_be_written_is_said_by_field() {
    let day = |day: u32| EventTime::Date { date: chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap() };
    let base = appointment();
    for (wrong, field) in [
        (Appointment { end: at(8), ..base.clone() }, Some("end")),
        (Appointment { end: day(15), ..base.clone() }, Some("end")),
        (Appointment { start: day(14), end: day(14), ..base.clone() }, Some("end")),
        (Appointment { start: day(14), end: day(15), ..base.clone() }, None),
        (Appointment { end: at(9), ..base.clone() }, None),
        (Appointment { title: "x".repeat(1001), ..base.clone() }, Some("title")),
        (Appointment { description: Some("x".repeat(8001)), ..base.clone() }, Some("description")),
        (Appointment { attendees: vec!["bob".into()], ..base.clone() }, Some("attendees")),
        (Appointment { attendees: vec!["b ob@example.com".into()], ..base.clone() }, Some("attendees")),
        (Appointment { recurrence: vec!["RRULE:FREQ=DAILY".into()], ..base.clone() }, Some("start")),
        (Appointment { recurrence: vec!["RRULE:FREQ=DAILY".into()], start: berlin(9), ..base.clone() }, None),
        (
            Appointment { recurrence: vec!["DTSTART:20260314".into()], start: berlin(9), ..base.clone() },
            Some("recurrence"),
        ),
        (
            Appointment { recurrence: vec!["RRULE:A\r\nX:B".into()], start: berlin(9), ..base.clone() },
            Some("recurrence"),
        ),
        (base, None),
    ] {
        assert_eq!(wrong.problem().map(|(field, _)| field), field, "{wrong:?}");
    }
    let nowhere = EventTime::Instant { at: at(9).sort_instant(), time_zone: Some("Mars/Base".into()) };
    assert_eq!(Appointment { start: nowhere, ..appointment() }.problem().map(|(field, _)| field), Some("start"));
}

proptest! {
    /// Every edit is in the outcome, or is told to have lost.
    #[test]
    fn no_edit_is_lost_silently(ours in proptest::collection::vec(0_u8..4, 5), theirs in proptest::collection::vec(0_u8..4, 5)) {
        let edited = |values: &[u8]| {
            let mut edited = appointment();
            for (field, value) in Field::ALL.into_iter().zip(values).filter(|(_, value)| **value > 0) {
                edit(&mut edited, field, *value);
            }
            edited
        };
        let (base, left, right) = (Base::same(appointment()), edited(&ours), edited(&theirs));
        let merged = merge(Some(&base), &left, &right);
        for (place, field) in Field::ALL.into_iter().enumerate() {
            let told = merged.overridden.iter().find(|told| told.field == field).map(|told| told.winner);
            let is_left = merged.content.agrees(&left, field);
            let is_right = merged.content.agrees(&right, field);
            prop_assert!(ours[place] == 0 || is_left || told == Some(Side::Provider));
            prop_assert!(theirs[place] == 0 || is_right || told == Some(Side::Aura));
            prop_assert!(is_left || is_right);
        }
    }
}

#[test]
fn an_occurrence_is_its_series_at_another_time() {
    let weekly = Appointment {
        start: berlin(9),
        end: berlin(10),
        recurrence: vec!["RRULE:FREQ=WEEKLY".into()],
        ..appointment()
    };
    // Whoever names the occurrence need not name the zone.
    let occurrence = weekly.occurrence(&at(14));
    assert_eq!((occurrence.start, occurrence.end), (berlin(14), berlin(15)));
    assert_eq!((occurrence.title, occurrence.recurrence), ("Tea".to_owned(), vec![]));
    let day = |day| EventTime::Date { date: chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap() };
    let days = Appointment { start: day(1), end: day(3), ..weekly }.occurrence(&day(8));
    assert_eq!((days.start, days.end), (day(8), day(10)));
}
