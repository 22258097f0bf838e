//! Frames out of order, by `event_index`: they wait for the missing one, not for long, and none is lost.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use ai_stream_handler::client::{Config, Input, Output};
use ai_stream_handler::retry::Headers;
use ai_stream_handler::state::Outcome;
use common::{agent, frame, saying, with, Page};
use serde_json::{json, Value};

/// Started, `count` tokens, completed: numbered from 0.
fn run(count: usize) -> Vec<String> {
    let words: Vec<String> = (0..count).map(|n| format!("w{n} ")).collect();
    let mut frames = vec![frame("RunStarted", agent())];
    frames.extend(words.iter().map(|word| frame("RunContent", saying(agent(), word))));
    frames.push(frame("RunCompleted", saying(agent(), &words.concat())));
    let numbered = |(index, frame): (usize, String)| frame.replacen('{', &format!("{{\"event_index\":{index},"), 1);
    frames.into_iter().enumerate().map(numbered).collect()
}

fn text(count: usize) -> String {
    (0..count).map(|n| format!("w{n} ")).collect()
}

fn fed(frames: &[String]) -> Page {
    let mut page = Page::asked();
    for frame in frames {
        page.feed(frame);
    }
    page
}

#[test]
fn frames_out_of_order_wait_for_the_missing_one() {
    let whole = run(30);
    for distance in [1, 2, 7, 14] {
        for at in 0..whole.len() - distance - 1 {
            let mut frames = whole.clone();
            let late = frames.remove(at);
            frames.insert(at + distance, late);
            let mut page = fed(&frames[..frames.len() - 1]);
            assert_eq!(page.answer(), text(30), "{at}, {distance} late");
            page.feed(frames.last().unwrap()).end();
            assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), text(30)));
            let diagnostics = &page.client.conversation.diagnostics;
            assert_eq!((diagnostics.frames_read, diagnostics.stale_frames), (32, 0));
            let started = page.timeline().into_iter().filter(|(event, _)| event == "RunStarted").count();
            assert_eq!(started, 1);
        }
    }
}

#[test]
fn an_end_that_comes_early_waits_as_well() {
    let mut frames = run(5);
    let end = frames.pop().unwrap();
    frames.insert(4, end);
    let mut page = fed(&frames[..5]);
    assert_eq!((page.outcome(), page.answer()), (None, text(3)));
    page.feed(frames[5..].concat());
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), text(5)));
}

#[test]
fn a_gap_for_good_is_given_up_after_sixteen_frames_a_moment_or_the_end() {
    let mut frames = run(40);
    frames.remove(5);
    let without = text(40).replace("w4 ", "");
    // Sixteen frames.
    let mut page = fed(&frames[..20]);
    assert_eq!(page.answer(), text(4));
    page.feed(&frames[20]);
    assert_eq!(page.answer(), text(21).replace("w4 ", ""));
    page.feed(&frames[21]);
    assert_eq!(page.answer(), text(22).replace("w4 ", ""), "the next ones at once");
    let mut again = frames.clone();
    again.remove(30);
    page.feed(again[22..35].concat());
    assert_eq!(page.answer(), text(36).replace("w4 ", "").replace("w30 ", ""), "nor is the next gap waited for");
    // A moment.
    let mut page = fed(&frames[..10]);
    assert_eq!(page.answer(), text(4));
    let wake = page.outputs().into_iter().rev().find_map(|o| match o {
        Output::WakeAt(at) => at,
        _ => None,
    });
    page.now = wake.unwrap();
    assert!(page.now - common::NOW < 0.3);
    page.handle(Input::Tick);
    assert_eq!(page.answer(), text(10).replace("w4 ", ""));
    // The end.
    let mut page = fed(&frames[..10]);
    page.end();
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Interrupted), text(10).replace("w4 ", "")));
    let mut page = fed(&frames[..frames.len() - 1]);
    assert_eq!(page.answer(), without);
}

#[test]
fn a_frame_that_comes_after_its_gap_was_given_up_is_not_lost() {
    let mut frames = run(40);
    let late = frames.remove(5);
    let end = frames.pop().unwrap();
    let mut page = fed(&frames);
    page.feed(&late).feed(&late);
    assert!(page.answer().ends_with("w39 w4 "), "{}", page.answer());
    assert_eq!(page.client.conversation.diagnostics.stale_frames, 1);
    page.feed(end);
    assert_eq!(page.answer(), text(40), "the end has it in order");
}

