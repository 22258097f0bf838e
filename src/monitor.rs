//! How rate limits went: the mission's "Key Metrics", over an hour, a day and the life of a handler or server; its
//! three alerts, as data; its log lines.
//!
//! In: what happened, and when. Out: figures, alerts that hold now, lines to be logged. Never: a clock; more memory
//! than a day has minutes.

mod alert;
mod line;

pub use alert::{Alert, AlertRule, ALERTS};
pub use line::{Level, LogLine};

use crate::time::Seconds;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::VecDeque;

/// An hour in seconds: what alerts look at.
pub const HOUR: Seconds = 3_600.0;
/// A day in seconds: what is remembered.
pub const DAY: Seconds = 86_400.0;

/// What is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Answers that ended, however.
    pub answers: u64,
    /// Retry events.
    pub retries: u64,
    /// Answers that were completed after at least one retry.
    pub success_after_retry: u64,
    /// Answers given up after the last retry.
    pub retries_exhausted: u64,
    /// Mean of the announced delays, in seconds; 0 without any.
    pub average_delay: f64,
    /// Answers of which the session is known: it is there after a refresh.
    pub sessions_kept: u64,
    #[serde(skip)]
    total_delay: f64,
}

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

/// What a page shows of it. The windows end at `as_of`: when something was counted last.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct MonitorView {
    pub total: Figures,
    pub last_hour: Figures,
    pub last_day: Figures,
    pub alerts: Vec<Alert>,
    pub as_of: Seconds,
}

/// Its total stands flat beside the windows. By hand: serde's `flatten` makes a map of an object, by other code.
impl Serialize for MonitorView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let total = &self.total;
        let mut view = serializer.serialize_struct("MonitorView", 10)?;
        view.serialize_field("answers", &total.answers)?;
        view.serialize_field("retries", &total.retries)?;
        view.serialize_field("successAfterRetry", &total.success_after_retry)?;
        view.serialize_field("retriesExhausted", &total.retries_exhausted)?;
        view.serialize_field("averageDelay", &total.average_delay)?;
        view.serialize_field("sessionsKept", &total.sessions_kept)?;
        view.serialize_field("lastHour", &self.last_hour)?;
        view.serialize_field("lastDay", &self.last_day)?;
        view.serialize_field("alerts", &self.alerts)?;
        view.serialize_field("asOf", &self.as_of)?;
        view.end()
    }
}

impl Monitor {
    /// A retry is announced: the `attempt`th of `max_retries`, after `delay` seconds.
    pub fn retried(&mut self, attempt: u64, max_retries: u64, delay: Seconds, now: Seconds) {
        self.count(now, |figures| {
            figures.retries += 1;
            figures.total_delay += delay;
        });
        self.lines.push(LogLine::hit(attempt, max_retries, delay));
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
    pub fn goes_on(&mut self, ending: Ending) {
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
        self.total.averaged()
    }

    /// Over the last `seconds`, up to [`DAY`], in whole minutes.
    pub fn last(&self, seconds: Seconds, now: Seconds) -> Figures {
        let from = minute(now - seconds);
        let mut sum = Figures::default();
        self.minutes.iter().filter(|(at, _)| *at > from).for_each(|(_, figures)| sum.add(figures));
        sum.averaged()
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
        let at = self.minutes.back().map_or(0, |(at, _)| *at).max(minute(now));
        self.latest = self.latest.max(now);
        if self.minutes.back().is_none_or(|(last, _)| *last != at) {
            self.minutes.push_back((at, Figures::default()));
        }
        while self.minutes.front().is_some_and(|(first, _)| *first + minute(DAY) <= at) {
            self.minutes.pop_front();
        }
        let current = self.minutes.back_mut().map(|(_, figures)| figures);
        [Some(&mut self.total), current].into_iter().flatten().for_each(count);
        // Nobody takes them: they must not pile up.
        let most = self.lines.len().saturating_sub(MOST_LINES);
        self.lines.drain(..most);
    }
}

const MOST_LINES: usize = 1_000;

fn minute(at: Seconds) -> u64 {
    (at / 60.0) as u64
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.answers += other.answers;
        self.retries += other.retries;
        self.success_after_retry += other.success_after_retry;
        self.retries_exhausted += other.retries_exhausted;
        self.sessions_kept += other.sessions_kept;
        self.total_delay += other.total_delay;
    }

