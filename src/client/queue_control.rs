//! What the user does to the queue: edit, reorder, send now, pause and resume.
//!
//! A send that is held back for a limit is the first of the queue, although its turn is open: before anything overtakes
//! or changes it, it returns to the queue and its turn closes.

use super::queue::Send;
use super::send_delay::DelayReason;
use super::{Client, Priority, Ticket};
use crate::time::Seconds;

impl Client {
    pub(super) fn edit_queued(&mut self, ticket: Ticket, text: &str, now: Seconds) {
        self.requeue_held();
        if let Some(send) = self.queue.get_mut(ticket) {
            text.clone_into(&mut send.text);
        }
        self.queue_changed(now);
    }

    pub(super) fn move_queued(&mut self, ticket: Ticket, index: usize, now: Seconds) {
        self.requeue_held();
        self.queue.move_to(ticket, index);
        self.queue_changed(now);
    }

    /// Waits neither for the answer nor for a rate limit.
    pub(super) fn send_queued_now(&mut self, ticket: Ticket, now: Seconds) {
        if self.delayed.as_ref().is_some_and(|w| w.reason == DelayReason::HeldBack && w.send.ticket == ticket) {
            return self.wake(now, true);
        }
        self.requeue_held();
        let Some(send) = self.queue.remove(ticket) else { return };
        self.stop_answer(now);
        self.start_turn(send, now);
    }

    /// Waits for a rate limit, but not for the answer.
    pub(super) fn send_now(&mut self, ticket: Ticket, text: &str, files: &[String], now: Seconds) {
        self.requeue_held();
        self.stop_answer(now);
        self.queue.pause(false);
        self.start(Send::new(Priority::User, ticket, text.to_owned(), files.to_vec(), now), now);
        self.conversation.head_dirty = true;
    }

    pub(super) fn resume_queue(&mut self, now: Seconds) {
        self.queue.pause(false);
        self.queue_changed(now);
    }

    /// Stops what runs, here and on the server, without starting the next send.
    fn stop_answer(&mut self, now: Seconds) {
        if self.is_idle() {
            return;
        }
        let is_named = self.conversation.status.is_streaming() && !self.watch_unnamed();
        let run = self.run_to_stop().filter(|_| is_named);
        let paused = self.queue.is_paused();
        self.queue.pause(true);
        self.cancel_current(now);
        self.queue.pause(paused);
        if let Some(run) = run {
            self.stop_on_server(run);
        }
    }

    fn requeue_held(&mut self) {
        if let Some(delayed) = self.delayed.take_if(|w| w.reason == DelayReason::HeldBack && !w.send.again) {
            self.conversation.withdraw_turn();
            self.queue.push_front(delayed.send);
        }
    }

    fn queue_changed(&mut self, now: Seconds) {
        self.conversation.head_dirty = true;
        self.start_next(now);
    }
}
