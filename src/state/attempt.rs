//! Legs and attempts: which turn a leg goes on with, which run of it lives.

use super::message::{Role, RunStatus};
use super::run::Run;
use super::{Conversation, Outcome, Status, Turn};
use crate::event::{Kind, RunEvent, Scope};
use crate::json::Str;
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

/// A name for the run of a frame that names none. Between a member's parent and its source stands a character that no
/// id has.
fn run_id(event: &RunEvent<'_>) -> String {
    match (event.run_id, event.parent()) {
        (Some(id), _) => id.into(),
        (None, None) => String::new(),
        (None, Some(parent)) => {
            let member = event.agent_id.or(event.team_id).or(event.source());
            [&parent.decode(), "\u{0}", &member.map(Str::decode).unwrap_or_default()].concat()
        }
    }
}

fn starts(event: &RunEvent<'_>) -> bool {
    matches!(event.kind, Kind::RunStarted | Kind::RunContinued | Kind::WorkflowStarted)
}

impl Turn {
    /// Whether `event` is of a run that no other run started.
    fn is_at_top(&self, event: &RunEvent<'_>) -> bool {
        let nested = event.scope == Scope::Workflow && event.nested_depth > 0;
        // A workflow's agents are its members, also where they do not name it.
        let in_workflow = event.scope != Scope::Workflow && self.living.is_some_and(|r| self.runs.get(r).is_workflow);
        event.parent().is_none() && !nested && !in_workflow
    }

    /// The workflow in a workflow whose agent or team a run is: it names the run of the outermost, and the inner one's id.
    fn workflow_of(&self, event: &RunEvent<'_>) -> Option<usize> {
        let id = event.workflow_id.filter(|_| event.scope != Scope::Workflow && event.parent_run_id.is_none())?;
        let is_it = |run: &Run| run.depth > 0 && !run.over && run.workflow_id.as_deref().is_some_and(|w| id.is(w));
        self.runs.iter().rposition(is_it)
    }

    /// The run of `event`, if it was seen before.
    fn known_run(&mut self, event: &RunEvent<'_>) -> Option<usize> {
        let at_top = self.is_at_top(event);
        if event.run_id.is_none() && at_top && self.living.is_some() {
            return self.living;
        }
        let found = self.runs.find(&run_id(event));
        match (found, self.living) {
            // The next attempt under the name of one that is void.
            (Some(run), None) if at_top && starts(event) && self.runs.get(run).void => None,
            (Some(run), None) if event.run_id.is_none() && self.runs.get(run).void => None,
            // The run that lived without a name gets one.
            (None, Some(living)) if at_top && self.runs.get(living).id.is_empty() => {
                let run = self.runs.edit(living);
                run.id = run_id(event);
                run.name = event.source().map(String::from).unwrap_or_default();
                run.unnamed = true;
                Some(living)
            }
            _ => found,
        }
    }

    /// A frame that a resumed stream repeats: its index was read (PROTOCOL §11).
    fn is_repeated(&mut self, run: usize, event: &RunEvent<'_>) -> bool {
        let (Some(index), Some(living)) = (event.event_index, self.living) else { return false };
        // The end of a run that has not ended here is never old news, whatever its number: a replay from the database
        // counts anew.
        let ends = matches!(event.kind, Kind::RunCompleted | Kind::WorkflowCompleted) && !self.runs.get(run).over;
        let top = self.runs.edit(living);
        // A continued run that was paused in the foreground counts from 0 again, once.
        if event.kind == Kind::RunContinued
            && event.parent_run_id.is_none()
            && std::mem::take(&mut top.counts_anew)
            && index == 0
        {
            top.last_index = None;
        }
        !self.is_news(index) && !ends
    }

    /// Whether a frame of this number was not read yet; it is now.
    pub(super) fn is_news(&mut self, index: u64) -> bool {
        let Some(top) = self.living.map(|living| self.runs.edit(living)) else { return true };
        let news = top.last_index.is_none_or(|last| index > last);
        if news {
            top.last_index = Some(index);
        }
        news
    }
}

impl super::message::Head {
    /// Takes over whose message it is.
    fn describe(&mut self, event: &RunEvent<'_>, run: &Run) {
        let owned = |s: Option<Str<'_>>| s.map(String::from);
        let of_team = event.scope == Scope::Team;
        if of_team {
            self.team_name = owned(event.team_name);
            self.team_id = owned(event.team_id);
        } else {
            self.agent_name = owned(event.agent_name.or(event.workflow_name));
            self.agent_id = owned(event.agent_id.or(event.workflow_id));
        }
        self.run_id = Some(run.id.clone()).filter(|id| !id.is_empty());
        self.parent_run_id = owned(event.parent());
        self.depth = run.depth;
    }
}
