//! The two lines that make a table (GFM §4.10).

use super::line::is_space;

/// How many cells a row has; 0 if it has no pipe.
pub(super) fn cells(row: &[u8]) -> usize {
    let row = row.trim_ascii();
    if !row.contains(&b'|') {
        return 0;
    }
    let mut pipes = 0;
    let mut is_escaped = false;
    let mut ends_in_pipe = false;
    for byte in row.strip_prefix(b"|").unwrap_or(row) {
        ends_in_pipe = *byte == b'|' && !is_escaped;
        pipes += usize::from(ends_in_pipe);
        is_escaped = *byte == b'\\' && !is_escaped;
    }
    pipes + usize::from(!ends_in_pipe)
}

/// Whether `row` separates a header of so many cells from the table's body: `| --- | :-: |`.
pub(super) fn is_delimiter(row: &[u8], header: usize) -> bool {
    let is_listed = row.iter().all(|b| is_space(*b) || matches!(b, b'|' | b':' | b'-'));
    is_listed && row.contains(&b'-') && cells(row).max(1) == header
}
