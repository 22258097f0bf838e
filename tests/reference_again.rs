//! A naive turn with its versions (`naive/turn.rs`, written from docs/versions.md, docs/editing.md and docs/follow.md)
//! against the real one: regenerated answers, failed ones that go on in their run, edited messages, answers of other
//! clients that are followed, versions that are looked at, and sessions that are opened again. On every recording of
//! docs/agentos-protocol.md §15, and on generated conversations.
//!
//! `RUNS` sets the number of those: 400 by default; `make proof` uses 50,000.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod generated_runs;
mod naive;

use ai_stream_handler::client::{Config, Input, Output, PastVersion, Request};
use ai_stream_handler::retry::Headers;
use ai_stream_handler::state::Outcome;
use common::{assert_same, Page};
use generated_runs::again::{leg, Frame, Leg, ServerRun};
use naive::turn::{self, Turn};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// What the server answers one request with.
enum Answer {
    /// These bytes, and the end.
    Closed(Vec<u8>),
    /// These bytes, and the connection breaks.
    Broken(Vec<u8>),
    /// These bytes; then the user stops the answer.
    Stopped(Vec<u8>),
    /// An HTTP error.
    Refused(u16),
    Unreachable,
}

const TICKET: u32 = 1;

/// A page and the reference, side by side.
struct Both {
    page: Page,
    config: Config,
    turns: Vec<Turn>,
    /// The sizes of the chunks.
    sizes: Vec<usize>,
    settled: Option<Outcome>,
    /// What happened, for whoever reads a failure.
    story: Vec<String>,
}

impl Drop for Both {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.story.join("\n────\n"));
        }
    }
}

impl Both {
    fn new(component: &str, background: bool, sizes: Vec<usize>) -> Both {
        let path = format!("/{component}/runs");
        let mut config = Config { runs: path.clone(), path, background, ..Config::default() };
        config.retry.max_retries = 0;
        let (page, turns, story) = (Page::with(config.clone()), vec![], vec![]);
        Both { page, config, turns, sizes, settled: None, story }
    }

    /// Makes an input; returns the request that follows.
    fn input(&mut self, input: Input<'_>) -> Option<Request> {
        self.page.handle(input);
        self.outputs(true)
    }

    /// The request among the client's outputs. `waits`: time passes until it comes, or nothing is due.
    fn outputs(&mut self, waits: bool) -> Option<Request> {
        let mut request = None;
        let mut wake = None;
        for output in self.page.outputs() {
            match output {
                Output::Fetch(fetch) => request = Some(fetch),
                Output::Settled { outcome, .. } => self.settled = Some(outcome),
                Output::WakeAt(at) => wake = at,
                _ => {}
            }
        }
        if let Some(at) = wake.filter(|_| waits && request.is_none()) {
            self.page.now = self.page.now.max(at);
            return self.input(Input::Tick);
        }
        request
    }

    /// Reads answers until no request follows. `answer` gives them.
    fn read(&mut self, turn: usize, mut request: Option<Request>, mut answer: impl FnMut(&Request) -> Answer) {
        while let Some(Request { id, .. }) = request {
            let answer = answer(request.as_ref().unwrap());
            let (Answer::Closed(bytes) | Answer::Broken(bytes) | Answer::Stopped(bytes)) = &answer else {
                self.turns[turn].is_refused();
                request = match answer {
                    Answer::Refused(status) => {
                        self.opened(id, status, "application/json");
                        self.input(Input::Closed { request: id })
                    }
                    _ => self.input(Input::Failed { request: id }),
                };
                continue;
            };
            self.opened(id, 200, "text/event-stream");
            request = self.chunks(id, bytes);
            self.turns[turn].feed(bytes);
            assert!(request.is_none(), "a request in the middle of a stream");
            // A refusal may be known only when the connection has ended.
            if self.turns[turn].live().outcome.is_none() {
                self.compare();
            }
            request = match answer {
                Answer::Closed(_) => self.input(Input::Closed { request: id }),
                Answer::Broken(_) => self.input(Input::Failed { request: id }),
                _ => self.input(Input::Cancel),
            };
            match (&answer, &request) {
                (Answer::Stopped(_), _) => self.turns[turn].stop(),
                (_, Some(_)) => self.turns[turn].breaks_off(bytes),
                _ => self.turns[turn].close(bytes),
            }
        }
        self.compare();
    }

