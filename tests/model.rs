//! Model checking of the client: every interleaving of what users, servers, networks and clocks can do in a small
//! world, up to a depth that covers a retry, a drop and a cancel. Equivalent states are explored once.
//!
//! `MODEL_DEPTH` sets the depth: 6 by default; 7, which `make proof` uses, has send, refusal, retry, drop, resume and
//! cancel in one path.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ai_stream_handler::client::{Client, Config, Input, Output, RequestId, Ticket};
use ai_stream_handler::error::ErrorType;
use ai_stream_handler::retry::{Headers, Policy};
use ai_stream_handler::state::Outcome;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(clippy::enum_variant_names)]
enum Move {
    Send,
    SendInBackground,
    SendNow,
    /// The first or the last message of the queue: sent now; edited; moved to the other end.
    SendQueuedNow,
    EditQueued,
    MoveQueued,
    ResumeQueue,
    Cancel,
    CancelAll,
    Resume,
    /// Of the last turn; of the first one, whose run is hidden before; of the last one, in its run.
    Regenerate,
    Edit,
    EditInPlace,
    /// Another client continued the last turn; regenerates the first one.
    Follow,
    FollowRegeneration,
    /// Of the first turn: the oldest, the last one.
    ShowOldest,
    ShowLast,
    RetryNow,
    /// The clock advances to the requested wake-up.
    Tick,
    Offline,
    Online,
    Clear,
    Detach,
    /// For the current request: its head; its head and the first frame; an error, complete.
    Opened(u16),
    Begins,
    Refused,
    /// Another run is going on in the session.
    Busy,
    Started,
    Says,
    Completes,
    Stopped,
    Fails,
    /// Of a stream that is resumed: the run is unknown; it goes on; it is over, and nothing follows.
    Gone,
    CaughtUp,
    Replayed,
    Closed,
    Broken,
    Diagnosed,
    NotSent,
    /// For the running call to the server.
    Called,
    /// For a request whose answer was stopped before its run had a name: the frame that names it; its end.
    Named,
    EndsUnnamed,
}

/// Moves that take a ticket.
const ASKS: &[Move] = &[
    Move::Send,
    Move::SendInBackground,
    Move::SendNow,
    Move::Resume,
    Move::Regenerate,
    Move::Edit,
    Move::EditInPlace,
    Move::Follow,
    Move::FollowRegeneration,
];

/// Moves of the queue's world alone, which would make the others too large.
const OF_QUEUE: &[Move] =
    &[Move::SendNow, Move::SendQueuedNow, Move::EditQueued, Move::MoveQueued, Move::ResumeQueue, Move::Busy];

/// Moves of the world of stored turns alone.
const OF_VERSIONS: &[Move] = &[
    Move::Regenerate,
    Move::Edit,
    Move::EditInPlace,
    Move::ShowOldest,
    Move::ShowLast,
    Move::Follow,
    Move::FollowRegeneration,
    Move::Stopped,
    Move::Gone,
    Move::CaughtUp,
    Move::Replayed,
];

/// Of these, those of the world in which other clients answer and versions are looked at, and no edits are made.
const OF_FOLLOWER: &[Move] = &[
    Move::Follow,
    Move::FollowRegeneration,
    Move::ShowOldest,
    Move::ShowLast,
    Move::Gone,
    Move::CaughtUp,
    Move::Replayed,
];
const OF_EDITOR: &[Move] = &[Move::Edit, Move::EditInPlace];

const ALWAYS: &[Move] = &[
    Move::Send,
    Move::SendInBackground,
    Move::SendNow,
    Move::SendQueuedNow,
    Move::EditQueued,
    Move::MoveQueued,
    Move::ResumeQueue,
    Move::Cancel,
    Move::CancelAll,
    Move::Resume,
    Move::Regenerate,
    Move::Edit,
    Move::EditInPlace,
    Move::Follow,
    Move::FollowRegeneration,
    Move::ShowOldest,
    Move::ShowLast,
    Move::RetryNow,
    Move::Offline,
    Move::Online,
    Move::Clear,
    Move::Detach,
];
const UNOPENED: &[Move] = &[
    Move::Opened(200),
    Move::Opened(429),
    Move::Opened(500),
    Move::Busy,
    Move::Begins,
    Move::Refused,
    Move::Broken,
    Move::Diagnosed,
    Move::NotSent,
];
const OPEN: &[Move] = &[
    Move::Started,
    Move::Says,
    Move::Completes,
    Move::Stopped,
    Move::Fails,
    Move::Gone,
    Move::CaughtUp,
    Move::Replayed,
    Move::Closed,
    Move::Broken,
];

