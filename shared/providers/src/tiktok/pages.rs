//! Lists with numbered pages.

use super::wire::List;
use crate::error::ProviderError;
use domain::failure::FailureClass;

/// Pages that are read at most: a list that goes on is one that repeats itself.
const MOST_PAGES: u64 = 100;

/// The pages of one list, from the first on.
pub(super) struct Pages {
    size: u64,
    next: Option<u64>,
}

impl Pages {
    /// The pages of a list with so many entries on each.
    pub(super) fn new(size: u64) -> Self {
        Self { size, next: Some(1) }
    }

    /// The query of the next page; `None` after the last one.
    pub(super) fn next(&mut self) -> Result<Option<Vec<(&'static str, String)>>, ProviderError> {
        let Some(page) = self.next else { return Ok(None) };
        if page > MOST_PAGES {
            return Err(ProviderError::new(FailureClass::OurBug, "too_many_pages"));
        }
        Ok(Some(vec![("page", page.to_string()), ("page_size", self.size.to_string())]))
    }

    /// That the page was answered so. An empty one is the last, whatever it says of others.
    pub(super) fn seen<T>(&mut self, list: &List<T>) {
        let pages = list.page_info.as_ref().and_then(|info| info.total_page.number()).unwrap_or(1);
        self.next = self.next.filter(|page| *page < pages && !list.list.is_empty()).map(|page| page + 1);
    }
}
