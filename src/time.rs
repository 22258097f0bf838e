//! Time is an argument. The core reads no clock; the caller passes the current time with every input.

/// A point in time: seconds since the Unix epoch.
pub type Seconds = f64;

/// Numbers above this are milliseconds: as seconds they would lie beyond the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// Converts a `created_at` to seconds. AgentOS sends seconds, the MetricsUpdate event of some backends milliseconds
/// (docs/agentos-protocol.md). `None` if the value is zero, negative or not finite.
pub fn from_wire(value: f64) -> Option<Seconds> {
    if !value.is_finite() || value <= 0.0 {
        None
    } else if value > MILLISECONDS_FROM {
        Some(value / 1000.0)
    } else {
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_become_seconds_and_seconds_stay() {
        assert_eq!(from_wire(1_795_452_369.0), Some(1_795_452_369.0));
        assert_eq!(from_wire(1_795_452_469_774.0), Some(1_795_452_469.774));
    }

    #[test]
    fn zero_negative_and_infinite_times_are_none() {
        for v in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(from_wire(v), None);
        }
    }
}
