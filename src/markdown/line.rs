//! A cursor over one line, in columns: tabs reach to the next multiple of four (CommonMark §2.2).

use super::cost;

/// A line without its terminator.
#[derive(Clone)]
pub(super) struct Line<'a> {
    bytes: &'a [u8],
    at: usize,
    column: usize,
    /// The first byte at or after `at` that is neither space nor tab, and its column.
    next: usize,
    next_column: usize,
}

impl<'a> Line<'a> {
    pub fn new(bytes: &'a [u8]) -> Line<'a> {
        let mut line = Line { bytes, at: 0, column: 0, next: 0, next_column: 0 };
        line.find_next();
        line
    }

    fn find_next(&mut self) {
        (self.next, self.next_column) = (self.at, self.column);
        while let Some(byte @ (b' ' | b'\t')) = self.bytes.get(self.next) {
            self.next_column += if *byte == b'\t' { 4 - self.next_column % 4 } else { 1 };
            self.next += 1;
        }
        cost(self.next - self.at + 1);
    }

    /// Only spaces and tabs are left.
    pub fn is_blank(&self) -> bool {
        self.next >= self.bytes.len()
    }

    /// Columns before the next character.
    pub fn indent(&self) -> usize {
        self.next_column - self.column
    }

    /// What follows the indentation.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.next..]
    }

    /// The next character; 0 at the end.
    pub fn first(&self) -> u8 {
        self.bytes.get(self.next).copied().unwrap_or(0)
    }

    /// Skips columns of the indentation; a tab may be skipped in part.
    pub fn skip_columns(&mut self, count: usize) {
        let to = self.next_column.min(self.column + count);
        while self.at < self.next {
            let width = if self.bytes[self.at] == b'\t' { 4 - self.column % 4 } else { 1 };
            if self.column + width > to {
                break;
            }
            self.column += width;
            self.at += 1;
        }
        // Inside of a tab: its rest still counts as indentation.
        self.column = to;
    }

    /// Skips `>` and a space after it.
    pub fn skip_quote_marker(&mut self) {
        self.skip_marker(1);
        self.skip_columns(1);
    }

    /// Skips the indentation and `count` bytes after it.
    pub fn skip_marker(&mut self, count: usize) {
        self.at = self.next + count;
        self.column = self.next_column + count;
        self.find_next();
    }
}

/// How many times `byte` stands at the beginning.
pub(super) fn run(text: &[u8], byte: u8) -> usize {
    text.iter().take_while(|b| **b == byte).count()
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
