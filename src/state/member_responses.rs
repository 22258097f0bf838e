//! Members whose runs were not on the stream (`stream_member_events=False`, `execute_tasks_parallel`): they stand in
//! `member_responses` of their team's completion.

use super::outcome::run_failure;
use super::Conversation;
use crate::event::{self, RunEvent};
use crate::json::{Raw, Str};
use crate::time::Seconds;

/// Levels of teams in teams that are read.
const DEEPEST: u32 = 8;

impl Conversation {
    /// Adds a message for each member of `run` that no frame was about.
    #[inline(never)]
    pub(super) fn add_silent_members(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        if let Some(members) = event.member_responses.and_then(Raw::as_array) {
            let depth = self.turns[t].runs.get(run).depth;
            for member in members.take(self.limits.max_messages) {
                self.add_silent_member(t, run, member, depth, now);
            }
        }
    }

    fn add_silent_member(&mut self, t: usize, leader: usize, member: Raw<'_>, depth: u32, now: Seconds) {
        // The id stands first; the rest may be a megabyte of messages.
        let Some(id) = first_run_id(member) else { return };
        if depth >= DEEPEST || self.turns[t].runs.has(&id.decode()) {
            return;
        }
        let leader_id = self.turns[t].runs.get(leader).id.clone();
        let Some(mut event) = event::read_run(member) else { return };
        // A regenerated run repeats the members of its source.
        if !event.parent_run_id.get_or_insert(Str::plain(&leader_id)).is(&leader_id) {
            return;
        }
        let Some(run) = self.run_of(t, &event, now) else { return };
        self.turns[t].runs.edit(run).started = true;
        let error = run_failure(&event, now);
        let entry = self.add_event_entry(t, run, &event, error.as_ref(), None, now);
        let record = self.turns[t].runs.edit(run);
        record.entry = record.entry.or(entry);
        self.record_metadata(t, run, &event, now);
        self.add_silent_members(t, run, &event, now);
        self.run_output(t, run, &event, error, now);
    }
}

fn first_run_id(member: Raw<'_>) -> Option<Str<'_>> {
    let mut object = member.as_object()?;
    while let Ok(Some((key, value))) = object.next_member() {
        if key.is("run_id") {
            return value.as_str().filter(|id| !id.is_empty());
        }
    }
    None
}
