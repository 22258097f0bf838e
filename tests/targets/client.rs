//! Fuzzes the whole client: users, servers, networks and clocks do what the bytes say. Nothing panics, every send is
//! settled exactly once, no wait lasts forever, the bounds of `limits.rs` hold, and a second client that gets each
//! chunk in pieces sees and does the same.
//!
//! The first byte of `data` chooses the options, the second how chunks are cut; then one byte for each action, followed
//! by its arguments. fuzz/seed.mjs writes recordings in this form.

use ai_stream_handler::client::{Client, Config, Input, Output, RequestId, Ticket};
use ai_stream_handler::limits::Limits;
use ai_stream_handler::retry::{Headers, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// Limits that a fuzzer can reach.
fn small() -> Limits {
    let mut limits = Limits::default();
    (limits.max_event_bytes, limits.max_text_bytes, limits.max_queued) = (4096, 300, 3);
    (limits.max_timeline_entries, limits.max_messages, limits.max_tool_calls) = (20, 4, 4);
    (limits.max_items, limits.max_sessions, limits.max_listed) = (4, 4, 4);
    (limits.max_detail_bytes, limits.max_excerpt_bytes, limits.max_error_body_bytes) = (100, 20, 100);
    limits
}

pub fn check(data: &[u8]) {
    let Some((&[options, cut], rest)) = data.split_first_chunk::<2>() else { return };
    let mut script = Script(rest);
    let mut world = World::new(options, usize::from(cut % 16) + 1);
    while let Some(what) = script.byte() {
        if !world.step(what, &mut script) {
            break;
        }
    }
    world.handle(|| Input::Clear { session_id: None });
    assert_eq!((world.open(), world.live), (0, None), "after a new chat has begun something is left");
    assert_eq!(world.wake, None, "a timer is left behind");
}

struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// Two bytes give the length.
    fn bytes(&mut self) -> &'a [u8] {
        let length = u16::from_le_bytes([self.byte().unwrap_or(0), self.byte().unwrap_or(0)]);
        let (taken, rest) = self.0.split_at(self.0.len().min(usize::from(length)));
        self.0 = rest;
        taken
    }
}

struct World {
    client: Client,
    /// The same, except for how bytes are split.
    other: Client,
    piece: usize,
    now: f64,
    wake: Option<f64>,
    other_wake: Option<f64>,
    tickets: BTreeMap<Ticket, bool>,
    live: Option<RequestId>,
    over: BTreeSet<RequestId>,
    calls: BTreeSet<RequestId>,
    offline: bool,
    limits: Limits,
}

impl World {
    fn new(options: u8, piece: usize) -> World {
        let is = |bit: u8| options >> bit & 1 == 1;
        let limits = if is(0) { small() } else { Limits::default() };
        let config = Config {
            path: "/teams/t/runs".into(),
            runs: if is(1) { String::new() } else { "/teams/t/runs".into() },
            background: is(2),
            retry: if is(3) { Policy::off() } else { Policy::default() },
            limits,
            log: is(4),
            ..Config::default()
        };
        let client = Client::new(config);
        let (tickets, over, calls) = Default::default();
        let (now, wake, other_wake, live, offline) = (1_795_460_000.0, None, None, None, false);
        World {
            other: client.clone(),
            client,
            piece,
            now,
            wake,
            other_wake,
            tickets,
            live,
            over,
            calls,
            offline,
            limits,
        }
    }

    fn open(&self) -> usize {
        self.tickets.values().filter(|settled| !**settled).count()
    }

    fn ticket(&mut self) -> Ticket {
        let ticket = self.tickets.len() as Ticket + 1;
        self.tickets.insert(ticket, false);
        ticket
    }

    /// `false`: the page has closed, and nothing happens any more.
    fn step(&mut self, what: u8, script: &mut Script<'_>) -> bool {
        let request = self.live.unwrap_or_default();
        let (files, answers) = (["a.txt".to_owned()], [("tools".to_owned(), "[]".to_owned())]);
        match what % 25 {
            0 => {
                let ticket = self.ticket();
                self.handle(|| Input::Send { ticket, text: "hello", files: &[] });
            }
            1 => {
                let ticket = self.ticket();
                self.handle(|| Input::SendInBackground { ticket, text: "later", files: &files });
            }
            2 => {
                let ticket = self.ticket();
                self.handle(|| Input::Resume { ticket });
            }
            3 => {
                let ticket = self.ticket();
                self.handle(|| Input::Continue { ticket, answers: &answers });
            }
            4 => self.handle(|| Input::Cancel),
            5 => {
                let ticket = script.byte().unwrap_or(0).into();
                self.handle(|| Input::CancelQueued { ticket });
            }
            6 => self.handle(|| Input::RetryNow),
            7 => {
                self.offline = false;
                self.handle(|| Input::Online);
            }
            8 => {
                self.offline = true;
                self.handle(|| Input::Offline);
            }
            9 => self.handle(|| Input::DismissError),
            10 => self.handle(|| Input::Clear { session_id: Some("s") }),
            11 => {
                let until = self.now + f64::from(script.byte().unwrap_or(0)) * 30.0;
                self.handle(|| Input::LimitElsewhere { until });
            }
            12 => self.handle(|| Input::LimitOver),
            13 => self.handle(|| Input::Begin { text: Some("hello") }),
            14 => self.feed(script.bytes(), Input::Feed),
            15 => self.handle(|| Input::End),
            16 => {
                self.now = self.now.max(self.wake.unwrap_or(self.now));
                self.handle(|| Input::Tick);
            }
            17 => self.now += f64::from(script.byte().unwrap_or(0)),
            18 => {
                let status = [200, 200, 200, 202, 429, 503, 500, 404][usize::from(script.byte().unwrap_or(0)) % 8];
                let content_type = ["text/event-stream", "application/json", "text/html", ""];
                let content_type = content_type[usize::from(script.byte().unwrap_or(0)) % 4];
                self.handle(|| Input::Opened { request, status, content_type, headers: Headers::default() });
            }
            19 => self.feed(script.bytes(), |bytes| Input::Chunk { request, bytes }),
            20 => self.ended(|| Input::Closed { request }),
            21 => self.ended(|| Input::Failed { request }),
            22 => self.ended(|| Input::NotSent { request }),
            23 => {
                if let Some(request) = self.calls.pop_first() {
                    let status = script.byte().unwrap_or(0).into();
                    self.handle(|| Input::Called { request, status });
                }
            }
            _ => {
                self.handle(|| Input::Detach);
                assert_eq!((self.open(), self.live), (0, None), "the page has gone and something is left");
                return false;
            }
        }
        true
    }

