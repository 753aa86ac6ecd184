//! What is read and asked exists in Google's own description of its API, whose names are in fixtures/description.json:
//! the part of `conformance.rs` that needs no document.

use super::super::{scopes, wire};
use serde::de::{Deserialize, Deserializer, Error, Visitor, value};
use serde_json::Value;

fn description() -> Value {
    serde_json::from_str(include_str!("../fixtures/description.json")).unwrap()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Takes down which fields a type wants to read, and stops there.
struct Fields<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, value::Error> {
        *self.0 = fields;
        Err(Error::custom("taken down"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, value::Error> {
        Err(Error::custom("not a struct"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn assert_described<'de, T: Deserialize<'de>>(schema: &str) {
    let description = description();
    let described = names(&description["properties"][schema]);
    let mut fields: &'static [&'static str] = &[];
    T::deserialize(Fields(&mut fields)).err().unwrap();
    assert!(!fields.is_empty());
    for field in fields {
        assert!(described.contains(field), "{schema} has no {field}");
    }
}

#[test]
fn every_field_that_is_read_is_described() {
    assert_described::<wire::Events>("Events");
    assert_described::<wire::Event>("Event");
    assert_described::<wire::EventDateTime>("EventDateTime");
    assert_described::<wire::EventAttendee>("EventAttendee");
    assert_described::<wire::Person>("Event.organizer");
    assert_described::<wire::ConferenceData>("ConferenceData");
    assert_described::<wire::EntryPoint>("EntryPoint");
    assert_described::<wire::ExtendedProperties>("Event.extendedProperties");
    assert_described::<wire::Channel>("Channel");
    assert_described::<wire::CalendarList>("CalendarList");
    assert_described::<wire::CalendarListEntry>("CalendarListEntry");
}

#[test]
fn every_parameter_that_is_sent_is_described() {
    let description = description();
    let methods = [
        ("events.list", ["maxResults", "singleEvents", "timeMin", "syncToken", "pageToken"].as_slice()),
        ("calendarList.list", &["maxResults", "pageToken"]),
        ("events.insert", &["sendUpdates"]),
        ("events.patch", &["sendUpdates"]),
        ("events.delete", &["sendUpdates"]),
        ("events.instances", &["originalStart", "showDeleted", "maxResults"]),
    ];
    for (method, parameters) in methods {
        let described = names(&description["parameters"][method]["names"]);
        for parameter in parameters {
            assert!(described.contains(parameter), "{method} has no {parameter}");
        }
    }
}

#[test]
fn every_scope_of_the_calendar_that_is_asked_for_is_described() {
    let description = description();
    let described = names(&description["scopes"]);
    for scope in scopes::REQUESTED.iter().filter(|scope| scope.starts_with("https://")) {
        assert!(described.contains(scope), "{scope}");
    }
}