    fn opened(&mut self, request: u32, status: u16, content_type: &str) {
        self.page.handle(Input::Opened { request, status, content_type, headers: Headers::default() });
    }

    fn chunks(&mut self, request: u32, mut bytes: &[u8]) -> Option<Request> {
        for (at, size) in self.sizes.clone().iter().cycle().enumerate() {
            if bytes.is_empty() {
                break;
            }
            let (piece, rest) = bytes.split_at((*size).min(bytes.len()));
            self.page.handle(Input::Chunk { request, bytes: piece });
            bytes = rest;
            if at % 16 == 0 {
                self.page.read();
            }
        }
        self.outputs(false)
    }

    fn compare(&mut self) {
        self.page.view();
        let shown: Vec<Value> = self.page.client.conversation.turns.iter().map(turn::shown).collect();
        let expected: Vec<Value> = self.turns.iter().map(Turn::expected).collect();
        let (shown, expected) = (json!(shown), json!(expected));
        assert_same(&shown, &expected, "the page (left) and the reference (right) differ");
    }

    fn id(&self, turn: usize) -> u32 {
        self.page.client.conversation.turns[turn].id
    }

    fn tell(&mut self, what: impl Into<String>) {
        self.story.push(what.into());
    }
}

/// How a stream reaches the page.
#[derive(Debug, Clone)]
enum Fate {
    Whole,
    /// The connection ends early: the answer is resumed in the background, and interrupted in the foreground.
    Cut(prop::sample::Index),
    /// The user stops the answer.
    Stopped(prop::sample::Index),
    /// The server refuses what is asked again.
    Refused(u8),
}

#[derive(Debug, Clone)]
enum Op {
    Asks(Leg, Fate),
    /// Answers a turn again.
    Again(prop::sample::Index, Leg, Fate),
    /// Edits the last message. The server may refuse to hide the answer.
    Edits(Leg, Fate, bool),
    /// Answers the question of a run that waits.
    Continues(Leg, Fate),
    /// Another client regenerates the last answer, or goes on with a run that failed or waits; this one follows.
    Elsewhere(Leg, Fate),
    Shows(prop::sample::Index, prop::sample::Index),
    /// The session is opened again.
    Reopens,
}

fn op() -> impl Strategy<Value = Op> {
    let index = any::<prop::sample::Index>;
    let fate = || {
        prop_oneof![6 => Just(Fate::Whole), 2 => index().prop_map(Fate::Cut), 1 => index().prop_map(Fate::Stopped),
            1 => any::<u8>().prop_map(Fate::Refused)]
    };
    prop_oneof![
        2 => (leg(), fate()).prop_map(|(leg, fate)| Op::Asks(leg, fate)),
        6 => (index(), leg(), fate()).prop_map(|(turn, leg, fate)| Op::Again(turn, leg, fate)),
        2 => (leg(), fate(), prop::bool::weighted(0.2)).prop_map(|(leg, fate, refused)| Op::Edits(leg, fate, refused)),
        2 => (leg(), fate()).prop_map(|(leg, fate)| Op::Continues(leg, fate)),
        3 => (leg(), fate()).prop_map(|(leg, fate)| Op::Elsewhere(leg, fate)),
        3 => (index(), index()).prop_map(|(turn, version)| Op::Shows(turn, version)),
        2 => Just(Op::Reopens),
    ]
}

/// A version as the server has stored it.
#[derive(Clone, Default)]
struct Stored {
    question: Option<String>,
    edits: bool,
    keeps_work: bool,
    frames: Vec<u8>,
}

/// A page, the reference, and a server.
struct World {
    both: Both,
    team: bool,
    names: u32,
    runs: BTreeMap<String, ServerRun>,
    /// In the background: the frames kept under an id.
    streams: BTreeMap<String, Vec<Frame>>,
    stored: Vec<Vec<Stored>>,
    reopened: bool,
}

fn concat(frames: &[Frame]) -> Vec<u8> {
    frames.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
}

impl World {
    fn new(background: bool, team: bool, sizes: Vec<usize>) -> World {
        let both = Both::new(if team { "teams/t" } else { "agents/a" }, background, sizes);
        World { both, team, names: 0, runs: BTreeMap::new(), streams: BTreeMap::new(), stored: vec![], reopened: false }
    }

    fn background(&self) -> bool {
        self.both.config.background
    }

