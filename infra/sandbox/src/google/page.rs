//! Cutting a list into pages.

/// One page: its entries, and the mark of the last one if more follow.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<u64>,
}

impl<T> Page<T> {
    /// The first `size` entries. Each comes with the mark from which a next page would go on.
    pub(crate) fn cut(entries: impl Iterator<Item = (u64, T)>, size: usize) -> Self {
        let mut entries = entries.peekable();
        let (mut items, mut last) = (Vec::new(), 0);
        while items.len() < size
            && let Some((mark, entry)) = entries.next()
        {
            items.push(entry);
            last = mark;
        }
        let next = entries.peek().is_some().then_some(last);
        Self { items, next }
    }

    /// An empty page that names a next one, which begins where this one would have.
    pub(crate) fn empty_before(after: u64) -> Self {
        Self { items: Vec::new(), next: Some(after) }
    }
}
