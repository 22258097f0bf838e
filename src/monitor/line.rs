//! Log lines in three levels, letter for letter as in docs/rate-limit-retries.md.

use crate::retry::attempts;
use crate::text::decimal;
use crate::time::Seconds;

/// The severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)]
pub enum Level {
    /// All is well.
    Healthy,
    /// A retry, or a success that needed several.
    Warning,
    /// The last retry, or a failure.
    Critical,
}

impl Level {
    /// `healthy`, `warning`, `critical`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Healthy => "healthy",
            Level::Warning => "warning",
            Level::Critical => "critical",
        }
    }
}

/// One log line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, clippy::exhaustive_structs)]
pub struct LogLine {
    pub level: Level,
    pub text: String,
}

impl LogLine {
    pub(super) fn retry(attempt: u64, max_retries: u64, delay: Seconds) -> Self {
        let level = if attempt >= max_retries { Level::Critical } else { Level::Warning };
        let delay = if delay < 1.0 { "<1".to_owned() } else { decimal(delay as u64) };
        let (attempt, max) = (decimal(attempt), decimal(max_retries));
        let text = ["⚠️ Rate limit hit (attempt ", &attempt, "/", &max, "). Retrying in ", &delay, "s..."].concat();
        LogLine { level, text }
    }

    pub(super) fn success(attempts: u32) -> Self {
        let retries = decimal(u64::from(attempts.saturating_sub(1)));
        let (level, text) = match attempts {
            0 | 1 => (Level::Healthy, "✅ Response delivered without retry".into()),
            2 => (Level::Healthy, "✅ Retry successful on attempt ".to_owned() + &retries),
            _ => (Level::Warning, "✅ Success on attempt ".to_owned() + &retries),
        };
        LogLine { level, text }
    }

    pub(super) fn session_saved() -> Self {
        LogLine { level: Level::Healthy, text: "✅ Session saved after retry".into() }
    }

    pub(super) fn exhausted(retries: u32) -> Self {
        let text = ["❌Maximum retries exceeded (", &attempts(retries), ")"].concat();
        LogLine { level: Level::Critical, text }
    }
}
