use super::*;
use proptest::prelude::*;

fn country(text: &str) -> Option<Country> {
    (!text.is_empty()).then(|| Country::parse(text).expect("a country"))
}

fn number(text: &str, home: &str) -> Option<String> {
    Phone::read(text, country(home)).map(|phone| phone.number)
}

#[track_caller]
fn reads(table: &[(&str, &str, &str)]) {
    for (text, home, expected) in table {
        assert_eq!(number(text, home).as_deref(), Some(*expected), "{text} in {home}");
    }
}

#[track_caller]
fn is_no_number(table: &[(&str, &str)]) {
    for (text, home) in table {
        assert_eq!(number(text, home), None, "{text} in {home}");
    }
}

/// Every country that numbers are known of.
fn countries() -> Vec<Country> {
    let letters = || 'A'..='Z';
    let pairs = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    pairs.filter_map(|text| Country::parse(&text).ok()).collect()
}

#[test]
fn a_number_in_international_form_needs_no_country() {
    reads(&[
        ("+4930123456", "", "+4930123456"),
        ("+49 30 123456", "US", "+4930123456"),
        ("0049 30 123456", "", "+4930123456"),
        ("0049 30 123456", "US", "+4930123456"),
        ("+0049 30 123456", "", "+4930123456"),
        ("+49 (0)30 / 12 34-56", "", "+4930123456"),
        ("(+49) 30.123456", "", "+4930123456"),
        ("tel:+49-30-123456", "", "+4930123456"),
        ("TEL:+49-30-123456", "", "+4930123456"),
        ("+44 (0)20 7946 0958", "DE", "+442079460958"),
        ("+39 06 6982 1234", "DE", "+390669821234"),
        ("+36 06 1 234 5678", "", "+3612345678"),
        ("+1 (415) 555-2671", "DE", "+14155552671"),
        ("+7 812 123-45-67", "", "+78121234567"),
        ("+800 1234 5678", "", "+80012345678"),
    ]);
}