    /// The index of the next frame kept under `id`.
    fn next(&self, id: &str) -> Option<u64> {
        let kept = self
            .streams
            .get(id)
            .map_or(0, |frames| frames.iter().filter_map(|(index, _)| *index).max().map_or(0, |i| i + 1));
        self.background().then_some(kept)
    }

    fn starts(&mut self, leg: &Leg) -> (String, Vec<Frame>) {
        self.names += 1;
        let next = self.background().then_some(0);
        let (run, frames) = ServerRun::starts(self.names, self.team, next, leg);
        let id = run.id().to_owned();
        self.keep(&id, run, &frames);
        (id, frames)
    }

    fn is_regenerated(&mut self, source: &str, leg: &Leg) -> Vec<Frame> {
        self.names += 1;
        let (run, frames) = self.runs[source].is_regenerated(self.names, self.next(source), leg);
        self.keep(source, run, &frames);
        frames
    }

    fn is_continued(&mut self, id: &str, leg: &Leg) -> Vec<Frame> {
        let (run, frames) = self.runs[id].is_continued(self.next(id), leg);
        self.keep(id, run, &frames);
        frames
    }

    fn keep(&mut self, stream: &str, run: ServerRun, frames: &[Frame]) {
        self.runs.insert(run.id().to_owned(), run);
        if self.background() {
            self.streams.entry(stream.to_owned()).or_default().extend(frames.iter().cloned());
        }
    }

    /// The page reads `frames`, kept under `stream`.
    fn delivers(
        &mut self,
        turn: usize,
        request: Option<Request>,
        stream: &str,
        frames: &[Frame],
        fate: &Fate,
        least: usize,
    ) {
        let bytes = concat(frames);
        let least = concat(&frames[..least]).len();
        let upto = |index: &prop::sample::Index| bytes[..index.index(bytes.len() + 1).max(least)].to_vec();
        let first = match fate {
            Fate::Whole | Fate::Refused(_) => Answer::Closed(bytes.clone()),
            Fate::Cut(at) if self.background() => Answer::Broken(upto(at)),
            Fate::Cut(at) => Answer::Closed(upto(at)),
            Fate::Stopped(at) => Answer::Stopped(upto(at)),
        };
        self.both.tell(format!("{stream}: {fate:?}\n{}", String::from_utf8_lossy(&bytes)));
        // Of a run that was cut off or stopped, AgentOS stores whole frames.
        let heard = match &first {
            Answer::Closed(part) | Answer::Stopped(part) if part.len() < bytes.len() => {
                let ends = (0..=frames.len()).map(|count| concat(&frames[..count]).len());
                bytes[..ends.take_while(|end| *end <= part.len()).last().unwrap()].to_vec()
            }
            _ => bytes.clone(),
        };
        let kept = self.streams.get(stream).cloned().unwrap_or_default();
        let mut first = Some(first);
        self.both.read(turn, request, |request| first.take().unwrap_or_else(|| resumed(request, stream, &kept)));
        let stored = self.stored[turn].last_mut().unwrap();
        stored.frames.extend(heard);
        if !self.background() || matches!(fate, Fate::Stopped(_)) {
            self.is_cancelled_if_open(turn);
        }
    }

    /// AgentOS cancels a run whose connection is dropped, or that the user stops.
    fn is_cancelled_if_open(&mut self, turn: usize) {
        let stored = self.stored[turn].last_mut().unwrap();
        let mut naive = naive::Naive::default();
        naive.feed(&stored.frames);
        if naive.id().is_empty() {
            stored.frames.clear();
        } else if naive.outcome.is_none() {
            let name = if self.team { "TeamRunCancelled" } else { "RunCancelled" };
            let data = json!({"run_id": naive.id(), "session_id": "s-1"});
            stored.frames.extend(format!("\n\nevent: {name}\ndata: {data}\n\n").into_bytes());
        }
    }

