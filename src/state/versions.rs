//! The versions of a turn: the answer asked for again, and the answers before it.
//!
//! The last version is the live one: frames go to it, whichever is shown. If it fails or is stopped, the completed one
//! before it is shown, and says so. A version that regenerates another begins with what AgentOS keeps of that run: tool
//! calls, members, and the text before the last request to the model (docs/agentos-protocol.md §15).

use super::message::{Message, Role, RunStatus};
use super::timeline::Timeline;
use super::usage::Usage;
use super::{Conversation, Outcome, Status, Turn};
use crate::error::StreamError;
use crate::time::Seconds;
use serde::Serialize;

/// Which version of a turn is shown, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Versions {
    pub index: usize,
    pub count: usize,
}

/// What a new version begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// What AgentOS keeps of the run that is regenerated.
    Work,
    /// The question alone.
    Question,
}

impl Turn {
    /// The version that the page shows.
    pub fn shown(&self) -> &Turn {
        self.shown.and_then(|at| self.older.get(at)).unwrap_or(self)
    }

    /// Which version is shown, of how many. A live one of which nothing came does not count once another is shown,
    /// unless its question was edited.
    pub fn versions(&self) -> Versions {
        let is_edit = self.older.last().is_some_and(|before| before.branch != self.branch);
        let (older, live) = (self.older.len(), self.shown.is_none() || self.has_begun() || is_edit);
        Versions { index: self.shown.unwrap_or(older), count: older + usize::from(live) }
    }

    /// Index of the version that the model sees. If the last one did not complete, that is none: AgentOS hides the answer
    /// before it as soon as that is regenerated. `None` also if it is not known.
    pub fn version_in_use(&self) -> Option<u64> {
        let is_seen = |turn: &Turn| turn.outcome == Some(Outcome::Completed) && !turn.unseen;
        let before = || self.older.last().filter(|before| self.was_refused() && before.branch == self.branch);
        match is_seen(self) {
            true => Some(self.older.len() as u64),
            false => before().filter(|before| is_seen(before)).map(|_| self.older.len() as u64 - 1),
        }
    }

    /// The server has said that it does not begin this version.
    fn was_refused(&self) -> bool {
        let stated =
            |error: &StreamError| error.reason.is_some() && error.http_status.is_none_or(|status| status < 500);
        self.run_id.is_none() && self.error.as_ref().is_some_and(stated)
    }

    /// The last version that completed, of the question as it is now.
    pub(crate) fn last_completed(&self) -> Option<&Turn> {
        let completed = |turn: &&Turn| turn.outcome == Some(Outcome::Completed) && turn.branch == self.branch;
        Some(self).filter(completed).or(self.older.iter().rev().find(completed))
    }

    /// The version that is shown instead, once this one has ended with `outcome`.
    pub(super) fn falls_back(&self, outcome: Outcome) -> Option<usize> {
        let completed = |turn: &Turn| turn.outcome == Some(Outcome::Completed) && turn.branch == self.branch;
        let came_to_nothing = !matches!(outcome, Outcome::Completed | Outcome::Paused);
        self.older.iter().rposition(completed).filter(|_| came_to_nothing)
    }

    /// Whether there is anything to see of it.
    fn has_begun(&self) -> bool {
        self.run_id.is_some() || !self.answer.text.segment().is_empty()
    }

    pub(super) fn clear_notice(&mut self) {
        (self.notice, self.returned) = (None, None);
    }

    /// The view reads the shown version from its beginning.
    #[inline(never)]
    pub(super) fn refresh(&mut self) {
        self.dirty = true;
        let turn = match self.shown {
            Some(at) if at < self.older.len() => &mut self.older[at],
            _ => self,
        };
        turn.fresh = true;
        turn.dirty = true;
        turn.timeline.read_again();
        turn.user.iter_mut().chain(&mut turn.work).chain([&mut turn.answer]).for_each(Message::read_again);
    }
}

impl Conversation {
    /// Opens a new version of turn `t`, which becomes the live one.
    /// `text`: the user's message, if it is another one.
    pub(crate) fn begin_version(&mut self, t: usize, keeps: Keeps, text: Option<&str>, status: Status, now: Seconds) {
        let user = text.map(|text| self.user_message(text, now));
        let (answer, limits) = (self.answer(now), self.limits);
        let turn = &self.turns[t];
        let source = turn.last_completed().unwrap_or(turn);
        let mut new = Turn { answer, ..Turn::opened(turn.id, user.or_else(|| source.user.clone()), now) };
        new.session_id.clone_from(&self.session_id);
        (new.branch, new.under) = (turn.branch, turn.under);
        if keeps == Keeps::Work {
            new.answer.text.append_text(source.answer.text.before_last_round(), &limits);
            new.answer.text.begin_segment();
            new.answer.tools = source.answer.tools.clone();
            new.settled_tools = new.answer.tools.len();
            new.work = source.work.clone();
            // The server may send the frames of all of them first.
            turn.older.iter().chain([turn]).for_each(|version| new.runs.keep(&version.runs));
        }
        let was_seen = turn.version_in_use().is_some();
        let mut old = std::mem::replace(&mut self.turns[t], new);
        let mut older = std::mem::take(&mut old.older);
        old.shown = None;
        // What the user wrote is kept, even if nothing came of it.
        if old.has_begun() || text.is_some() {
            older.push(old);
        }
        for version in &mut older {
            version.clear_notice();
            version.unseen |= !was_seen;
        }
        self.turns[t].older = older;
        self.turns[t].refresh();
        self.branch_shown(t);
        self.begin_again(t, status);
    }

