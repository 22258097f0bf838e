//! A rate limit that was hit just now: until when nothing more is sent, here and in the other tabs.

use crate::retry::LONGEST_DELAY;
use crate::time::Seconds;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cooldown {
    /// From when, until when.
    span: Option<(Seconds, Seconds)>,
    /// Another tab hit it, and comes back first.
    elsewhere: bool,
}

impl Cooldown {
    /// Hit here. `true`: others do not know yet.
    pub fn hit(&mut self, until: Seconds, now: Seconds) -> bool {
        let news = self.span.is_none_or(|(_, known)| known != until);
        *self = Cooldown { span: Some((now, until)), elsewhere: false };
        news
    }

    /// Hit in another tab, which says so; what it says is checked. This one comes back a little later, at random, so
    /// that the tabs do not all come at once.
    pub fn hit_elsewhere(&mut self, until: Seconds, random: f64, now: Seconds) -> bool {
        let until = until + BEHIND + SPREAD * random;
        let sane = until.is_finite() && until > now && until - now <= LONGEST_DELAY + BEHIND + SPREAD;
        let later = self.until(now).is_none_or(|known| known < until);
        if sane && later {
            *self = Cooldown { span: Some((now, until)), elsewhere: true };
        }
        sane && later
    }

    /// It is over: somebody says so.
    pub fn over(&mut self) {
        self.span = None;
    }

    /// An answer was completed here. `true`: with it a limit is over that was hit here. Another tab's lasts.
    pub fn answered(&mut self) -> bool {
        let own = self.span.is_some() && !self.elsewhere;
        if own {
            self.over();
        }
        own
    }

    /// When it ends; `None` when it has. A clock that was set back does not make it longer.
    pub fn until(&self, now: Seconds) -> Option<Seconds> {
        let (from, until) = self.span?;
        let until = if now < from { now + (until - from) } else { until };
        (until > now).then_some(until)
    }
}

/// Seconds that other tabs leave to the one that hit the limit, and over how many they spread.
const BEHIND: Seconds = 1.0;
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
        assert!(!cooldown.answered(), "nobody is to be told what they said themselves");
        assert_eq!(cooldown.until(100.0), Some(113.0), "an answer that was under way proves nothing");
        cooldown.over();
        assert_eq!(cooldown.until(100.0), None);
        cooldown.hit(110.0, 100.0);
        assert!(cooldown.answered());
        assert_eq!(cooldown.until(100.0), None);
        assert!(!cooldown.answered());
    }
}
