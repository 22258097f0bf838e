//! What an event carries beside its content: usage, memories, follow-up questions.

use super::usage::Usage;
use super::Conversation;
use crate::event::{Kind, RunEvent};
use crate::json::Raw;
use crate::time::Seconds;

impl Conversation {
    /// Takes over usage, memories, session summary and follow-up questions.
    #[inline(never)]
    pub(super) fn record_metadata(&mut self, t: usize, run: usize, event: &RunEvent<'_>, now: Seconds) {
        let turn = &mut self.turns[t];
        let text = |raw: Raw<'_>| Some(raw.text().to_owned());
        if let Some(memories) = event.memories {
            turn.memories = text(memories);
            turn.dirty = true;
        }
        if let Some(summary) = event.session_summary {
            turn.session_summary = text(summary);
            turn.dirty = true;
        }
        if let Some(followups) = event.followups {
            if turn.runs.get(run).top {
                turn.followups = text(followups);
                turn.dirty = true;
            }
            if let Some(message) = turn.message_of(run) {
                message.edit().followups = text(followups);
            }
        }
        let run = turn.runs.edit(run);
        let before = run.usage;
        match event.kind {
            Kind::ModelRequestCompleted => run.usage.add_request(event.tokens),
            _ => match event.metrics {
                Some(metrics) => run.usage.replace(metrics),
                None => return,
            },
        }
        if let Some(model) = model_of(event) {
            run.model = Some(model);
        }
        // Usage is repeated as totals: only the difference was used now.
        let used = run.usage.beyond(&before, event.kind == Kind::ModelRequestCompleted);
        let model = run.model.clone().unwrap_or_default();
        if run.top && event.kind == Kind::ModelRequestCompleted {
            self.context_size = Some((model.clone(), event.tokens.input + event.tokens.output));
        } else if run.top && before.input_tokens == 0 {
            self.context_size = Some((model.clone(), run.usage.input_tokens));
        }
        self.quota.used(&model, used, now);
        let mut all = Usage::default();
        turn.runs.iter().for_each(|r| all.add(&r.usage));
        turn.usage = all;
        turn.dirty = true;
        self.head_dirty = true;
    }
}

/// The model of an event's usage.
fn model_of(event: &RunEvent<'_>) -> Option<String> {
    let in_metrics = || {
        let metrics = event.metrics?;
        // A completion's metrics list their models one by one.
        let detail = || metrics.member("details")?.member("model")?.as_array()?.next()?.member("id");
        metrics.member("model").or_else(detail).and_then(Raw::as_str)
    };
    event.model.or_else(in_metrics).map(String::from).filter(|m| !m.is_empty())
}
