//! What people answer.

use crate::dice::Dice;

/// First name, last name, and how both are written in an e-mail address.
const PLAIN: &[(&str, &str, &str)] = &[
    ("Jane", "Doe", "jane.doe"),
    ("Marta", "Kowalska", "marta.kowalska"),
    ("Liam", "O'Brien", "liam.obrien"),
    ("Ana", "Silva", "ana.silva"),
    ("Noor", "Khan", "noor.khan"),
];

/// The same, in the letters that people use.
const WIDE: &[(&str, &str, &str)] = &[
    ("Jörg", "Müller-Lüdenscheidt", "joerg.mueller"),
    ("Zoë", "Ångström", "zoe.angstrom"),
    ("花子", "山田", "hanako.yamada"),
    ("Ελένη", "Παππά", "eleni.pappa"),
    ("ليلى", "حداد", "layla.haddad"),
    ("Łucja", "Żółć 🌻", "lucja.zolc"),
    ("𠮷田", "👩🏽‍💻", "yoshida"),
];

const CITIES: &[(&str, &str, &str, &str)] = &[
    ("Berlin", "Berlin", "Germany", "10785"),
    ("Austin", "Texas", "United States", "73301"),
    ("Toronto", "Ontario", "Canada", "M5H 2N2"),
];

const WIDE_CITIES: &[(&str, &str, &str, &str)] =
    &[("Klösterle", "Vorarlberg, West–Süd", "Österreich 🇦🇹", "6754 – Süd"), ("東京", "東京都", "日本", "〒100-0005")];

/// Answers to questions that only one form asks: with commas, quotes and line breaks.
const FREE: &[&str] = &[
    "Yes, as soon as possible",
    "No",
    "1,000 to 5,000 EUR",
    "Please call:\nafter 6 pm, not on \"Fridays\"",
    "first line\r\nsecond line, with; other, separators",
    "=1+1",
];

const WIDE_FREE: &[&str] = &["Größe L, in Grün\nbitte — danke 🚗", "はい、\nお願いします", "Ναι, \"αμέσως\" ✅"];

/// One person who fills in a form.
pub(crate) struct Person {
    dice: Dice,
    non_ascii: bool,
    name: (&'static str, &'static str, &'static str),
    place: (&'static str, &'static str, &'static str, &'static str),
    number: u32,
}

impl Person {
    /// Every third is one with letters outside of ASCII anyway.
    pub(crate) fn new(mut dice: Dice, non_ascii: bool) -> Self {
        let non_ascii = non_ascii || dice.percent(33);
        let name = dice.pick(if non_ascii { WIDE } else { PLAIN });
        let place = dice.pick(if non_ascii { WIDE_CITIES } else { CITIES });
        let number = 1_000 + dice.below(9_000);
        Self { dice, non_ascii, name, place, number }
    }

    /// The answer to the question of this key.
    pub(crate) fn answer(&mut self, key: &str) -> String {
        let (first, last, mailbox) = self.name;
        let (city, province, country, postal_code) = self.place;
        match key {
            "email" => format!("{mailbox}.{}@example.com", self.number),
            "phone_number" => format!("+49151{}{:03}", self.number, self.dice.below(1_000)),
            "name" => format!("{first} {last}"),
            "first_name" => first.to_owned(),
            "last_name" => last.to_owned(),
            "city" => city.to_owned(),
            "province" => province.to_owned(),
            "country" => country.to_owned(),
            "postal_code" => postal_code.to_owned(),
            "address" => format!("{city}, No. {}", self.number),
            "company_name" => if self.non_ascii { "株式会社サンプル" } else { "Example, Inc." }.to_owned(),
            "job_title" => if self.non_ascii { "Geschäftsführerin" } else { "Head of \"Growth\"" }.to_owned(),
            "gender" => self.dice.pick(&["female", "male"]).to_owned(),
            "scheduled_time" => format!("2026-12-{:02} 10:00", 1 + self.dice.below(28)),
            _ => self.dice.pick(if self.non_ascii { WIDE_FREE } else { FREE }).to_owned(),
        }
    }
}
