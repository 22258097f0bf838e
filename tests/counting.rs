//! What a stream costs, counted instead of timed, so that a regression shows on a noisy machine: allocations here,
//! bytes looked at in `src/bytes.rs`, calls between JavaScript and WebAssembly in `tests/package/counting.test.mjs`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Client, Config, Input};
use allocation_counter::measure;
use common::{agent, frame, member, saying, with, NOW};
use serde_json::json;

/// A client that has read `first`.
fn reading(first: &str) -> Client {
    let mut client = Client::new(Config::default());
    client.handle(Input::Begin { text: Some("hello") }, NOW);
    client.handle(Input::Feed(first.as_bytes()), NOW);
    client
}

/// Allocations while reading `stream` in chunks of `size`.
fn allocations(client: &mut Client, stream: &[u8], size: usize) -> u64 {
    measure(|| {
        for piece in stream.chunks(size) {
            client.handle(Input::Feed(piece), NOW);
        }
    })
    .count_total
}

/// A token at `place`, of the member or of the leader.
fn token(place: usize, of_member: bool) -> String {
    let numbers = json!({"created_at": 1_795_452_391 + place / 100, "event_index": place});
    let run = if of_member { member("ann", "Ann", "m-1", "run-1") } else { agent() };
    frame("RunContent", with(saying(run, "tok\n "), numbers))
}

#[test]
fn a_token_allocates_nothing() {
    let stream: String = (10..10_010).map(|at| token(at, false)).collect();
    for size in [64, 300, 1_400, 16_384] {
        let mut client = reading(&(0..10).map(|at| token(at, false)).collect::<String>());
        let count = allocations(&mut client, stream.as_bytes(), size);
        // The text and the decoder's buffer double now and then.
        assert!(count < 40, "{count} allocations for 10,000 tokens in pieces of {size}");
    }
}

#[test]
fn where_two_take_turns_a_token_allocates_nothing_either() {
    let stream: String = (10..10_010).map(|at| token(at, at % 2 == 0)).collect();
    let mut client = reading(&(0..10).map(|at| token(at, at % 2 == 0)).collect::<String>());
    let count = allocations(&mut client, stream.as_bytes(), 1_400);
    assert!(count < 60, "{count} allocations for 10,000 tokens");
}

#[test]
fn what_a_token_allocates_does_not_grow_with_the_conversation() {
    let earlier: String =
        (0..500).map(|at| frame("RunContent", saying(agent(), &format!("{at} {}", "x".repeat(2_000))))).collect();
    let stream: String = (0..1_000).map(|_| frame("RunContent", saying(agent(), "tok "))).collect();
    let mut client = reading(&earlier);
    client.read(|_| ());
    let count = measure(|| {
        for piece in stream.as_bytes().chunks(300) {
            client.handle(Input::Feed(piece), NOW);
            assert!(client.read_text(|appended, _| appended.text.len()).is_some_and(|len| len < 20));
        }
    })
    .count_total;
    assert!(count < 20, "{count} allocations for 1,000 tokens that were read one by one");
}

#[test]
fn a_frame_of_a_megabyte_is_held_once() {
    let text = "x".repeat(1 << 20);
    let stream = frame("RunContent", saying(agent(), &text));
    let mut client = reading(&frame("RunStarted", agent()));
    let held = measure(|| {
        for piece in stream.as_bytes().chunks(1_400) {
            client.handle(Input::Feed(piece), NOW);
        }
    });
    // The buffer, which doubles as it grows, and the text.
    assert!(held.bytes_max < 5 << 20, "{} bytes at most", held.bytes_max);
    client.handle(Input::End, NOW);
    client.handle(Input::Begin { text: None }, NOW);
    assert!(held.bytes_current < 4 << 20, "{} bytes stay", held.bytes_current);
}
