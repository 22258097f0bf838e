//! How rate limits went: the mission's "Key Metrics", over an hour, a day and the life of a handler or server; its
//! three alerts, as data; its log lines.
//!
//! In: what happened, and when. Out: figures, alerts that hold now, lines to be logged. Never: a clock; more memory
//! than a day has minutes.

mod alert;
mod figures;
mod line;
mod view;

pub use alert::{Alert, AlertRule, ALERTS};
pub use figures::Figures;
pub use line::{Level, LogLine};
pub use view::MonitorView;

use crate::time::Seconds;
use std::collections::VecDeque;

/// An hour in seconds: what alerts look at.
pub const HOUR: Seconds = 3_600.0;
/// A day in seconds: what is remembered.
pub const DAY: Seconds = 86_400.0;

/// Counts of retries and of what came of them.
#[derive(Debug, Clone, Default)]
pub struct Monitor {
    total: Figures,
    minutes: VecDeque<(u64, Figures)>,
    lines: Vec<LogLine>,
    /// When something was counted last.
    latest: Seconds,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs)]
pub struct Ending {
    /// 1, and one more for each retry.
    pub attempts: u32,
    /// It was completed.
    pub succeeded: bool,
    /// It failed with a rate limit.
    pub rate_limited: bool,
    /// Its session is known.
    pub session_kept: bool,
}

impl Monitor {
    /// A retry is announced: the `attempt`th of `max_retries`, after `delay` seconds.
    pub fn retried(&mut self, attempt: u64, max_retries: u64, delay: Seconds, now: Seconds) {
        self.count(now, |figures| {
            figures.retries += 1;
            figures.total_delay += delay;
        });
        self.lines.push(LogLine::retry(attempt, max_retries, delay));
    }

    /// An answer ended.
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

    /// What looked like the end of an answer was one attempt of it: a backend that says RunError, then retries.
    pub fn reopened(&mut self, ending: Ending) {
        let exhausted = u64::from(ending.attempts > 1 && ending.rate_limited);
        let kept = u64::from(ending.session_kept);
        let minute = self.minutes.back_mut().map(|(_, figures)| figures);
        for figures in [Some(&mut self.total), minute].into_iter().flatten() {
            figures.answers = figures.answers.saturating_sub(1);
            figures.retries_exhausted = figures.retries_exhausted.saturating_sub(exhausted);
            figures.sessions_kept = figures.sessions_kept.saturating_sub(kept);
        }
    }

    /// Over the whole life.
    pub fn total(&self) -> Figures {
        self.total.with_average()
    }

    /// Over the last `seconds`, up to [`DAY`], in whole minutes.
    pub fn last(&self, seconds: Seconds, now: Seconds) -> Figures {
        let from = minute_of(now - seconds);
        let mut sum = Figures::default();
        self.minutes.iter().filter(|(at, _)| *at > from).for_each(|(_, figures)| sum.add(figures));
        sum.with_average()
    }

    /// The alerts that hold at `now`.
    pub fn alerts(&self, now: Seconds) -> Vec<Alert> {
        let hour = self.last(HOUR, now);
        ALERTS.iter().filter_map(|rule| rule.check(&hour)).collect()
    }

    /// Lines to be logged, since the last call.
    pub fn take_lines(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
    }

    /// What a page shows.
    pub fn view(&self) -> MonitorView {
        let as_of = self.latest;
        let [last_hour, last_day] = [HOUR, DAY].map(|window| self.last(window, as_of));
        MonitorView { total: self.total(), last_hour, last_day, alerts: self.alerts(as_of), as_of }
    }

    fn count(&mut self, now: Seconds, count: impl Fn(&mut Figures)) {
        // A clock that was set back does not bring an old minute to life again.
        let at = self.minutes.back().map_or(0, |(at, _)| *at).max(minute_of(now));
        self.latest = self.latest.max(now);
        if self.minutes.back().is_none_or(|(last, _)| *last != at) {
            self.minutes.push_back((at, Figures::default()));
        }
        while self.minutes.front().is_some_and(|(first, _)| *first + minute_of(DAY) <= at) {
            self.minutes.pop_front();
        }
        let current = self.minutes.back_mut().map(|(_, figures)| figures);
        [Some(&mut self.total), current].into_iter().flatten().for_each(count);
        // Nobody takes them: they must not pile up.
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
