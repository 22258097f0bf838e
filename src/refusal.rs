//! Classifies a refusal: what a provider, gateway or proxy sends instead of an answer.
//!
//! In: [`Evidence`], that is, whatever is known: an HTTP status, header fields, a body or an exception's text, the
//! exception's class. Out: a [`Refusal`]: its kind, how long to wait, and the sentence for the user. The signs are data
//! (`signs`): to add a provider, add a line there with its source, and a refusal to `tests/fixtures/refusals/`.
//!
//! Runs on errors only; a stream without errors costs nothing. At most 12 KB of a text are read, in linear time.

mod code;
mod facts;
mod kind;
mod message;
mod pieces;
mod prose;
mod quota_failure;
mod scan;
mod signs;
mod status;
mod wait;

pub use kind::Kind;
pub(crate) use quota_failure::QuotaViolation;
pub use wait::Headers;

use crate::time::Seconds;
use facts::Facts;
use scan::{any, has_phrase};

/// The longest wait that is waited out, in seconds: an hour. Nobody watches a countdown for longer.
pub const LONGEST_DELAY: Seconds = 3_600.0;

/// What is known about a refusal.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct Evidence<'a> {
    /// The HTTP status, if there is an HTTP response.
    pub status: Option<u16>,
    /// The response's body, or an exception's text.
    pub text: &'a str,
    /// The JSON object that `text` is a member of. Its codes and waits count, its sentences do not.
    pub around: &'a str,
    /// The header fields of the HTTP response.
    pub headers: Headers<'a>,
    /// The exception's class, which agno sends as `error_type`.
    pub error_type: Option<&'a str>,
    /// The model's provider, if the run names it.
    pub provider: Option<&'a str>,
}

impl<'a> Evidence<'a> {
    /// The text of an exception or a RunError.
    pub fn of_text(text: &'a str) -> Self {
        Evidence { text, ..Evidence::default() }
    }

    /// An HTTP response.
    pub fn of_http(status: u16, text: &'a str, headers: Headers<'a>) -> Self {
        Evidence { status: Some(status), text, headers, ..Evidence::default() }
    }

    /// Classifies the refusal. Absolute times are compared with the response's `Date`, else with `now`.
    pub fn read(&self, now: Seconds) -> Refusal {
        #[cfg(all(test, not(target_arch = "wasm32")))]
        tests::READS.set(tests::READS.get() + 1);
        let now = self.headers.date().unwrap_or(now);
        let text = prose::printable(self.text);
        let (prefix, text) = message::after_prefix(&text);
        let mut facts = Facts::of(text, now);
        if let Some(class) = self.error_type {
            facts.code(class);
        }
        facts.read_around(self.around);
        let wait = wait::longer(facts.wait, wait::longer(self.headers.wait(now), Headers(&facts.headers).wait(now)));
        let kind = kind_of(self.status, &facts, wait);
        let status = self.status.or(facts.status);
        // A text that is no refusal may mention any provider: `Groq Bistro`.
        let named = if kind == Kind::Unknown { None } else { provider_in(&facts) };
        Refusal {
            kind,
            status,
            delay: wait,
            message: message::stated(prefix, text, &facts),
            provider: self.provider.or(named).map(str::to_owned),
            quotas: facts.quotas,
        }
    }
}

/// The wait that a sentence names, in seconds: `Retrying in 5 seconds...`. `now`: what times are compared with;
/// infinity if that is not known, and none counts.
pub(crate) fn wait_in(sentence: &str, now: Seconds) -> Option<Seconds> {
    wait::in_sentence(&sentence.to_ascii_lowercase(), now).filter(|wait| *wait > 0.0)
}

/// What a refusal comes to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// Why.
    pub kind: Kind,
    /// The HTTP status of the response, else the one stated in the text.
    pub status: Option<u16>,
    /// The wait that the refusal names, in seconds. May exceed [`LONGEST_DELAY`].
    pub delay: Option<Seconds>,
    /// The sentence for the user, if the refusal has one.
    pub message: Option<String>,
    /// Who refused, if known.
    pub provider: Option<String>,
    /// The exhausted quotas that the refusal names.
    pub(crate) quotas: Vec<QuotaViolation>,
}

