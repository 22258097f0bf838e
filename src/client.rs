//! The state machine between the network and the conversation, without I/O: [`Client::handle`] an [`Input`], then drain
//! [`Client::poll_output`] until it is empty.
//!
//! In: what the user did, what the network answered, the time. Out: requests to send or abort, when to wake up, what to
//! tell others. The shell does what it is told and decides nothing. Every network input carries the id of its request;
//! input for an earlier request is dropped. Invariant: each send is settled exactly once.

mod config;
mod connection;
mod continue_run;
mod cooldown;
mod early_frames;
mod edit;
mod edit_progress;
mod first_contact;
mod follow;
mod foreign_stream;
mod frame_fast_path;
mod frames;
mod io;
mod own_retries;
mod past_version;
mod queue;
mod queue_control;
mod regenerate;
mod relevance;
mod request;
mod resume;
mod schedule;
mod send;
mod send_delay;
mod session_busy;
mod stall;
mod stop_run;
mod unnamed_run;

pub use config::{Config, Fallback, Stall};
pub use io::{Call, Input, Output, Priority, Request, RequestId, Ticket};
pub use past_version::PastVersion;
pub use queue::{QueuedSend, WaitsFor};

use crate::state::Conversation;
use crate::time::Seconds;
use connection::{Body, Connection};
use cooldown::Cooldown;
use early_frames::EarlyFrames;
use edit_progress::Edit;
use queue::Queue;
use send_delay::{DelayReason, DelayedSend};
use session_busy::SessionBusy;
use std::collections::VecDeque;
use unnamed_run::UnnamedRun;

/// Large chunks are decoded in slices of this size, so that the decoder buffers a slice and not the whole chunk.
pub(crate) const DECODE_CHUNK: usize = 256 << 10;