/// A client, and what the world knows of it.
#[derive(Clone)]
struct World {
    client: Client,
    now: f64,
    wake: Option<f64>,
    /// The tickets, and how their sends were settled.
    tickets: BTreeMap<Ticket, Option<Outcome>>,
    /// The current request, and the state of its response: 0 before the head, 1 an event stream, 2 an error.
    live: Option<(RequestId, u16)>,
    dead: BTreeSet<RequestId>,
    calls: BTreeSet<RequestId>,
    released: BTreeSet<RequestId>,
    offline: bool,
    gone: bool,
    sends: u32,
    /// AgentOS numbers the frames of background runs only.
    counts: bool,
    of_queue: bool,
    of_versions: bool,
    /// Answers of other clients are followed, and no edits are made: both at once would make this world too large.
    of_follower: bool,
}

impl World {
    fn new(background: bool) -> World {
        let config = Config {
            path: "/agents/a/runs".into(),
            runs: "/agents/a/runs".into(),
            background,
            retry: Policy::new(Some(1.0), Some(5.0), Some(5.0), &[], Some(0.0)).unwrap(),
            resume: Policy::of_resume(Some(1.0), Some(1.0), Some(1.0)).unwrap(),
            ..Config::default()
        };
        let client = Client::new(config);
        let (tickets, dead, calls, released) = Default::default();
        World {
            client,
            now: 1000.0,
            wake: None,
            tickets,
            live: None,
            dead,
            calls,
            released,
            offline: false,
            gone: false,
            sends: 0,
            counts: background,
            of_queue: false,
            of_versions: false,
            of_follower: false,
        }
    }

    /// Whether the move belongs to this world.
    fn knows(&self, what: Move) -> bool {
        let of_its_own = if self.of_follower { OF_EDITOR } else { OF_FOLLOWER };
        (self.of_queue || !OF_QUEUE.contains(&what))
            && (self.of_versions || !OF_VERSIONS.contains(&what))
            && !(self.of_versions && of_its_own.contains(&what))
    }

    /// Two turns are shown: one completed, one failed.
    fn with_turns(background: bool) -> World {
        let mut world = World { of_versions: true, ..World::new(background) };
        for (run, end) in [("old-1", "RunCompleted"), ("old-2", "RunError")] {
            let frame = |event: &str| {
                format!("data: {{\"event\":\"{event}\",\"run_id\":\"{run}\",\"session_id\":\"s\",\"agent_id\":\"a\",\"content\":\"x\"}}\n\n")
            };
            let frames = frame("RunStarted") + &frame(end);
            world
                .client
                .handle(Input::LoadTurn { text: Some("before"), at: 900.0, frames: frames.as_bytes() }, world.now);
        }
        while world.client.poll_output().is_some() {}
        world
    }

    fn moves(&self, tickets: u32) -> Vec<Move> {
        let queued = self.client.queue().count();
        let idle = |m: &Move| match m {
            Move::SendQueuedNow | Move::EditQueued => queued == 0,
            Move::MoveQueued => queued < 2,
            Move::ResumeQueue => !self.client.is_queue_paused(),
            _ => false,
        };
        let mut moves: Vec<Move> =
            ALWAYS.iter().copied().filter(|m| !idle(m) && (!ASKS.contains(m) || self.sends < tickets)).collect();
        moves.retain(|m| self.knows(*m));
        moves.extend(self.wake.map(|_| Move::Tick));
        match self.live {
            Some((_, 0)) => moves.extend(UNOPENED.iter().filter(|m| self.knows(**m))),
            Some((_, 200)) => moves.extend(OPEN.iter().filter(|m| self.knows(**m))),
            Some(_) => moves.extend([Move::Closed, Move::Broken]),
            None => {}
        }
        if !self.calls.is_empty() {
            moves.push(Move::Called);
        }
        if !self.released.is_empty() {
            moves.extend([Move::Named, Move::EndsUnnamed]);
        }
        moves
    }

