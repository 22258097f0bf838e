//! A rate limit hit recently: until when nothing is sent, here and in other tabs.

use crate::retry::LONGEST_DELAY;
use crate::time::Seconds;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cooldown {
    /// Start and end.
    span: Option<(Seconds, Seconds)>,
    /// Another tab hit the limit, and retries first.
    elsewhere: bool,
}

impl Cooldown {
    /// The limit was hit here. `true`: other tabs do not know yet.
    pub fn hit(&mut self, until: Seconds, now: Seconds) -> bool {
        let is_new = self.span.is_none_or(|(_, known)| known != until);
        *self = Cooldown { span: Some((now, until)), elsewhere: false };
        is_new
    }

    /// Another tab reports a limit; the value is validated. This tab waits slightly longer, by a random amount, so that
    /// the tabs do not all retry at once.
    pub fn hit_elsewhere(&mut self, until: Seconds, random: f64, now: Seconds) -> bool {
        let until = until + HEAD_START + SPREAD * random;
        let sane = until.is_finite() && until > now && until - now <= LONGEST_DELAY + HEAD_START + SPREAD;
        let later = self.until(now).is_none_or(|known| known < until);
        if sane && later {
            *self = Cooldown { span: Some((now, until)), elsewhere: true };
        }
        sane && later
    }

    /// The limit is reported to be over.
    pub fn end(&mut self) {
        self.span = None;
    }

    /// An answer completed here. `true`: that ended a limit that was hit here. A limit of another tab stays.
    pub fn answer_completed(&mut self) -> bool {
        let own = self.span.is_some() && !self.elsewhere;
        if own {
            self.end();
        }
        own
    }

    /// The end of the cooldown; `None` once it has passed. Setting the clock back does not extend it.
    pub fn until(&self, now: Seconds) -> Option<Seconds> {
        let (from, until) = self.span?;
        let until = if now < from { now + (until - from) } else { until };
        (until > now).then_some(until)
    }
}

/// Seconds by which other tabs let the one that hit the limit go first, and over which they spread.
const HEAD_START: Seconds = 1.0;
const SPREAD: Seconds = 4.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_at_its_time_also_where_the_clock_is_set_back() {
        let mut cooldown = Cooldown::default();
        assert_eq!(cooldown.until(100.0), None);
        assert!(cooldown.hit(110.0, 100.0));
        assert!(!cooldown.hit(110.0, 100.0), "no news");
        assert_eq!(cooldown.until(105.0), Some(110.0));
        assert_eq!(cooldown.until(110.0), None);
        assert_eq!(cooldown.until(50.0), Some(60.0));
    }

    #[test]
    fn another_tab_may_wait_as_long_as_a_server_can_ask_for_and_no_longer() {
        assert!(!Cooldown::default().hit_elsewhere(95.0, 1.0, 100.0), "over by now");
        assert!(Cooldown::default().hit_elsewhere(100.0 + LONGEST_DELAY, 1.0, 100.0));
        assert!(!Cooldown::default().hit_elsewhere(100.5 + LONGEST_DELAY, 1.0, 100.0));
    }

    #[test]
    fn what_another_tab_says_is_heeded_a_little_later_and_checked() {
        let mut cooldown = Cooldown::default();
        for nonsense in [f64::NAN, f64::INFINITY, -1.0, 50.0, 1e9] {
            assert!(!cooldown.hit_elsewhere(nonsense, 0.5, 100.0));
        }
        assert!(cooldown.hit_elsewhere(110.0, 0.5, 100.0));
        assert_eq!(cooldown.until(100.0), Some(113.0));
        assert!(!cooldown.hit_elsewhere(105.0, 0.0, 100.0), "an earlier end is no news");
        assert!(!cooldown.hit_elsewhere(110.0, 0.5, 100.0), "nor is the same");
        assert!(!cooldown.answer_completed(), "nobody is to be told what they said themselves");
        assert_eq!(cooldown.until(100.0), Some(113.0), "an answer that was under way proves nothing");
        cooldown.end();
        assert_eq!(cooldown.until(100.0), None);
        cooldown.hit(110.0, 100.0);
        assert!(cooldown.answer_completed());
        assert_eq!(cooldown.until(100.0), None);
        assert!(!cooldown.answer_completed());
    }
}
