//! Events of tool calls: the call, its delegation, the activity line.

use super::delegation::member_id;
use super::tool::{is_delegation, ToolStatus};
use super::{ActivityKind, Conversation};
use crate::event::{Kind, RunEvent, Tool};
use crate::time::Seconds;

impl Conversation {
    #[inline(never)]
    pub(super) fn apply_tool_event(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let Some(tool) = event.tool.and_then(Tool::read) else { return };
        let entry = self.add_event_entry(t, run, event, now);
        let started = event.kind == Kind::ToolCallStarted;
        let status = match event.kind {
            Kind::ToolCallStarted => ToolStatus::Started,
            Kind::ToolCallError => ToolStatus::Error,
            _ => ToolStatus::Completed,
        };
        let limits = self.limits;
        let turn = &mut self.turns[t];
        let mut fits = true;
        if let Some(message) = turn.message_of(run) {
            match message.tool(&tool, status, event.created_at.unwrap_or(now), &limits) {
                Some(call) => call.error = event.error.map(String::from).or(call.error.take()),
                None => fits = false,
            }
            // A call reported after the end of its run is not running.
            message.stop_tools(message.head.status);
            message.add_extras(event, &limits);
        }
        self.diagnostics.dropped_entries += u64::from(!fits);
        let delegates = tool.tool_name.is_some_and(is_delegation);
        if delegates && started {
            self.delegate(t, run, &tool, entry, now);
        } else if delegates {
            self.turns[t].delegated(run, &tool, status == ToolStatus::Error || tool.tool_call_error == Some(true));
        }
        if !self.turns[t].is_running() {
            return;
        }
        if started {
            let turn = &self.turns[t];
            let leader = turn.runs.get(run).name.clone();
            let name: String = tool.tool_name.map(String::from).unwrap_or_default();
            let member = delegates.then(|| turn.member_name(&member_id(&tool)));
            self.set_activity(ActivityKind::Other, run, |texts| match member {
                Some(member) => texts.delegation(&leader, &name, tool.tool_args, &member),
                None => texts.tool(&leader, &name, tool.tool_args),
            });
        } else {
            self.show_working(t, run);
        }
    }
}
