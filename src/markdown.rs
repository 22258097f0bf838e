//! Markdown → the blocks of its top level, while it grows.
//!
//! In: a text, piece by piece. Out: where each block begins, and its kind; and all link definitions so far. What a block
//! is follows CommonMark 0.31.2, with GFM's tables and footnotes, and math between `$$`. A renderer that is given one
//! block, with the definitions appended, draws what it would draw of the whole text in its place.
//!
//! Always true, of every beginning of a text and however it is cut into pieces:
//!
//! - Blocks do not overlap, and leave nothing out: each ends where the next begins. Blank lines belong to the block before
//!   them; at the beginning, to the first.
//! - Once a block has begun, it never moves, and it ends the one before: only the last may change.
//! - Work is linear in the length of the text. Nothing is looked at again except the beginning of the last line, and that
//!   at most once per doubling of its length.
//!
//! The last line is special until its end has come: `2` may become `2.`, an item of the list before, and `---` an
//! underline. So it begins a block only if it does whatever follows.

mod continuation;
mod definitions;
mod hold;
mod html;
mod line;
mod look_ahead;
mod paragraph;
mod start;
mod table;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod tree;

use crate::text::{slice, utf16_length};
use line::Line;
use tree::Tree;

/// What a block is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum Kind {
    #[default]
    Paragraph,
    Heading,
    Code,
    List,
    Quote,
    Table,
    Html,
    Rule,
    Math,
    Definition,
}

/// Where a block begins, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// In UTF-16 code units, as JavaScript counts.
    pub start: usize,
    /// May change while the block is the last.
    pub kind: Kind,
}

/// Finds the blocks of a text that grows.
#[derive(Debug, Default)]
pub struct Splitter {
    blocks: Vec<Block>,
    tree: Tree,
    /// The last line, if it has not ended.
    line: String,
    /// Where it begins, and its length, in UTF-16 code units.
    line_start: usize,
    line_units: usize,
    /// Bytes of it that have been looked at.
    looked_at: usize,
    /// It begins a block, whatever follows.
    begins: bool,
    /// The text ends with a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    /// There is more than blank lines.
    has_text: bool,
}

impl Splitter {
    /// The blocks so far. The last one is open until [`end`](Splitter::end).
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Link definitions and footnotes that are complete, a line or more each. They only grow.
    pub fn definitions(&self) -> &str {
        &self.tree.definitions
    }

    /// Appends `text`.
    pub fn push(&mut self, mut text: &str) {
        if text.is_empty() {
            return;
        }
        // Blank lines at the beginning belong to the first block.
        if self.blocks.is_empty() {
            self.blocks.push(Block { start: 0, kind: Kind::Paragraph });
        }
        if std::mem::take(&mut self.after_return) {
            if let Some(rest) = text.strip_prefix('\n') {
                self.line_start += 1;
                text = rest;
            }
        }
        while let Some(end) = text.bytes().position(|b| matches!(b, b'\n' | b'\r')) {
            self.add(slice(text, ..end));
            let rest = slice(text, end..);
            let terminator = if rest.starts_with("\r\n") { 2 } else { 1 };
            self.after_return = rest == "\r";
            text = slice(rest, terminator..);
            self.line_units += terminator;
            self.end_line();
        }
        self.add(text);
        self.look_ahead();
    }

    /// Nothing follows.
    pub fn end(&mut self) {
        if self.line_units > 0 {
            self.end_line();
        }
        self.tree.end();
        self.set_kind(self.tree.kind);
    }

    fn add(&mut self, text: &str) {
        cost(text.len());
        self.line_units += utf16_length(text);
        self.line.push_str(text);
    }

    fn end_line(&mut self) {
        let begins = self.tree.read(&self.line);
        if begins && !self.begins {
            self.set_kind(self.tree.kind_before);
            self.begin();
        }
        self.set_kind(self.tree.kind);
        self.line_start += self.line_units;
        self.line_units = 0;
        self.line.clear();
        self.looked_at = 0;
        self.begins = false;
    }

    /// Looks at the beginning of the last line: all of it, or from 256 bytes on a power of two.
    fn look_ahead(&mut self) {
        let length = self.line.len();
        let most = if length <= 256 { length } else { 1 << length.ilog2() };
        if most == self.looked_at {
            return;
        }
        self.looked_at = most;
        cost(most);
        let line = Line::new(crate::limits::excerpt(&self.line, most).as_bytes());
        let begins = self.begins || self.tree.certainly_starts(&line);
        let Some(kind) = begins.then(|| Tree::kind_of(&line)) else { return };
        if !self.begins {
            self.begins = true;
            self.tree.end();
            self.set_kind(self.tree.kind);
            self.begin();
        }
        self.set_kind(kind);
    }

    fn begin(&mut self) {
        if self.has_text {
            self.blocks.push(Block { start: self.line_start, kind: Kind::Paragraph });
        }
        self.has_text = true;
    }

    fn set_kind(&mut self, kind: Kind) {
        if let Some(last) = self.blocks.last_mut() {
            last.kind = kind;
        }
    }
}

/// Counts work in the tests; compiles to nothing otherwise.
#[cfg(not(all(test, not(target_arch = "wasm32"))))]
#[inline(always)]
fn cost(_: usize) {}

#[cfg(all(test, not(target_arch = "wasm32")))]
fn cost(steps: usize) {
    tests::STEPS.set(tests::STEPS.get() + steps);
}