#[test]
fn what_is_not_numbered_stays_behind_what_is_held() {
    let mut page = fed(&run(5)[..3]);
    page.feed(&run(5)[4]).feed(common::nameless("error", json!({"error": "gone", "type": "general"})));
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Failed), "w0 w1 w3 ".to_owned()));
}

fn background() -> Page {
    let mut page = Page::with(Config {
        path: "/agents/assistant/runs".into(),
        runs: "/agents/assistant/runs".into(),
        background: true,
        ..Config::default()
    });
    page.handle(Input::Send { ticket: 1, text: "hello", files: &[] });
    page
}

/// The request that was made last: its id, and the index after which it asks.
fn requested(page: &mut Page) -> (u32, Option<String>) {
    let fetch = page.outputs().into_iter().rev().find_map(|output| match output {
        Output::Fetch(request) => Some(request),
        _ => None,
    });
    let request = fetch.expect("a request");
    let after = request.fields.iter().find(|(name, _)| name == "last_event_index").map(|(_, value)| value.clone());
    (request.id, after)
}

fn answers(page: &mut Page, request: u32, frames: &[String]) {
    let headers = Headers::default();
    page.handle(Input::Opened { request, status: 200, content_type: "text/event-stream", headers });
    frames.iter().for_each(|frame| page.handle(Input::Chunk { request, bytes: frame.as_bytes() }));
    page.handle(Input::Closed { request });
}

#[test]
fn a_lost_connection_is_resumed_before_the_gap_and_nothing_comes_twice() {
    let frames = run(10);
    let mut page = background();
    let (request, _) = requested(&mut page);
    answers(&mut page, request, &[&frames[..4], &frames[5..8]].concat());
    let (request, after) = requested(&mut page);
    assert_eq!(after.as_deref(), Some("3"));
    answers(&mut page, request, &frames[4..]);
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), text(10)));
}

#[test]
fn a_gap_that_the_server_repeats_is_given_up_and_an_end_is_not_asked_for_again() {
    let frames = run(10);
    let with_gap = |to: usize| [&frames[..4], &frames[5..to]].concat();
    let mut page = background();
    let (request, _) = requested(&mut page);
    answers(&mut page, request, &with_gap(8));
    let (request, _) = requested(&mut page);
    answers(&mut page, request, &with_gap(9)[4..]);
    assert_eq!(page.answer(), text(8).replace("w3 ", ""));
    let mut page = background();
    let (request, _) = requested(&mut page);
    answers(&mut page, request, &with_gap(12));
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Completed), text(10)));
    assert!(page.outputs().iter().all(|output| !matches!(output, Output::Fetch(_))));
}

#[test]
fn a_server_that_does_not_know_the_run_any_more_takes_nothing_away() {
    let frames = run(10);
    let mut page = background();
    let (request, _) = requested(&mut page);
    answers(&mut page, request, &[&frames[..4], &frames[5..8]].concat());
    let (request, _) = requested(&mut page);
    answers(&mut page, request, &[frame("error", with(json!({}), json!({"error": "not found"})))]);
    assert_eq!((page.outcome(), page.answer()), (Some(Outcome::Interrupted), text(7).replace("w3 ", "")));
}

#[test]
fn what_is_held_of_an_attempt_takes_no_place_in_the_next_one() {
    let numbered = |event: &str, run: &str, index: u64, more: Value| {
        let base = json!({"team_id": "t", "run_id": run, "session_id": "s-1", "event_index": index});
        frame(event, with(base, more))
    };
    let says = |index| numbered("TeamRunContent", "r2", index, json!({"content": format!("w{index} ")}));
    let of_member = json!({"team_id": null, "agent_id": "a", "parent_run_id": "r1"});
    // 2 does not come, and the member's frame waits. Another attempt begins, whose 1 does not come either.
    let page = &mut fed(&[
        numbered("TeamRunStarted", "r1", 0, json!({})),
        numbered("RunStarted", "m1", 1, of_member.clone()),
        numbered("RunContent", "m1", 3, with(of_member, json!({"content": "x"}))),
        numbered("TeamRunStarted", "r2", 0, json!({})),
        says(2),
        says(3),
        says(4),
    ]);
    page.now += 1.0;
    page.handle(Input::Tick);
    assert_eq!(page.answer(), "w2 w3 w4 ");
}