#[test]
fn a_national_number_is_read_as_its_country_dials() {
    reads(&[
        ("030 123456", "DE", "+4930123456"),
        ("0171/1234567", "DE", "+491711234567"),
        ("4917112345678", "DE", "+4917112345678"),
        ("0660 1234567", "AT", "+436601234567"),
        ("079 123 45 67", "CH", "+41791234567"),
        ("06 6982 1234", "IT", "+390669821234"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("1-415-555-2671", "US", "+14155552671"),
        ("06 1 234 5678", "HU", "+3612345678"),
        ("8 (812) 123-45-67", "RU", "+78121234567"),
        ("812 123 45 67", "RU", "+78121234567"),
        ("0343 15 5551212", "AR", "+5493435551212"),
    ]);
}

#[test]
fn each_country_has_its_own_way_abroad() {
    reads(&[
        ("011 49 30 123456", "US", "+4930123456"),
        ("0011 49 30 123456", "AU", "+4930123456"),
        ("001 852 2123 4567", "HK", "+85221234567"),
        ("0065 6123 4567", "SG", "+6561234567"),
    ]);
}

#[test]
fn the_characters_of_other_scripts_and_of_lists_of_contacts_are_read() {
    reads(&[
        ("＋４９　３０　１２３４５６", "", "+4930123456"),
        ("０３０－１２３４５６", "DE", "+4930123456"),
        ("+٤٩ ٣٠ ١٢٣٤٥٦", "", "+4930123456"),
        ("\u{202A}+49\u{A0}30\u{2011}123456\u{202C}", "", "+4930123456"),
        ("+49\t30\u{2013}123456", "", "+4930123456"),
    ]);
}

#[test]
fn an_extension_is_parted_off() {
    for text in [
        "tel:+14155552671;ext=123",
        "+1 415 555 2671 x123",
        "+1 415 555 2671, ext. 123",
        "+1 415 555 2671 Extension: 123",
        "+1 415 555 2671 #123",
    ] {
        let phone = Phone::read(text, None).expect(text);
        assert_eq!((phone.number.as_str(), phone.extension.as_deref()), ("+14155552671", Some("123")), "{text}");
    }
    assert_eq!(Phone::read("+14155552671", None).and_then(|phone| phone.extension), None);
}

#[test]
fn what_is_not_one_number_is_not_read() {
    is_no_number(&[
        ("", "DE"),
        ("<test lead: dummy data for phone>", "DE"),
        ("<test lead: dummy data for phone_number>", "US"),
        ("no thanks", "DE"),
        ("030 123456", ""),
        ("4930123456", ""),
        ("110", "DE"),
        ("+49", "DE"),
        ("++49 30 123456", ""),
        ("49+30123456", "DE"),
        ("+999 30 123456", ""),
        ("+49 170 1234567 or 030 123456", "DE"),
        ("+49 170 1234567 / +49 30 123456", "DE"),
        ("0171 1234567, 0172 1234567", "DE"),
        ("1 800 FLOWERS", "US"),
        ("+1 415 555 2671 x", ""),
        ("+1 415 555 2671 ext. unknown", ""),
        ("+1 415 555 267", ""),
        ("+49 30 1234567890123", ""),
        ("tel:7042;phone-context=example.com", "DE"),
        ("123456789012345678901234567890", "DE"),
        ("someletters1110@example.com", "US"),
    ]);
}

#[test]
fn every_countrys_own_examples_are_read_in_each_form() {
    let mut seen = 0;
    for home in countries() {
        let plan = DATABASE.by_id(home.as_str()).expect("a plan");
        let (code, prefix) = (plan.country_code(), plan.national_prefix().unwrap_or_default());
        let kinds = [plan.descriptors().fixed_line(), plan.descriptors().mobile(), plan.descriptors().toll_free()];
        for example in kinds.into_iter().flatten().filter_map(|kind| kind.example()) {
            let expected = format!("+{code}{example}");
            let written = [
                (expected.clone(), ""),
                (expected.clone(), "DE"),
                (expected.clone(), home.as_str()),
                (format!("00{code}{example}"), ""),
                (format!("{prefix}{example}"), home.as_str()),
                (example.to_owned(), home.as_str()),
                (format!("{code}{example}"), home.as_str()),
            ];
            for (text, home) in written {
                assert_eq!(number(&text, home).as_deref(), Some(expected.as_str()), "{text} in {home}");
            }
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen} examples");
}

#[test]
fn a_country_is_two_capital_letters_that_numbers_are_known_of() {
    let all = countries();
    assert!(all.len() > 240, "{} countries", all.len());
    for text in ["", "de", "DEU", "ZZ", "49", "D E", "001"] {
        assert_eq!(Country::parse(text), Err(UnknownCountry), "{text}");
    }
    let germany: Country = serde_json::from_str("\"DE\"").unwrap();
    assert_eq!(serde_json::to_string(&germany).unwrap(), "\"DE\"");
    assert!(serde_json::from_str::<Country>("\"XX\"").unwrap_err().to_string().contains("ISO 3166-1"));
}

#[test]
fn numbers_are_never_printed() {
    let phone = Phone::read("+4930123456", None).unwrap();
    assert_eq!(format!("{phone:?}"), "Phone");
}

fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (5..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn some_country() -> impl Strategy<Value = Option<Country>> {
    prop::option::of(prop::sample::select(countries()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_e164_or_nothing(text in "(?s).{0,40}", home in some_country()) {
        if let Some(phone) = Phone::read(&text, home) {
            prop_assert!(is_e164(&phone.number), "{}", phone.number);
        }
    }

    #[test]
    fn what_looks_like_a_number_is_e164_or_nothing(text in "(tel:)?\\+?[0-9 ()/.+-]{1,24}(( x|;ext=)[0-9]{0,12})?", home in some_country()) {
        if let Some(phone) = Phone::read(&text, home) {
            prop_assert!(is_e164(&phone.number), "{}", phone.number);
            // What was read once is read again, the same, from anywhere.
            for again in [home, None, country("DE"), country("US")] {
                prop_assert_eq!(&Phone::read(&phone.number, again).expect("a number").number, &phone.number);
            }
        }
    }
}

#[test]
fn every_country_with_a_mobile_number_has_an_example_that_can_be_read_there() {
    let examples: Vec<_> = countries().into_iter().filter_map(|country| Some((country, country.example()?))).collect();
    assert!(examples.len() > 200, "{}", examples.len());
    for (country, example) in examples {
        assert!(Phone::read(&example, Some(country)).is_some(), "{country:?} {example}");
    }
}
