//! What follows a failed attempt. In: what is known of the failure, level by level of an exception's chain of causes. Out: a
//! [`Verdict`].

use ai_stream_handler::generator;
use ai_stream_handler::refusal::{Evidence, Headers, Kind, Refusal};
use ai_stream_handler::retry::Policy;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// One level: text, HTTP status, header lines, name of the exception's class or type.
type Level = (String, Option<u16>, String, Option<String>);

#[pyclass(module = "ai_stream_handler._core")]
pub struct Retries(generator::Retries);

/// What to send now, and whether another attempt follows.
#[pyclass(frozen, get_all, module = "ai_stream_handler._core")]
pub struct Verdict {
    frame: Vec<u8>,
    /// Seconds until the next attempt; `None`: there is none.
    delay: Option<f64>,
    /// Waiting helps.
    rate_limited: bool,
    /// Another model may answer: a limit, an overload, a used-up account, a provider that is down.
    may_fall_back: bool,
    /// `rate_limit`, `overloaded`, `auth`, …
    reason: String,
    provider: Option<String>,
}

#[pymethods]
impl Retries {
    /// The options are validated by whoever calls, which can name them as its user knows them.
    #[new]
    fn new(max_retries: f64, base_delay: f64, max_delay: f64, delays: Vec<f64>, jitter: f64) -> PyResult<Self> {
        let policy = Policy::new(Some(max_retries), Some(base_delay), Some(max_delay), &delays, Some(jitter))
            .map_err(|error| PyValueError::new_err(error.message()))?;
        Ok(Retries(generator::Retries::new(policy, true)))
    }

    fn failed(&mut self, levels: Vec<Level>, unexpected: bool, random: f64, now: f64) -> Verdict {
        let refusal = read(&levels, now);
        let may_fall_back =
            !unexpected && (refusal.kind.passes() || matches!(refusal.kind, Kind::QuotaExhausted | Kind::Unavailable));
        let (frame, delay, rate_limited) = match self.0.failed(&refusal, unexpected, || random) {
            generator::Verdict::Retry { frame, delay, .. } => (frame, Some(delay), true),
            generator::Verdict::Failed { frame, rate_limited } => (frame, None, rate_limited),
        };
        Verdict {
            frame: frame.into_bytes(),
            delay,
            rate_limited,
            may_fall_back,
            reason: reason(refusal.kind),
            provider: refusal.provider,
        }
    }

    /// The frame that follows an attempt that took longer than `seconds`.
    fn timed_out(&self, seconds: f64) -> Vec<u8> {
        self.0.timed_out(seconds).into_bytes()
    }

    /// Another model takes over: the frame that says so. Its retries are counted anew.
    fn fall_back(&mut self) -> Vec<u8> {
        self.0.fall_back().into_bytes()
    }
}

/// The refusal of a whole chain. The outermost level that is sure of its kind decides; the longest wait that any level
/// names counts, for SDKs lose it on the way.
fn read(levels: &[Level], now: f64) -> Refusal {
    let of = |(text, status, headers, error_type): &Level| {
        Evidence {
            status: *status,
            text,
            headers: Headers(headers),
            error_type: error_type.as_deref(),
            ..Evidence::default()
        }
        .read(now)
    };
    let all: Vec<Refusal> = levels.iter().map(of).collect();
    let first = |wanted: fn(Kind) -> bool| all.iter().find(|refusal| wanted(refusal.kind));
    let sure = |kind| !matches!(kind, Kind::Unknown | Kind::Unavailable | Kind::Timeout);
    let decides = first(sure).or_else(|| first(|kind| kind != Kind::Unknown)).or(all.first());
    let Some(decides) = decides else { return Evidence::of_text("").read(now) };
    let mut refusal = decides.clone();
    refusal.delay = all.iter().filter_map(|level| level.delay).reduce(f64::max);
    refusal.message = refusal.message.or_else(|| all.iter().find_map(|level| level.message.clone()));
    refusal.provider = refusal.provider.or_else(|| all.iter().find_map(|level| level.provider.clone()));
    refusal
}

/// As the client names it in `error.reason` (docs/errors.md): `RateLimit` → `rate_limit`.
fn reason(kind: Kind) -> String {
    let mut name = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
