//! Frames that arrive before their turn, by `event_index`: held until the missing ones arrive.
//!
//! A gap may also be for good: servers filter frames, and two streams may share one numbering. So little is held and not
//! for long; then everything is applied in order, and a missing frame that arrives later still counts.

use super::connection::{Body, Connection, Purpose};
use super::Client;
use crate::event::{self, Kind, RunEvent};
use crate::state::Conversation;
use crate::time::Seconds;

/// Frames held at most.
const MOST: usize = 16;

/// How long a frame is held at most, in seconds.
const LONGEST_HOLD: Seconds = 0.2;

#[derive(Debug, Clone, Default)]
pub(super) struct EarlyFrames {
    held: Vec<EarlyFrame>,
    /// When the first one arrived.
    since: Seconds,
    /// The gap is given up: all are applied in order.
    flushing: bool,
}

#[derive(Debug, Clone)]
struct EarlyFrame {
    index: u64,
    name: Option<String>,
    data: String,
    /// The run at the top level, which has the numbering.
    top_run: Option<String>,
    ends_run: bool,
}

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// It is its turn, or it is not numbered.
    Now,
    Held,
    /// It is held already.
    Repeated,
}

impl EarlyFrames {
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub fn clear(&mut self) {
        *self = EarlyFrames::default();
    }

    /// When the gap is given up.
    pub fn due(&self) -> Option<Seconds> {
        (!self.is_empty()).then_some(self.since + LONGEST_HOLD)
    }

    /// The frame whose turn it is.
    pub fn take_next(&mut self, next: Option<u64>) -> Option<(Option<String>, String)> {
        let (at, frame) = self.held.iter().enumerate().min_by_key(|(_, frame)| frame.index)?;
        if !self.flushing && next.is_none_or(|next| frame.index > next) {
            return None;
        }
        let EarlyFrame { name, data, .. } = self.held.remove(at);
        self.flushing &= !self.is_empty();
        Some((name, data))
    }

    /// Holds the frame if it came early. `current`: the run at the top level so far. `gap`: whether gaps are for good on
    /// this connection; set when one is given up.
    pub fn order(
        &mut self,
        event: &RunEvent<'_>,
        (name, data): (Option<&str>, &str),
        next: Option<u64>,
        current: Option<&str>,
        gap: &mut bool,
        now: Seconds,
    ) -> Order {
        let top_run = event.run_id.filter(|_| event.parent().is_none() && !event.is_of_workflow_agent());
        // Another run has another numbering, and stays behind the frames before it.
        let is_other = |frame: &EarlyFrame| frame.top_run.as_deref().zip(top_run).is_some_and(|(of, id)| !id.is(of));
        let numbered_anew = self.held.iter().any(is_other);
        let waits = match (event.event_index, next) {
            _ if numbered_anew => true,
            (Some(index), Some(next)) => index > next && !*gap,
            (Some(index), None) => self.held.iter().any(|frame| frame.index < index),
            // What is not numbered stays behind the frames before it; the transport's own frames have no place.
            (None, _) => !self.is_empty() && !is_of_transport(event.kind),
        };
        if !waits {
            return Order::Now;
        }
        let index = event.event_index.filter(|_| !numbered_anew).unwrap_or(u64::MAX);
        if self.held.iter().any(|frame| frame.index == index && index < u64::MAX) {
            return Order::Repeated;
        }
        if self.is_empty() {
            self.since = now;
        }
        let ends_run = event.parent().is_none() && event.kind.ends_run();
        let top_run = top_run.map(String::from).or(current.map(str::to_owned));
        let (name, data) = (name.map(str::to_owned), data.to_owned());
        self.held.push(EarlyFrame { index, name, data, top_run, ends_run });
        if self.held.len() >= MOST || index == u64::MAX {
            self.flushing = true;
            *gap |= !numbered_anew;
        }
        Order::Held
    }
}

fn is_of_transport(kind: Kind) -> bool {
    matches!(kind, Kind::CatchUp | Kind::Subscribed | Kind::Replay | Kind::Unknown)
}

impl Client {
    /// The missing frames did not arrive in time.
    pub(super) fn give_up_gap(&mut self, now: Seconds) {
        if self.early.due().is_some_and(|due| now >= due) {
            self.flush_early(now);
        }
    }

    /// Applies what is held.
    pub(super) fn flush_early(&mut self, now: Seconds) {
        if self.early.is_empty() {
            return;
        }
        self.early.flushing = true;
        if let Some(Connection { body: Body::Stream(_), gap, .. }) = self.connection.as_mut() {
            *gap = true;
            return self.read_buffered(false, now);
        }
        while let Some((name, data)) = self.early.take_next(None) {
            let mut scratch = String::new();
            if let Ok(event) = event::read(name.as_deref(), &data, &mut scratch) {
                self.conversation.apply(&event, now);
            }
        }
    }

    /// The connection is over: applies what is held, unless a resumed stream may bring what is missing.
    pub(super) fn settle_early(&mut self, now: Seconds) {
        let Some(connection) = self.connection.as_ref().filter(|_| !self.early.is_empty()) else { return };
        let point = self.conversation.resume_from().filter(|_| self.config.resume.max_retries > 0);
        let asked = connection.send.as_ref().is_some_and(|send| self.config.runs(send.target).is_some());
        let resumes = asked
            && !connection.fed_by_caller
            && point.is_some_and(|point| connection.resumed_after != Some(point.last_index))
            && !self.early.held.iter().any(|frame| frame.ends_run);
        if !resumes {
            self.flush_early(now);
        }
    }
}

/// The index of the next frame. `None`: not known, or not yet numbered. A stream that begins with the run begins at 0.
pub(super) fn next_index(conversation: &Conversation, purpose: Purpose, got_event: bool) -> Option<u64> {
    let begins = purpose == Purpose::Run && !got_event && !conversation.is_turn_unknown();
    conversation.next_index().or(begins.then_some(0))
}