    fn go(&mut self, op: &Op) {
        let last = self.both.turns.len().checked_sub(1);
        if matches!(op, Op::Asks(..) | Op::Again(..) | Op::Edits(..)) {
            self.both.turns.iter_mut().for_each(Turn::show_live_question);
        }
        match (op, last) {
            // A run that waits is mostly answered.
            (Op::Asks(leg, fate), Some(last)) if self.both.turns[last].live().outcome == Some("paused") => {
                self.continues(last, leg, fate)
            }
            (Op::Asks(leg, fate), _) => self.asks(leg, fate),
            (_, None) => {}
            (Op::Again(turn, leg, fate), Some(last)) => {
                // What waits while another turn is answered again is judged by tests/regenerating.rs.
                let waits = self.both.turns[last].live().outcome == Some("paused");
                self.again(if waits { last } else { turn.index(last + 1) }, leg, fate);
            }
            (Op::Edits(leg, fate, refused), Some(last)) => self.edits(last, leg, fate, *refused),
            (Op::Continues(leg, fate), Some(last)) => self.continues(last, leg, fate),
            (Op::Elsewhere(leg, fate), Some(last)) => self.elsewhere(last, leg, fate),
            (Op::Shows(turn, version), Some(last)) => {
                let turn = turn.index(last + 1);
                let index = version.index(self.both.turns[turn].count() + 1);
                self.both.tell(format!("shows {index} of {turn}"));
                self.both.turns[turn].show(index);
                let turn = self.both.id(turn);
                self.both.input(Input::ShowVersion { turn, index });
                self.both.compare();
            }
            (Op::Reopens, _) => self.reopens(),
        }
    }

    fn question(&mut self) -> String {
        self.names += 1;
        format!("Question {}", self.names)
    }

    fn asks(&mut self, leg: &Leg, fate: &Fate) {
        let text = self.question();
        let (id, frames) = self.starts(leg);
        self.both.turns.push(Turn::asked(&text));
        self.stored.push(vec![Stored { question: Some(text.clone()), ..Stored::default() }]);
        self.both.tell(format!("asks {text}"));
        let request = self.both.input(Input::Send { ticket: TICKET, text: &text, files: &[] });
        self.delivers(self.both.turns.len() - 1, request, &id, &frames, fate, 1);
    }

    fn again(&mut self, turn: usize, leg: &Leg, fate: &Fate) {
        let asks = self.both.turns[turn].asks_again();
        self.both.tell(format!("again {turn}: {asks:?}"));
        let id = self.both.id(turn);
        let request =
            self.both.input(Input::Regenerate { ticket: TICKET, turn: Some(id), instructions: "", stored: None });
        let asked = request.clone().expect("a request");
        let regenerates = asked.fields.iter().any(|(name, value)| name == "regenerate" && value == "true");
        let path = |id: &str| format!("{}/{id}/continue", self.both.config.runs);
        let refused = match (fate, &asks) {
            (Fate::Refused(how), turn::Request::Regenerate(_) | turn::Request::Continue(_)) => Some(how % 4),
            _ => None,
        };
        if let Some(how) = refused {
            return self.refuses(turn, request, how);
        }
        let (stream, frames, least) = match &asks {
            turn::Request::Regenerate(run) => {
                assert_eq!((asked.url, regenerates), (path(run), true));
                self.stored[turn].push(Stored { keeps_work: true, ..Stored::default() });
                (run.clone(), self.is_regenerated(run, leg), 0)
            }
            turn::Request::Continue(run) => {
                assert_eq!((asked.url, regenerates), (path(run), false));
                (run.clone(), self.is_continued(run, leg), 0)
            }
            turn::Request::Message => {
                assert_eq!(asked.url, self.both.config.runs);
                self.stored[turn].push(Stored::default());
                let (id, frames) = self.starts(leg);
                (id, frames, 1)
            }
        };
        let least = if self.background() && matches!(fate, Fate::Stopped(_)) { 1 } else { least };
        self.delivers(turn, request, &stream, &frames, fate, least);
    }

    fn refuses(&mut self, turn: usize, request: Option<Request>, how: u8) {
        self.both.tell(format!("refuses {how}"));
        let refusal = json!({"event": "RunError", "agent_id": "", "content": "No."});
        let answer = match how {
            0 => Answer::Closed(format!("event: RunError\ndata: {refusal}\n\n").into_bytes()),
            1 => Answer::Closed(vec![]),
            2 => Answer::Refused(404),
            _ => Answer::Unreachable,
        };
        let mut answer = Some(answer);
        if how == 1 {
            self.both.turns[turn].is_refused();
        }
        self.both.read(turn, request, |_| answer.take().unwrap());
        assert_eq!(self.both.settled, Some(Outcome::Failed));
    }

