//! A turn: one question and everything that follows from it.

use super::delegation::Delegation;
use super::edits::Branch;
use super::message::{Message, RunStatus, Text};
use super::pause::Pause;
use super::run::Runs;
use super::task_list::Task;
use super::timeline::{EntryStatus, Timeline};
use super::tool::{ToolCall, ToolStatus};
use super::usage::Usage;
use super::Outcome;
use crate::error::{ErrorType, StreamError};
use crate::event::Tool;
use crate::json::Raw;
use crate::limits::Limits;
use crate::monitor::Ending;
use crate::time::Seconds;

/// When a turn began, got its first frame, and ended: seconds, by the local clock.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Times {
    pub began_at: Seconds,
    /// Arrival of its first frame.
    pub first_at: Option<Seconds>,
    pub ended_at: Option<Seconds>,
}

/// One question and everything that follows from it.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Unique within the handler.
    pub id: u32,
    /// The user's message; `None` if the caller did not pass it.
    pub user: Option<Message>,
    /// Delegations and messages of members and sub-teams, in the order in which they began.
    pub work: Vec<Message>,
    /// The answer.
    pub answer: Message,
    /// The timeline.
    pub timeline: Timeline,
    /// `None` while it runs.
    pub outcome: Option<Outcome>,
    /// 1, plus one for each retry.
    pub attempts: u32,
    /// When it began, got its first frame, and ended.
    pub times: Times,
    /// The top-level run, current or last.
    pub run_id: Option<String>,
    /// Why it failed.
    pub error: Option<StreamError>,
    /// What it waits for.
    pub pause: Option<Pause>,
    /// JSON text, as the event carried it.
    pub followups: Option<String>,
    /// JSON text of an array.
    pub memories: Option<String>,
    /// JSON text of an object.
    pub session_summary: Option<String>,
    /// Usage of all its runs, superseded ones included.
    pub usage: Usage,
    pub(super) session_id: Option<String>,
    pub(super) runs: Runs,
    /// Index of the top-level run, which decides the outcome.
    pub(super) root: Option<usize>,
    pub(super) delegations: Vec<Delegation>,
    /// The list of a team in tasks mode.
    pub(super) tasks: Vec<Task>,
    /// An event other than content arrived, so this stream reports its end.
    pub(super) has_lifecycle_events: bool,
    pub(super) has_content: bool,
    /// Work messages that ended only because the turn did.
    pub(super) settled_work: Vec<usize>,
    /// As many of the answer's tools are over, whatever continues: they are of a request before this one.
    pub(super) settled_tools: usize,
    /// The outcome if the stream ends without saying more: from a `replay` without frames, or from a step that waits
    /// for the user.
    pub(super) stated_outcome: Option<Outcome>,
    /// The server says that the run which this one regenerates has ended, and nothing of this one, whose frames it keeps in
    /// the same place: they are asked for again and again.
    pub(super) source_ended: bool,
    /// It was restored from storage, and no frame of its run has arrived yet.
    pub(super) restored: bool,
    /// It comes from a stored session, and nothing of it has streamed here.
    pub(super) recalled: bool,
    /// It failed or was stopped before the server took the user's message.
    pub unsent: bool,
    /// Its earlier versions, oldest first. It is the last one itself.
    pub older: Vec<Turn>,
    /// Index of the earlier version that is shown instead.
    pub(super) shown: Option<usize>,
    /// For the user: why an earlier version is shown, or that the model does not see this one.
    pub notice: Option<&'static str>,
    /// The model no longer sees its run, as far as is known.
    pub(super) unseen: bool,
    /// The run's stream is kept under another id than its own.
    pub(super) stream_id: Option<String>,
    /// How many edits of the turn came before this version.
    pub(super) branch: u32,
    /// The branch of an earlier turn that it belongs to; `None`: there was no edit before it.
    pub(super) under: Option<Branch>,
    /// It is an edit that the server has not taken yet.
    pub(super) tentative: bool,
    /// The text of an edit that came to nothing.
    pub(super) returned: Option<String>,
    /// The view must discard all that it has read of the turn.
    pub(crate) fresh: bool,
    pub(crate) dirty: bool,
    /// The view must discard its work messages.
    pub(crate) work_reset: bool,
}

impl Turn {
    /// Whether its session id and its run id are known.
    pub(super) fn has_ids(&self) -> (bool, bool) {
        (self.session_id.is_some(), self.run_id.is_some())
    }

    pub(super) fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    /// Text of the user that will not be answered: its own, or that of an edit.
    pub fn unsent_text(&self) -> Option<&str> {
        let own = self.user.as_ref().filter(|_| self.unsent).map(|user| user.text.as_str());
        own.or(self.returned.as_deref())
    }

    /// The ids of its runs at the top level, the latest one last, and whether each completed.
    pub(crate) fn top_runs(&self) -> impl Iterator<Item = (&str, bool)> {
        let versions = self.older.iter().chain([self]);
        let runs = versions.flat_map(|turn| turn.runs.iter().map(move |run| (turn, run)));
        let named = runs.filter(|(_, run)| run.parent.is_none() && !run.kept && !run.id.is_empty());
        named.map(|(turn, run)| {
            let completed = turn.outcome == Some(Outcome::Completed) && turn.run_id.as_ref() == Some(&run.id);
            (run.id.as_str(), completed)
        })
    }

