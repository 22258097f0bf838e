//! Edited questions: the branches of a conversation.
//!
//! An edit opens a new version of its turn and a new branch behind it. The turns that followed the old question belong
//! to the old branch: they are visible while a version of it is shown. New turns follow the live branch, which is what
//! the model sees; opening one shows it.
//!
//! Until the edit has been made on the server, its version is tentative. If it ends before that, the old branch comes
//! back, and the edited text is returned.

use super::activity_line::ActivityKind;
use super::versions::Keeps;
use super::{Conversation, Outcome, Status, Turn};
use crate::error::StreamError;
use crate::text::decimal;
use crate::time::Seconds;

/// A branch: the turn whose edit began it, and how many edits of that turn came before.
pub(super) type Branch = (u32, u32);

impl Conversation {
    /// Opens an edited version of turn `t`, tentatively; what follows the turn is left to its old branch.
    pub(crate) fn begin_edit(&mut self, t: usize, text: &str, status: Status, now: Seconds) {
        self.leave_branch(t);
        self.begin_version(t, Keeps::Question, Some(text), status, now);
        let turn = &mut self.turns[t];
        turn.branch += 1;
        turn.tentative = true;
    }

    /// The live turns after `t` belong to its present branch from now on, except those on a branch of a later edit.
    fn leave_branch(&mut self, t: usize) {
        let branch = (self.turns[t].id, self.turns[t].branch);
        for at in t + 1..self.turns.len() {
            let parted = self.turns[at].under.and_then(|(id, _)| self.position(id)).is_some_and(|above| above >= t);
            if !parted && self.is_live(at) {
                self.turns[at].under = Some(branch);
            }
        }
    }

    /// The edit of the current turn reaches the server with the next request, or has reached it.
    pub(crate) fn edit_is_made(&mut self) {
        if let Some(turn) = self.active_turn.and_then(|t| self.turns.get_mut(t)) {
            turn.tentative = false;
        }
    }

    /// Whether the current turn is an edit that has not been made yet.
    pub(crate) fn is_editing(&self) -> bool {
        self.active_turn.is_some_and(|t| self.turns[t].tentative)
    }

    /// Whether turn `t` is an edit that came to nothing.
    pub(super) fn is_unmade_edit(&self, t: usize, outcome: Outcome) -> bool {
        self.turns[t].tentative && !matches!(outcome, Outcome::Completed | Outcome::Paused)
    }

    /// The edit has not been made: the old branch is what the model sees, at least in part.
    #[inline(never)]
    pub(super) fn take_back_edit(&mut self, t: usize, outcome: Outcome, error: Option<StreamError>) {
        let turn = &mut self.turns[t];
        let text = turn.user.as_ref().map(|user| user.text.as_str().to_owned());
        let Some(mut old) = turn.older.pop() else { return };
        old.older = std::mem::take(&mut turn.older);
        old.under = turn.under;
        let note = if outcome == Outcome::Cancelled { STOPPED } else { FAILED };
        old.shown = old.outcome.and_then(|outcome| old.falls_back(outcome));
        match old.shown.and_then(|at| old.older.get_mut(at)) {
            Some(shown) => (shown.notice, shown.returned) = (Some(note), text),
            None => {
                old.notice = old.notice.or(Some(note));
                old.returned = text;
            }
        }
        self.turns[t] = old;
        self.turns[t].refresh();
        self.branch_shown(t);
        self.taken_back = Some(outcome);
        self.current = self.last_live().unwrap_or(t);
        let paused = self.current().is_some_and(|turn| turn.outcome == Some(Outcome::Paused));
        self.error = error;
        self.become_idle(Some(if paused { Outcome::Paused } else { outcome }));
    }

    /// The model no longer sees these runs, although their turns are shown; whether it sees `unsure` is not known.
    pub(crate) fn forgotten(&mut self, runs: &[String], unsure: Option<&String>) {
        if !self.is_editing() {
            return;
        }
        for t in 0..self.turns.len() {
            // Of the edited turn, the version that comes back.
            let turn = &mut self.turns[t];
            let version = if turn.tentative { turn.older.last_mut() } else { Some(turn) };
            let Some(version) = version.filter(|version| version.run_id.is_some()) else { continue };
            let run = version.run_id.as_ref();
            if run.is_some_and(|id| runs.contains(id)) {
                version.notice = Some(FORGOTTEN);
            } else if run == unsure {
                version.notice = Some(UNSURE);
            } else {
                continue;
            }
            version.unseen = true;
            version.dirty = true;
            self.first_unread = self.first_unread.min(t);
        }
    }