    fn edits(&mut self, turn: usize, leg: &Leg, fate: &Fate, refused: bool) {
        let text = self.question();
        let live = self.both.turns[turn].live();
        let (id, outcome) = (live.id().to_owned(), live.outcome);
        let completed = self.both.turns[turn].completed_run();
        let in_place = matches!(outcome, Some("failed" | "paused")) && !id.is_empty() && completed.is_none();
        let hide: Vec<String> = completed.clone().into_iter().collect();
        let run = in_place.then_some(id.as_str());
        self.both.tell(format!("edits {turn} to {text}: hides {hide:?}, in place {run:?}, refused {refused}"));
        self.both.turns[turn].is_edited(&text);
        let turn_id = self.both.id(turn);
        let mut request = self.both.input(Input::Edit {
            ticket: TICKET,
            turn: turn_id,
            text: &text,
            files: &[],
            hide: &hide,
            run,
            fields: &[],
        });
        if let Some(hidden) = completed {
            assert_eq!(request.as_ref().unwrap().url, format!("{}/{hidden}/continue", self.both.config.runs));
            if refused {
                return self.refuses(turn, request, 0);
            }
            request = self.hides(request);
        } else if in_place && refused {
            return self.refuses(turn, request, 0);
        }
        self.stored[turn].push(Stored { question: Some(text), edits: true, ..Stored::default() });
        if in_place {
            let frames = self.is_continued(&id, leg);
            return self.delivers(turn, request, &id, &frames, fate, 1);
        }
        assert_eq!(request.as_ref().unwrap().url, self.both.config.runs);
        self.both.turns[turn].edit_is_made();
        let (id, frames) = self.starts(leg);
        self.delivers(turn, request, &id, &frames, fate, 1);
    }

    /// An answer is regenerated and stopped at its first frame.
    fn hides(&mut self, request: Option<Request>) -> Option<Request> {
        let request = request.unwrap().id;
        self.names += 1;
        let run = format!("hidden-{}", self.names);
        let frame = |name: &str| {
            format!("event: {name}\ndata: {}\n\n", json!({"event": name, "run_id": run, "session_id": "s-1"}))
        };
        self.both.opened(request, 200, "text/event-stream");
        let bytes = frame("RunContinued") + &frame("RunCancelled");
        assert!(self.both.chunks(request, bytes.as_bytes()).is_none());
        self.both.compare();
        self.both.input(Input::Closed { request })
    }

    fn continues(&mut self, turn: usize, leg: &Leg, fate: &Fate) {
        let live = self.both.turns[turn].live();
        if live.outcome != Some("paused") {
            return;
        }
        let id = live.id().to_owned();
        self.both.tell(format!("answers the pause of {id}"));
        let frames = self.is_continued(&id, leg);
        self.both.turns[turn].goes_on();
        let request = self.both.input(Input::Continue { ticket: TICKET, answers: &[] });
        assert_eq!(request.as_ref().unwrap().url, format!("{}/{id}/continue", self.both.config.runs));
        self.delivers(turn, request, &id, &frames, fate, 1);
    }

    fn elsewhere(&mut self, turn: usize, leg: &Leg, fate: &Fate) {
        let live = self.both.turns[turn].live();
        let (id, outcome) = (live.id().to_owned(), live.outcome);
        if !self.background() || id.is_empty() {
            return;
        }
        if !matches!(outcome, Some("completed" | "paused" | "failed")) {
            return;
        }
        self.both.turns.iter_mut().for_each(Turn::show_live_question);
        let turn_id = self.both.id(turn);
        let (request, before) = match outcome {
            Some("completed") => {
                let before = self.streams.get(&id).map_or(0, Vec::len);
                self.is_regenerated(&id, leg);
                self.both.turns[turn].begins_version(None, false, true);
                self.stored[turn].push(Stored { keeps_work: true, ..Stored::default() });
                (self.both.input(Input::Follow { ticket: TICKET, turn: turn_id, stream: Some(&id) }), before)
            }
            _ => {
                let before = self.streams.get(&id).map_or(0, Vec::len);
                self.is_continued(&id, leg);
                (self.both.input(Input::Follow { ticket: TICKET, turn: turn_id, stream: None }), before)
            }
        };
        let request = request.expect("a request");
        self.both.tell(format!("elsewhere {turn}, {outcome:?}: follows {} {:?}", request.url, request.fields));
        let kept = self.streams[&id].clone();
        assert_eq!(request.url, format!("{}/{id}/resume", self.both.config.runs));
        let frames = after(&request, &kept);
        if outcome != Some("completed") {
            match last_index(&request) {
                None if self.has_beginning(&id) => self.both.turns[turn].is_sent_again(),
                _ => self.both.turns[turn].goes_on(),
            }
        }
        let stored = concat(&kept[before..]);
        let heard = self.stored[turn].last().unwrap().frames.clone();
        // The first new frame arrives: of a run that has no name for this page nothing can be said later.
        let new = kept[before..].iter().filter(|(index, _)| index.is_some()).count();
        let least = frames.len() + 1 - new;
        self.delivers(turn, Some(request), &id, &frames, fate, least);
        self.stored[turn].last_mut().unwrap().frames = [heard, stored].concat();
    }

