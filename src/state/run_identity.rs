//! Identifies the run of a frame: at the top level or below, new or known, repeated or not.

use super::run::Run;
use super::{Outcome, Turn};
use crate::event::{Kind, RunEvent, Scope};
use crate::json::Str;
use std::borrow::Cow;

/// The id of a frame's run, made up if the frame names none. U+0000 between parent and source occurs in no real id. A
/// workflow's own agent has a run of its own, which says nothing about the workflow's.
pub(super) fn run_id<'a>(event: &RunEvent<'a>) -> Cow<'a, str> {
    if event.is_of_workflow_agent() && event.parent().is_none() {
        return Cow::Borrowed("");
    }
    match (event.run_id, event.parent()) {
        (Some(id), _) => id.decode(),
        (None, None) => Cow::Borrowed(""),
        (None, Some(parent)) => {
            let member = event.agent_id.or(event.team_id).or(event.source());
            Cow::Owned([&parent.decode(), "\u{0}", &member.map(Str::decode).unwrap_or_default()].concat())
        }
    }
}

pub(super) fn starts(event: &RunEvent<'_>) -> bool {
    matches!(event.kind, Kind::RunStarted | Kind::RunContinued | Kind::WorkflowStarted)
}

impl Turn {
    /// Whether `event` belongs to a run without a parent.
    pub(super) fn is_at_top(&self, event: &RunEvent<'_>) -> bool {
        let nested = event.scope == Scope::Workflow && event.nested_depth > 0;
        // Runs in a workflow are its members, even if they do not name it.
        let in_workflow = event.scope != Scope::Workflow && self.root.is_some_and(|r| self.runs.get(r).is_workflow);
        event.parent().is_none() && !nested && !in_workflow
    }

    /// The inner workflow of an agent's or team's run, which names the run of the outermost workflow and the id of the
    /// inner.
    pub(super) fn workflow_of(&self, event: &RunEvent<'_>) -> Option<usize> {
        let id = event.workflow_id.filter(|_| event.scope != Scope::Workflow && event.parent_run_id.is_none())?;
        let is_it = |run: &Run| run.depth > 0 && !run.over && run.workflow_id.as_deref().is_some_and(|w| id.is(w));
        self.runs.iter().rposition(is_it)
    }

    /// The run of `event`, if it is known.
    pub(super) fn known_run(&mut self, event: &RunEvent<'_>) -> Option<usize> {
        let at_top = self.is_at_top(event);
        let answers = event.is_of_workflow_agent() && event.parent().is_none();
        if (answers || (event.run_id.is_none() && at_top)) && self.root.is_some() {
            return self.root;
        }
        let found = self.runs.find(&run_id(event));
        match (found, self.root) {
            // The next attempt under the id of a superseded one.
            (Some(run), None) if at_top && starts(event) && self.runs.get(run).superseded => None,
            (Some(run), None) if event.run_id.is_none() && self.runs.get(run).superseded => None,
            // The run gets the id that it lacked.
            (None, Some(root)) if at_top && self.runs.get(root).id.is_empty() => {
                let run = self.runs.edit(root);
                run.id = run_id(event).into_owned();
                run.name = event.source().map(String::from).unwrap_or_default();
                run.just_named = true;
                Some(root)
            }
            _ => found,
        }
    }

    /// Whether a resumed stream repeats this frame: its index was read before (docs/agentos-protocol.md §11).
    pub(super) fn is_repeated(&mut self, run: usize, event: &RunEvent<'_>) -> bool {
        let (Some(index), Some(root)) = (event.event_index, self.root) else { return false };
        // The end of a run that is still open is never a repetition: replays from the database number frames anew.
        let ends = matches!(event.kind, Kind::RunCompleted | Kind::WorkflowCompleted) && !self.runs.get(run).over;
        let waits = matches!(self.outcome, Some(Outcome::Paused | Outcome::Failed));
        let top = self.runs.edit(root);
        // A run that waited or failed may number its frames from 0 again, once: in the foreground, and under another id.
        if event.kind == Kind::RunContinued
            && event.parent_run_id.is_none()
            && (std::mem::take(&mut top.index_restarts) || waits)
            && index == 0
        {
            top.last_index = None;
        }
        !self.is_new_index(index) && !ends
    }

    /// Records an index as read; `false` if it was before.
    pub(super) fn is_new_index(&mut self, index: u64) -> bool {
        let Some(top) = self.root.map(|root| self.runs.edit(root)) else { return true };
        match top.last_index {
            Some(last) if index <= last => {
                let late = top.missing.iter().position(|missing| *missing == index);
                return late.map(|at| top.missing.swap_remove(at)).is_some();
            }
            Some(last) if index > last + 1 => {
                top.missing.extend((last + 1..index).rev().take(MOST_MISSING));
                let beyond = top.missing.len().saturating_sub(MOST_MISSING);
                top.missing.drain(..beyond);
            }
            _ => {}
        }
        top.last_index = Some(index);
        true
    }

    /// Records an index as read if it is the next one.
    pub(super) fn is_next_index(&mut self, index: u64) -> bool {
        let Some(top) = self.root.map(|root| self.runs.edit(root)) else { return true };
        let is_next = top.last_index.is_none_or(|last| index == last + 1);
        if is_next {
            top.last_index = Some(index);
        }
        is_next
    }
}

/// Missing indices that are remembered.
const MOST_MISSING: usize = 64;
