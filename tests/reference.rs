//! A naive decoder and reducer (`naive/`, written from docs/agentos-protocol.md and docs/guarantees.md alone) against
//! the real ones, on generated runs (`generated_runs/`): nested teams, interleaved members, parallel tools, retries,
//! pauses, cancels, unknown events in between, repeated frames, gaps in the event index, every line ending, arbitrary
//! splits.
//!
//! `RUNS` sets the number: 600 by default; `make proof` uses 50,000.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod generated_runs;
mod naive;

use ai_stream_handler::client::Input;
use ai_stream_handler::error::ErrorType;
use ai_stream_handler::limits::Limits;
use common::{assert_same, with, Page};
use naive::Naive;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{json, Value};

/// What the page shows, in the reference's shape.
fn shown(page: &mut Page) -> Value {
    let turn = naive::shape::shown(&page.turn());
    let c = &page.client.conversation;
    let more = json!({"waits": c.retry.as_ref().map(|r| r.attempt), "malformed": c.diagnostics.malformed_frames, "unknown": c.diagnostics.unknown_events});
    with(turn, more)
}

/// What the reference computed, in the same shape.
fn expected(naive: &Naive) -> Value {
    let more = json!({"waits": naive.waits, "malformed": naive.malformed, "unknown": naive.unknown});
    with(naive::shape::expected(naive), more)
}

const ONE_FRAME: usize = 700;

fn runs() -> u32 {
    std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(600)
}

/// Feeds a connection in chunks, reading after some of them.
fn feed(page: &mut Page, mut bytes: &[u8], sizes: &[usize]) {
    for (at, size) in sizes.iter().cycle().enumerate() {
        if bytes.is_empty() {
            return;
        }
        let (piece, rest) = bytes.split_at((*size).min(bytes.len()));
        page.feed(piece);
        bytes = rest;
        if at % 16 == 0 {
            page.read();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: runs(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_is_shown_as_the_reference_shows_it(
        moves in generated_runs::moves(40), kind in generated_runs::kind(), sizes in vec(prop_oneof![1..8usize, 1..4_000usize], 1..6),
        cut in prop::option::weighted(0.3, any::<prop::sample::Index>()), cancels in prop::bool::weighted(0.1),
    ) {
        let mut parts = generated_runs::streams(kind, &moves);
        let at_least_one = parts.len() > 1;
        if let (Some(cut), Some(last)) = (cut, parts.last_mut()) {
            // A connection without a frame continues nothing.
            let least = if at_least_one { last.len().min(ONE_FRAME) } else { 0 };
            last.truncate(cut.index(last.len() + 1).max(least));
        }
        let (mut page, mut naive) = (Page::asked(), Naive::default());
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                page.begin(None);
            }
            feed(&mut page, part, &sizes);
            naive.feed(part);
            prop_assert_eq!(page.client.conversation.turns.len(), 1);
            // Frames behind a gap in the index wait for a moment.
            page.now += 1.0;
            page.handle(Input::Tick);
            compare(&mut page, &naive, &parts);
            match at + 1 == parts.len() && cancels {
                true => {
                    page.handle(Input::Cancel);
                    // A paused run may be cancelled, too.
                    naive.outcome = naive.outcome.filter(|outcome| *outcome != "paused");
                    naive.ends("cancelled");
                }
                false => {
                    page.end();
                    naive.close(part);
                    // A stream that is cut off before its first frame may look like one of another protocol.
                    let foreign = page.client.conversation.error.as_ref().is_some_and(|e| e.kind == ErrorType::Protocol);
                    if foreign && naive.runs.is_empty() {
                        naive.outcome = Some("failed");
                    }
                }
            }
            compare(&mut page, &naive, &parts);
        }
    }
}

/// Plays all of `parts` in chunks of `sizes`.
fn played(parts: &[Vec<u8>], sizes: &[usize], limits: Limits) -> Page {
    let mut page = Page::limited(limits);
    page.begin("hello");
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            page.begin(None);
        }
        feed(&mut page, part, sizes);
        page.end();
    }
    page
}

proptest! {
    #![proptest_config(ProptestConfig { cases: runs() / 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_is_the_same_whole_in_pieces_and_once_more(
        moves in generated_runs::moves(60), kind in generated_runs::kind(), sizes in vec(prop_oneof![1..8usize, 1..4_000usize], 1..6),
    ) {
        let parts = generated_runs::streams(kind, &moves);
        let whole = played(&parts, &[usize::MAX], Limits::default()).view();
        assert_same(&whole, &played(&parts, &sizes, Limits::default()).view(), "in pieces");
        assert_same(&whole, &played(&parts, &[usize::MAX], Limits::default()).view(), "once more");
    }

    #[test]
    fn any_run_stays_within_the_limits_and_ends_as_without_them(
        moves in generated_runs::moves(120), kind in generated_runs::kind(), sizes in vec(1..4_000usize, 1..6), bounds in (0..40usize, 0..12usize, 0..4usize),
    ) {
        let parts = generated_runs::streams(kind, &moves);
        let mut limits = Limits::default();
        limits.max_text_bytes = bounds.0;
        limits.max_timeline_entries = bounds.1;
        (limits.max_messages, limits.max_tool_calls, limits.max_listed) = (bounds.2, bounds.2, bounds.2);
        (limits.max_detail_bytes, limits.max_excerpt_bytes) = (bounds.0, bounds.1);
        let mut page = played(&parts, &sizes, limits);
        let turn = page.turn();
        for message in turn.work.iter().chain([&turn.answer]) {
            prop_assert!(message.text.as_str().len() <= bounds.0 && message.thoughts.as_str().len() <= bounds.0);
            prop_assert!(message.tools.len() <= bounds.2);
        }
        prop_assert!(turn.work.len() <= bounds.2);
        prop_assert!(turn.timeline.entries().len() <= 2 * bounds.1);
        for details in turn.timeline.entries().iter().map(|entry| &entry.details) {
            for json in [&details.tool_args, &details.tool_result, &details.data].into_iter().flatten() {
                prop_assert!(json.len() <= bounds.0);
            }
        }
        let (d, ended) = (page.client.conversation.diagnostics.clone(), played(&parts, &[usize::MAX], Limits::default()).turn());
        prop_assert!(d.malformed.len() <= bounds.2 && d.unknown.len() <= bounds.2);
        prop_assert!(d.malformed.iter().all(|m| m.excerpt.len() <= bounds.1));
        prop_assert_eq!((turn.outcome, turn.attempts, turn.run_id), (ended.outcome, ended.attempts, ended.run_id));
    }
}

fn compare(page: &mut Page, naive: &Naive, parts: &[Vec<u8>]) {
    let (shown, expected) = (shown(page), expected(naive));
    if shown != expected {
        for part in parts {
            println!("────\n{}", String::from_utf8_lossy(part).replace('\r', "␍"));
        }
        assert_same(&shown, &expected, "the page (left) and the reference (right) differ");
    }
}