    /// Whether the frames kept under the id of a run begin with its first one.
    fn has_beginning(&self, id: &str) -> bool {
        String::from_utf8_lossy(&self.streams[id][0].1).contains("RunStarted")
    }

    fn reopens(&mut self) {
        self.both.tell("reopens");
        self.both.page = Page::with(self.both.config.clone());
        self.both.input(Input::Clear { session_id: Some("s-1") });
        self.reopened = true;
        for (at, versions) in self.stored.iter_mut().enumerate() {
            // What never began is not stored.
            let first = versions.remove(0);
            versions.retain(|version| !version.frames.is_empty() || version.edits);
            versions.insert(0, first);
            for (number, Stored { question, edits, keeps_work, frames }) in versions.iter().enumerate() {
                let text = question.as_deref();
                if number == 0 {
                    self.both.page.handle(Input::LoadTurn { text, at: 1.0, frames });
                    self.both.turns[at] = Turn::asked(text.unwrap());
                } else {
                    let version = PastVersion { turn: at, text, edits: *edits, keeps_work: *keeps_work, at: 1.0 };
                    self.both.page.handle(Input::LoadVersion { version, frames });
                    self.both.turns[at].begins_version(text, *edits, *keeps_work);
                }
                self.both.turns[at].feed(frames);
                self.both.turns[at].close(frames);
            }
        }
        self.both.outputs(false);
        self.both.compare();
    }
}

fn last_index(request: &Request) -> Option<u64> {
    let field = request.fields.iter().find(|(name, _)| name == "last_event_index")?;
    field.1.parse().ok()
}

/// The frames after the one that the request names.
fn after(request: &Request, kept: &[Frame]) -> Vec<Frame> {
    let last = last_index(request);
    kept.iter().filter(|(index, _)| index.is_some_and(|index| last.is_none_or(|last| index > last))).cloned().collect()
}

fn resumed(request: &Request, stream: &str, kept: &[Frame]) -> Answer {
    assert!(request.url.ends_with(&format!("/{stream}/resume")), "{} instead of {stream}", request.url);
    Answer::Closed(concat(&after(request, kept)))
}

