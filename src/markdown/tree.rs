//! The open blocks, line by line: CommonMark's algorithm for block structure (appendix, phase 1), without a tree of what
//! is closed.

use super::hold::Hold;
use super::html::HtmlEnd;
use super::line::Line;
use super::paragraph::Paragraph;
use super::start::{is_underline, Fence, Item, Place, Start};
use super::{cost, Kind};

/// A block that contains others.
#[derive(Debug)]
pub(super) enum Container {
    Quote,
    Item(Item),
    Note,
}

/// The innermost open block.
#[derive(Debug, Default)]
pub(super) enum Leaf {
    #[default]
    None,
    Paragraph(Paragraph),
    Table,
    Fence(Fence),
    Html(HtmlEnd),
    Indented,
}

/// The blocks that are open after a line.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The kind of the current block of the top level.
    pub kind: Kind,
    /// The kind of the one before it.
    pub kind_before: Kind,
    /// Link definitions and footnotes that are complete.
    pub definitions: String,
    pub(super) containers: Vec<Container>,
    /// Where quotes are among them.
    pub(super) quotes: Vec<usize>,
    pub(super) leaf: Leaf,
    pub(super) hold: Hold,
    /// The text of the open footnote.
    note: String,
}

impl Tree {
    /// Reads a line without its terminator. Returns whether it begins a block of the top level.
    pub fn read(&mut self, text: &str) -> bool {
        let bytes = text.as_bytes();
        cost(bytes.len());
        let mut line = Line::new(bytes);
        let was_math = matches!(self.hold, Hold::Math);
        let matched = self.match_containers(&mut line);
        let begins = !self.continue_leaf(&line, matched) && self.place(&mut line, matched);
        let is_first_of_math = matches!(self.hold, Hold::Math) && !was_math;
        if !is_first_of_math && !matches!(self.leaf, Leaf::Fence(_) | Leaf::Indented) {
            self.hold.pass(bytes);
        }
        if matches!(self.containers.first(), Some(Container::Note)) {
            self.note.push_str(text);
            self.note.push('\n');
        }
        begins
    }

    /// What is open has ended.
    pub fn end(&mut self) {
        self.close(0);
        self.hold = Hold::Nothing;
    }

    /// Finds a place for a line that continues no leaf, or a paragraph. Returns whether it begins a block of the top
    /// level.
    fn place(&mut self, line: &mut Line<'_>, matched: usize) -> bool {
        if line.is_blank() {
            self.close(matched);
            return false;
        }
        if matched == self.containers.len() {
            if let Some(Container::Item(item)) = self.containers.last_mut() {
                item.is_empty = false;
            }
        }
        let underlines = self.has_text_above(line, matched);
        let mut begins = None;
        while let Some(start) = self.start(line, matched, underlines, begins.is_some()) {
            let is_first = begins.is_none();
            begins = begins.or_else(|| Some(self.begin(start.kind(), Some(start), line, matched)));
            if !self.open(start, line, matched, is_first) {
                return begins == Some(true);
            }
        }
        match begins {
            Some(begins) => {
                // Text after the markers of new containers.
                if !line.is_blank() {
                    self.leaf = Leaf::Paragraph(Paragraph::new(line));
                }
                begins
            }
            None => self.read_text(line, matched),
        }
    }

    fn start(&self, line: &Line<'_>, matched: usize, underlines: bool, is_inside: bool) -> Option<Start> {
        let is_paragraph = matches!(self.leaf, Leaf::Paragraph(_)) && !is_inside;
        let all = matched == self.containers.len();
        Start::of(
            line,
            Place {
                in_paragraph: is_paragraph && all,
                underlines: underlines && !is_inside,
                may_be_lazy: is_paragraph && !all,
                at_top: matched == 0 && !is_inside,
                is_partial: false,
            },
        )
    }

