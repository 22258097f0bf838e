//! The machine between the network and the conversation, without I/O: [`Client::handle`] an [`Input`], then drain
//! [`Client::poll_output`] until it is empty.
//!
//! In: what the user did, what the network said, what time it is. Out: fetch this, abort that, wake me then,
//! something changed. The shell does what it is told and decides nothing. Every network input carries the id of the
//! request it belongs to; what comes of an earlier request is dropped. Invariant: each send is settled exactly once.

mod cooldown;
mod io;
mod leg;
mod queue;
mod request;
mod resume;
mod templates;
mod waiting;

pub use io::{Call, Config, Fallback, Input, Output, Priority, Request, RequestId, Stall, Ticket};
pub use queue::{QueuedSend, WaitsFor};

use crate::state::{Cause, Conversation, Outcome, Status};
use crate::time::Seconds;
use cooldown::Cooldown;
use leg::{Body, Leg};
use queue::{Queue, Send};
use std::collections::VecDeque;
use waiting::{Wait, Why};

/// After the end of a run the server closes the stream. One that does not is given up after so many seconds.
const LINGER: Seconds = 5.0;

/// Pieces in which large chunks are decoded, so that the buffer holds a piece and not the whole.
pub(crate) const PIECE: usize = 256 << 10;

/// The machine.
#[derive(Debug, Clone)]
pub struct Client {
    /// What the page shows.
    pub conversation: Conversation,
    config: Config,
    leg: Option<Leg>,
    wait: Option<Wait>,
    queue: Queue,
    cooldown: Cooldown,
    outputs: VecDeque<Output>,
    last_request: RequestId,
    wake_at: Option<Seconds>,
    /// The caller's own leg was cancelled: what they still feed belongs to it, up to their `End`.
    hung_up: bool,
    /// The component that was asked last: 0, or a fallback.
    target: usize,
    /// Requests to stop a run, and the turns that they are of.
    calls: Vec<(RequestId, u32)>,
    /// Since when there is no network.
    offline_since: Option<Seconds>,
    random: u32,
}

impl Client {
    /// A client with an empty conversation.
    pub fn new(config: Config) -> Self {
        let mut conversation = Conversation::new(config.limits);
        conversation.name = config.name_of(0).into_owned();
        let random = config.seed | 1;
        Client {
            conversation,
            config,
            leg: None,
            wait: None,
            queue: Queue::default(),
            cooldown: Cooldown::default(),
            outputs: VecDeque::new(),
            last_request: 0,
            wake_at: None,
            hung_up: false,
            target: 0,
            calls: Vec::new(),
            offline_since: None,
            random,
        }
    }

    /// The caller's own fields of the forms from now on.
    pub fn set_fields(&mut self, fields: Vec<(String, String)>) {
        self.config.fields = fields;
    }

