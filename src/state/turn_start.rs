//! Starts turns and connections.

use super::message::{Message, Role, RunStatus};
use super::{ActivityKind, Conversation, Status, Turn};
use crate::time::Seconds;

impl Conversation {
    /// Opens a connection. With a text it starts a turn; without, its first frame tells which turn it continues.
    pub fn begin(&mut self, text: Option<&str>, status: Status, now: Seconds) {
        self.active_turn = None;
        self.turn_unknown = text.is_none();
        if text.is_some() {
            self.open_turn(text, now);
        }
        self.error = None;
        self.retry = None;
        self.pacing = None;
        self.client_retries = false;
        self.client_queues = false;
        self.rate_limit_error = None;
        self.taken_back = None;
        self.status = status;
        let name = self.name.clone();
        self.set_activity(ActivityKind::Working, usize::MAX, |texts| texts.working(&name));
        self.head_dirty = true;
    }

    /// Adds the names of the files sent with the message.
    pub(crate) fn attach(&mut self, files: Vec<String>) {
        let user = self.active_turn.and_then(|t| self.turns[t].user.as_mut());
        if let Some(user) = user.filter(|_| !files.is_empty()) {
            user.edit().files_sent = files;
        }
    }

    /// The response has begun.
    pub fn opened(&mut self) {
        if self.status == Status::Connecting {
            self.status = Status::Streaming;
            self.head_dirty = true;
        }
    }

    /// A new chat in the given session, or in none yet. The list of sessions stays.
    pub fn clear(&mut self, session_id: Option<String>) {
        self.turns.clear();
        self.first_unread = 0;
        self.status = Status::Idle;
        self.activity = None;
        self.activity_of = None;
        self.error = None;
        self.retry = None;
        self.pacing = None;
        self.rate_limit_error = None;
        self.context_size = None;
        self.active_turn = None;
        self.turn_unknown = false;
        self.session_id = session_id;
        self.head_dirty = true;
    }

    /// The turn that receives frames; started if there is none.
    pub(super) fn ensure_turn(&mut self, now: Seconds) -> usize {
        match self.active_turn {
            Some(t) => {
                self.first_unread = self.first_unread.min(t);
                t
            }
            None => self.open_turn(None, now),
        }
    }

    pub(super) fn open_turn(&mut self, text: Option<&str>, now: Seconds) -> usize {
        let user = text.map(|text| self.user_message(text, now));
        let answer = self.answer(now);
        let id = self.next_turn;
        self.next_turn += 1;
        let under = self.live_branch();
        let turn = Turn { answer, under, session_id: self.session_id.clone(), ..Turn::opened(id, user, now) };
        self.turns.push(turn);
        if under.is_some() {
            self.show_live_branch();
        }
        self.turn_unknown = false;
        let t = self.turns.len() - 1;
        self.activate(t);
        t
    }

    /// The turn was opened for a send that waits again: it closes without a trace.
    pub(crate) fn withdraw_turn(&mut self) {
        let Some(t) = self.active_turn.take() else { return };
        self.turns.truncate(t);
        self.current = self.last_live().unwrap_or_default();
        self.first_unread = self.first_unread.min(t);
        self.become_idle(self.current().and_then(|turn| turn.outcome));
    }

    /// The message of the current turn did not reach the server, unless an event has arrived for it.
    pub(crate) fn mark_unsent(&mut self) {
        if let Some(turn) = self.active_turn.and_then(|t| self.turns.get_mut(t)) {
            turn.unsent = turn.times.first_at.is_none() && turn.user.is_some();
            turn.dirty = true;
        }
    }

    pub(super) fn activate(&mut self, t: usize) {
        self.active_turn = Some(t);
        self.current = t;
        self.first_unread = self.first_unread.min(t);
    }

    pub(super) fn user_message(&mut self, text: &str, now: Seconds) -> Message {
        let mut message = self.message(Role::User, now);
        message.text.append_text(text, &self.limits);
        message.head.status = RunStatus::Completed;
        message
    }

    /// A new answer, by the component that is asked.
    pub(super) fn answer(&mut self, now: Seconds) -> Message {
        let mut answer = self.message(Role::Agent, now);
        answer.head.name.clone_from(&self.name);
        answer
    }

    pub(super) fn message(&mut self, role: Role, now: Seconds) -> Message {
        let id = self.next_message;
        self.next_message += 1;
        Message::new(id, role, now)
    }
}