    /// Makes the move, and checks the invariants on the outputs.
    fn step(&mut self, what: Move) {
        match what {
            Move::Begins => {
                self.step(Move::Opened(200));
                return self.step(Move::Started);
            }
            Move::Refused => {
                self.step(Move::Opened(429));
                return self.step(Move::Closed);
            }
            Move::Busy => {
                self.step(Move::Opened(409));
                return self.step(Move::Closed);
            }
            _ => {}
        }
        let event = |name: &str, index: u32, more: &str| {
            let index = if self.counts { format!(",\"event_index\":{index}") } else { String::new() };
            format!("event: {name}\ndata: {{\"event\":\"{name}\",\"run_id\":\"r\",\"session_id\":\"s\",\"agent_id\":\"a\"{index}{more}}}\n\n")
        };
        let stream = match what {
            Move::Started | Move::Named => event("RunStarted", 0, ""),
            Move::Says => event("RunContent", 1, ",\"content\":\"x\""),
            Move::Stopped => event("RunCancelled", 2, ""),
            Move::Completes => event("RunCompleted", 2, ",\"content\":\"x\""),
            Move::Fails => event("RunError", 2, ",\"content\":\"429 RESOURCE_EXHAUSTED\""),
            Move::Gone => "event: error\ndata: {\"event\":\"error\",\"error\":\"Run r not found in buffer or database\"}\n\n".to_owned(),
            Move::CaughtUp => "event: catch_up\ndata: {\"event\":\"catch_up\",\"run_id\":\"r\"}\n\n".to_owned(),
            Move::Replayed => "event: replay\ndata: {\"event\":\"replay\",\"run_id\":\"r\",\"status\":\"COMPLETED\",\"total_events\":0}\n\n".to_owned(),
            _ => String::new(),
        };
        let live = self.live.map_or(0, |(id, _)| id);
        let ticket = self.tickets.len() as Ticket + 1;
        let mut cleared = false;
        match what {
            asks if ASKS.contains(&asks) => {
                self.sends += 1;
                self.tickets.insert(ticket, None);
            }
            Move::Tick => self.now = self.now.max(self.wake.unwrap()),
            Move::Offline => self.offline = true,
            Move::Online => self.offline = false,
            Move::Detach => self.gone = true,
            Move::Clear => cleared = true,
            Move::Closed | Move::Broken | Move::Diagnosed | Move::NotSent => self.end(live),
            Move::Opened(status) => self.live = Some((live, status)),
            _ => {}
        }
        let call = self.calls.first().copied().unwrap_or_default();
        let hide = ["old-1".to_owned()];
        let turns: Vec<u32> = self.client.conversation.turns.iter().map(|turn| turn.id).collect();
        let [first, last] = [turns.first(), turns.last()].map(|id| id.copied().unwrap_or(99));
        let edit = |turn, hide, run| Input::Edit { ticket, turn, text: "edited", files: &[], hide, run, fields: &[] };
        let input = match what {
            Move::Regenerate => Input::Regenerate { ticket, turn: None, instructions: "", stored: None },
            Move::Edit => edit(first, &hide, None),
            Move::EditInPlace => edit(last, &[], Some("old-2")),
            Move::Follow => Input::Follow { ticket, turn: last, stream: None },
            Move::FollowRegeneration => Input::Follow { ticket, turn: first, stream: Some("old-1") },
            Move::ShowOldest => Input::ShowVersion { turn: first, index: 0 },
            Move::ShowLast => Input::ShowVersion { turn: first, index: 1 },
            Move::Send => Input::Send { ticket, text: "hello", files: &[] },
            Move::SendInBackground => Input::SendInBackground { ticket, text: "later", files: &[] },
            Move::Resume => Input::Resume { ticket },
            Move::SendNow => Input::SendNow { ticket, text: "now", files: &[] },
            Move::SendQueuedNow => Input::SendQueuedNow { ticket: self.client.queue().next().unwrap().id },
            Move::EditQueued => Input::EditQueued { ticket: self.client.queue().next().unwrap().id, text: "edited" },
            Move::MoveQueued => Input::MoveQueued { ticket: self.client.queue().last().unwrap().id, index: 0 },
            Move::ResumeQueue => Input::ResumeQueue,
            Move::Cancel => Input::Cancel,
            Move::CancelAll => Input::CancelAll,
            Move::RetryNow => Input::RetryNow,
            Move::Tick => Input::Tick,
            Move::Offline => Input::Offline,
            Move::Online => Input::Online,
            Move::Clear => Input::Clear { session_id: None },
            Move::Detach => Input::Detach,
            Move::Opened(status) => opened(live, status),
            Move::Begins | Move::Refused | Move::Busy => return,
            Move::Started
            | Move::Says
            | Move::Completes
            | Move::Stopped
            | Move::Fails
            | Move::Gone
            | Move::CaughtUp
            | Move::Replayed => Input::Chunk { request: live, bytes: stream.as_bytes() },
            Move::Closed => Input::Closed { request: live },
            Move::Broken => Input::Failed { request: live },
            Move::Diagnosed => Input::Diagnosed { request: live, kind: ErrorType::Network, message: "Nobody there." },
            Move::NotSent => Input::NotSent { request: live },
            Move::Called => {
                self.calls.remove(&call);
                Input::Called { request: call, status: 200 }
            }
            Move::Named | Move::EndsUnnamed => {
                let request = self.released.pop_first().unwrap();
                self.dead.insert(request);
                match what {
                    Move::Named => Input::Chunk { request, bytes: stream.as_bytes() },
                    _ => Input::Failed { request },
                }
            }
        };
        let known = self.calls.len();
        self.client.handle(input, self.now);
        if what == Move::Opened(409) {
            let bytes = br#"{"error_type":"session_busy"}"#;
            self.client.handle(Input::Chunk { request: live, bytes }, self.now);
        }
        self.drain(what);
        assert!(what != Move::Named || self.calls.len() == known + 1, "the stopped run goes on on the server");
        self.check(what, cleared);
    }

