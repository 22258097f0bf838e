//! Which turn and which run a frame belongs to.

use super::activity::name_of_id;
use super::message::{Role, RunStatus};
use super::run::Run;
use super::run_identity::{run_id, starts};
use super::{Conversation, Outcome, Status};
use crate::event::{Kind, RunEvent};
use crate::json::Str;
use crate::time::Seconds;

impl Conversation {
    /// The turn that `event` belongs to.
    pub(super) fn turn_of_event(&mut self, event: &RunEvent<'_>, now: Seconds) -> usize {
        if let Some(t) = self.active_turn {
            self.first_unread = self.first_unread.min(t);
            return t;
        }
        if self.turn_unknown {
            if let Some(t) = self.turn_continued_by(event) {
                self.continue_turn(t, event.kind, now);
                return t;
            }
        }
        let t = self.open_turn(None, now);
        if !self.status.is_streaming() {
            self.status = Status::Streaming;
            self.head_dirty = true;
        }
        t
    }

    /// The turn whose run `event` continues: paused or interrupted, or explicitly continued.
    fn turn_continued_by(&self, event: &RunEvent<'_>) -> Option<usize> {
        // After a reload the turn knows its top-level run alone, and a member may continue first.
        let turn_with = |id: Str<'_>| self.turns.iter().rposition(|t| t.runs.has(&id.decode()));
        let t = event.run_id.and_then(turn_with).or_else(|| event.parent().and_then(turn_with))?;
        let explicit = matches!(event.kind, Kind::RunContinued | Kind::CatchUp | Kind::Replay | Kind::Subscribed);
        let open = matches!(self.turns[t].outcome, Some(Outcome::Paused | Outcome::Interrupted));
        (explicit || open).then_some(t)
    }

    #[inline(never)]
    pub(super) fn continue_turn(&mut self, t: usize, kind: Kind, now: Seconds) {
        self.turn_unknown = false;
        self.activate(t);
        self.show_live(t);
        let turn = &mut self.turns[t];
        // An ended turn stays as it ended, whatever is replayed, unless the run is explicitly continued.
        if !matches!(turn.outcome, Some(Outcome::Paused | Outcome::Interrupted)) && kind != Kind::RunContinued {
            return;
        }
        if turn.outcome == Some(Outcome::Paused) {
            turn.answer.text.begin_segment();
            if let Some(answer) = self.pause_answer.take() {
                turn.apply_pause_answer(&answer, now, &self.limits);
            }
        }
        turn.clear_notice();
        turn.reopen_unfinished();
        turn.outcome = None;
        turn.times.ended_at = None;
        turn.error = None;
        turn.pause = None;
        turn.stated_outcome = None;
        turn.dirty = true;
        let head = turn.answer.edit();
        head.streaming_error = false;
        head.status = RunStatus::Started;
    }

    /// The run of `event`, created at its first frame. `None`: the frame is stale.
    pub(super) fn run_of(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) -> Option<usize> {
        if self.turns[t].restored && event.event_index.is_some() {
            self.restart_restored(t, event);
        }
        let run = match self.turns[t].known_run(event) {
            Some(run) => run,
            // More runs than any turn shows: a stream that names a new run in each frame must not use up memory.
            None if self.turns[t].runs.iter().len() >= self.limits.max_messages.saturating_add(MAX_TOP_LEVEL_RUNS) => {
                self.diagnostics.dropped_entries += 1;
                return None;
            }
            None => self.add_run(t, event, now),
        };
        if std::mem::take(&mut self.turns[t].runs.edit(run).just_named) {
            self.identify_root(t, run, event);
        }
        let turn = &mut self.turns[t];
        if turn.runs.get(run).superseded || turn.runs.get(run).kept || turn.is_repeated(run, event) {
            self.diagnostics.stale_frames += 1;
            return None;
        }
        Some(run)
    }

    #[inline(never)]
    fn add_run(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) -> usize {
        let turn = &self.turns[t];
        let at_top = turn.is_at_top(event);
        // A second run at the top, while one is active: the server restarted without announcing it.
        let again =
            at_top && starts(event) && turn.root.is_some() && matches!(turn.outcome, None | Some(Outcome::Failed));
        if again {
            self.supersede_attempt(t);
        }
        let turn = &mut self.turns[t];
        let mut run = Run::new(run_id(event).into_owned(), event);
        run.top = at_top && turn.root.is_none();
        if run.top {
            let at = turn.runs.add(run);
            turn.root = Some(at);
            self.identify_root(t, at, event);
            return at;
        }
        let inner = turn.workflow_of(event);
        let named = event.parent().and_then(|p| turn.runs.find(&p.decode()));
        run.parent = inner.or(named).or(turn.root);
        run.depth = run.parent.map_or(1, |p| turn.runs.get(p).depth + 1);
        run.superseded = run.parent.is_some_and(|p| turn.runs.get(p).superseded);
        if run.superseded {
            return turn.runs.add(run);
        }
        if turn.work.len() < self.limits.max_messages {
            let mut message = self.message(Role::Agent, event.created_at.unwrap_or(now));
            let turn = &mut self.turns[t];
            message.edit().describe(event, &run);
            if let Some(parent) = inner {
                message.edit().parent_run_id = Some(turn.runs.get(parent).id.clone());
            }
            turn.work.push(message);
            run.work = Some(turn.work.len() - 1);
        } else {
            self.diagnostics.dropped_entries += 1;
        }
        let at = self.turns[t].runs.add(run);
        self.turns[t].assign(at, event);
        at
    }

    /// Takes over the identity of the top-level run.
    #[inline(never)]
    fn identify_root(&mut self, t: usize, at: usize, event: &RunEvent<'_>) {
        let turn = &mut self.turns[t];
        let run = turn.runs.get(at);
        turn.run_id = Some(run.id.clone()).filter(|id| !id.is_empty());
        turn.tentative &= turn.run_id.is_none();
        let head = turn.answer.edit();
        head.describe(event, run);
        // The name that was derived from the id gives way to the server's, for the next answer too.
        let id = head.team_id.as_deref().or(head.agent_id.as_deref());
        if id.is_some_and(|id| name_of_id(id) == self.name) {
            self.name.clone_from(&head.name);
        }
        turn.dirty = true;
        self.head_dirty = true;
    }
}

/// Top-level runs of one turn.
const MAX_TOP_LEVEL_RUNS: usize = 1_000;
