//! Carries out what the client asks for.

use super::Host;
use crate::client::{Client, Input, Output, DECODE_CHUNK};
use crate::retry::Headers;
use crate::state::Outcome;
use crate::time::Seconds;
use crate::view::Packed;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Shared by the handle and its running fetches.
pub(super) struct Shell {
    pub client: RefCell<Client>,
    pub host: Host,
    /// The buffers of `read`.
    pub packed: RefCell<Packed>,
    /// The running fetch, to abort it.
    pub running_fetch: RefCell<Option<(u32, web_sys::AbortController)>>,
    /// The last request that was sent.
    pub sent: Cell<u32>,
    pub disposed: Cell<bool>,
    /// The time in the recording being replayed; NaN outside of a replay. While replaying, nothing is fetched.
    pub replay_time: Cell<Seconds>,
}

impl Shell {
    /// Passes an input to the client. `false`: nothing changed.
    pub(super) fn handle(self: &Rc<Self>, input: Input<'_>) -> bool {
        if self.disposed.get() {
            return false;
        }
        let changed = self.client.borrow_mut().handle(input, self.now());
        if changed {
            self.flush();
        }
        changed
    }

    /// Feeds bytes to the current stream, in chunks.
    pub(super) fn receive_all(self: &Rc<Self>, bytes: &js_sys::Uint8Array) {
        let (length, now) = (bytes.length(), self.now());
        let mut from = 0;
        let request = self.client.borrow().live_request();
        while from < length && !self.disposed.get() {
            let to = length.min(from.saturating_add(DECODE_CHUNK as u32));
            let piece = (to - from < length).then(|| bytes.subarray(from, to));
            let mut client = self.client.borrow_mut();
            if client.live_request() != request {
                break;
            }
            let Some(room) = client.reserve((to - from) as usize) else { break };
            piece.as_ref().unwrap_or(bytes).copy_to(room);
            client.commit((to - from) as usize, now);
            from = to;
        }
        self.flush();
    }

    /// The head of the response to `request`. `headers`: those that name a wait, a line each, for an error.
    pub(super) fn opened(self: &Rc<Self>, request: u32, status: u16, content_type: &str, headers: &str) {
        self.handle(Input::Opened { request, status, content_type, headers: Headers(headers) });
    }

    /// Bytes of the response to `request`. `false`: they are no longer wanted.
    pub(super) fn received(self: &Rc<Self>, request: u32, bytes: &js_sys::Uint8Array) -> bool {
        let live = self.client.borrow().live_request() == Some(request);
        if live && self.client.borrow_mut().reserve(0).is_some() {
            self.receive_all(bytes);
            true
        } else {
            self.handle(Input::Chunk { request, bytes: &bytes.to_vec() })
        }
    }

    fn now(&self) -> Seconds {
        let replay_time = self.replay_time.get();
        if replay_time.is_nan() {
            self.host.now()
        } else {
            replay_time
        }
    }

    /// Carries out what the client asks for, then notifies the host.
    pub(super) fn flush(self: &Rc<Self>) {
        let urgent = self.carry_out();
        self.host.changed(urgent);
    }

    /// Carries out what the client asks for. Returns whether to notify listeners at once.
    pub(super) fn carry_out(self: &Rc<Self>) -> bool {
        let mut urgent = false;
        let is_replay = !self.replay_time.get().is_nan();
        loop {
            let output = self.client.borrow_mut().poll_output();
            match output {
                None => break,
                Some(Output::Urgent) => urgent = true,
                Some(Output::Fetch(_) | Output::Call(_)) if is_replay => {}
                Some(Output::Fetch(request)) => self.fetch(request),
                Some(Output::Call(call)) => self.call(call),
                Some(Output::Abort(request)) => self.abort(request),
                // Its headers are awaited.
                Some(Output::Release(request)) if self.sent.get() != request => self.abort(request),
                Some(Output::Release(_)) => {}
                Some(Output::WakeAt(at)) => self.host.wake(at.map_or(-1.0, |at| (at - self.now()).max(0.0))),
                Some(Output::Settled { ticket, outcome }) => self.host.settled(ticket, outcome_name(outcome)),
                Some(Output::Limit(until)) => self.host.limit(until.unwrap_or(-1.0)),
                Some(Output::Log(line)) => self.host.log(line.level.name(), &line.text),
            }
        }
        urgent
    }

    /// Aborts without a reason: gloo-net traps on a reason that is not an Error.
    fn abort(&self, request: u32) {
        let running = self.running_fetch.borrow_mut().take_if(|(id, _)| *id == request);
        if let Some((_, controller)) = running {
            controller.abort();
        }
    }
}

pub(super) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "completed",
        Outcome::Paused => "paused",
        Outcome::Cancelled => "cancelled",
        Outcome::Failed => "failed",
        Outcome::Interrupted => "interrupted",
    }
}