    /// An earlier page has not finished the edit of this run's message: its text is returned.
    pub fn return_edit(&mut self, run: &str, text: &str) {
        let Some(t) = self.find_run(run).and_then(|found| self.position(found.turn)) else { return };
        let turn = &mut self.turns[t];
        let shown = match turn.shown {
            Some(at) => &mut turn.older[at],
            None => &mut *turn,
        };
        (shown.notice, shown.returned) = (Some(LEFT), Some(text.to_owned()));
        turn.dirty = true;
        self.first_unread = self.first_unread.min(t);
    }

    /// The model no longer sees the answer of this stored run, and no other run has taken its place.
    pub fn forget_run(&mut self, run: &str) {
        let found = self.find_run(run).filter(|found| found.is_last);
        let Some(t) = found.and_then(|found| self.position(found.turn)).filter(|&t| self.is_live(t)) else { return };
        let turn = &mut self.turns[t];
        turn.notice = Some(REPLACED);
        (turn.unseen, turn.dirty) = (true, true);
        self.first_unread = self.first_unread.min(t);
    }

    /// The next answer is being hidden from the model.
    pub(crate) fn show_hiding(&mut self, number: usize, of: usize, now: Seconds) {
        let [number, of] = [number, of].map(|n| decimal(n as u64));
        let text = ["Making room for the edited message (", &number, " of ", &of, ")..."].concat();
        self.set_activity(ActivityKind::Other, usize::MAX, |_| text);
        if let Some(t) = self.active_turn {
            self.first_unread = self.first_unread.min(t);
            self.add_edit_entry(t, now);
        }
    }

    /// Whether the model sees turn `t`.
    pub fn is_live(&self, t: usize) -> bool {
        self.follows(t, |above, branch| above.branch == branch)
    }

    /// Whether the page shows turn `t`: each turn above it shows the branch to which it belongs.
    pub fn is_visible(&self, t: usize) -> bool {
        self.follows(t, |above, branch| above.shown().branch == branch)
    }

    #[inline(never)]
    fn follows(&self, t: usize, is_on: fn(&Turn, u32) -> bool) -> bool {
        let mut at = t;
        while let Some((id, branch)) = self.turns.get(at).and_then(|turn| turn.under) {
            match self.position(id).filter(|&above| above < at) {
                Some(above) if is_on(&self.turns[above], branch) => at = above,
                _ => return false,
            }
        }
        true
    }

    /// The index of turn `id`.
    #[inline(never)]
    pub(crate) fn position(&self, id: u32) -> Option<usize> {
        self.turns.iter().position(|turn| turn.id == id)
    }

    /// The last turn that the model sees.
    #[inline(never)]
    pub(crate) fn last_live(&self) -> Option<usize> {
        (0..self.turns.len()).rev().find(|&t| self.is_live(t))
    }

    /// The branch of a turn that opens now.
    pub(super) fn live_branch(&self) -> Option<Branch> {
        let last = &self.turns[self.last_live()?];
        if last.branch > 0 {
            Some((last.id, last.branch))
        } else {
            last.under
        }
    }

    /// Another branch of turn `t` may be shown now: the turns after it appear or disappear.
    pub(super) fn branch_shown(&mut self, t: usize) {
        self.turns.iter_mut().skip(t + 1).for_each(|turn| turn.dirty = true);
        self.first_unread = self.first_unread.min(t);
    }

    /// The page shows what the model sees.
    #[inline(never)]
    pub(super) fn show_live_branch(&mut self) {
        for t in 0..self.turns.len() {
            let turn = &mut self.turns[t];
            if turn.shown().branch != turn.branch {
                turn.shown = turn.outcome.and_then(|outcome| turn.falls_back(outcome));
                turn.refresh();
                self.branch_shown(t);
            }
        }
    }
}

const FAILED: &str = "The message could not be edited. This is the conversation as it was.";
const STOPPED: &str = "The edit was stopped. This is the conversation as it was.";
const LEFT: &str = "The page was left before this message was edited. This is the conversation as it was.";
const REPLACED: &str =
    "The model no longer sees this answer, and no new one is there yet. If none comes, ask for the answer again.";
const FORGOTTEN: &str =
    "The model no longer sees this answer: an edit was not finished. Edit again, or ask for the answer again.";
const UNSURE: &str =
    "The model may no longer see this answer: an edit was not finished. Edit again, or ask for the answer again.";