    fn averaged(mut self) -> Self {
        self.average_delay = if self.retries > 0 { self.total_delay / self.retries as f64 } else { 0.0 };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_795_452_369.0;

    fn completed(attempts: u32) -> Ending {
        Ending { attempts, succeeded: true, rate_limited: false, session_kept: true }
    }

    fn exhausted(attempts: u32) -> Ending {
        Ending { attempts, succeeded: false, rate_limited: true, session_kept: true }
    }

    fn lines(monitor: &mut Monitor) -> Vec<(Level, String)> {
        monitor.take_lines().into_iter().map(|line| (line.level, line.text)).collect()
    }

    #[test]
    fn the_figures_of_the_hour_and_of_the_day_are_kept_apart() {
        let mut monitor = Monitor::default();
        monitor.retried(1, 3, 5.0, NOW);
        monitor.ended(completed(2), NOW + 5.0);
        let later = NOW + 2.0 * HOUR;
        monitor.retried(1, 3, 7.0, later);
        monitor.retried(2, 3, 9.0, later);
        monitor.ended(exhausted(3), later);
        let view = monitor.view();
        let figures = |f: Figures| (f.answers, f.retries, f.success_after_retry, f.retries_exhausted, f.average_delay);
        assert_eq!(figures(view.last_hour), (1, 2, 0, 1, 8.0));
        assert_eq!(figures(view.last_day), (2, 3, 1, 1, 7.0));
        assert_eq!(figures(view.total), (2, 3, 1, 1, 7.0));
        assert_eq!(view.last_day.sessions_kept, 2);
        assert_eq!(figures(monitor.last(DAY, NOW + 3.0 * DAY)), (0, 0, 0, 0, 0.0), "a day later nothing is left of it");
    }

    #[test]
    fn a_day_is_all_that_is_remembered() {
        let mut monitor = Monitor::default();
        for minute in 0..5_000 {
            monitor.retried(1, 3, 5.0, NOW + 60.0 * f64::from(minute));
        }
        assert_eq!(monitor.minutes.len(), 1440);
        assert_eq!(monitor.view().last_day.retries, 1440);
        assert_eq!(monitor.total().retries, 5_000);
        assert!(monitor.take_lines().len() <= MOST_LINES + 1);
        monitor.retried(1, 3, 5.0, 0.0);
        assert_eq!(monitor.minutes.len(), 1440, "a clock set back");
    }

    #[test]
    fn the_three_alerts_hold_above_their_thresholds_and_not_at_them() {
        let mut monitor = Monitor::default();
        let ids = |m: &Monitor, at| m.alerts(at).iter().map(|a| a.id).collect::<Vec<_>>();
        (0..50).for_each(|_| monitor.retried(1, 3, 5.0, NOW));
        (0..10).for_each(|_| monitor.ended(exhausted(4), NOW));
        assert_eq!(ids(&monitor, NOW), [""; 0]);
        monitor.retried(1, 3, 5.0, NOW);
        assert_eq!(ids(&monitor, NOW), ["high_retry_rate"]);
        monitor.ended(exhausted(4), NOW);
        assert_eq!(ids(&monitor, NOW), ["high_retry_rate", "retry_failure_rate"]);
        let alert = &monitor.alerts(NOW)[0];
        assert_eq!((alert.value, alert.threshold), (51.0, 50.0));
        assert_eq!(
            (alert.message, alert.action),
            ("Unusual retry activity detected", "Check Google API quota dashboard")
        );
        assert_eq!(ids(&monitor, NOW + 2.0 * HOUR), [""; 0], "they pass");

        let mut slow = Monitor::default();
        slow.retried(1, 3, 60.0, NOW);
        assert_eq!(ids(&slow, NOW), [""; 0]);
        slow.retried(2, 3, 62.0, NOW);
        assert_eq!(ids(&slow, NOW), ["average_retry_delay"]);
    }

    #[test]
    fn the_log_lines_are_the_missions_in_their_three_levels() {
        use Level::{Critical, Healthy, Warning};
        let said = |text: &str| text.to_owned();
        let mut monitor = Monitor::default();
        monitor.ended(completed(1), NOW);
        assert_eq!(lines(&mut monitor), [(Healthy, said("✅ Response delivered without retry"))]);

        monitor.retried(1, 3, 5.0, NOW);
        monitor.ended(completed(2), NOW);
        let expected = [
            (Warning, said("⚠️ Rate limit hit (attempt 1/3). Retrying in 5s...")),
            (Healthy, said("✅ Retry successful on attempt 1")),
            (Healthy, said("✅ Session saved after retry")),
        ];
        assert_eq!(lines(&mut monitor), expected);

        (1..=3).for_each(|n| monitor.retried(n, 3, 5.0 * n as f64, NOW));
        monitor.ended(exhausted(4), NOW);
        let expected = [
            (Warning, said("⚠️ Rate limit hit (attempt 1/3). Retrying in 5s...")),
            (Warning, said("⚠️ Rate limit hit (attempt 2/3). Retrying in 10s...")),
            (Critical, said("⚠️ Rate limit hit (attempt 3/3). Retrying in 15s...")),
            (Critical, said("❌Maximum retries exceeded (3 attempts)")),
        ];
        assert_eq!(lines(&mut monitor), expected);

        (1..=2).for_each(|n| monitor.retried(n, 3, 5.0, NOW));
        monitor.ended(completed(3), NOW);
        assert_eq!(lines(&mut monitor)[2], (Warning, said("✅ Success on attempt 2")));
    }
}