    /// Opens what a line begins. Returns whether more may begin inside of it.
    fn open(&mut self, start: Start, line: &mut Line<'_>, matched: usize, is_first: bool) -> bool {
        if is_first && !matches!(start, Start::Setext) {
            self.close(matched);
        }
        match start {
            Start::Quote => {
                line.skip_quote_marker();
                self.quotes.push(self.containers.len());
                self.containers.push(Container::Quote);
            }
            Start::Item(item) => {
                item.skip(line);
                self.containers.push(Container::Item(item));
            }
            Start::Note => {
                let label = line.rest().iter().position(|b| *b == b']').unwrap_or(0);
                line.skip_marker(label + 2);
                line.skip_columns(line.indent());
                self.containers.push(Container::Note);
            }
            Start::Setext => {
                self.leaf = Leaf::None;
                return false;
            }
            Start::Heading | Start::Rule => return false,
            Start::Fence(fence) => {
                self.leaf = Leaf::Fence(fence);
                return false;
            }
            Start::Html(end) => {
                self.leaf = if end.is_in(line.rest()) { Leaf::None } else { Leaf::Html(end) };
                return false;
            }
            Start::Indented => {
                self.leaf = Leaf::Indented;
                return false;
            }
        }
        true
    }

    /// A block begins. Returns whether it is one of the top level, apart from the one before.
    fn begin(&mut self, kind: Kind, start: Option<Start>, line: &Line<'_>, matched: usize) -> bool {
        if matched > 0 || self.hold.is_on() {
            return false;
        }
        let joins = match (self.containers.first(), start) {
            (Some(Container::Item(old)), Some(Start::Item(new))) => old.marker == new.marker,
            (_, Some(Start::Setext)) => {
                self.kind = Kind::Heading;
                true
            }
            // Renderers without footnotes see one paragraph.
            (_, Some(Start::Note)) => matches!(self.leaf, Leaf::Paragraph(_)),
            _ => false,
        };
        if joins {
            return false;
        }
        // Definitions in the paragraph before change its kind.
        self.close(0);
        self.kind_before = self.kind;
        self.kind = kind;
        if let Some(Start::Html(HtmlEnd::BlankLine)) = start {
            self.hold = Hold::element(line);
        }
        true
    }

    /// A line of text: more of a paragraph or table, or a new paragraph.
    fn read_text(&mut self, line: &Line<'_>, matched: usize) -> bool {
        let all = matched == self.containers.len();
        let begins = match &mut self.leaf {
            Leaf::Paragraph(paragraph) if all && paragraph.is_header_of(line) => {
                self.leaf = Leaf::Table;
                if self.containers.is_empty() && !self.hold.is_on() {
                    self.kind = Kind::Table;
                }
                false
            }
            Leaf::Paragraph(paragraph) => {
                paragraph.add(line, &mut self.definitions);
                false
            }
            Leaf::Table if all => false,
            _ => {
                let begins = self.begin(Tree::kind_of_text(line), None, line, matched);
                self.close(matched);
                self.leaf = Leaf::Paragraph(Paragraph::new(line));
                begins
            }
        };
        if self.containers.is_empty() && !self.hold.is_on() && Hold::is_math(line) {
            self.hold = Hold::math(line);
        }
        begins
    }

    /// Whether an underline would make a heading: a paragraph of nothing but definitions becomes none.
    fn has_text_above(&mut self, line: &Line<'_>, matched: usize) -> bool {
        match &mut self.leaf {
            Leaf::Paragraph(paragraph) => {
                let is_underline = line.indent() < 4 && is_underline(line.rest());
                let all = matched == self.containers.len();
                is_underline && all && !paragraph.is_definition(&mut self.definitions)
            }
            _ => false,
        }
    }

    /// Closes the leaf, and the containers from `matched` on.
    fn close(&mut self, matched: usize) {
        if let Leaf::Paragraph(mut paragraph) = std::mem::take(&mut self.leaf) {
            let is_definition = paragraph.is_definition(&mut self.definitions);
            if is_definition && self.containers.is_empty() && !self.hold.is_on() {
                self.kind = Kind::Definition;
            }
        }
        if matched == 0 && !self.note.is_empty() {
            self.definitions.push_str(&std::mem::take(&mut self.note));
        }
        self.containers.truncate(matched);
        self.quotes.truncate(self.quotes.partition_point(|at| *at < matched));
    }
}
