//! Delegations: a task that a leader gives to a member, and the member's run that results.
//!
//! The protocol names the member by id when the task is given, and by run only when it is done
//! (docs/agentos-protocol.md §4). In between, the member's own first frame has the leader's run as its parent.

use super::activity::name_of_id;
use super::message::{Message, Role, RunStatus};
use super::task_list::Assignment;
use super::{Conversation, Turn};
use crate::event::{RunEvent, Tool};
use crate::time::Seconds;

#[derive(Debug, Clone)]
pub(super) struct Delegation {
    tool_call_id: String,
    /// Index into the leader's tool calls.
    call: Option<usize>,
    member_id: String,
    /// Of a team in tasks mode.
    task_id: Option<String>,
    /// Index of the leader's run.
    pub run: usize,
    /// Index into the turn's `work`.
    pub work: usize,
    /// The timeline entry of the tool call.
    entry: Option<u32>,
    child: Option<usize>,
}

impl Conversation {
    /// A leader delegates: adds a message for each task.
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
        for assigned in self.turns[t].assignments(tool) {
            let turn = &self.turns[t];
            if turn.work.len() >= self.limits.max_messages {
                return;
            }
            let to = turn.member_name(&assigned.member_id);
            let mut message = self.message(Role::Delegation, tool.created_at.unwrap_or(now));
            message.text.append_text(&assigned.task, &self.limits);
            let turn = &mut self.turns[t];
            let leader = turn.runs.get(run);
            let Assignment { member_id, task_id, .. } = assigned;
            let head = message.edit();
            head.delegated_by = Some(leader.name.clone());
            head.delegated_to = Some(to);
            head.delegated_to_id = Some(member_id.clone()).filter(|id| !id.is_empty());
            head.parent_run_id = Some(leader.id.clone());
            head.depth = leader.depth + 1;
            turn.work.push(message);
            let work = turn.work.len() - 1;
            let tool_call_id = id.clone();
            turn.delegations.push(Delegation { tool_call_id, call, member_id, task_id, run, work, entry, child: None });
        }
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
        for delegation in self.delegations.iter().filter(is_it) {
            let Some(message) = self.work.get_mut(delegation.work) else { continue };
            let several = delegation.task_id.is_some();
            let head = message.edit();
            // Of several tasks, each has its own end.
            if !(several && head.status != RunStatus::Started) {
                head.status = if failed { RunStatus::Error } else { RunStatus::Completed };
            }
            if let Some(child) = tool.child_run_id {
                head.child_run_id = Some(child.into());
            }
        }
    }

    /// A task that was given to a member has ended.
    pub(super) fn task_ended(&mut self, id: &str, failed: bool) {
        let is_it = |d: &&Delegation| d.task_id.as_deref() == Some(id);
        let work = self.delegations.iter().rev().find(is_it).map(|d| d.work);
        if let Some(message) = work.and_then(|at| self.work.get_mut(at)) {
            message.edit().status = if failed { RunStatus::Error } else { RunStatus::Completed };
        }
    }
}
