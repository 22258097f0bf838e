//! The tasks of a team in tasks mode: created first, given to members later, by their ids.
//!
//! In: TaskCreated and TaskUpdated; delegating tool calls. Out: which task goes to which member.

use super::Turn;
use crate::event::{Kind, RunEvent, Tool};
use crate::json::Raw;
use crate::limits::{excerpt, Limits};

/// A task of the leader's list.
#[derive(Debug, Clone)]
pub(super) struct Task {
    id: String,
    /// Its description, else its title.
    text: String,
    assignee: String,
}

/// What a delegating tool call gives to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    /// Empty: all members.
    pub member_id: String,
    pub task: String,
    pub task_id: Option<String>,
}

impl Turn {
    /// TaskCreated, TaskUpdated.
    pub(super) fn note_task(&mut self, event: &RunEvent<'_>, limits: &Limits) {
        let Some(id) = event.task_id.map(String::from) else { return };
        let known = self.tasks.iter().position(|task| task.id == id);
        if known.is_none() && self.tasks.len() >= limits.max_messages {
            return;
        }
        let at = known.unwrap_or(self.tasks.len());
        if known.is_none() {
            let words = event.description.or(event.title).map(String::from).unwrap_or_default();
            let text = excerpt(&words, limits.max_detail_bytes).to_owned();
            self.tasks.push(Task { id: id.clone(), text, assignee: String::new() });
        }
        if let Some(assignee) = event.assignee {
            self.tasks[at].assignee = assignee.into();
        }
        let status = event.status.filter(|_| event.kind == Kind::TaskUpdated);
        match status.map(|s| s.decode()).as_deref() {
            Some("completed") => self.task_ended(&id, false),
            Some("failed") => self.task_ended(&id, true),
            _ => {}
        }
    }

    /// What a delegating tool call gives to whom: one task, or those of `task_ids`.
    pub(super) fn assignments(&self, tool: &Tool<'_>) -> Vec<Assignment> {
        let argument = |names: &[&str]| tool.tool_args.and_then(|a| names.iter().find_map(|name| a.member(name)));
        let text = |names: &[&str]| argument(names).and_then(Raw::as_str).map(String::from);
        let member = text(&["member_id", "member_name", "agent_name", "agent_id"]);
        let of_task = |id: String| {
            let known = self.tasks.iter().find(|task| task.id == id);
            let assignee = known.map(|task| task.assignee.clone());
            Assignment {
                member_id: member.clone().or(assignee).unwrap_or_default(),
                task: known.map_or_else(|| id.clone(), |task| task.text.clone()),
                task_id: Some(id),
            }
        };
        if let Some(ids) = argument(&["task_ids"]).and_then(Raw::as_array) {
            return ids.filter_map(Raw::as_str).map(|id| of_task(id.into())).collect();
        }
        if let Some(id) = text(&["task_id"]) {
            return vec![of_task(id)];
        }
        let task = text(&["task", "task_description", "message"]).unwrap_or_default();
        vec![Assignment { member_id: member.unwrap_or_default(), task, task_id: None }]
    }

    /// The members that a delegating tool call addresses, as the user reads it.
    pub(super) fn members_of(&self, tool: &Tool<'_>) -> String {
        let mut names: Vec<String> = Vec::new();
        for assigned in self.assignments(tool) {
            let name = self.member_name(&assigned.member_id);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.is_empty() {
            true => self.member_name(""),
            false => names.join(", "),
        }
    }
}