    fn end(&mut self, request: RequestId) {
        self.dead.insert(request);
        self.live = self.live.filter(|(id, _)| *id != request);
    }

    fn drain(&mut self, what: Move) {
        while let Some(output) = self.client.poll_output() {
            match output {
                Output::Fetch(request) => {
                    assert!(self.live.is_none(), "{what:?}: a second request while one is under way");
                    assert!(!self.dead.contains(&request.id), "{what:?}: a request's id again");
                    assert!(!self.gone, "{what:?}: a request after the page has gone");
                    self.live = Some((request.id, 0));
                }
                Output::Abort(request) => {
                    assert_eq!(
                        self.live.map(|(id, _)| id),
                        Some(request),
                        "{what:?}: an abort of what is not under way"
                    );
                    self.end(request);
                }
                Output::Release(request) => {
                    assert!(self.live.is_some_and(|(id, _)| id == request), "{what:?}: it is not under way");
                    self.live = None;
                    self.released.insert(request);
                }
                Output::Settled { ticket, outcome } => {
                    let before = self.tickets.insert(ticket, Some(outcome));
                    assert_eq!(before, Some(None), "{what:?}: ticket {ticket} was settled before, or never given");
                }
                Output::WakeAt(at) => self.wake = at,
                Output::Call(call) => assert!(self.calls.insert(call.id), "{what:?}: a call's id again"),
                _ => {}
            }
        }
    }

    fn check(&self, what: Move, cleared: bool) {
        let open = self.tickets.values().filter(|outcome| outcome.is_none()).count();
        if let Some(at) = self.wake {
            assert!(at.is_finite() && at < self.now + 10_000.0, "{what:?}: a timer that never rings: {at}");
        }
        // No deadlock: something will end every wait.
        assert!(
            open == 0 || self.live.is_some() || self.wake.is_some() || self.offline || self.client.is_queue_paused(),
            "{what:?}: {open} sends wait for nothing"
        );
        // No timer without a reason. A cooldown is one, and so is a call that may get no response.
        if open == 0 && self.live.is_none() && (self.gone || matches!(what, Move::Cancel) || cleared) {
            assert_eq!(self.wake, None, "{what:?}: a timer is left behind");
        }
        if what == Move::Cancel {
            let queued = self.client.queue().count();
            assert_eq!((open, self.client.is_queue_paused()), (queued, queued > 0), "{what:?}: only the queue is left");
            assert!(self.live.is_none(), "{what:?}: a request is left under way");
        }
        assert!(
            !self.client.is_queue_paused() || self.client.queue().count() > 0,
            "{what:?}: an empty queue is paused"
        );
        if matches!(what, Move::CancelAll | Move::Detach) || cleared {
            assert_eq!(open, 0, "{what:?}: sends are left open");
            assert!(self.live.is_none(), "{what:?}: a request is left under way");
        }
        let streams = self.client.live_request();
        assert_eq!(
            streams,
            self.live.map(|(id, _)| id),
            "{what:?}: the client and the world disagree on what is under way"
        );
    }

