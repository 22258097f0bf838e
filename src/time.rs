//! Time is an argument. The core reads no clock: the shell says what time it is with every input.

/// A point in time: seconds since the Unix epoch.
pub type Seconds = f64;

/// Above this a number on the wire can only be milliseconds: as seconds it would be the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// A `created_at` of the wire in seconds. AgentOS sends seconds, Cirkelline's MetricsUpdate milliseconds
/// (PROTOCOL §6). Anything that is no time (zero, negative, not finite) gives `None`.
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
    fn what_is_no_time_is_none() {
        for v in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(from_wire(v), None);
        }
    }
}
