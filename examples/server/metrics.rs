//! `GET /metrics` for Prometheus, and the log in three levels: the metrics, alerts and lines of
//! docs/rate-limit-retries.md.

use super::App;
use ai_stream_handler::monitor::{Ending, Figures, Monitor, ALERTS, DAY, HOUR};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

pub async fn text(State(app): State<App>) -> Response {
    let mut body = String::new();
    let written = {
        let monitor = app.monitor.lock().unwrap_or_else(PoisonError::into_inner);
        encode(&mut body, &registry(&monitor, now()))
    };
    match written {
        Ok(()) => {
            ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], body).into_response()
        }
        Err(error) => (axum::http::StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn registry(monitor: &Monitor, now: f64) -> Registry {
    let mut registry = Registry::with_prefix("ai_stream");
    let total = monitor.total();
    let counters = [
        ("answers", "Answers that ended", total.answers),
        ("retries", "Retry events", total.retries),
        ("success_after_retry", "Answers completed after a retry", total.success_after_retry),
        ("retries_exhausted", "Answers given up after the last retry", total.retries_exhausted),
        ("sessions_kept", "Answers whose session was stored", total.sessions_kept),
    ];
    for (name, help, value) in counters {
        registry.register(name, help, ConstCounter::new(value));
    }
    type Windows = Family<[(&'static str, &'static str); 1], Gauge<f64, AtomicU64>>;
    type Figure = (&'static str, &'static str, fn(&Figures) -> f64);
    let gauges: [Figure; 4] = [
        ("recent_retries", "Retry events in the window", |f| f.retries as f64),
        ("recent_success_after_retry", "Answers completed after a retry, in the window", |f| {
            f.success_after_retry as f64
        }),
        ("recent_retries_exhausted", "Answers given up, in the window", |f| f.retries_exhausted as f64),
        ("recent_average_delay_seconds", "Mean announced delay in the window", |f| f.average_delay),
    ];
    for (name, help, value) in gauges {
        let family = Windows::default();
        for (window, seconds) in [("1h", HOUR), ("24h", DAY)] {
            family.get_or_create(&[("window", window)]).set(value(&monitor.last(seconds, now)));
        }
        registry.register(name, help, family);
    }
    let (alerts, hold) = (Windows::default(), monitor.alerts(now));
    for rule in &ALERTS {
        let holds = hold.iter().any(|alert| alert.id == rule.id);
        alerts.get_or_create(&[("alert", rule.id)]).set(f64::from(u8::from(holds)));
    }
    registry.register("alert", "1 while the alert holds", alerts);
    registry
}

/// Counts and logs a retry.
pub fn retried(monitor: &Mutex<Monitor>, attempt: u32, max_retries: u32, delay: f64) {
    count(monitor, |monitor| monitor.retried(attempt.into(), max_retries.into(), delay, now()));
}

/// Counts and logs the end of an answer.
pub fn ended(monitor: &Mutex<Monitor>, ending: Ending) {
    count(monitor, |monitor| monitor.ended(ending, now()));
}

fn count(monitor: &Mutex<Monitor>, count: impl FnOnce(&mut Monitor)) {
    // After a panic in another thread the figures are still good enough.
    let mut monitor = monitor.lock().unwrap_or_else(PoisonError::into_inner);
    count(&mut monitor);
    for line in monitor.take_lines() {
        eprintln!("{:8} {}", line.level.name(), line.text);
    }
}

/// Seconds since the Unix epoch.
pub fn now() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64())
}