impl Refusal {
    /// Whether waiting helps, and the wait is not too long to be waited out.
    pub fn may_pass(&self) -> bool {
        self.kind.may_pass(self.delay)
    }

    /// The sentence for the user: the refusal's own, else a generic one for its kind.
    pub fn sentence(&self) -> &str {
        self.message.as_deref().unwrap_or_else(|| message::generic(self.kind, self.status))
    }
}

/// Codes take precedence over the innermost status, and the status over words: a 400 that mentions a quota is a bad
/// request, not a limit.
fn kind_of(status: Option<u16>, facts: &Facts, wait: Option<Seconds>) -> Kind {
    let first = phrase_in(&facts.words, signs::FIRST);
    if first != Kind::Unknown {
        return first;
    }
    let said = |list: &str| any(&facts.words, has_phrase, list);
    let long = || (said(signs::LONG_WINDOWS) || has_phrase(&facts.codes, "perday")) && !said(signs::SHORT_WINDOWS);
    match likely_kind(status, facts) {
        Kind::RateLimit if wait.is_none() && long() => Kind::QuotaExhausted,
        kind => kind,
    }
}

fn likely_kind(status: Option<u16>, facts: &Facts) -> Kind {
    let coded = facts.coded();
    let worded = phrase_in(&facts.words, signs::PHRASES);
    let inner = facts.status.map_or(Kind::Unknown, Kind::of_status);
    let outer = status.map_or(Kind::Unknown, Kind::of_status);
    // A proxy wraps the provider's answer in one of its own.
    let stated = if inner == Kind::Unknown { outer } else { inner };
    let certain = if is_certain(inner) { inner } else { outer };
    if coded == Kind::QuotaExhausted {
        return coded;
    }
    match worded {
        // An allowance that resets at a stated time is a limit.
        Kind::QuotaExhausted => return if facts.wait.is_none() { worded } else { Kind::RateLimit },
        _ if !matches!(coded, Kind::Unknown | Kind::BadRequest) => return coded,
        // GitHub and Google's JSON APIs send their limits with a 403.
        Kind::RateLimit if stated == Kind::Auth => return worded,
        Kind::Unknown => {}
        Kind::ContentFiltered | Kind::Auth => return worded,
        // Some send a 429 when they are overloaded.
        Kind::Overloaded if certain == Kind::RateLimit => return worded,
        // The status of a gateway is more precise than its words.
        Kind::Timeout | Kind::Unavailable if stated != Kind::Unknown => return stated,
        _ if !is_certain(certain) => return worded,
        _ => {}
    }
    // The answer's own status is clear: a number in its text counts only if the words confirm it.
    if inner != Kind::Unknown && (!is_certain(outer) || inner == worded) {
        inner
    } else if status.is_some() {
        outer
    } else {
        coded
    }
}

/// Whether a status states the cause, not only that a server or a gateway failed.
fn is_certain(kind: Kind) -> bool {
    !matches!(kind, Kind::Unknown | Kind::Unavailable | Kind::Timeout)
}

/// `Unknown` if none occurs.
#[inline(never)]
fn phrase_in(words: &str, phrases: &[(Kind, &str)]) -> Kind {
    let limits = !any(words, has_phrase, signs::NO_LIMIT);
    let known = |(kind, list): &&(Kind, &str)| (limits || !kind.passes()) && any(words, has_phrase, list);
    phrases.iter().find(known).map_or(Kind::Unknown, |(kind, _)| *kind)
}

fn provider_in(facts: &Facts) -> Option<&'static str> {
    let said = |signs: &str| any(&facts.words, has_phrase, signs) || any(&facts.codes, has_phrase, signs);
    signs::PROVIDERS.iter().find(|(_, signs)| said(signs)).map(|(name, _)| *name)
}

// Host only: they need proptest and the recordings.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
