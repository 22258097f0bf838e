//! Retry metrics over an hour, a day and the lifetime of a handler or server; three alerts, as data; log lines. All as
//! defined in docs/rate-limit-retries.md.
//!
//! In: what happened, and when. Out: figures, active alerts, lines to log. Never: a clock; more than a day of
//! one-minute records.

mod alert;
mod figures;
mod line;
mod view;

pub use alert::{Alert, AlertRule, ALERTS};
pub use figures::Figures;
pub use line::{Level, LogLine};
pub use view::MonitorView;

use crate::time::Seconds;

/// An hour in seconds: the window of the alerts.
pub const HOUR: Seconds = 3_600.0;
/// A day in seconds: how long records are kept.
pub const DAY: Seconds = 86_400.0;

/// Counts retries and their outcomes.
#[derive(Debug, Clone, Default)]
pub struct Monitor {
    total: Figures,
    minutes: Vec<(u64, Figures)>,
    lines: Vec<LogLine>,
    /// When something was last counted.
    latest: Seconds,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs)]
pub struct Ending {
    /// 1, plus one for each retry.
    pub attempts: u32,
    /// The answer was completed.
    pub succeeded: bool,
    /// It failed with a rate limit.
    pub rate_limited: bool,
    /// Its session is known, so it survives a page refresh.
    pub session_kept: bool,
}

impl Monitor {
    /// Counts an announced retry: number `attempt` of `max_retries`, after `delay` seconds.
    pub fn retried(&mut self, attempt: u64, max_retries: u64, delay: Seconds, now: Seconds) {
        self.count(now, |figures| {
            figures.retries += 1;
            figures.total_delay += delay;
        });
        self.lines.push(LogLine::retry(attempt, max_retries, delay));
    }

    /// Counts an answer that ended.
    pub fn ended(&mut self, ending: Ending, now: Seconds) {
        let Ending { attempts, succeeded, rate_limited, session_kept } = ending;
        let retried = attempts > 1;
        self.count(now, |figures| {
            figures.answers += 1;
            figures.success_after_retry += u64::from(retried && succeeded);
            figures.retries_exhausted += u64::from(retried && rate_limited);
            figures.sessions_kept += u64::from(session_kept);
        });
        if succeeded {
            self.lines.push(LogLine::success(attempts));
            if retried && session_kept {
                self.lines.push(LogLine::session_saved());
            }
        } else if retried && rate_limited {
            self.lines.push(LogLine::exhausted(attempts - 1));
        }
    }

    /// Takes an [`ended`](Monitor::ended) back: the backend sent RunError and then retried.
    pub fn reopened(&mut self, ending: Ending) {
        let exhausted = u64::from(ending.attempts > 1 && ending.rate_limited);
        let kept = u64::from(ending.session_kept);
        let minute = self.minutes.last_mut().map(|(_, figures)| figures);
        for figures in [Some(&mut self.total), minute].into_iter().flatten() {
            figures.answers = figures.answers.saturating_sub(1);
            figures.retries_exhausted = figures.retries_exhausted.saturating_sub(exhausted);
            figures.sessions_kept = figures.sessions_kept.saturating_sub(kept);
        }
    }

    /// Over the whole lifetime.
    pub fn total(&self) -> Figures {
        self.total.with_average()
    }

    /// Over the last `seconds`, at most a [`DAY`], in whole minutes.
    pub fn last(&self, seconds: Seconds, now: Seconds) -> Figures {
        let from = minute_of(now - seconds);
        let mut sum = Figures::default();
        self.minutes.iter().filter(|(at, _)| *at > from).for_each(|(_, figures)| sum.add(figures));
        sum.with_average()
    }

    /// The alerts active at `now`.
    pub fn alerts(&self, now: Seconds) -> Vec<Alert> {
        let hour = self.last(HOUR, now);
        ALERTS.iter().filter_map(|rule| rule.check(&hour)).collect()
    }

    /// The lines to log since the last call.
    pub fn take_lines(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
    }

    /// The figures for the page.
    pub fn view(&self) -> MonitorView {
        let as_of = self.latest;
        let [last_hour, last_day] = [HOUR, DAY].map(|window| self.last(window, as_of));
        MonitorView { total: self.total(), last_hour, last_day, alerts: self.alerts(as_of), as_of }
    }

    fn count(&mut self, now: Seconds, count: impl Fn(&mut Figures)) {
        // If the clock was set back, count in the latest minute.
        let at = self.minutes.last().map_or(0, |(at, _)| *at).max(minute_of(now));
        self.latest = self.latest.max(now);
        if self.minutes.last().is_none_or(|(last, _)| *last != at) {
            self.minutes.push((at, Figures::default()));
        }
        self.minutes.retain(|(minute, _)| *minute + minute_of(DAY) > at);
        let current = self.minutes.last_mut().map(|(_, figures)| figures);
        [Some(&mut self.total), current].into_iter().flatten().for_each(count);
        // Bounds the lines in case nobody takes them.
        let most = self.lines.len().saturating_sub(MAX_LINES);
        self.lines.drain(..most);
    }
}

const MAX_LINES: usize = 1_000;

fn minute_of(at: Seconds) -> u64 {
    (at / 60.0) as u64
}

#[cfg(test)]
mod tests;
