//! Stored sessions and past turns, as the server reports them.

use super::session::Sessions;
use super::{Conversation, Diagnostics, Outcome};
use crate::monitor::Monitor;
use crate::quota::Quota;
use crate::time::Seconds;
use std::mem::take;

/// What counts current events; set aside while past ones are shown.
#[derive(Debug)]
pub(crate) struct LiveCounters {
    monitor: Monitor,
    quota: Quota,
    diagnostics: Diagnostics,
    sessions: Sessions,
}

impl Conversation {
    /// The server's data of a session.
    pub fn list_session(&mut self, id: &str, name: &str, created_at: Seconds, updated_at: Option<Seconds>) {
        let name = crate::limits::excerpt(name.trim(), 120);
        self.sessions.update_from_server(id, name, created_at, updated_at, self.limits.max_sessions);
    }

    /// Records whether a listed session's last run failed, as the server has stored it.
    pub fn mark_session(&mut self, id: &str, failed: bool) {
        self.sessions.mark(id, failed);
    }

    /// Takes a session off the list.
    pub fn drop_session(&mut self, id: &str) {
        self.sessions.remove(id);
    }

    /// Past events follow: sets the counters aside.
    pub(crate) fn begin_history(&mut self) -> LiveCounters {
        LiveCounters {
            monitor: take(&mut self.monitor),
            quota: take(&mut self.quota),
            diagnostics: take(&mut self.diagnostics),
            sessions: take(&mut self.sessions),
        }
    }

    /// Past events are over: restores the counters. Only a pause that is still open is shown as current.
    pub(crate) fn end_history(&mut self, counted: LiveCounters) {
        let seen = std::mem::replace(&mut self.sessions, counted.sessions);
        for session in seen.list() {
            self.sessions.ensure_listed(
                &session.session_id,
                &session.session_name,
                session.created_at,
                self.limits.max_sessions,
            );
        }
        self.monitor = counted.monitor;
        self.quota = counted.quota;
        self.diagnostics = counted.diagnostics;
        if let Some(turn) = self.turns.get_mut(self.current) {
            turn.recalled = true;
        }
        self.active_turn = None;
        self.turn_unknown = false;
        self.error = None;
        let paused = self.current().is_some_and(|t| t.outcome == Some(Outcome::Paused));
        self.become_idle(paused.then_some(Outcome::Paused));
    }
}
