//! Delegations: a task that a leader gives to a member, and the member's run that results.
//!
//! The protocol names the member by id when the task is given, and by run only when it is done
//! (docs/agentos-protocol.md §4). In between, the member's own first frame has the leader's run as its parent.

use super::activity::name_of_id;
use super::message::{Message, Role, RunStatus};
use super::{Conversation, Turn};
use crate::event::{RunEvent, Tool};
use crate::json::Raw;
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct Delegation {
    tool_call_id: String,
    /// Index into the leader's tool calls.
    call: Option<usize>,
    member_id: String,
    /// Index of the leader's run.
    pub run: usize,
    /// Index into the turn's `work`.
    pub work: usize,
    /// The timeline entry of the tool call.
    entry: Option<u32>,
    child: Option<usize>,
}

impl Conversation {
    /// A leader delegates: adds a message with the task.
    pub(super) fn delegate(
        &mut self,
        t: usize,
        run: usize,
        tool: &Tool<'_>,
        call: Option<usize>,
        entry: Option<u32>,
        now: Seconds,
    ) {
        let id: String = tool.tool_call_id.map(String::from).unwrap_or_default();
        let turn = &self.turns[t];
        if turn.work.len() >= self.limits.max_messages {
            return;
        }
        let member_id = member_id(tool);
        let to = turn.member_name(&member_id);
        let task = tool.tool_args.and_then(|a| argument(a, &["task", "task_description", "message"]));
        let mut message = self.message(Role::Delegation, tool.created_at.unwrap_or(now));
        if let Some(task) = task.and_then(Raw::as_str) {
            message.text.append(task, &self.limits);
        }
        let turn = &mut self.turns[t];
        let leader = turn.runs.get(run);
        let head = message.edit();
        head.delegated_by = Some(leader.name.clone());
        head.delegated_to = Some(to);
        head.delegated_to_id = Some(member_id.clone()).filter(|id| !id.is_empty());
        head.parent_run_id = Some(leader.id.clone());
        head.depth = leader.depth + 1;
        turn.work.push(message);
        let work = turn.work.len() - 1;
        turn.delegations.push(Delegation { tool_call_id: id, call, member_id, run, work, entry, child: None });
    }
}

impl Turn {
    /// The name of a member: as its run reported it, otherwise made from the id.
    pub(super) fn member_name(&self, id: &str) -> String {
        if id.is_empty() {
            return "all members".into();
        }
        let is_it = |m: &&Message| m.head.agent_id.as_deref() == Some(id) || m.head.team_id.as_deref() == Some(id);
        let known = self.work.iter().find(is_it).and_then(|m| m.head.agent_name.as_ref().or(m.head.team_name.as_ref()));
        known.cloned().unwrap_or_else(|| name_of_id(id))
    }

    /// A member's run begins: finds the delegation that led to it.
    pub(super) fn assign(&mut self, child: usize, event: &RunEvent<'_>) {
        let run = self.runs.get(child);
        let (id, name, Some(parent)) = (run.id.clone(), run.name.clone(), run.parent) else { return };
        let open = |d: &&mut Delegation| d.run == parent && d.child.is_none();
        let member = event.agent_id.or(event.team_id);
        let named = |d: &Delegation| member.is_some_and(|m| m.is(&d.member_id));
        let found = match self.delegations.iter().position(|d| d.run == parent && d.child.is_none() && named(d)) {
            Some(at) => self.delegations.get_mut(at),
            None => self.delegations.iter_mut().find(open),
        };
        let Some(delegation) = found else { return };
        let (work, entry) = (delegation.work, delegation.entry);
        // A task for all members leads to several runs.
        if !delegation.member_id.is_empty() {
            delegation.child = Some(child);
            if let Some(message) = self.work.get_mut(work) {
                let head = message.edit();
                head.delegated_to = Some(name).filter(|n| !n.is_empty()).or(head.delegated_to.take());
                head.child_run_id = Some(id);
                // Replaces a name made from the id by the real one.
                let known = head.delegated_to.clone();
                let made_up = entry.filter(|&e| self.timeline.member_name(e) != known.as_deref());
                if let (Some(name), Some(entry)) = (known, made_up.and_then(|e| self.timeline.edit(e))) {
                    entry.description = ["Delegating to ", &name].concat();
                    entry.details.member_name = Some(name);
                }
            }
        }
        self.runs.edit(child).entry = entry;
    }

    /// The leader's delegating tool call ended.
    pub(super) fn delegated(&mut self, run: usize, tool: &Tool<'_>, call: Option<usize>, failed: bool) {
        let is_it = |d: &&Delegation| match call.zip(d.call) {
            Some((call, of)) => d.run == run && call == of,
            None => d.run == run && tool.tool_call_id.is_some_and(|id| id.is(&d.tool_call_id)),
        };
        let Some(delegation) = self.delegations.iter().find(is_it) else { return };
        let Some(message) = self.work.get_mut(delegation.work) else { return };
        let head = message.edit();
        head.status = if failed { RunStatus::Error } else { RunStatus::Completed };
        if let Some(child) = tool.child_run_id {
            head.child_run_id = Some(child.into());
        }
    }
}

/// The id of the member in a delegating tool call; empty for a task for all members.
pub(super) fn member_id(tool: &Tool<'_>) -> String {
    let id = tool.tool_args.and_then(|a| argument(a, &["member_id", "member_name", "agent_name", "agent_id"]));
    id.and_then(Raw::as_str).map(String::from).unwrap_or_default()
}

fn argument<'a>(args: Raw<'a>, names: &[&str]) -> Option<Raw<'a>> {
    names.iter().find_map(|name| args.member(name))
}