    /// A turn that failed goes on in place, in the same run.
    pub(crate) fn begin_in_place(&mut self, t: usize, now: Seconds) {
        self.show_live(t);
        let turn = &mut self.turns[t];
        if !turn.recalled {
            self.monitor.reopened(turn.ending());
        }
        turn.attempts += 1;
        turn.settled_work.clear();
        turn.settled_tools = turn.answer.tools.len();
        turn.clear_notice();
        (turn.outcome, turn.error) = (None, None);
        (turn.times.ended_at, turn.times.began_at) = (None, now);
        turn.stated_outcome = None;
        turn.dirty = true;
        turn.answer.edit().streaming_error = false;
        if let Some(root) = turn.root {
            let root = turn.runs.edit(root);
            (root.index_restarts, root.over) = (true, false);
        }
        self.begin_again(t, Status::Connecting);
    }

    pub(super) fn begin_again(&mut self, t: usize, status: Status) {
        self.begin(None, status, 0.0);
        self.turn_unknown = false;
        self.activate(t);
        self.show_live_branch();
    }

    /// The frames of the live version's run are kept under this id: its own, or that of the run that it regenerates.
    pub(crate) fn streams_under(&mut self, id: String) {
        if let Some(turn) = self.turns.get_mut(self.active_turn.unwrap_or(self.current)) {
            turn.stream_id = Some(id).filter(|id| turn.run_id.as_ref() != Some(id));
        }
    }

    /// A version has ended: if it came to nothing, the completed one before it is shown.
    #[inline(never)]
    pub(super) fn version_ended(&mut self, t: usize, outcome: Outcome) {
        let turn = &mut self.turns[t];
        let notice = match outcome {
            Outcome::Completed | Outcome::Paused => return,
            Outcome::Cancelled => STOPPED,
            Outcome::Failed | Outcome::Interrupted => FAILED,
        };
        if let Some(at) = turn.falls_back(outcome) {
            turn.older[at].notice = Some(notice);
            turn.shown = Some(at);
            turn.refresh();
        }
    }

    /// The live version goes on: it is shown again.
    #[inline(never)]
    pub(super) fn show_live(&mut self, t: usize) {
        if let Some(turn) = self.turns.get_mut(t).filter(|turn| turn.shown.is_some()) {
            turn.older.iter_mut().for_each(Turn::clear_notice);
            turn.shown = None;
            turn.refresh();
            self.branch_shown(t);
        }
    }

    /// Whether turn `id` has a version with this index.
    pub fn has_version(&self, id: u32, index: usize) -> bool {
        self.turns.iter().any(|turn| turn.id == id && index < turn.versions().count)
    }

    /// Shows a version of turn `id`, if there is one.
    pub fn show_version(&mut self, id: u32, index: usize) {
        let Some(t) = self.position(id) else { return };
        let turn = &mut self.turns[t];
        let Versions { index: shown, count } = turn.versions();
        if index < count && index != shown {
            turn.shown = (index < turn.older.len()).then_some(index);
            turn.refresh();
            self.branch_shown(t);
        }
    }
}

impl Message {
    /// The view reads it from its beginning.
    fn read_again(&mut self) {
        self.head_dirty = true;
        self.tools.iter_mut().for_each(|tool| tool.dirty = true);
        for text in [&mut self.text, &mut self.thoughts] {
            (text.read, text.reset) = (0, false);
        }
    }

    /// The run goes on after it failed: what the last request to the model said is said again.
    #[inline(never)]
    pub(super) fn retract_last_round(&mut self, limits: &crate::limits::Limits) {
        if self.head.status == RunStatus::Error {
            let kept = self.text.before_last_round().to_owned();
            self.text.clear();
            self.text.append_text(&kept, limits);
            self.text.begin_segment();
        }
    }
}

impl Timeline {
    fn read_again(&mut self) {
        self.dirty = (0..self.entries().len() as u32).collect();
    }
}

impl Turn {
    /// A turn of which nothing has arrived.
    #[inline(never)]
    pub(super) fn opened(id: u32, user: Option<Message>, now: Seconds) -> Turn {
        Turn {
            id,
            user,
            work: Vec::new(),
            answer: Message::new(0, Role::Agent, now),
            timeline: Timeline::default(),
            outcome: None,
            attempts: 1,
            times: super::Times { began_at: now, first_at: None, ended_at: None },
            run_id: None,
            error: None,
            pause: None,
            followups: None,
            memories: None,
            session_summary: None,
            usage: Usage::default(),
            session_id: None,
            runs: super::run::Runs::default(),
            root: None,
            delegations: Vec::new(),
            tasks: Vec::new(),
            has_lifecycle_events: false,
            has_content: false,
            settled_work: Vec::new(),
            settled_tools: 0,
            stated_outcome: None,
            source_ended: false,
            restored: false,
            recalled: false,
            unsent: false,
            older: Vec::new(),
            shown: None,
            notice: None,
            unseen: false,
            stream_id: None,
            branch: 0,
            under: None,
            tentative: false,
            returned: None,
            fresh: false,
            dirty: true,
            work_reset: false,
        }
    }
}

const FAILED: &str = "The new answer failed. This is the one before it.";
const STOPPED: &str = "The new answer was stopped. This is the one before it.";
