//! Tokens and costs, of a run and in total.
//!
//! A run's figures arrive three times: summed up from its model requests, in MetricsUpdate, and in the metrics of its
//! completion. Each replaces the one before, so that nothing counts twice.

use crate::event::Tokens;
use crate::json::Raw;
use crate::quota::Used;
use serde::Serialize;

/// Tokens and costs. Costs are in the currency of the backend's price list; 0 if it sends none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub total_tokens: u64,
    pub reasoning_tokens: u64,
    pub cache_read_tokens: u64,
    pub cache_write_tokens: u64,
    pub input_cost: f64,
    pub output_cost: f64,
    pub total_cost: f64,
}

impl Usage {
    /// One more model request of the same run.
    pub fn add_request(&mut self, tokens: Tokens) {
        self.input_tokens += tokens.input;
        self.output_tokens += tokens.output;
        self.total_tokens += tokens.total;
        self.reasoning_tokens += tokens.reasoning;
        self.cache_read_tokens += tokens.cache_read;
        self.cache_write_tokens += tokens.cache_write;
    }

    /// The `metrics` of a completion or a MetricsUpdate, which are totals of the run.
    pub fn replace(&mut self, metrics: Raw<'_>) {
        let Some(mut object) = metrics.as_object() else { return };
        while let Ok(Some((key, value))) = object.next_member() {
            let count = |known: &mut u64| *known = value.as_u64().unwrap_or(*known);
            let cost = |known: &mut f64| *known = value.as_f64().unwrap_or(*known);
            match key.decode().as_ref() {
                "input_tokens" => count(&mut self.input_tokens),
                "output_tokens" => count(&mut self.output_tokens),
                "total_tokens" => count(&mut self.total_tokens),
                "reasoning_tokens" => count(&mut self.reasoning_tokens),
                "cache_read_tokens" => count(&mut self.cache_read_tokens),
                "cache_write_tokens" => count(&mut self.cache_write_tokens),
                "input_cost" => cost(&mut self.input_cost),
                "output_cost" => cost(&mut self.output_cost),
                "total_cost" | "cost" => cost(&mut self.total_cost),
                _ => {}
            }
        }
    }

    /// The difference to `before`.
    pub(super) fn beyond(&self, before: &Usage, request: bool) -> Used {
        Used {
            input: self.input_tokens.saturating_sub(before.input_tokens),
            total: self.total_tokens.saturating_sub(before.total_tokens),
            requests: u64::from(request),
        }
    }

    /// Adds the figures of another run.
    pub fn add(&mut self, other: &Usage) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.total_tokens += other.total_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
        self.cache_read_tokens += other.cache_read_tokens;
        self.cache_write_tokens += other.cache_write_tokens;
        self.input_cost += other.input_cost;
        self.output_cost += other.output_cost;
        self.total_cost += other.total_cost;
    }
}
