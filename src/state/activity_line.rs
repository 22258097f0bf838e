//! Which text the activity line shows.
//!
//! Members that run in parallel do not take the line from each other: the first one keeps it until its run ends. What a
//! leader does is shown at once; while it speaks or thinks, its members' words do not take the line back.

use super::activity::ActivityTexts;
use super::Conversation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActivityKind {
    Working,
    Responding,
    Thinking,
    Other,
}

impl Conversation {
    pub(super) fn set_activity(&mut self, kind: ActivityKind, run: usize, text: impl FnOnce(&ActivityTexts) -> String) {
        if kind != ActivityKind::Other && self.activity_of == Some((kind, run)) {
            return;
        }
        self.activity_of = Some((kind, run));
        let text = Some(text(&self.texts));
        if self.activity != text {
            self.activity = text;
            self.head_dirty = true;
        }
    }

    /// Whether the line may show what `run` does. `speaks`: it does so with every token.
    pub(super) fn may_take_line(&self, t: usize, run: usize, speaks: bool) -> bool {
        let runs = &self.turns[t].runs;
        let Some((kind, holder)) = self.activity_of.filter(|(_, holder)| *holder < runs.iter().len()) else {
            return true;
        };
        let of = runs.get(holder);
        if holder == run || of.over || of.superseded || runs.is_below(holder, run) {
            return true;
        }
        let holder_speaks = matches!(kind, ActivityKind::Responding | ActivityKind::Thinking);
        runs.is_below(run, holder) && !(speaks && holder_speaks)
    }

    pub(super) fn show_working(&mut self, t: usize, run: usize) {
        if self.turns[t].is_running() {
            self.show_run_activity(ActivityKind::Working, t, run);
        }
    }

    /// `… is working...`, `… is responding...`; formatted only when it changes.
    pub(super) fn show_run_activity(&mut self, kind: ActivityKind, t: usize, run: usize) {
        if self.activity_of != Some((kind, run)) && self.may_take_line(t, run, kind == ActivityKind::Responding) {
            let name = self.turns[t].runs.get(run).name.clone();
            self.set_activity(kind, run, |texts| match kind {
                ActivityKind::Responding => texts.responding(&name),
                _ => texts.working(&name),
            });
        }
    }

    /// A member's run has ended: what showed it shows the leader, unless another run has the line.
    pub(super) fn release_line(&mut self, t: usize, run: usize) {
        let turn = &self.turns[t];
        let shown = self.activity_of.map(|(_, holder)| holder).filter(|holder| *holder < turn.runs.iter().len());
        let other = shown.is_some_and(|holder| {
            let speaks = self.activity_of.is_some_and(|(kind, _)| kind == ActivityKind::Responding);
            let is_root = turn.root == Some(holder);
            !turn.runs.get(holder).over && !turn.runs.is_below(holder, run) && (!is_root || speaks)
        });
        if let Some(root) = turn.root.filter(|_| !other) {
            self.show_working(t, root);
        }
    }

    pub(super) fn show_thinking(&mut self, t: usize, run: usize) {
        let kind = ActivityKind::Thinking;
        if self.turns[t].is_running() && self.activity_of != Some((kind, run)) && self.may_take_line(t, run, true) {
            let name = self.turns[t].runs.get(run).name.clone();
            self.set_activity(kind, run, |texts| texts.thinking(&name));
        }
    }

    pub(super) fn show_activity_text(&mut self, t: usize, text: &str) {
        if self.turns[t].is_running() {
            self.set_activity(ActivityKind::Other, usize::MAX, |_| text.to_owned());
        }
    }
}