    /// Late input for a finished request changes nothing.
    fn stale_is_harmless(&self) {
        let Some(&dead) = self.dead.last() else { return };
        let before = look(&self.client);
        for input in [
            opened(dead, 200),
            opened(dead, 429),
            Input::Chunk { request: dead, bytes: b"data: {\"event\":\"RunContent\",\"content\":\"late\"}\n\n" },
            Input::Closed { request: dead },
            Input::Failed { request: dead },
            Input::NotSent { request: dead },
            Input::Called { request: dead, status: 200 },
        ] {
            let words = format!("{input:?}");
            let mut client = self.client.clone();
            client.handle(input, self.now);
            assert!(client.poll_output().is_none(), "stale {words} makes something happen");
            assert_eq!(look(&client), before, "stale {words} changes something");
        }
    }

    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (
            look(&self.client),
            format!("{:?}", self.tickets),
            self.wake.map(f64::to_bits),
            self.live,
            &self.calls,
            &self.released,
            self.offline,
            self.sends,
        )
            .hash(&mut hasher);
        hasher.finish()
    }
}

fn opened(request: RequestId, status: u16) -> Input<'static> {
    let content_type = if status == 200 { "text/event-stream" } else { "application/json" };
    Input::Opened { request, status, content_type, headers: Headers::default() }
}

/// The client's whole state in its Debug form, without mere counters.
fn look(client: &Client) -> String {
    let all = format!("{client:?}");
    let mut seen = String::with_capacity(all.len());
    let mut rest = all.as_str();
    while let Some(at) = COUNTERS.iter().filter_map(|name| rest.find(name).map(|at| at + name.len())).min() {
        seen.push_str(&rest[..at]);
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    seen + rest
}

const COUNTERS: [&str; 3] = ["stale_frames: ", "bytes_read: ", "frames_read: "];

/// Explores all moves up to `depth`; returns the number of states and of moves.
fn explore(world: World, tickets: u32, depth: usize) -> (usize, usize) {
    let mut seen = HashSet::new();
    let mut frontier = vec![(world, Vec::new())];
    let mut moves = 0;
    for _ in 0..depth {
        let mut next = Vec::new();
        for (world, path) in frontier {
            for what in world.moves(tickets) {
                let mut after = world.clone();
                let mut path: Vec<Move> = path.clone();
                path.push(what);
                let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    after.step(what);
                    after
                }));
                let Ok(after) = judged else { panic!("after {path:?}") };
                moves += 1;
                if !after.gone && seen.insert(after.key()) {
                    let stale = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| after.stale_is_harmless()));
                    assert!(stale.is_ok(), "after {path:?}");
                    next.push((after, path));
                }
            }
        }
        frontier = next;
    }
    (seen.len(), moves)
}

fn depth() -> usize {
    std::env::var("MODEL_DEPTH").ok().and_then(|depth| depth.parse().ok()).unwrap_or(6)
}

#[test]
fn whatever_happens_in_a_foreground_world_the_client_keeps_its_promises() {
    let (states, moves) = explore(World::new(false), 2, depth());
    println!("foreground: {states} states, {moves} moves, depth {}", depth());
    assert!(states > 500);
}

#[test]
fn whatever_happens_in_a_background_world_the_client_keeps_its_promises() {
    let (states, moves) = explore(World::new(true), 2, depth());
    println!("background: {states} states, {moves} moves, depth {}", depth());
    assert!(states > 500);
}

#[test]
fn whatever_happens_to_the_queue_the_client_keeps_its_promises() {
    let mut world = World::new(false);
    world.of_queue = true;
    let (states, moves) = explore(world, 2, depth() - 1);
    println!("queue: {states} states, {moves} moves, depth {}", depth() - 1);
    assert!(states > 500);
}

#[test]
fn whatever_happens_to_versions_and_edits_the_client_keeps_its_promises() {
    for (background, depth) in [(false, depth() - 1), (true, depth() - 2)] {
        let (states, moves) = explore(World::with_turns(background), 2, depth);
        println!("versions: {states} states, {moves} moves, depth {depth}");
        assert!(states > 500);
    }
}

#[test]
fn whatever_other_clients_do_the_client_keeps_its_promises() {
    for background in [false, true] {
        let world = World { of_follower: true, ..World::with_turns(background) };
        let (states, moves) = explore(world, 2, depth() - 2);
        println!("follower: {states} states, {moves} moves, depth {}", depth() - 2);
        assert!(states > 500);
    }
}
