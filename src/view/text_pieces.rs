//! Long texts in pieces.

use crate::limits::excerpt;
use crate::text::slice;

/// Longer texts cross by themselves: their characters need not be counted, nor cut out of a larger text.
pub(super) const LONG_TEXT: usize = 8 << 10;

/// Browsers and Node decode a megabyte twice as fast in pieces that fit the cache.
pub(super) const PIECE: usize = 32 << 10;

/// The text in pieces of at most [`PIECE`] bytes.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let piece = excerpt(rest, PIECE);
        rest = slice(rest, piece.len()..);
        (!piece.is_empty()).then_some(piece)
    })
}
