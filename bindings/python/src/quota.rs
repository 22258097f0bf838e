//! Input tokens per minute: the core's quota as it is, and what a 429 says about limits.

use ai_stream_handler::quota::{self, Source, Used};
use ai_stream_handler::refusal::Evidence;
use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pyclass(module = "ai_stream_handler._core")]
#[derive(Default)]
pub struct Quota(quota::Quota);

#[pymethods]
impl Quota {
    #[new]
    fn new() -> Self {
        Quota::default()
    }

    /// Sets the limit of one model, or of all others.
    #[pyo3(name = "set")]
    fn set_limit(&mut self, model: Option<&str>, limit: u64) {
        self.0.set(model, limit);
    }

    /// Records tokens and requests.
    fn used(&mut self, model: &str, input: u64, total: u64, requests: u64, now: f64) {
        self.0.used(model, Used { input, total, requests }, now);
    }

    /// Learns limits from the text of a 429.
    fn learn(&mut self, text: &str) {
        self.0.learn_from(&Evidence::of_text(text).read(0.0));
    }

    /// Seconds until so many tokens fit; 0 if they fit now.
    fn wait(&self, model: &str, tokens: u64, now: f64) -> f64 {
        self.0.wait(model, tokens, now).unwrap_or_default()
    }

    /// Usage and limit of each model.
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let mut all = Vec::new();
        for model in self.0.view() {
            let dict = PyDict::new(py);
            dict.set_item("model", model.model)?;
            dict.set_item("input_tokens", model.input_tokens)?;
            dict.set_item("total_tokens", model.total_tokens)?;
            dict.set_item("requests", model.requests)?;
            dict.set_item("limit", model.limit)?;
            dict.set_item(
                "source",
                model.source.map(|source| match source {
                    Source::Option => "option",
                    Source::Learned => "learned",
                }),
            )?;
            dict.set_item("quota_id", model.quota_id)?;
            all.push(dict);
        }
        Ok(all)
    }
}

/// `(model, limit)` of each quota of input tokens per minute that the text of a 429 names; `''` for a model without a name.
#[pyfunction]
pub fn learned_limits(text: &str) -> Vec<(String, u64)> {
    let mut quota = quota::Quota::default();
    quota.learn_from(&Evidence::of_text(text).read(0.0));
    quota.view().into_iter().filter_map(|model| Some((model.model, model.limit?))).collect()
}