    /// The sends that wait, in the order in which they go out; one that is held back comes first.
    pub fn queue(&self) -> impl Iterator<Item = QueuedSend<'_>> {
        let held = self.wait.as_ref().filter(|w| w.why == Why::HeldBack);
        let runs = self.leg.is_some() || (self.wait.is_some() && held.is_none());
        let waits_for = if runs { WaitsFor::Run } else { WaitsFor::Limit };
        held.map(|w| &w.send).into_iter().chain(self.queue.iter()).map(move |send| send.view(waits_for))
    }

    /// What the shell has to do next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Takes in what happened. `false`: it changed nothing, and nobody has to hear of it.
    pub fn handle(&mut self, input: Input<'_>, now: Seconds) -> bool {
        if !self.concerns(&input) {
            return false;
        }
        let rung = matches!(input, Input::Tick);
        match input {
            Input::Send { ticket, text, files } => self.send(Priority::User, ticket, text, files, now),
            Input::SendInBackground { ticket, text, files } => {
                self.send(Priority::Background, ticket, text, files, now)
            }
            Input::CancelQueued { ticket } => self.cancel_queued(ticket, now),
            Input::RetryNow => self.wake(now, true),
            Input::Online => self.online(now),
            Input::Offline => self.offline_since = Some(now),
            Input::Resume { ticket } => self.resume(ticket, now),
            Input::Continue { ticket, answers } => self.continue_run(ticket, answers, now),
            Input::Called { request, status } => self.called(request, status, now),
            Input::LimitElsewhere { until } => {
                let random = self.random();
                self.cooldown.hit_elsewhere(until, random, now);
                self.look_again(now);
            }
            Input::LimitOver => {
                self.cooldown.over();
                self.look_again(now);
            }
            Input::Begin { text } => {
                // What was to be sent is not sent: the caller has taken over.
                self.cancel(now);
                self.hung_up = false;
                self.begin_by_hand(text, now);
            }
            Input::Feed(bytes) => {
                if self.leg.is_none() {
                    self.begin_by_hand(None, now);
                }
                self.take(bytes, now);
            }
            Input::End => {
                self.hung_up = false;
                if self.is_fed_by_hand() {
                    self.close(now);
                }
            }
            Input::Opened { status, content_type, headers, .. } => self.open(status, content_type, headers),
            Input::Chunk { bytes, .. } => self.take(bytes, now),
            Input::Closed { .. } => self.close(now),
            Input::Failed { .. } => self.fail(true, now),
            Input::NotSent { .. } => self.fail(false, now),
            Input::Cancel => self.stop(now),
            Input::Recall { text, at, frames } => self.recall(text, at, frames),
            Input::HangUp => self.cancel(now),
            Input::Tick => self.tick(now),
            Input::DismissError => self.conversation.dismiss_error(),
            Input::Clear { session_id } => {
                self.cancel(now);
                self.conversation.clear(session_id.filter(|s| !s.is_empty()).map(str::to_owned));
            }
        }
        self.plan(rung, now);
        true
    }

    /// Whether `input` can change anything.
    fn concerns(&self, input: &Input<'_>) -> bool {
        match input {
            Input::Opened { request, .. }
            | Input::Chunk { request, .. }
            | Input::Closed { request }
            | Input::Failed { request }
            | Input::NotSent { request } => self.live_request() == Some(*request),
            // Bytes of the caller's do not mix with those of a fetch, nor come late to a leg that was cancelled.
            Input::Feed(_) => self.is_fed_by_hand() || (self.is_idle() && !self.hung_up),
            Input::End => self.is_fed_by_hand() || self.hung_up,
            Input::Cancel => self.is_busy() || self.is_paused(),
            Input::HangUp => self.is_busy(),
            // A conversation that goes on is not to be mixed with its past.
            Input::Recall { .. } => self.is_idle(),
            Input::Called { request, .. } => self.calls.iter().any(|(id, _)| id == request),
            Input::Offline => self.offline_since.is_none(),
            Input::CancelQueued { ticket } => self.queue().any(|send| send.id == *ticket),
            Input::RetryNow => self.wait.is_some(),
            Input::Online => {
                self.offline_since.is_some()
                    || self.wait.as_ref().is_some_and(|w| matches!(w.why, Why::Retry(Cause::Network) | Why::Resume))
            }
            Input::DismissError => self.conversation.error.is_some(),
            Input::Tick => self.wake_at.is_some(),
            Input::Send { .. }
            | Input::SendInBackground { .. }
            | Input::Begin { .. }
            | Input::Resume { .. }
            | Input::Continue { .. }
            | Input::Clear { .. }
            | Input::LimitElsewhere { .. }
            | Input::LimitOver => true,
        }
    }

    /// Room in the decoder's buffer for `n` bytes of the caller's stream, to be written in place; then
    /// [`committed`](Client::committed). `None`: these bytes go through [`Input::Chunk`] (an error's body).
    pub fn reserve(&mut self, n: usize) -> Option<&mut [u8]> {
        match &mut self.leg.as_mut()?.body {
            Body::Stream(decoder) => Some(decoder.reserve(n)),
            _ => None,
        }
    }

    /// The room that was reserved is filled.
    pub fn committed(&mut self, n: usize, now: Seconds) {
        self.hear(now);
        self.conversation.diagnostics.bytes_read += n as u64;
        self.conversation.opened();
        let applied = self.conversation.applied;
        self.drain(now);
        // Text that was only appended changes no plan.
        if self.conversation.applied != applied.wrapping_add(1) {
            self.plan(false, now);
        }
    }

    /// The request whose answer is read; also that of a leg fed by hand.
    pub fn live_request(&self) -> Option<RequestId> {
        self.leg.as_ref().map(|l| l.request)
    }

    /// How many requests there were, legs fed by hand among them.
    pub fn requests(&self) -> RequestId {
        self.last_request
    }

    /// Whether the leg that runs is the caller's own: bytes of theirs do not mix with those of a fetch.
    pub fn is_fed_by_hand(&self) -> bool {
        self.leg.as_ref().is_some_and(|l| l.by_hand)
    }

    fn is_idle(&self) -> bool {
        self.leg.is_none() && self.wait.is_none()
    }

    /// Something runs, or waits to.
    fn is_busy(&self) -> bool {
        !self.is_idle() || !self.queue.is_empty()
    }

    fn send(&mut self, priority: Priority, ticket: Ticket, text: &str, files: &[String], now: Seconds) {
        let over = self.leg.as_ref().is_some_and(|l| l.over_since.is_some());
        if over {
            self.give_up(now);
        }
        let (text, files) = (text.to_owned(), files.to_vec());
        let send = Send { ticket, text, files, priority, since: now, retries: 0, target: 0, resumes: 0 };
        // Background sends wait in the queue also where nothing runs: a limit holds them back.
        let may_wait = priority == Priority::Background || !self.is_idle();
        if may_wait && self.queue.len() >= self.config.limits.max_queued {
            self.outputs.push_back(Output::Settled { ticket, outcome: Outcome::Cancelled });
        } else if self.is_idle() {
            self.start(send, now);
        } else {
            self.queue.push(send);
            self.conversation.head_dirty = true;
        }
    }

    fn open_and_go(&mut self, send: Send, now: Seconds) {
        self.open_turn(&send, now);
        self.launch(send, now);
    }

    fn open_turn(&mut self, send: &Send, now: Seconds) {
        self.conversation.begin(Some(&send.text), Status::Connecting, now);
        self.conversation.attach(send.files.clone());
    }

    /// The request of a turn that is open goes out, again or at last.
    fn go(&mut self, send: Send, now: Seconds) {
        let name = match send.target {
            0 => self.conversation.name.clone(),
            target => self.config.name_of(target).into_owned(),
        };
        self.conversation.reconnect(&name, now);
        self.launch(send, now);
    }

    fn launch(&mut self, send: Send, now: Seconds) {
        let id = self.next_request();
        self.target = send.target;
        self.outputs.push_back(Output::Fetch(self.request(id, &send)));
        self.conversation.takes_over = self.config.retry.max_retries > 0 || send.target < self.config.fallbacks.len();
        self.leg = Some(Leg::new(id, Some(send), &self.config.limits, now));
    }

    fn begin_by_hand(&mut self, text: Option<&str>, now: Seconds) {
        let id = self.next_request();
        self.leg = Some(Leg::new(id, None, &self.config.limits, now));
        self.conversation.begin(text, Status::Streaming, now);
    }

    /// A byte came.
    fn hear(&mut self, now: Seconds) {
        if let Some(leg) = self.leg.as_mut() {
            leg.heard_at = now;
        }
    }

    fn next_request(&mut self) -> RequestId {
        self.last_request = self.last_request.wrapping_add(1);
        self.last_request
    }

    fn cancel(&mut self, now: Seconds) {
        while let Some(Send { ticket, .. }) = self.queue.pop() {
            self.outputs.push_back(Output::Settled { ticket, outcome: Outcome::Cancelled });
        }
        self.conversation.head_dirty = true;
        self.give_up(now);
    }

    fn cancel_queued(&mut self, ticket: Ticket, now: Seconds) {
        match self.queue.remove(ticket) {
            Some(_) => {
                self.outputs.push_back(Output::Settled { ticket, outcome: Outcome::Cancelled });
                self.conversation.head_dirty = true;
            }
            // The one that is held back: its turn is open.
            None => self.give_up(now),
        }
    }

    /// Ends what runs or waits, if anything does, as cancelled (or as it has ended already).
    fn give_up(&mut self, now: Seconds) {
        if self.is_idle() {
            return;
        }
        let leg = self.leg.take();
        match &leg {
            Some(leg) if leg.by_hand => self.hung_up = true,
            Some(leg) => self.outputs.push_back(Output::Abort(leg.request)),
            None => {}
        }
        self.conversation.cancel(now);
        let send = self.wait.take().map(|w| w.send).or(leg.and_then(|l| l.send));
        self.settle(send, now);
    }

    /// A send is over, and the next one in the queue goes out.
    fn settle(&mut self, send: Option<Send>, now: Seconds) {
        let outcome = self.conversation.current().and_then(|t| t.outcome).unwrap_or(Outcome::Interrupted);
        if let Some(Send { ticket, .. }) = send {
            self.outputs.push_back(Output::Settled { ticket, outcome });
        }
        self.outputs.push_back(Output::Urgent);
        self.follow_limit(now);
        self.start_next(now);
    }

    fn tick(&mut self, now: Seconds) {
        if self.leg.as_ref().and_then(|l| l.over_since).is_some_and(|since| now >= since + LINGER) {
            self.give_up(now);
        }
        self.stalled(now, false);
        self.wake(now, false);
    }

    /// What follows from the state, after every input: who goes on, what others are told, when to be woken. A timer that
    /// has rung is set again.
    fn plan(&mut self, rung: bool, now: Seconds) {
        self.follow_server();
        self.follow_limit(now);
        let over = self.conversation.current().is_some_and(|t| t.outcome.is_some());
        if let Some(leg) = self.leg.as_mut() {
            leg.over_since = match over && !self.conversation.status.is_streaming() {
                true => leg.over_since.or(Some(now)),
                false => None,
            };
        }
        let fetched = self.leg.as_ref().filter(|l| !l.by_hand);
        let linger = fetched.and_then(|l| l.over_since).map(|since| since + LINGER);
        let due = linger.or_else(|| self.next_due(now));
        // Each byte moves the time at which silence is too long; the timer is moved when it rings.
        let wake_at = match (due, self.stalls_at()) {
            (None, Some(stall)) => Some(self.wake_at.filter(|at| *at <= stall && !rung).unwrap_or(stall)),
            (due, _) => due,
        };
        if wake_at != self.wake_at || rung {
            self.wake_at = wake_at;
            self.outputs.push_back(Output::WakeAt(wake_at));
        }
        for line in self.conversation.monitor.take_lines() {
            if self.config.log {
                self.outputs.push_back(Output::Log(line));
            }
        }
    }

    /// From 0 to below 1 (xorshift32).
    fn random(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        f64::from(self.random) / (f64::from(u32::MAX) + 1.0)
    }
}