fn runs() -> u32 {
    std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: runs(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_again_is_shown_as_the_reference_shows_it(
        ops in vec(op(), 1..8), background in any::<bool>(), team in any::<bool>(), sizes in vec(prop_oneof![1..8usize, 1..4_000usize], 1..6),
        first in leg(),
    ) {
        let mut world = World::new(background, team, sizes);
        world.asks(&first, &Fate::Whole);
        ops.iter().for_each(|op| world.go(op));
    }
}

/// What a page does with the recordings of `fixtures/again`.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Sends a message.
    Asks(&'static str),
    /// Asks for the last answer again. A connection that broke is resumed with the next recording.
    Again(&'static [&'static str]),
    /// Edits the last message: an answer is hidden, and the message sent.
    Edits(&'static str, &'static str),
    /// Opens a session in which this is stored.
    Opens(&'static str),
    /// Adds a stored version: whether its message was edited, and whether it keeps tools and members.
    Version(&'static str, bool, bool),
    Follows(&'static str),
}

use Step::{Again, Asks, Edits, Follows, Opens, Version};

const AGENT: &str = "agents/historian";
const TEAM: &str = "teams/panel";

/// Component, background, and what happens.
const RECORDED: &[(&str, bool, &[Step])] = &[
    (
        AGENT,
        false,
        &[
            Asks("regen_agent_replace.1_run"),
            Again(&["regen_agent_replace.2_regenerate"]),
            Asks("regen_agent_replace.3_next_message"),
        ],
    ),
    (AGENT, false, &[Asks("regen_agent_tool.1_run"), Again(&["regen_agent_tool.2_regenerate"])]),
    (AGENT, false, &[Asks("regen_agent_instructions.1_run"), Again(&["regen_agent_instructions.2_regenerate"])]),
    (AGENT, false, &[Asks("regen_agent_keep.1_run"), Again(&["regen_agent_keep.2_regenerate"])]),
    (AGENT, false, &[Asks("regen_agent_error.1_run"), Again(&["regen_agent_error.2_regenerate"])]),
    (AGENT, false, &[Asks("retry_agent_error.1_run"), Again(&["retry_agent_error.2_continue"])]),
    (TEAM, false, &[Asks("regen_team_member.1_run"), Again(&["regen_team_member.2_regenerate"])]),
    (TEAM, false, &[Asks("rerun_team_member.1_run"), Again(&["rerun_team_member.2_last_user"])]),
    (
        AGENT,
        true,
        &[
            Asks("regen_agent_background.1_run"),
            Again(&["regen_agent_background.2_regenerate_dropped", "regen_agent_background.5_resume_source"]),
        ],
    ),
    (
        AGENT,
        true,
        &[Asks("regen_agent_background.1_run"), Again(&["", "regen_agent_background.6_resume_source_from_start"])],
    ),
    (
        AGENT,
        true,
        &[Opens("regen_agent_background.1_run"), Again(&["", "regen_agent_background.6_resume_source_from_start"])],
    ),
    (
        AGENT,
        true,
        &[
            Asks("regen_agent_background.1_run"),
            Again(&["regen_agent_background.2_regenerate_dropped", "regen_agent_background.4_resume_new"]),
        ],
    ),
    (
        AGENT,
        false,
        &[
            Asks("regen_refused.0_run"),
            Again(&["regen_refused.1_with_fork"]),
            Again(&["regen_refused.2_with_fork_json"]),
        ],
    ),
    (
        AGENT,
        false,
        &[
            Asks("regen_refused.0_run"),
            Again(&["regen_refused.3_cancelled"]),
            Again(&["regen_refused.4_cancelled_json"]),
        ],
    ),
    (
        AGENT,
        false,
        &[
            Asks("regen_refused.0_run"),
            Again(&["regen_refused.5_unknown_run_json"]),
            Again(&["regen_refused.7_bad_continue_from"]),
        ],
    ),
    (
        AGENT,
        true,
        &[
            Asks("regen_refused.0_run"),
            Again(&["regen_refused.6_unknown_run_background"]),
            Again(&["regen_refused.8_with_fork_background"]),
        ],
    ),
    (AGENT, false, &[Asks("regen_refused.0_cancelled"), Again(&["regen_agent_replace.1_run"])]),
    (
        AGENT,
        false,
        &[
            Asks("edit_agent_hidden.1_run"),
            Asks("edit_agent_hidden.2_run"),
            Edits("edit_agent_hidden.3_regenerate_cancelled", "edit_agent_hidden.4_resend"),
        ],
    ),
    (
        AGENT,
        false,
        &[
            Opens("edit_agent_fork.1_run"),
            Opens("edit_agent_fork.2_run"),
            Version("edit_agent_fork.3_edit", true, false),
        ],
    ),
    (
        AGENT,
        false,
        &[
            Opens("session_fork_agent.1_run"),
            Version("session_fork_agent.2_regenerate", false, true),
            Asks("session_fork_agent.4_run_in_fork"),
        ],
    ),
    (TEAM, false, &[Opens("rerun_team_member.1_run"), Version("rerun_team_member.2_last_user", false, true)]),
    (TEAM, true, &[Opens("follow_second_tab.1_run"), Follows("follow_second_tab.3_resume")]),
    (AGENT, false, &[Asks("session_routes.1_run")]),
    (AGENT, false, &[Opens("session_rename_lost.1_run")]),
];

fn recorded(name: &str) -> Answer {
    let folder = format!("{}/tests/fixtures/again", env!("CARGO_MANIFEST_DIR"));
    if name.is_empty() {
        return Answer::Broken(vec![]);
    }
    let read = |kind: &str| std::fs::read(format!("{folder}/{name}.{kind}")).unwrap();
    let request: Value = serde_json::from_slice(&read("json")).unwrap();
    match request["status"].as_u64() {
        Some(200) if request["client_disconnected"] == true => Answer::Broken(read("sse")),
        Some(200) => Answer::Closed(read("sse")),
        status => Answer::Refused(status.unwrap() as u16),
    }
}

fn stream(name: &str) -> Vec<u8> {
    match recorded(name) {
        Answer::Closed(bytes) | Answer::Broken(bytes) => bytes,
        _ => panic!("{name} is no stream"),
    }
}

fn replay((component, background, steps): (&str, bool, &[Step]), sizes: Vec<usize>) {
    let mut both = Both::new(component, background, sizes);
    both.tell(format!("asks Question 1: {steps:?}"));
    steps.iter().for_each(|step| replay_step(&mut both, *step));
}

fn replay_step(both: &mut Both, step: Step) {
    let mut names: Vec<&str> = vec![];
    let last = both.turns.len().saturating_sub(1);
    let request = match step {
        Asks(name) => {
            names.push(name);
            both.turns.push(Turn::asked("What?"));
            both.input(Input::Send { ticket: TICKET, text: "What?", files: &[] })
        }
        Again(answers) => {
            names.extend(answers);
            let asks = both.turns[last].asks_again();
            let request = both.input(Input::Regenerate { ticket: TICKET, turn: None, instructions: "", stored: None });
            let path = match asks {
                turn::Request::Regenerate(run) | turn::Request::Continue(run) => {
                    format!("{}/{run}/continue", both.config.runs)
                }
                turn::Request::Message => both.config.runs.clone(),
            };
            assert_eq!(request.as_ref().unwrap().url, path);
            request
        }
        Edits(hides, resend) => {
            names.push(resend);
            let hide = [both.turns[last].completed_run().unwrap()];
            both.turns[last].is_edited("What else?");
            let (turn, text) = (both.id(last), "What else?");
            let edit = Input::Edit { ticket: TICKET, turn, text, files: &[], hide: &hide, run: None, fields: &[] };
            let id = both.input(edit).unwrap().id;
            both.opened(id, 200, "text/event-stream");
            assert!(both.chunks(id, &stream(hides)).is_none());
            both.compare();
            both.turns[last].edit_is_made();
            both.input(Input::Closed { request: id })
        }
        Opens(name) => {
            let frames = stream(name);
            both.turns.push(Turn::asked("What?"));
            both.page.handle(Input::LoadTurn { text: Some("What?"), at: 1.0, frames: &frames });
            return both.loaded(&frames);
        }
        Version(name, edits, keeps_work) => {
            let (frames, text) = (stream(name), edits.then_some("What else?"));
            both.turns[last].begins_version(text, edits, keeps_work);
            let version = PastVersion { turn: last, text, edits, keeps_work, at: 1.0 };
            both.page.handle(Input::LoadVersion { version, frames: &frames });
            return both.loaded(&frames);
        }
        Follows(name) => {
            names.push(name);
            both.turns[last].is_sent_again();
            let turn = both.id(last);
            both.input(Input::Follow { ticket: TICKET, turn, stream: None })
        }
    };
    let turn = both.turns.len() - 1;
    let mut answers = names.into_iter().map(recorded);
    both.read(turn, request, |_| answers.next().unwrap());
}

impl Both {
    /// Stored frames have been shown.
    fn loaded(&mut self, frames: &[u8]) {
        self.outputs(false);
        let turn = self.turns.last_mut().unwrap();
        turn.feed(frames);
        turn.close(frames);
        self.compare();
    }
}

#[test]
fn every_recording_is_shown_as_the_reference_shows_it_however_it_is_split() {
    let places = if runs() > 10_000 { 2_000 } else { 12 };
    for scenario in RECORDED {
        let longest = scenario.2.iter().map(|step| match step {
            Asks(name) | Opens(name) | Follows(name) | Version(name, ..) | Edits(_, name) => stream(name).len(),
            Again(names) => names
                .iter()
                .map(|name| {
                    std::fs::metadata(format!("{}/tests/fixtures/again/{name}.sse", env!("CARGO_MANIFEST_DIR")))
                        .map_or(0, |file| file.len() as usize)
                })
                .max()
                .unwrap_or(0),
        });
        let longest = longest.max().unwrap();
        let split_in_two = (1..longest).step_by((longest / places).max(1)).map(|at| vec![at, usize::MAX]);
        for sizes in [vec![usize::MAX], vec![1], vec![61, 7]].into_iter().chain(split_in_two) {
            replay(*scenario, sizes);
        }
    }
}
