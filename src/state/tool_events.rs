//! Events of tool calls: the call, its delegation, the activity line.

use super::tool::{is_delegation, ToolCall, ToolStatus};
use super::{ActivityKind, Conversation};
use crate::event::{Kind, RunEvent, Tool};
use crate::time::Seconds;

impl Conversation {
    #[inline(never)]
    pub(super) fn apply_tool_event(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(tool) = event.tool.and_then(Tool::read) else { return };
        let started = event.kind == Kind::ToolCallStarted;
        let status = match event.kind {
            Kind::ToolCallStarted => ToolStatus::Started,
            Kind::ToolCallError => ToolStatus::Error,
            _ => ToolStatus::Completed,
        };
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let mut fits = true;
        let mut call = None;
        let mut report = Report::First;
        if let Some(message) = turn.message_of(run) {
            call = message.tool(&tool, status, event.created_at.unwrap_or(now), &limits);
            fits = call.is_some();
            if let Some(call) = call.and_then(|at| message.tools.get_mut(at)) {
                call.error = event.error.map(String::from).or(call.error.take());
                report = call.report(event.kind, tool.tool_call_id.is_some());
            }
            // A call reported after the end of its run is not running.
            message.stop_tools(message.head.status);
            message.add_extras(event, &limits);
        }
        self.diagnostics.dropped_entries += u64::from(!fits);
        let entry = match report {
            Report::First if call.is_none() && self.has_tool_entry(t, run, event, &tool) => None,
            Report::First => self.add_event_entry(t, run, event, None, Some(&tool), now),
            Report::SecondEnd(entry) => {
                self.merge_failure(t, run, entry, event, &tool);
                None
            }
            Report::Repeated => None,
        };
        if let Some(call) = call.and_then(|at| self.turns[t].message_of(run)?.tools.get_mut(at)).filter(|_| !started) {
            call.end_entry = call.end_entry.or(entry);
        }
        let delegates = tool.tool_name.is_some_and(is_delegation);
        if delegates && started && report == Report::First {
            self.delegate(t, run, &tool, call, entry, now);
        } else if delegates && !started {
            let failed = status == ToolStatus::Error || tool.tool_call_error == Some(true);
            self.turns[t].delegated(run, &tool, call, failed);
        }
        if !self.turns[t].is_running() {
            return;
        }
        if started && !self.may_take_line(t, run, false) {
            return;
        }
        if started {
            let turn = &self.turns[t];
            let leader = turn.runs.get(run).name.clone();
            let name: String = tool.tool_name.map(String::from).unwrap_or_default();
            let member = delegates.then(|| turn.members_of(&tool));
            self.set_activity(ActivityKind::Other, run, |texts| match member {
                Some(member) => texts.delegation(&leader, &name, tool.tool_args, &member),
                None => texts.tool(&leader, &name, tool.tool_args),
            });
        } else {
            self.show_working(t, run);
        }
    }
}

/// What an event is to the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Report {
    /// The first of its kind about the call.
    First,
    /// A failing call ends twice (docs/agentos-protocol.md §5): it belongs to this entry.
    SecondEnd(u32),
    Repeated,
}

impl ToolCall {
    fn report(&mut self, kind: Kind, has_id: bool) -> Report {
        let place = match kind {
            Kind::ToolCallStarted => 0,
            Kind::ToolCallError => 2,
            _ => 1,
        };
        let before = std::mem::replace(&mut self.reported[place], true);
        match self.end_entry.filter(|_| place > 0 && self.status == ToolStatus::Error) {
            _ if before && has_id => Report::Repeated,
            Some(entry) if !before => Report::SecondEnd(entry),
            _ => Report::First,
        }
    }
}
