//! Which text the activity line shows.

use super::activity::ActivityTexts;
use super::Conversation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActivityKind {
    Working,
    Responding,
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

    pub(super) fn show_working(&mut self, t: usize, run: usize) {
        if self.turns[t].is_running() {
            self.show_run_activity(ActivityKind::Working, t, run);
        }
    }

    /// `… is working...`, `… is responding...`; formatted only when it changes.
    pub(super) fn show_run_activity(&mut self, kind: ActivityKind, t: usize, run: usize) {
        if self.activity_of != Some((kind, run)) {
            let name = self.turns[t].runs.get(run).name.clone();
            self.set_activity(kind, run, |texts| match kind {
                ActivityKind::Responding => texts.responding(&name),
                _ => texts.working(&name),
            });
        }
    }

    pub(super) fn show_root_activity(&mut self, t: usize) {
        if let Some(root) = self.turns[t].root {
            self.show_working(t, root);
        }
    }

    pub(super) fn show_thinking(&mut self, t: usize, run: usize) {
        if self.turns[t].is_running() {
            let name = self.turns[t].runs.get(run).name.clone();
            self.set_activity(ActivityKind::Other, run, |texts| texts.thinking(&name));
        }
    }

    pub(super) fn show_activity_text(&mut self, t: usize, text: &str) {
        if self.turns[t].is_running() {
            self.set_activity(ActivityKind::Other, usize::MAX, |_| text.to_owned());
        }
    }
}
