//! The two lines that make a table (GFM §4.10).

/// How many cells a row has; 0 if it has no pipe, or nothing else.
pub(super) fn cells(row: &[u8]) -> usize {
    let row = row.trim_ascii();
    if !row.contains(&b'|') || row == b"|" {
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
    let row = row.trim_ascii();
    let row = row.strip_prefix(b"|").unwrap_or(row);
    let row = row.strip_suffix(b"|").unwrap_or(row);
    let is_cell = |cell: &[u8]| {
        let cell = cell.trim_ascii();
        let cell = cell.strip_prefix(b":").unwrap_or(cell);
        let cell = cell.strip_suffix(b":").unwrap_or(cell);
        !cell.is_empty() && cell.iter().all(|b| *b == b'-')
    };
    let mut count = 0;
    row.split(|b| *b == b'|').all(|cell| {
        count += 1;
        is_cell(cell)
    }) && count == header
}
