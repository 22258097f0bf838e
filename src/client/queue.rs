//! The sends that wait their turn: the user's own before background ones, each kind in the order in which it came.

use super::{Priority, Ticket};
use crate::time::Seconds;
use serde::Serialize;
use std::collections::VecDeque;

/// A send, from the call to its settlement.
#[derive(Debug, Clone)]
pub(super) struct Send {
    pub ticket: Ticket,
    pub text: String,
    pub files: Vec<String>,
    pub priority: Priority,
    /// When it was sent.
    pub since: Seconds,
    /// Retries of the client's own, made against this target.
    pub retries: u32,
    /// 0: where it was sent; 1: the first fallback.
    pub target: usize,
    /// Attempts to take its answer up since something came.
    pub resumes: u32,
}

/// A send that waits, as a page sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct QueuedSend<'a> {
    pub id: Ticket,
    pub text: &'a str,
    pub priority: Priority,
    pub since: Seconds,
    pub waits_for: WaitsFor,
}

/// What a send waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, clippy::exhaustive_enums)]
pub enum WaitsFor {
    /// The running answer's end.
    Run,
    /// A rate limit to pass.
    Limit,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    sends: VecDeque<Send>,
}

impl Queue {
    pub fn len(&self) -> usize {
        self.sends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    /// In front of the background ones, if it is the user's own.
    pub fn push(&mut self, send: Send) {
        let behind = match send.priority {
            Priority::User => self.sends.iter().position(|s| s.priority == Priority::Background),
            Priority::Background => None,
        };
        self.sends.insert(behind.unwrap_or(self.sends.len()), send);
    }

    /// The next one, which stays.
    pub fn first(&self) -> Option<&Send> {
        self.sends.front()
    }

    pub fn pop(&mut self) -> Option<Send> {
        self.sends.pop_front()
    }

    pub fn remove(&mut self, ticket: Ticket) -> Option<Send> {
        let at = self.sends.iter().position(|s| s.ticket == ticket)?;
        self.sends.remove(at)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Send> {
        self.sends.iter()
    }
}

impl Send {
    pub fn view(&self, waits_for: WaitsFor) -> QueuedSend<'_> {
        let Send { ticket, text, priority, since, .. } = self;
        QueuedSend { id: *ticket, text, priority: *priority, since: *since, waits_for }
    }
}
