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
fn the_hour_and_the_day_are_counted_separately() {
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
    assert_eq!(figures(monitor.last(DAY, NOW + 3.0 * DAY)), (0, 0, 0, 0, 0.0), "older than a day");
}

#[test]
fn records_are_kept_for_a_day() {
    let mut monitor = Monitor::default();
    for minute in 0..5_000 {
        monitor.retried(1, 3, 5.0, NOW + 60.0 * f64::from(minute));
    }
    assert_eq!(monitor.minutes.len(), 1440);
    assert_eq!(monitor.view().last_day.retries, 1440);
    assert_eq!(monitor.total().retries, 5_000);
    assert!(monitor.take_lines().len() <= MAX_LINES + 1);
    monitor.retried(1, 3, 5.0, 0.0);
    assert_eq!(monitor.minutes.len(), 1440, "a clock set back");
}

#[test]
fn the_three_alerts_are_active_above_their_thresholds_and_not_at_them() {
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
    assert_eq!((alert.message, alert.action), ("Unusual retry activity detected", "Check Google API quota dashboard"));
    assert_eq!(ids(&monitor, NOW + 2.0 * HOUR), [""; 0], "they clear");

    let mut slow = Monitor::default();
    slow.retried(1, 3, 60.0, NOW);
    assert_eq!(ids(&slow, NOW), [""; 0]);
    slow.retried(2, 3, 62.0, NOW);
    assert_eq!(ids(&slow, NOW), ["average_retry_delay"]);
}

#[test]
fn the_log_lines_letter_for_letter_in_their_three_levels() {
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