/// The state machine.
#[derive(Debug, Clone)]
pub struct Client {
    /// What the page shows.
    pub conversation: Conversation,
    config: Config,
    connection: Option<Connection>,
    delayed: Option<DelayedSend>,
    /// Frames that arrived before their turn. They outlive a lost connection.
    early: EarlyFrames,
    queue: Queue,
    cooldown: Cooldown,
    busy: SessionBusy,
    outputs: VecDeque<Output>,
    last_request: RequestId,
    wake_at: Option<Seconds>,
    /// The caller's own stream was cancelled: bytes fed until their `End` still belong to it.
    discard_fed: bool,
    /// The component asked last: 0 for the configured one, then the fallbacks.
    target: usize,
    /// Running cancel requests, each with the id of its turn.
    calls: Vec<(RequestId, u32)>,
    /// Runs to be stopped as soon as the server names them.
    unnamed: Vec<UnnamedRun>,
    /// When the network went away.
    offline_since: Option<Seconds>,
    /// The server has answered before.
    reached: bool,
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
            connection: None,
            delayed: None,
            early: EarlyFrames::default(),
            queue: Queue::default(),
            cooldown: Cooldown::default(),
            busy: SessionBusy::default(),
            outputs: VecDeque::new(),
            last_request: 0,
            wake_at: None,
            discard_fed: false,
            target: 0,
            calls: Vec::new(),
            unnamed: Vec::new(),
            offline_since: None,
            reached: false,
            random,
        }
    }

    /// Replaces the caller's own form fields.
    pub fn set_fields(&mut self, fields: Vec<(String, String)>) {
        self.config.fields = fields;
    }

    /// The waiting sends in the order in which they will go out; one that is held back comes first.
    pub fn queue(&self) -> impl Iterator<Item = QueuedSend<'_>> {
        let held = self.delayed.as_ref().filter(|w| w.reason == DelayReason::HeldBack);
        let runs = self.connection.is_some() || (self.delayed.is_some() && held.is_none()) || self.busy.is_on();
        let waits_for = if runs { WaitsFor::Run } else { WaitsFor::Limit };
        let of_queue = if self.queue.is_paused() { WaitsFor::Resume } else { waits_for };
        let held = held.map(|w| w.send.view(waits_for)).into_iter();
        held.chain(self.queue.iter().map(move |send| send.view(of_queue)))
    }

    /// Whether the queue waits for the user: after [`Input::Cancel`], until [`Input::ResumeQueue`] or the next send.
    pub fn is_queue_paused(&self) -> bool {
        self.queue.is_paused()
    }

    /// The next thing for the shell to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Processes an input. `false`: nothing changed, so listeners need not be notified.
    pub fn handle(&mut self, input: Input<'_>, now: Seconds) -> bool {
        if self.read_unnamed(&input, now) {
            return true;
        }
        if !self.is_relevant(&input) {
            return false;
        }
        let timer_fired = matches!(input, Input::Tick);
        match input {
            Input::Send { ticket, text, files } => self.send(Priority::User, ticket, text, files, now),
            Input::SendInBackground { ticket, text, files } => {
                self.send(Priority::Background, ticket, text, files, now)
            }
            Input::SendNow { ticket, text, files } => self.send_now(ticket, text, files, now),
            Input::CancelQueued { ticket } => self.cancel_queued(ticket, now),
            Input::EditQueued { ticket, text } => self.edit_queued(ticket, text, now),
            Input::MoveQueued { ticket, index } => self.move_queued(ticket, index, now),
            Input::SendQueuedNow { ticket } => self.send_queued_now(ticket, now),
            Input::ResumeQueue => self.resume_queue(now),
            Input::RetryNow => self.wake(now, true),
            Input::Online => self.online(now),
            Input::Offline => self.offline_since = Some(now),
            Input::Resume { ticket } => self.resume(ticket, now),
            Input::Continue { ticket, answers } => self.continue_run(ticket, answers, now),
            Input::Regenerate { ticket, turn, instructions, stored } => {
                self.regenerate(ticket, turn, instructions, stored, now);
            }
            Input::Edit { ticket, turn, text, files, hide, run, fields } => {
                let edit = Edit::new(hide, run, fields);
                self.edit(ticket, turn, (text, files), edit, now);
            }
            Input::Follow { ticket, turn, stream } => self.follow(ticket, turn, stream, now),
            Input::ShowVersion { turn, index } => self.conversation.show_version(turn, index),
            Input::Called { request, status } => self.called(request, status, now),
            Input::LimitElsewhere { until } => {
                let random = self.random();
                self.cooldown.hit_elsewhere(until, random, now);
                self.recheck_limits(now);
            }
            Input::LimitOver => {
                self.cooldown.end();
                self.recheck_limits(now);
            }
            Input::Begin { text } => {
                // The caller takes over: pending sends are cancelled.
                self.cancel(now);
                self.discard_fed = false;
                self.begin_fed(text, now);
            }
            Input::Feed(bytes) => {
                if self.connection.is_none() {
                    self.begin_fed(None, now);
                }
                self.receive(bytes, now);
            }
            Input::End => {
                self.discard_fed = false;
                if self.is_fed_by_caller() {
                    self.connection_closed(now);
                }
            }
            Input::Opened { status, content_type, headers, .. } => self.response_opened(status, content_type, headers),
            Input::Chunk { bytes, .. } => self.receive(bytes, now),
            Input::Closed { .. } => self.connection_closed(now),
            Input::Failed { .. } => self.connection_failed(true, None, now),
            Input::NotSent { .. } => self.connection_failed(false, None, now),
            Input::Diagnosed { kind, message, .. } => self.diagnosed(kind, message, now),
            Input::Cancel => self.stop_run(false, now),
            Input::CancelAll => self.stop_run(true, now),
            Input::LoadTurn { text, at, frames } => self.load_turn(text, at, frames),
            Input::LoadVersion { version, frames } => self.load_version(version, frames),
            Input::Detach => self.cancel(now),
            Input::Tick => self.tick(now),
            Input::DismissError => self.conversation.dismiss_error(),
            Input::Clear { session_id } => {
                self.cancel(now);
                self.conversation.clear(session_id.filter(|s| !s.is_empty()).map(str::to_owned));
            }
        }
        self.reschedule(timer_fired, now);
        true
    }

    /// `n` bytes of the decoder's buffer, to be filled in place and then committed with [`commit`](Client::commit).
    /// `None`: pass these bytes as [`Input::Chunk`] (an error body, for example).
    pub fn reserve(&mut self, n: usize) -> Option<&mut [u8]> {
        match &mut self.connection.as_mut()?.body {
            Body::Stream(decoder) => Some(decoder.reserve(n)),
            _ => None,
        }
    }

    /// Decodes the `n` bytes written into the reserved buffer.
    pub fn commit(&mut self, n: usize, now: Seconds) {
        self.byte_received(now);
        self.conversation.diagnostics.bytes_read += n as u64;
        self.conversation.opened();
        let applied = self.conversation.revision;
        self.read_available_frames(now);
        // Appending text does not change the schedule.
        if self.conversation.revision != applied.wrapping_add(1) {
            self.reschedule(false, now);
        }
    }

    /// The request whose response is being read; a stream fed by the caller has an id too.
    pub fn live_request(&self) -> Option<RequestId> {
        self.connection.as_ref().map(|c| c.request)
    }

    /// How many requests were made, streams fed by the caller included.
    pub fn requests(&self) -> RequestId {
        self.last_request
    }

    /// Whether the current stream is fed by the caller. Its bytes must not mix with those of a fetch.
    pub fn is_fed_by_caller(&self) -> bool {
        self.connection.as_ref().is_some_and(|c| c.fed_by_caller)
    }

    fn is_idle(&self) -> bool {
        self.connection.is_none() && self.delayed.is_none()
    }

    /// Something runs or waits.
    fn is_busy(&self) -> bool {
        !self.is_idle() || !self.queue.is_empty()
    }
}
