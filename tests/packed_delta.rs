//! Packed deltas beside plain ones: of every recording, of generated runs, and of what only a client without a stream
//! shows (queue, retries, quotas, errors). `tests/package/packed-delta.test.mjs` runs this with `PACKED_DELTAS` set to a
//! file, and reads from it with the package's own reader.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod generated_runs;
mod simulation;

use ai_stream_handler::client::{Config, Input};
use ai_stream_handler::retry::Policy;
use ai_stream_handler::state::resume_point::ResumePoint;
use ai_stream_handler::view::{Packed, Section};
use common::{agent, calling, frame, leader_of, nameless, saying, with, Page, Recording};
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde::Serialize;
use serde_json::{json, Value};
use simulation::{config, quota_body, Answer, World};
use std::io::Write;

/// A page that keeps the pairs.
fn packing(mut page: Page) -> Page {
    page.packing = Some((Packed::default(), Vec::new()));
    page
}

fn pairs(page: &mut Page) -> Vec<Value> {
    page.view();
    page.packing.take().unwrap().1
}

fn of_recordings() -> Vec<Vec<Value>> {
    let streams = Recording::all().into_iter().filter(Recording::is_stream);
    let read = |recording: Recording| {
        let mut page = packing(Page::asked());
        for chunk in recording.chunks() {
            page.feed(chunk).read();
        }
        pairs(page.end())
    };
    streams.map(read).collect()
}

