//! The open blocks, line by line: CommonMark's algorithm for block structure (appendix, phase 1), without a tree of what
//! is closed.

use super::definitions::{may_define, take_definitions};
use super::hold::Hold;
use super::html::HtmlEnd;
use super::line::Line;
use super::start::{is_underline, Fence, Item, Place, Start};
use super::table::{cells, is_delimiter};
use super::{cost, Kind};

/// A block that contains others.
#[derive(Debug)]
enum Container {
    Quote,
    Item(Item),
    Note,
}

/// The innermost open block.
#[derive(Debug)]
enum Leaf {
    None,
    Paragraph(Paragraph),
    Table,
    Fence(Fence),
    Html(HtmlEnd),
    Indented,
}

#[derive(Debug)]
struct Paragraph {
    /// Cells of its only line, as the header of a table. 0: it has several lines.
    cells: usize,
    /// Its lines, as long as it may begin with definitions.
    text: Option<String>,
    /// Try again to find definitions when the text has this length: a title that is not closed is read once per doubling.
    retry_at: usize,
    /// Definitions were found.
    defines: bool,
}

/// The blocks that are open after a line.
#[derive(Debug)]
pub(super) struct Tree {
    /// The kind of the current block of the top level.
    pub kind: Kind,
    /// The kind of the one before it.
    pub kind_before: Kind,
    /// Link definitions and footnotes that are complete.
    pub definitions: String,
    containers: Vec<Container>,
    /// Where quotes are among them.
    quotes: Vec<usize>,
    leaf: Leaf,
    hold: Hold,
    /// The text of the open footnote.
    note: String,
}

impl Tree {
    pub fn new() -> Tree {
        Tree {
            kind: Kind::Paragraph,
            kind_before: Kind::Paragraph,
            definitions: String::new(),
            containers: Vec::new(),
            quotes: Vec::new(),
            leaf: Leaf::None,
            hold: Hold::Nothing,
            note: String::new(),
        }
    }

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

    /// Whether the beginning of a line begins a block of the top level, whatever follows.
    pub fn certainly_starts(&self, line: &Line<'_>) -> bool {
        if line.is_blank() || self.hold.is_on() {
            return false;
        }
        let continues = match self.containers.first() {
            Some(Container::Quote) => line.indent() < 4 && line.first() == b'>',
            Some(Container::Note) => line.indent() >= 4,
            Some(Container::Item(item)) => {
                let is_item = |s| matches!(s, Some(Start::Item(new)) if new.marker == item.marker);
                line.indent() >= item.indent
                    || Item::may_follow(item.marker, line)
                    || is_item(Start::of(line, Place::default()))
            }
            None => match self.leaf {
                Leaf::Fence(_) | Leaf::Html(_) => true,
                Leaf::Indented => line.indent() >= 4,
                _ => false,
            },
        };
        let in_text = match self.leaf {
            Leaf::Paragraph(_) => true,
            Leaf::Table => self.containers.is_empty(),
            _ => false,
        };
        let place = Place { may_be_lazy: in_text, is_partial: true, ..Place::default() };
        !continues && (!in_text || Start::of(line, place).is_some())
    }

    /// The kind of a block that begins with such a line.
    pub fn kind_of(line: &Line<'_>) -> Kind {
        Start::of(line, Place { at_top: true, ..Place::default() }).map_or(Tree::kind_of_text(line), Start::kind)
    }

    fn kind_of_text(line: &Line<'_>) -> Kind {
        if Hold::is_math(line) {
            Kind::Math
        } else {
            Kind::Paragraph
        }
    }

    /// How many containers continue on this line, which is moved behind their markers.
    fn match_containers(&mut self, line: &mut Line<'_>) -> usize {
        for at in 0..self.containers.len() {
            if line.is_blank() {
                return self.match_blank(at);
            }
            cost(1);
            match &self.containers[at] {
                Container::Quote if line.indent() < 4 && line.first() == b'>' => skip_quote_marker(line),
                Container::Item(item) if line.indent() >= item.indent => line.skip_columns(item.indent),
                Container::Note if line.indent() >= 4 => line.skip_columns(4),
                _ => return at,
            }
        }
        if line.is_blank() {
            return self.match_blank(self.containers.len());
        }
        self.containers.len()
    }

    /// A blank line continues list items up to the next quote.
    fn match_blank(&mut self, from: usize) -> usize {
        let all = self.containers.len();
        if let Some(Container::Item(item)) = self.containers.last_mut() {
            // An item begins with at most one blank line. The list goes on, the item does not.
            if item.is_empty {
                item.indent = usize::MAX;
            }
        }
        let next = self.quotes.partition_point(|at| *at < from);
        self.quotes.get(next).copied().unwrap_or(all)
    }

    /// Whether the line is more of a leaf that is not a paragraph.
    fn continue_leaf(&mut self, line: &Line<'_>, matched: usize) -> bool {
        if matched < self.containers.len() {
            return false;
        }
        let (continues, ends) = match self.leaf {
            Leaf::Fence(fence) => (true, fence.is_closed_by(line)),
            Leaf::Html(HtmlEnd::BlankLine) => (!line.is_blank(), false),
            Leaf::Html(end) => (true, end.is_in(line.rest())),
            Leaf::Indented => (line.is_blank() || line.indent() >= 4, false),
            _ => return false,
        };
        if ends {
            self.leaf = Leaf::None;
        }
        continues
    }

    /// Finds a place for a line that continues no leaf, or a paragraph. Returns whether it begins a block of the top level.
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
                skip_quote_marker(line);
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
        if let Leaf::Paragraph(mut paragraph) = std::mem::replace(&mut self.leaf, Leaf::None) {
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

fn skip_quote_marker(line: &mut Line<'_>) {
    line.skip_marker(1);
    line.skip_columns(1);
}

impl Paragraph {
    fn new(line: &Line<'_>) -> Paragraph {
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

    fn add(&mut self, line: &Line<'_>, found: &mut String) {
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
    fn is_definition(&mut self, found: &mut String) -> bool {
        self.take(true, found);
        self.defines && self.text.as_ref().is_some_and(String::is_empty)
    }

    fn is_header_of(&self, line: &Line<'_>) -> bool {
        self.cells > 0 && is_delimiter(line.rest(), self.cells)
    }
}
