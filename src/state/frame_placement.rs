//! Legs and attempts: which turn a leg goes on with, which run of it lives.

use super::message::{Role, RunStatus};
use super::run::Run;
use super::run_identity::{run_id, starts};
use super::{Conversation, Outcome, Status};
use crate::event::{Kind, RunEvent};
use crate::time::Seconds;

impl Conversation {
    /// The turn that `event` belongs to.
    pub(super) fn place_event(&mut self, event: &RunEvent<'_>, now: Seconds) -> usize {
        if let Some(t) = self.live {
            self.first_unread = self.first_unread.min(t);
            return t;
        }
        if self.unplaced {
            if let Some(t) = self.turn_to_go_on(event) {
                self.go_on(t, event.kind, now);
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

    /// A paused or interrupted turn whose run `event` goes on with.
    fn turn_to_go_on(&self, event: &RunEvent<'_>) -> Option<usize> {
        let id = event.run_id?.decode();
        let t = self.turns.iter().rposition(|t| t.runs.has(&id))?;
        let told = matches!(event.kind, Kind::RunContinued | Kind::CatchUp | Kind::Replay | Kind::Subscribed);
        let open = matches!(self.turns[t].outcome, Some(Outcome::Paused | Outcome::Interrupted));
        (told || open).then_some(t)
    }

    #[inline(never)]
    pub(super) fn go_on(&mut self, t: usize, kind: Kind, now: Seconds) {
        self.unplaced = false;
        self.go_live(t);
        let turn = &mut self.turns[t];
        // What has ended stays as it ended, whatever is replayed; unless the run is told to go on.
        if !matches!(turn.outcome, Some(Outcome::Paused | Outcome::Interrupted)) && kind != Kind::RunContinued {
            return;
        }
        if turn.outcome == Some(Outcome::Paused) {
            turn.answer.text.begin_leg();
            if let Some(answer) = self.pause_answer.take() {
                turn.answered(&answer, now, &self.limits);
            }
        }
        turn.unsettle();
        turn.outcome = None;
        turn.times.ended_at = None;
        turn.error = None;
        turn.pause = None;
        turn.stated = None;
        turn.dirty = true;
        let head = turn.answer.edit();
        head.streaming_error = false;
        head.status = RunStatus::Started;
    }

    /// The run of `event`, created at its first frame. `None`: the frame is stale.
    pub(super) fn run_of(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) -> Option<usize> {
        let run = match self.turns[t].known_run(event) {
            Some(run) => run,
            // A run more than any turn shows: a stream that names a new one in each frame must not grow us.
            None if self.turns[t].runs.iter().len() >= self.limits.max_messages.saturating_add(MOST_ATTEMPTS) => {
                self.diagnostics.dropped_entries += 1;
                return None;
            }
            None => self.add_run(t, event, now),
        };
        if std::mem::take(&mut self.turns[t].runs.edit(run).unnamed) {
            self.name_living(t, run, event);
        }
        if self.turns[t].restored && event.event_index.is_some() {
            self.begin_anew(t, event);
        }
        let turn = &mut self.turns[t];
        if turn.runs.get(run).void || turn.is_repeated(run, event) {
            self.diagnostics.stale_frames += 1;
            return None;
        }
        Some(run)
    }

    /// The first frame of an answer that was restored: where the run comes from its beginning, what was kept has served.
    #[inline(never)]
    fn begin_anew(&mut self, t: usize, event: &RunEvent<'_>) {
        let turn = &mut self.turns[t];
        turn.restored = false;
        if let Some(living) = turn.living.filter(|_| event.event_index == Some(0)) {
            turn.runs.edit(living).last_index = None;
            turn.runs.edit(living).name = event.source().map(String::from).unwrap_or_default();
            turn.answer.reset();
            self.name_living(t, living, event);
        }
    }

    #[inline(never)]
    fn add_run(&mut self, t: usize, event: &RunEvent<'_>, now: Seconds) -> usize {
        let turn = &self.turns[t];
        let at_top = turn.is_at_top(event);
        // Another run at the top, where one lives: a server that starts again without a word.
        let again =
            at_top && starts(event) && turn.living.is_some() && matches!(turn.outcome, None | Some(Outcome::Failed));
        if again {
            self.void_attempt(t);
        }
        let turn = &mut self.turns[t];
        let mut run = Run::new(run_id(event), event);
        run.top = at_top && turn.living.is_none();
        if run.top {
            let at = turn.runs.add(run);
            turn.living = Some(at);
            self.name_living(t, at, event);
            return at;
        }
        let inner = turn.workflow_of(event);
        let named = event.parent().and_then(|p| turn.runs.find(&p.decode()));
        run.parent = inner.or(named).or(turn.living);
        run.depth = run.parent.map_or(1, |p| turn.runs.get(p).depth + 1);
        run.void = run.parent.is_some_and(|p| turn.runs.get(p).void);
        if run.void {
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

    /// The run that decides the turn's fate says who it is.
    #[inline(never)]
    fn name_living(&mut self, t: usize, at: usize, event: &RunEvent<'_>) {
        let turn = &mut self.turns[t];
        let run = turn.runs.get(at);
        turn.run_id = Some(run.id.clone()).filter(|id| !id.is_empty());
        turn.answer.edit().describe(event, run);
        turn.dirty = true;
        self.head_dirty = true;
    }
}

/// Top-level runs of one turn.
const MOST_ATTEMPTS: usize = 1_000;
