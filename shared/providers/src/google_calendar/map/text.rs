//! Fields cut to what Aura keeps, in bytes, so that a record stays far below the 300 KB of an item.

/// Google's own limit is 8,192 characters, which fit whatever their script.
pub(super) const DESCRIPTION: usize = 32 * 1024;
pub(super) const TITLE: usize = 4 * 1024;
pub(super) const LOCATION: usize = 4 * 1024;
pub(super) const NAME: usize = 160;
pub(super) const COMMENT: usize = 1024;
/// RFC 5321 §4.5.3.1.
pub(super) const EMAIL: usize = 320;
pub(super) const TOKEN: usize = 64;
pub(super) const ETAG: usize = 512;
const LINK: usize = 2 * 1024;
/// All texts of a record together. In JSON they take at most twice as much, when they are nothing but quotes.
const RECORD: usize = 80 * 1024;

/// Cuts the texts of one record and remembers whether anything was lost.
pub(super) struct Cutter {
    was_cut: bool,
    left: usize,
}

impl Cutter {
    /// A cutter; `was_cut` when something is missing from the start.
    pub(super) fn new(was_cut: bool) -> Self {
        Self { was_cut, left: RECORD }
    }

    pub(super) fn was_cut(&self) -> bool {
        self.was_cut
    }

    /// At most `longest` bytes of the text, whole characters, without control characters, which mean nothing here and
    /// take six times their size in JSON. `None` for nothing.
    pub(super) fn text(&mut self, text: Option<String>, longest: usize) -> Option<String> {
        let mut text = text?;
        if text.chars().any(is_noise) {
            text.retain(|c| !is_noise(c));
        }
        let longest = longest.min(self.left);
        if text.len() > longest {
            text.truncate(text.floor_char_boundary(longest));
            self.was_cut = true;
        }
        self.left -= text.len();
        (!text.is_empty()).then_some(text)
    }

    /// A text of which a part would be another thing: an address, a code. `None` where it is too long.
    pub(super) fn whole(&mut self, text: Option<String>, longest: usize) -> Option<String> {
        let text = text?;
        if text.len() > longest.min(self.left) {
            self.was_cut = true;
            return None;
        }
        self.text(Some(text), longest)
    }

    /// A link that a page may offer: http or https.
    pub(super) fn link(&mut self, link: Option<String>) -> Option<String> {
        self.whole(link.filter(|link| link.starts_with("https://") || link.starts_with("http://")), LINK)
    }
}

fn is_noise(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}
