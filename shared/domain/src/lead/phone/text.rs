//! What is written in a phone number: digits, what stands between them, an extension.

/// The fewest and the most digits that are looked at, an international prefix included.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=20;

/// The most digits of an extension.
const LONGEST_EXTENSION: usize = 10;

/// What announces an extension, in lower case; the longer ones first, so that none is read as a shorter one.
const EXTENSION_WORDS: [&str; 8] = [";ext=", "extension", "durchwahl", "extn", "ext", "dw", "x", "#"];

/// Zeros of the decimal digits that phones write: Arabic-Indic, Persian, Devanagari, Bengali, Thai.
const ZEROS: [char; 5] = ['\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}', '\u{E50}'];

/// A number that was taken apart. Only ASCII digits are left.
pub(super) struct Written {
    /// It began with a plus sign.
    pub(super) international: bool,
    pub(super) digits: String,
    pub(super) extension: Option<String>,
}

/// Takes a text apart; `None` if anything in it has no place in a phone number.
pub(super) fn read(text: &str) -> Option<Written> {
    let folded: String = text.chars().filter(|character| !is_invisible(*character)).map(fold).collect();
    let text = folded.trim();
    let (number, extension) = split_extension(text.strip_prefix("tel:").unwrap_or(text))?;
    let (international, digits) = plus_and_digits(number)?;
    DIGITS.contains(&digits.len()).then_some(Written { international, digits, extension })
}

/// A character in its plain form: ASCII in lower case instead of the full-width forms, other scripts' digits and the
/// many dashes and spaces.
fn fold(character: char) -> char {
    let plain = match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' => '-',
        _ if character.is_whitespace() => ' ',
        _ => decimal(character).unwrap_or(character),
    };
    plain.to_ascii_lowercase()
}

fn decimal(character: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| u32::from(character).checked_sub(u32::from(*zero)).filter(|v| *v < 10));
    value.and_then(|value| char::from_digit(value, 10))
}

/// What comes along when a number is copied from a list of contacts: marks of direction, soft hyphens, joiners.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// Parts the extension off. `None` if one is announced that cannot be read.
fn split_extension(text: &str) -> Option<(&str, Option<String>)> {
    for word in EXTENSION_WORDS {
        if let Some((number, extension)) = text.split_once(word) {
            let extension = extension.trim_matches([' ', '.', ':', '-']);
            let readable = (1..=LONGEST_EXTENSION).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_digit());
            return readable.then(|| (number.trim_end_matches([' ', ',', ';']), Some(extension.to_owned())));
        }
    }
    Some((text, None))
}

/// Whether a plus sign stands before the first digit, and the digits. `+00` is the habit of dialling beside the sign.
fn plus_and_digits(text: &str) -> Option<(bool, String)> {
    let mut international = false;
    let mut digits = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if !international && digits.is_empty() => international = true,
            ' ' | '-' | '(' | ')' | '[' | ']' | '.' | '/' => {}
            _ => return None,
        }
    }
    if international && digits.starts_with("00") {
        digits.drain(..2);
    }
    Some((international, digits))
}