    fn ended(&mut self, input: impl Fn() -> Input<'static>) {
        self.over.extend(self.live.take());
        self.handle(input);
    }

    fn feed<'a>(&mut self, bytes: &'a [u8], input: impl Fn(&'a [u8]) -> Input<'a>) {
        self.client.handle(input(bytes), self.now);
        let (mut piece, mut rest) = bytes.split_at(bytes.len().min(self.piece));
        loop {
            self.other.handle(input(piece), self.now);
            if rest.is_empty() {
                break;
            }
            (piece, rest) = rest.split_at(rest.len().min(self.piece));
        }
        self.look();
        assert_eq!(seen(&mut self.client.clone()), seen(&mut self.other.clone()), "the split of the bytes matters");
    }

    fn handle<'a>(&mut self, input: impl Fn() -> Input<'a>) {
        self.client.handle(input(), self.now);
        self.other.handle(input(), self.now);
        self.look();
    }

    /// Handles the outputs.
    fn look(&mut self) {
        let (done, wake) = drained(&mut self.client);
        let (other, other_wake) = drained(&mut self.other);
        assert_eq!(done, other, "the split of the bytes matters");
        self.wake = wake.unwrap_or(self.wake);
        self.other_wake = other_wake.unwrap_or(self.other_wake);
        // A stall timer is moved when it fires, so the two clients may set it differently.
        assert_eq!(self.wake.is_some(), self.other_wake.is_some(), "the split of the bytes matters");
        for output in done {
            match output {
                Output::Fetch(request) => {
                    assert_eq!(self.live, None, "a second request while one is under way");
                    assert!(!self.over.contains(&request.id), "a request's id again");
                    self.live = Some(request.id);
                }
                Output::Abort(request) | Output::Release(request) => {
                    assert_eq!(self.live, Some(request), "an abort of what is not under way");
                    self.over.extend(self.live.take());
                }
                Output::Settled { ticket, .. } => {
                    assert_eq!(self.tickets.insert(ticket, true), Some(false), "ticket {ticket} was settled before");
                }
                Output::Call(call) => assert!(self.calls.insert(call.id), "a call's id again"),
                _ => {}
            }
        }
        // What waits in a paused queue waits for the user.
        let paused = self.client.is_queue_paused();
        let waits = self.open() > 0 && self.live.is_none() && self.wake.is_none() && !paused;
        assert!(!waits || self.offline || self.client.is_fed_by_caller(), "{} sends wait for nothing", self.open());
        assert!(self.wake.is_none_or(f64::is_finite), "a timer that never rings");
        if !self.client.is_fed_by_caller() {
            assert_eq!(self.client.live_request(), self.live, "it is not agreed on what is under way");
        }
        self.bounds();
    }

    fn bounds(&self) {
        let limits = &self.limits;
        assert!(self.client.queue().count() <= limits.max_queued + 1);
        for turn in &self.client.conversation.turns {
            assert!(turn.work.len() <= limits.max_messages, "{} messages", turn.work.len());
            for message in turn.work.iter().chain([&turn.answer]) {
                assert!(message.tools.len() <= limits.max_tool_calls, "{} tool calls", message.tools.len());
                assert!(message.text.as_str().len() <= limits.max_text_bytes, "{} bytes", message.text.as_str().len());
                assert!(message.head.images.len() <= limits.max_items, "{} images", message.head.images.len());
            }
        }
    }
}

/// The outputs, and the last requested wake-up. What only informs others (limits, log lines) may be grouped
/// differently.
fn drained(client: &mut Client) -> (Vec<Output>, Option<Option<f64>>) {
    let (mut done, mut wake) = (Vec::new(), None);
    while let Some(output) = client.poll_output() {
        match output {
            Output::WakeAt(at) => wake = Some(at),
            Output::Limit(_) | Output::Log(_) | Output::Urgent => {}
            output => done.push(output),
        }
    }
    (done, wake)
}

/// What a page sees.
fn seen(client: &mut Client) -> String {
    client.read(|delta| {
        let turns = serde_json::to_string(&delta.turns).unwrap_or_default();
        let head = serde_json::to_string(&delta.head).unwrap_or_default();
        let sessions = serde_json::to_string(&delta.sessions).unwrap_or_default();
        format!("{head}\n{sessions}\n{turns}")
    })
}
