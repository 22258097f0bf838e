//! Follows an answer that another client of the session started or continued.

use super::{Client, Ticket};
use crate::time::Seconds;

impl Client {
    /// Shows what the server sends of the answer of a turn, from now on. `stream`: another run regenerates it, and its
    /// frames are kept under this id.
    pub(super) fn follow(&mut self, ticket: Ticket, turn: u32, stream: Option<&str>, now: Seconds) {
        let can = self.is_idle() && self.config.runs(0).is_some();
        if !can || !self.conversation.follow(turn, stream, now) {
            return self.settle_unchanged(ticket);
        }
        self.target = 0;
        self.early.clear();
        self.send_resume(self.follow_up_send(ticket, now), now);
    }
}