    /// The name of the top-level run.
    pub(super) fn answering_name(&self) -> Option<&str> {
        self.root.map(|r| self.runs.get(r).name.as_str()).filter(|n| !n.is_empty())
    }

    /// How it ended, for the monitor.
    pub(super) fn ending(&self) -> Ending {
        Ending {
            attempts: self.attempts,
            succeeded: self.outcome == Some(Outcome::Completed),
            // A service unavailable until the retries were exhausted counts as rate-limited.
            rate_limited: self
                .error
                .as_ref()
                .is_some_and(|e| e.kind == ErrorType::RateLimit || (e.http_status == Some(503) && e.retries.is_some())),
            session_kept: self.session_id.is_some(),
        }
    }

    /// Ends what was still running when the turn ended.
    pub(super) fn settle_unfinished(&mut self, outcome: Outcome) {
        let entry_status = match outcome {
            Outcome::Failed | Outcome::Interrupted => EntryStatus::Error,
            _ => EntryStatus::Completed,
        };
        for entry in self.runs.take_content_entries() {
            self.timeline.set_status(entry, entry_status);
        }
        if outcome == Outcome::Completed {
            // The pause has been answered.
            self.messages().for_each(|m| m.transition_tools(ToolStatus::Paused, ToolStatus::Completed));
        }
        self.messages().for_each(|m| [&mut m.text, &mut m.thoughts].into_iter().for_each(Text::end_deltas));
        let left = match outcome {
            Outcome::Completed => RunStatus::Completed,
            Outcome::Paused => return,
            Outcome::Cancelled => RunStatus::Cancelled,
            Outcome::Failed | Outcome::Interrupted => RunStatus::Error,
        };
        self.answer.stop_tools(left);
        for (at, message) in self.work.iter_mut().enumerate() {
            if matches!(message.head.status, RunStatus::Started | RunStatus::Paused) {
                message.end(left);
                self.settled_work.push(at);
            }
        }
    }

    /// A member's run has ended: ends the tasks that it gave and the runs that they led to, as far as no event did.
    pub(super) fn settle_below(&mut self, run: usize, status: RunStatus) {
        let mut ended = vec![run];
        // Runs stand behind their parents.
        for (at, below) in self.runs.iter().enumerate() {
            if below.parent.is_some_and(|p| ended.contains(&p)) && !below.superseded {
                ended.push(at);
            }
        }
        let tasks = self.delegations.iter().filter(|d| ended.contains(&d.run)).map(|d| d.work);
        let below: Vec<usize> = tasks.chain(ended.iter().skip(1).filter_map(|&at| self.runs.get(at).work)).collect();
        for at in below {
            if let Some(message) = self.work.get_mut(at).filter(|m| m.head.status == RunStatus::Started) {
                message.end(status);
            }
        }
    }

    fn messages(&mut self) -> impl Iterator<Item = &mut Message> {
        self.work.iter_mut().chain([&mut self.answer])
    }

    /// Applies the user's answer to the paused tools; those that run now report by themselves.
    pub(super) fn apply_pause_answer(&mut self, answer: &str, now: Seconds, limits: &Limits) {
        let tools = Raw::parse(answer).ok().and_then(Raw::as_array).into_iter().flatten();
        for tool in tools.filter_map(Tool::read) {
            let status = match (tool.confirmed, tool.result) {
                (Some(false), _) => ToolStatus::Rejected,
                (_, Some(_)) => ToolStatus::Completed,
                _ => continue,
            };
            // Members number their calls independently: the one that waits is meant.
            let has = |m: &Message, waits: bool| {
                let is_it = |c: &ToolCall| c.is_named_by(&tool) && (c.status == ToolStatus::Paused || !waits);
                m.tools.iter().any(is_it)
            };
            let at = [true, false].into_iter().find_map(|waits| self.messages().position(|m| has(m, waits)));
            if let Some(message) = at.and_then(|at| self.messages().nth(at)) {
                message.tool(&tool, status, now, limits);
            }
        }
    }

    /// The turn continues, and so does what its pause or interruption had stopped.
    pub(super) fn reopen_unfinished(&mut self) {
        let mut again = std::mem::take(&mut self.settled_work);
        let tools = self.answer.tools.iter_mut().skip(self.settled_tools);
        tools.for_each(|tool| tool.transition(ToolStatus::Cancelled, ToolStatus::Started));
        for &at in &again {
            if let Some(message) = self.work.get_mut(at) {
                message.edit().status = RunStatus::Started;
                message.transition_tools(ToolStatus::Cancelled, ToolStatus::Started);
            }
        }
        // A paused member stays paused until its run continues: another pause may come first.
        for (at, message) in self.work.iter_mut().enumerate() {
            if message.head.status == RunStatus::Paused {
                message.text.begin_segment();
                again.push(at);
            }
        }
        self.runs.reopen(&again, self.outcome == Some(Outcome::Paused));
    }

    /// The message that receives the run's content.
    pub(super) fn message_of(&mut self, run: usize) -> Option<&mut Message> {
        let run = self.runs.get(run);
        match (run.top, run.work) {
            (true, _) => Some(&mut self.answer),
            (false, Some(at)) => self.work.get_mut(at),
            (false, None) => None,
        }
    }
}
