//! Which of the open blocks a line continues.

use super::cost;
use super::html::HtmlEnd;
use super::line::Line;
use super::tree::{Container, Leaf, Tree};

impl Tree {
    /// How many containers continue on this line, which is moved behind their markers.
    pub(super) fn match_containers(&mut self, line: &mut Line<'_>) -> usize {
        for at in 0..self.containers.len() {
            if line.is_blank() {
                return self.match_blank(at);
            }
            cost(1);
            match &self.containers[at] {
                Container::Quote if line.indent() < 4 && line.first() == b'>' => line.skip_quote_marker(),
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
    pub(super) fn continue_leaf(&mut self, line: &Line<'_>, matched: usize) -> bool {
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
}
