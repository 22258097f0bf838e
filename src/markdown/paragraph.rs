//! A paragraph that is open: what it needs for definitions at its beginning, and to become a table.

use super::definitions::{may_define, take_definitions};
use super::line::Line;
use super::table::{cells, is_delimiter};

/// An open paragraph.
#[derive(Debug)]
pub(super) struct Paragraph {
    /// Cells of its only line, as the header of a table. 0: it has several lines.
    cells: usize,
    /// Its lines, as long as it may begin with definitions.
    text: Option<String>,
    /// Try again to find definitions when the text has this length: a title that is not closed is read once per doubling.
    retry_at: usize,
    /// Definitions were found.
    defines: bool,
}

impl Paragraph {
    pub fn new(line: &Line<'_>) -> Paragraph {
        let text = may_define(line.rest()).then(String::new);
        let mut paragraph = Paragraph { cells: 0, text, retry_at: 0, defines: false };
        paragraph.push(line);
        paragraph.cells = cells(line.rest());
        paragraph
    }

    fn push(&mut self, line: &Line<'_>) {
        if let Some(text) = &mut self.text {
            text.push_str(std::str::from_utf8(line.rest()).unwrap_or_default());
            text.push('\n');
        }
    }

    /// Adds a line.
    pub fn add(&mut self, line: &Line<'_>, found: &mut String) {
        self.cells = 0;
        if line.first() == b'[' {
            self.take(false, found);
        }
        self.push(line);
    }

    /// Takes what is complete of the definitions at the beginning.
    fn take(&mut self, is_whole: bool, found: &mut String) {
        let Some(text) = self.text.as_mut().filter(|text| is_whole || text.len() >= self.retry_at) else { return };
        let taken = take_definitions(text, is_whole, found);
        self.defines |= taken > 0;
        self.retry_at = if taken == text.len() { 0 } else { 2 * text.len() };
        text.drain(..taken);
    }

    /// Takes the rest of the definitions. Returns whether it has nothing else.
    pub fn is_definition(&mut self, found: &mut String) -> bool {
        self.take(true, found);
        self.defines && self.text.as_ref().is_some_and(String::is_empty)
    }

    /// Whether `line` below its only line makes a table.
    pub fn is_header_of(&self, line: &Line<'_>) -> bool {
        self.cells > 0 && line.indent() < 4 && is_delimiter(line.rest(), self.cells)
    }
}
