//! Cutting a list into the batches that a service takes.

use std::ops::Range;

/// Cuts items of these sizes in bytes into consecutive ranges of at most `most` items and `limit` bytes. An item that is
/// larger than the limit stands alone.
pub(crate) fn batches(sizes: &[usize], most: usize, limit: usize) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (position, size) in sizes.iter().enumerate() {
        if position > start && (position - start == most || bytes + size > limit) {
            batches.push(start..position);
            (start, bytes) = (position, 0);
        }
        bytes += size;
    }
    if start < sizes.len() {
        batches.push(start..sizes.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::batches;

    #[test]
    fn a_batch_ends_at_its_number_or_its_bytes() {
        assert!(batches(&[], 10, 100).is_empty());
        assert_eq!(batches(&[1; 21], 10, 100), [0..10, 10..20, 20..21]);
        assert_eq!(batches(&[60, 40, 1, 100, 300, 1], 10, 100), [0..2, 2..3, 3..4, 4..5, 5..6]);
    }
}
