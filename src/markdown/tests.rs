//! Bad input costs linear time: steps are counted, not seconds.

use super::Splitter;
use std::cell::Cell;

thread_local! { pub(super) static STEPS: Cell<usize> = const { Cell::new(0) }; }

/// Steps per byte for a text that comes in pieces of `size` bytes.
fn steps_per_byte(text: &str, size: usize) -> f64 {
    STEPS.set(0);
    let mut splitter = Splitter::default();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = size.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        splitter.push(&rest[..end]);
        rest = &rest[end..];
    }
    splitter.end();
    STEPS.get() as f64 / text.len() as f64
}

/// The cost per byte is bounded, and does not grow with the text.
fn assert_linear(name: &str, text: impl Fn(usize) -> String) {
    for size in [1, 7, 1 << 20] {
        let (small, large) = (text(1), text(4));
        assert!(large.len() > 3 * small.len(), "{name}");
        let (before, after) = (steps_per_byte(&small, size), steps_per_byte(&large, size));
        assert!(
            after < 600.0 && after < 1.5 * before + 2.0,
            "{name}, pieces of {size}: {before:.1} → {after:.1} a byte"
        );
    }
}

#[test]
fn bad_input_takes_linear_time() {
    assert_linear("a fence that is never closed", |n| "```js\n".to_owned() + &"let a = `b`;\n".repeat(2000 * n));
    assert_linear("no blank line", |n| "some words of a line\n".repeat(2000 * n));
    assert_linear("no line end", |n| "some words ".repeat(4000 * n));
    assert_linear("list items", |n| "- item\n".repeat(4000 * n));
    assert_linear("numbered items", |n| (0..4000 * n).map(|i| format!("{i}. item\n\n")).collect());
    assert_linear("nested quotes", |n| (">".repeat(100 * n) + " deep\n").repeat(10));
    assert_linear("nested quotes, lazily continued", |n| ">".repeat(1000) + " deep\n" + &"lazy\n".repeat(2000 * n));
    assert_linear("nested items, then blank lines", |n| "- ".repeat(1000) + "deep\n" + &"\n".repeat(20_000 * n));
    assert_linear("nested items and quotes, then blank lines", |n| {
        "> - ".repeat(500) + "deep\n" + &">\n".repeat(9000 * n)
    });
    // Lines of 256 bytes and more: shorter ones are looked at from their beginning with each piece.
    assert_linear("nested items, each deeper", |n| {
        (0..160 * n).map(|i| "  ".repeat(i) + "- item\n").collect::<String>() + &"x\n".repeat(20_000 * n * n)
    });
    assert_linear("link definitions", |n| {
        (0..1000 * n).map(|i| format!("[label{i}]: https://example.com/{i} \"title\"\n")).collect()
    });
    assert_linear("definitions apart", |n| (0..1000 * n).map(|i| format!("[label{i}]: /{i}\n\n")).collect());
    assert_linear("a title that is never closed", |n| {
        "[a]: /url \"title\n".to_owned() + &"[more of the title\n".repeat(2000 * n)
    });
    assert_linear("a label that is never closed", |n| "[a\n".to_owned() + &"more\n".repeat(4000 * n));
    assert_linear("brackets", |n| "[".repeat(20_000 * n));
    assert_linear("underlines below definitions", |n| "[a]: /url\n===\n".repeat(2000 * n));
    assert_linear("tags", |n| "<div>\n".repeat(4000 * n));
    assert_linear("a tag that is never closed", |n| "<a ".repeat(10_000 * n));
    assert_linear("half tags in an element", |n| "<div>\n\n".to_owned() + &"<d<d<".repeat(8000 * n));
    assert_linear("math that is never closed", |n| "$$\n".to_owned() + &"x\n\n".repeat(8000 * n));
    assert_linear("tables", |n| "| a | b |\n|---|---|\n".repeat(1000 * n));
    assert_linear("delimiters", |n| "|-".repeat(10_000 * n));
    assert_linear("spaces", |n| " ".repeat(20_000 * n));
    assert_linear("rules", |n| "* ".repeat(10_000 * n));
    assert_linear("digits", |n| "1".repeat(20_000 * n));
    assert_linear("NUL", |n| "\0".repeat(20_000 * n));
    assert_linear("carriage returns", |n| "word\r".repeat(4000 * n));
    assert_linear("backticks", |n| "`".repeat(20_000 * n));
    assert_linear("footnotes", |n| (0..1000 * n).map(|i| format!("[^{i}]: note\n\n    more\n\n")).collect());
}