fn of_generated_runs() -> Vec<Vec<Value>> {
    let mut runner = TestRunner::deterministic();
    let cases = (generated_runs::moves(60), generated_runs::kind(), vec(1..3_000usize, 1..6));
    let mut one = || {
        let (moves, kind, sizes) = cases.new_tree(&mut runner).unwrap().current();
        let mut page = packing(Page::asked());
        for part in generated_runs::streams(kind, &moves) {
            let mut rest = &part[..];
            for size in sizes.iter().cycle() {
                let (piece, behind) = rest.split_at(rest.len().min(*size));
                page.feed(piece).read();
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            page.end().read();
            page.now += 1.0;
            page.begin(None);
        }
        pairs(&mut page)
    };
    (0..100).map(|_| one()).collect()
}

/// What no stream brings.
fn of_clients() -> Vec<Vec<Value>> {
    let run = |config, script: Vec<Answer>, play: fn(&mut World)| {
        let mut world = World::with(config, script);
        world.page = packing(std::mem::take(&mut world.page));
        world.page.client.set_reached();
        play(&mut world);
        pairs(&mut world.page)
    };
    let http = |status, wait, body: &str| Answer::Http(status, wait, body.to_owned());
    let mut few_retries = config();
    few_retries.retry = Policy::new(Some(1.0), Some(1.0), Some(1.0), &[], Some(0.0)).unwrap();
    vec![
        run(config(), vec![http(429, Some("12"), &quota_body(Some("2s"))), Answer::Silence], |world| {
            world.page.client.conversation.quota.set(Some("other"), 1000);
            world.send("Ærø 🏝️");
            world.send_in_background("two");
            world.input(Input::Cancel);
            world.send("three");
            world.pass(100.0);
            world.send("four");
            world.page.client.conversation.list_session("s-9", "Listed", 1.0, Some(2.0));
            world.page.read();
        }),
        run(
            few_retries,
            vec![
                http(503, None, ""),
                http(429, None, r#"{"error":{"message":"Rate limit reached for OpenAI gpt-4o"}}"#),
            ],
            |world| {
                world.send("one");
                world.pass(10.0);
            },
        ),
        run(config(), vec![http(401, None, "no"), http(429, Some("90000"), ""), Answer::Unreachable], |world| {
            for text in ["one", "two", "three"] {
                world.send(text);
                world.pass(1000.0);
                world.page.read();
            }
        }),
        run(config(), vec![Answer::Frames(unusual())], |world| {
            world.input(Input::Send { ticket: 9, text: "with files", files: &["a.pdf".into(), "b.png".into()] });
            world.pass(10.0);
        }),
        run(
            Config { runs: "/teams/cirkelline/runs".into(), ..config() },
            vec![Answer::Says("Hi."), Answer::Cut],
            |world| {
                world.ask("hello");
                world.page.read();
                world.input(Input::Regenerate { ticket: 9, turn: None, instructions: "", stored: None });
                world.pass(10.0);
                world.page.read();
            },
        ),
        run(
            Config { runs: "/teams/cirkelline/runs".into(), ..config() },
            vec![Answer::Says("Hi."), Answer::Says("Ho."), Answer::Says("Hidden."), Answer::Says("Hidden, too.")],
            |world| {
                world.ask("one");
                world.ask("two");
                world.page.read();
                let hide = ["run-1".to_owned()];
                world.input(Input::Edit {
                    ticket: 9,
                    turn: 0,
                    text: "1",
                    files: &[],
                    hide: &hide,
                    run: None,
                    fields: &[],
                });
                world.page.read();
            },
        ),
        run(Config { background: true, runs: "/teams/cirkelline/runs".into(), ..config() }, vec![], |world| {
            let point = ResumePoint { run_id: "r1".into(), text: "so far".into(), ..ResumePoint::default() };
            world.page.client.conversation.restore(point);
            world.page.read();
        }),
        run(config(), vec![], |world| {
            for at in 0..60 {
                let attempt = json!({"attempt": at % 3 + 1, "max_retries": 3, "delay": 70});
                world.page.begin("again").feed(nameless("retry", attempt)).read();
                world
                    .page
                    .feed(nameless("error", json!({"error": "no", "type": "rate_limit", "retry_attempts": 3})))
                    .end();
                world.page.read();
            }
        }),
    ]
}

/// Every medium, long texts, and characters of each length.
fn unusual() -> String {
    let run = || leader_of("r1");
    let long = "Æ🏝️ long ".repeat(9_000);
    let media = json!({"images": [{"url": "x"}], "videos": [{"id": "v"}], "audio": [{"id": "a"}], "files": [{"id": "f"}],
        "response_audio": {"id": "r"}, "references": [{"query": "q"}], "citations": {"raw": []}});
    let nested = with(agent(), json!({"parent_run_id": "r1", "agent_name": "Æ", "run_id": "m1"}));
    let asked = json!({"id": "q", "member_agent_name": "Æ", "member_run_id": "m1", "step_name": "Step 1",
        "confirmation_message": "Sure?", "tool_execution": {"tool_call_id": "c", "tool_name": "pay", "tool_args": {}}});
    [
        frame("TeamRunStarted", run()),
        frame("TeamRunContent", with(saying(run(), "Ærø 🏝️ "), media)),
        frame("TeamRunContent", saying(run(), &long)),
        frame(
            "TeamToolCallStarted",
            calling(run(), "c1", "delegate_task_to_member", json!({"member_id": "a", "task": "t"})),
        ),
        frame("RunStarted", nested.clone()),
        frame("RunError", with(nested, json!({"content": "Broken."}))),
        frame("TeamRunPaused", with(run(), json!({"requirements": [asked]}))),
    ]
    .concat()
}

#[test]
fn writes_pairs_for_the_reader() {
    let streams = [of_clients(), of_recordings(), of_generated_runs()].concat();
    assert!(streams.iter().map(Vec::len).sum::<usize>() > 1_000, "too few deltas");
    let Ok(path) = std::env::var("PACKED_DELTAS") else { return };
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for stream in streams {
        writeln!(file, "{}", json!(stream)).unwrap();
    }
}

#[derive(Serialize)]
struct Sample<'a> {
    first: Section<Option<&'a str>>,
    second: Section<Vec<f64>>,
}

#[test]
fn a_section_is_left_out_while_it_is_the_same() {
    let mut packed = Packed::default();
    let mut pack = |first, second: &[f64]| {
        packed.pack(&Sample { first: Section(first), second: Section(second.to_vec()) });
        (packed.numbers.clone(), packed.text.clone())
    };
    let same = |given: (Vec<f64>, String), numbers: &[f64], text: &str| {
        let bits = |list: &[f64]| list.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
        assert_eq!((bits(&given.0), given.1.as_str()), (bits(numbers), text));
    };
    same(pack(Some("Æ🏝"), &[2.5]), &[1.0, 3.0, 1.0, 1.0, 2.5], "Æ🏝");
    same(pack(Some("Æ🏝"), &[2.5]), &[0.0, 0.0], "");
    same(pack(Some("ÆÆ"), &[2.5]), &[1.0, 2.0, 0.0], "ÆÆ");
    same(pack(None, &[]), &[1.0, f64::NAN, 1.0, 0.0], "");
    same(pack(None, &[]), &[0.0, 0.0], "");
    same(pack(Some(""), &[0.0]), &[1.0, 0.0, 1.0, 1.0, 0.0], "");
}
