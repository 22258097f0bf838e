//! Retry metrics, alerts and log lines: the core's monitor as it is.

use ai_stream_handler::monitor::{self, Ending, Figures};
use pyo3::prelude::*;
use pyo3::types::PyDict;

#[pyclass(module = "ai_stream_handler._core")]
#[derive(Default)]
pub struct Monitor(monitor::Monitor);

#[pymethods]
impl Monitor {
    #[new]
    fn new() -> Self {
        Monitor::default()
    }

    /// Counts an announced retry.
    fn retried(&mut self, attempt: u64, max_retries: u64, delay: f64, now: f64) {
        self.0.retried(attempt, max_retries, delay, now);
    }

    /// Counts an answer that ended.
    fn ended(&mut self, attempts: u32, succeeded: bool, rate_limited: bool, session_kept: bool, now: f64) {
        self.0.ended(Ending { attempts, succeeded, rate_limited, session_kept }, now);
    }

    /// The lines to log since the last call: `(level, text)`.
    fn take_lines(&mut self) -> Vec<(&'static str, String)> {
        self.0.take_lines().into_iter().map(|line| (line.level.name(), line.text)).collect()
    }

    /// The figures: in total, over the last hour and the last day; the active alerts.
    fn figures<'py>(&self, py: Python<'py>, now: f64) -> PyResult<Bound<'py, PyDict>> {
        let view = of(py, &self.0.total())?;
        view.set_item("last_hour", of(py, &self.0.last(monitor::HOUR, now))?)?;
        view.set_item("last_day", of(py, &self.0.last(monitor::DAY, now))?)?;
        let mut alerts = Vec::new();
        for alert in self.0.alerts(now) {
            let dict = PyDict::new(py);
            dict.set_item("id", alert.id)?;
            dict.set_item("value", alert.value)?;
            dict.set_item("threshold", alert.threshold)?;
            dict.set_item("message", alert.message)?;
            dict.set_item("action", alert.action)?;
            alerts.push(dict);
        }
        view.set_item("alerts", alerts)?;
        Ok(view)
    }
}

fn of<'py>(py: Python<'py>, figures: &Figures) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("answers", figures.answers)?;
    dict.set_item("retries", figures.retries)?;
    dict.set_item("success_after_retry", figures.success_after_retry)?;
    dict.set_item("retries_exhausted", figures.retries_exhausted)?;
    dict.set_item("average_delay", figures.average_delay)?;
    dict.set_item("sessions_kept", figures.sessions_kept)?;
    Ok(dict)
}
