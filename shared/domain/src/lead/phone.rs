//! Phone numbers as people write them, read as E.164.
//!
//! The text is taken apart here, strictly, and only a plus sign and ASCII digits reach the library: what it knows are
//! the countries' rules, and what it guesses from free text (letters, the first of several numbers) is not wanted
//! (`docs/decisions/0022-phonenumber.md`).

use phonenumber::country::{Id, Source};
use phonenumber::metadata::{DATABASE, Metadata};
use phonenumber::{Mode, PhoneNumber};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

mod text;

/// The most digits of a number with its calling code (ITU-T E.164 §6.1).
const MOST_DIGITS: usize = 15;

/// The most digits of a country's calling code.
const LONGEST_CODE: usize = 3;

/// A text was not a country that numbers are known of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country: two capital letters as in ISO 3166-1, such as DE")]
pub struct UnknownCountry;

/// A country whose national numbers can be read, ISO 3166-1 alpha-2.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(Id);

impl Country {
    /// Reads `DE`. Capital letters only.
    pub fn parse(text: &str) -> Result<Self, UnknownCountry> {
        text.parse().map(Self).map_err(|_| UnknownCountry)
    }

    /// A mobile number as it is written within the country, made up by those who describe its numbering plan.
    pub fn example(&self) -> Option<String> {
        let plan = DATABASE.by_id(self.as_str())?;
        let example = plan.descriptors().mobile()?.example()?;
        let national = format!("{}{example}", plan.national_prefix().unwrap_or_default());
        let mut written = [national, example.to_owned(), format!("+{}{example}", plan.country_code())].into_iter();
        written.find(|text| Phone::read(text, Some(*self)).is_some())
    }

    /// `DE`.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownCountry;
    fn try_from(text: String) -> Result<Self, UnknownCountry> {
        Self::parse(&text)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.as_str())
    }
}

impl JsonSchema for Country {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Country".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Z]{2}$" })
    }
}

/// A phone number that can be called from anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// E.164: `+4930123456`.
    pub number: String,
    /// What is dialled after it, digits.
    pub extension: Option<String>,
}

/// Numbers are people's data: nothing of them gets into a log by way of `{:?}`.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone")
    }
}

impl Phone {
    /// Reads a number in international form, or in the national form of `country`. `None` for whatever is not one
    /// number, or could be two different ones: it is never guessed.
    pub fn read(text: &str, country: Option<Country>) -> Option<Self> {
        let written = text::read(text)?;
        let number =
            if written.international { international(&written.digits)? } else { as_dialled(&written.digits, country)? };
        Some(Self { number, extension: written.extension })
    }
}

/// What follows the plus sign, as E.164. What is a number as it stands is taken as it stands; else the library leaves
/// out a national trunk prefix: `49(0)30…`.
fn international(digits: &str) -> Option<String> {
    as_it_stands(digits).or_else(|| e164(&phonenumber::parse(None, format!("+{digits}")).ok()?))
}

/// A calling code and a number that the plan of one of its countries has. The library is not asked: where the trunk
/// prefix is 8 it takes that digit off numbers that begin with it (Saint Petersburg's +7 812).
fn as_it_stands(digits: &str) -> Option<String> {
    let mut lengths = 1..=digits.len().min(LONGEST_CODE);
    let (countries, number) = lengths.find_map(|length| {
        let (code, number) = digits.split_at(length);
        Some((DATABASE.by_code(&code.parse::<u16>().ok()?)?, number))
    })?;
    let planned = countries.into_iter().any(|country| has_number(country, number));
    (planned && digits.len() <= MOST_DIGITS).then(|| format!("+{digits}"))
}

fn has_number(country: &Metadata, number: &str) -> bool {
    let plan = country.descriptors();
    let kinds = [
        plan.fixed_line(),
        plan.mobile(),
        plan.toll_free(),
        plan.premium_rate(),
        plan.shared_cost(),
        plan.personal_number(),
        plan.voip(),
        plan.pager(),
        plan.uan(),
        plan.voicemail(),
    ];
    plan.general().is_match(number) && kinds.into_iter().flatten().any(|kind| kind.is_match(number))
}

/// Digits without a plus sign: a national number, or an international prefix and a number. `00` is that prefix in most
/// countries, and written by people in the others. If two readings are both numbers, nobody knows which one was meant.
fn as_dialled(digits: &str, country: Option<Country>) -> Option<String> {
    let by_country = country.into_iter().flat_map(|country| [national(digits, country), abroad(digits, country)]);
    let by_habit = digits.strip_prefix("00").and_then(international);
    let mut readings = by_country.chain([by_habit]).flatten();
    let first = readings.next()?;
    readings.all(|other| other == first).then_some(first)
}

/// As it is dialled within the country.
fn national(digits: &str, country: Country) -> Option<String> {
    let number = phonenumber::parse(Some(country.0), digits).ok();
    let within = number.filter(|number| matches!(number.country().source(), Source::Default | Source::Number));
    within.as_ref().and_then(e164).or_else(|| by_plan(digits, DATABASE.by_id(country.as_str())?))
}

/// A national number that the library cannot read: with the trunk prefix, without it, or with the calling code instead.
fn by_plan(digits: &str, plan: &Metadata) -> Option<String> {
    let code = plan.country_code().to_string();
    let within = |number: &str| as_it_stands(&format!("{code}{number}"));
    let without_prefix = plan.national_prefix().and_then(|prefix| digits.strip_prefix(prefix));
    without_prefix
        .and_then(within)
        .or_else(|| within(digits))
        .or_else(|| digits.strip_prefix(code.as_str()).and_then(within))
}

/// As it is dialled from the country to another one: `011 49 30…` in the United States.
fn abroad(digits: &str, country: Country) -> Option<String> {
    let prefix = DATABASE.by_id(country.as_str())?.international_prefix()?.find(digits)?;
    (prefix.start() == 0).then(|| international(&digits[prefix.end()..])).flatten()
}

fn e164(number: &PhoneNumber) -> Option<String> {
    let text = number.format().mode(Mode::E164).to_string();
    (number.is_valid() && text.len() <= MOST_DIGITS + 1).then_some(text)
}

#[cfg(test)]
mod tests;
