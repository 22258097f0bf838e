//! The life of a send: its turn opens, its request goes out, and it is settled exactly once.

use super::connection::Connection;
use super::queue::Send;
use super::send_delay::DelayReason;
use super::{Client, Output, Priority, RequestId, Ticket};
use crate::state::{Outcome, Status};
use crate::time::Seconds;

impl Client {
    pub(super) fn send(&mut self, priority: Priority, ticket: Ticket, text: &str, files: &[String], now: Seconds) {
        let over = self.connection.as_ref().is_some_and(|c| c.run_ended_at.is_some());
        if over {
            self.cancel_current(now);
        }
        let send = Send::new(priority, ticket, text.to_owned(), files.to_vec(), now);
        if priority == Priority::User {
            self.queue.pause(false);
            self.conversation.head_dirty = true;
        }
        // Background sends are queued even when idle: a limit may hold them back.
        let may_wait = priority == Priority::Background || !self.is_idle();
        if may_wait && self.queue.len() >= self.config.limits.max_queued {
            self.settle_with(ticket, Outcome::Cancelled);
        } else if self.is_idle() && !self.queue.is_paused() {
            self.start(send, now);
        } else {
            self.queue.push(send);
            self.conversation.head_dirty = true;
        }
    }

    pub(super) fn start_turn(&mut self, send: Send, now: Seconds) {
        self.open_turn(&send, now);
        self.send_request(send, now);
    }

    pub(super) fn open_turn(&mut self, send: &Send, now: Seconds) {
        self.conversation.begin(Some(&send.text), Status::Connecting, now);
        self.conversation.attach(send.files.clone());
    }

    /// Sends the request of an open turn, for the first time or again.
    pub(super) fn resend(&mut self, send: Send, now: Seconds) {
        let name = match send.target {
            0 => self.conversation.name.clone(),
            target => self.config.name_of(target).into_owned(),
        };
        self.conversation.reconnect(&name, now);
        self.send_request(send, now);
    }

    pub(super) fn send_request(&mut self, send: Send, now: Seconds) {
        let id = self.next_request();
        self.early.clear();
        self.target = send.target;
        self.fetch(self.request(id, &send));
        self.conversation.client_queues = true;
        self.conversation.client_retries = self.client_retries(&send);
        self.connection = Some(Connection::new(id, Some(send), &self.config.limits, now));
    }

    /// Whether the client retries a run of `send` that fails with a limit.
    pub(super) fn client_retries(&self, send: &Send) -> bool {
        self.config.retry.max_retries > 0 || send.target < self.config.fallbacks.len()
    }

    pub(super) fn begin_fed(&mut self, text: Option<&str>, now: Seconds) {
        let id = self.next_request();
        self.early.clear();
        self.connection = Some(Connection::new(id, None, &self.config.limits, now));
        self.conversation.request_url = None;
        self.conversation.begin(text, Status::Streaming, now);
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.last_request = self.last_request.wrapping_add(1);
        self.last_request
    }

    pub(super) fn cancel(&mut self, now: Seconds) {
        while let Some(Send { ticket, .. }) = self.queue.pop() {
            self.settle_with(ticket, Outcome::Cancelled);
        }
        self.conversation.head_dirty = true;
        self.cancel_current(now);
    }

    pub(super) fn cancel_queued(&mut self, ticket: Ticket, now: Seconds) {
        match self.queue.remove(ticket) {
            Some(_) => {
                self.settle_with(ticket, Outcome::Cancelled);
                self.conversation.head_dirty = true;
            }
            // The send that is held back has an open turn.
            None => self.cancel_current(now),
        }
    }

    /// Ends whatever runs or waits as cancelled, unless it has ended already.
    pub(super) fn cancel_current(&mut self, now: Seconds) {
        if self.is_idle() {
            return;
        }
        let mut connection = self.connection.take();
        self.early.clear();
        match &connection {
            Some(connection) if connection.fed_by_caller => self.discard_fed = true,
            Some(Connection { request, .. }) if self.is_unnamed(*request) => {
                self.outputs.push_back(Output::Release(*request));
            }
            Some(connection) => self.outputs.push_back(Output::Abort(connection.request)),
            None => {}
        }
        if self.delayed.as_ref().is_some_and(|w| w.reason != DelayReason::Resume) {
            self.conversation.mark_unsent();
        }
        self.edit_ends(connection.as_mut().and_then(|c| c.send.as_mut()), false);
        self.conversation.cancel(now);
        let send = self.delayed.take().map(|w| w.send).or(connection.and_then(|c| c.send));
        self.settle(send, now);
    }

    /// Settles a send and starts the next one.
    pub(super) fn settle(&mut self, send: Option<Send>, now: Seconds) {
        if let Some(Send { ticket, .. }) = send {
            self.settle_unchanged(ticket);
        }
        self.busy.end();
        self.outputs.push_back(Output::Urgent);
        self.share_limit(now);
        self.conversation.return_to_pause();
        self.start_next(now);
    }

    /// Settles a send with the outcome that the current turn has.
    pub(super) fn settle_unchanged(&mut self, ticket: Ticket) {
        let ended = self.conversation.taken_back.take();
        let outcome = ended.or(self.conversation.current().and_then(|t| t.outcome)).unwrap_or(Outcome::Interrupted);
        self.settle_with(ticket, outcome);
    }

    pub(super) fn settle_with(&mut self, ticket: Ticket, outcome: Outcome) {
        self.outputs.push_back(Output::Settled { ticket, outcome });
    }
}
