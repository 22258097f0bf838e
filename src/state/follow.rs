//! Answers that another client of the session started or continued: their turn is reopened here, and shown as the
//! server sends it.

use super::message::{Message, Role};
use super::{Conversation, Keeps, Outcome, Status, Turn};
use crate::event::{Kind, RunEvent};
use crate::time::Seconds;

/// A run of this conversation, as [`Conversation::find_run`] finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct FoundRun {
    /// Id of its turn.
    pub turn: u32,
    /// It is the run of the turn's last version.
    pub is_last: bool,
    /// Of its version; `None` while it runs.
    pub outcome: Option<Outcome>,
}

impl Conversation {
    /// The turn of a top-level run, in any of its versions.
    pub fn find_run(&self, id: &str) -> Option<FoundRun> {
        self.turns.iter().rev().find_map(|turn| {
            let mut versions = std::iter::once(turn).chain(turn.older.iter().rev());
            let version = versions.find(|version| version.run_id.as_deref() == Some(id))?;
            Some(FoundRun { turn: turn.id, is_last: std::ptr::eq(version, turn), outcome: version.outcome })
        })
    }

    /// The answer of turn `id` goes on elsewhere: it can be resumed here. `stream`: another run regenerates it, and
    /// its frames are kept under this id. `false`: the model sees no such turn, or there is nothing to resume.
    #[inline(never)]
    pub(crate) fn follow(&mut self, id: u32, stream: Option<&str>, now: Seconds) -> bool {
        let Some(t) = self.position(id).filter(|&t| self.is_live(t)) else { return false };
        if let Some(stream) = stream {
            self.begin_version(t, Keeps::Work, None, Status::Connecting, now);
            self.streams_under(stream.to_owned());
            return true;
        }
        let Some(root) = self.turns[t].root else { return false };
        let turn = &mut self.turns[t];
        // A stored turn may lack frames. One that streamed here goes on after the last one, if they are numbered. A run
        // that regenerated another one, and has ended, goes on under its own id, whose numbers begin at 0.
        let last_index = turn.runs.get(root).last_index;
        let moved = turn.stream_id.take_if(|_| matches!(turn.outcome, Some(Outcome::Failed | Outcome::Paused)));
        turn.restored = turn.recalled || last_index.is_none() || moved.is_some();
        turn.runs.edit(root).last_index = last_index.or(Some(0));
        match turn.outcome {
            Some(Outcome::Failed) => self.begin_in_place(t, now),
            Some(_) => {
                self.reopen(t, now);
                self.begin_again(t, Status::Connecting);
            }
            None => {}
        }
        true
    }

    fn reopen(&mut self, t: usize, now: Seconds) {
        if !self.turns[t].recalled {
            self.monitor.reopened(self.turns[t].ending());
        }
        self.continue_turn(t, Kind::RunContinued, now);
    }

    /// A stream that contains a pause or a failure contains what followed it in the same run, too.
    pub(super) fn goes_on_after_end(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let turn = &self.turns[t];
        let continues = event.kind == Kind::RunContinued && turn.runs.get(run).top;
        match turn.outcome.filter(|_| continues) {
            Some(Outcome::Paused) => self.reopen(t, now),
            Some(Outcome::Failed) => {
                self.begin_in_place(t, now);
                self.turns[t].runs.edit(run).index_restarts = false;
            }
            _ => return,
        }
        self.status = Status::Streaming;
        self.head_dirty = true;
    }

    /// The first numbered frame after a turn was restored or followed. If the run is sent from its beginning, what was
    /// shown of it is not needed any more.
    #[inline(never)]
    pub(super) fn restart_restored(&mut self, t: usize, event: &RunEvent<'_>) {
        let turn = &mut self.turns[t];
        turn.restored = false;
        if event.event_index != Some(0) {
            return;
        }
        // The numbers begin again behind a pause in the foreground, whose frames were not numbered.
        if event.kind == Kind::RunContinued {
            if let Some(root) = turn.root {
                turn.runs.edit(root).last_index = None;
            }
            return;
        }
        let answer = Message::new(turn.answer.head.id, Role::Agent, turn.answer.head.created_at);
        let mut fresh = Turn { answer, ..Turn::opened(turn.id, turn.user.take(), turn.times.began_at) };
        fresh.older = std::mem::take(&mut turn.older);
        fresh.session_id = turn.session_id.take();
        fresh.stream_id = turn.stream_id.take();
        (fresh.branch, fresh.under, fresh.shown) = (turn.branch, turn.under, turn.shown);
        fresh.has_lifecycle_events = turn.has_lifecycle_events;
        *turn = fresh;
        turn.refresh();
    }
}
