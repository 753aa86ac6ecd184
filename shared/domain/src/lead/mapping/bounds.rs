//! How much of a lead is kept. A provider's lead is far below; what is above is cut, never refused.

use std::collections::BTreeMap;

/// The most properties of a lead.
pub(super) const MOST_PROPERTIES: usize = 100;

/// Longest value, in bytes.
pub(super) const LONGEST_VALUE: usize = 4096;

/// The most bytes of all values and names together.
pub(super) const LARGEST: usize = 60 * 1024;

/// Room for the end of a name that stands already.
const LONGEST_SUFFIX: usize = "_100".len();

/// What is still free of a lead's room, and whether anything found no place.
#[derive(Default)]
pub(super) struct Room {
    used: usize,
    pub(super) truncated: bool,
}

impl Room {
    /// As much of a field's value as there is room for.
    pub(super) fn take(&mut self, value: &str) -> String {
        let kept = cut(value, LONGEST_VALUE.min(LARGEST - self.used));
        self.used += kept.len();
        self.truncated |= kept.len() < value.len();
        kept.to_owned()
    }

    /// Keeps a property. A name that stands with another value gets a number: `budget`, `budget_2`.
    pub(super) fn keep(&mut self, properties: &mut BTreeMap<String, String>, name: &str, value: &str, longest: usize) {
        let short = cut(name, longest);
        self.truncated |= short.len() < name.len();
        let Some(name) = free_name(properties, short, value, longest) else { return };
        if properties.len() == MOST_PROPERTIES || self.used + name.len() >= LARGEST {
            self.truncated = true;
            return;
        }
        self.used += name.len();
        properties.insert(name, self.take(value));
    }
}

/// The first of `name`, `name_2`, … that no property has; `None` if one of them has this very value.
fn free_name(properties: &BTreeMap<String, String>, name: &str, value: &str, longest: usize) -> Option<String> {
    let base = cut(name, longest - LONGEST_SUFFIX);
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    for candidate in std::iter::once(name.to_owned()).chain(numbered) {
        match properties.get(&candidate) {
            None => return Some(candidate),
            Some(other) if other == value => return None,
            Some(_) => {}
        }
    }
    None
}

/// The longest beginning of at most so many bytes that does not cut a character.
fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

/// A text without control characters: those that part words become a space, the others go.
pub(super) fn clean(text: &str) -> String {
    let spaced = text.chars().map(|character| if matches!(character, '\n' | '\r' | '\t') { ' ' } else { character });
    let kept: String = spaced.filter(|character| !character.is_control()).collect();
    kept.trim().to_owned()
}
