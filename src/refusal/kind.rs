//! What a refusal comes to, and what it means for the next attempt.

use super::LONGEST_DELAY;
use crate::time::Seconds;
use serde::Serialize;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Too many requests or tokens in a short window (429).
    RateLimit,
    /// The service or the model is over capacity (503, 529).
    Overloaded,
    /// The account, or its allowance for the day or month, is used up.
    QuotaExhausted,
    /// The request exceeds what the model or the limit takes at all (413).
    RequestTooLarge,
    /// A missing or invalid key, or one without permission (401, 403).
    Auth,
    /// No such model, agent or route (404).
    NotFound,
    /// The request is invalid (400, 422).
    BadRequest,
    /// A content filter or safety system blocked the prompt or the answer.
    ContentFiltered,
    /// The server, or what is behind it, took too long (408, 504, 524).
    Timeout,
    /// The server is down, or a gateway cannot reach it (502, 520 to 530 but 524).
    Unavailable,
    /// Anything else.
    Unknown,
}

impl Kind {
    /// Whether waiting helps: the same request is expected to succeed later, without any change.
    pub fn passes(self) -> bool {
        matches!(self, Kind::RateLimit | Kind::Overloaded)
    }

    /// Whether waiting helps, and a wait of `delay` is not too long to be waited out.
    pub(crate) fn may_pass(self, delay: Option<Seconds>) -> bool {
        self.passes() && delay.is_none_or(|delay| delay <= LONGEST_DELAY)
    }

    /// Whether sending the same request again may help, now or later.
    pub fn is_retryable(self) -> bool {
        matches!(self, Kind::RateLimit | Kind::Overloaded | Kind::Timeout | Kind::Unavailable | Kind::Unknown)
    }

    /// Whether a gateway with this status has lost its server: 502, 504, and Cloudflare's 520 to 524 of the same meaning.
    pub(crate) fn is_lost_server(status: u16) -> bool {
        status != 408 && status < 525 && matches!(Kind::of_status(status), Kind::Timeout | Kind::Unavailable)
    }

    /// What a status says by itself.
    pub(super) fn of_status(status: u16) -> Kind {
        match status {
            420 | 429 => Kind::RateLimit,
            503 | 529 => Kind::Overloaded,
            402 => Kind::QuotaExhausted,
            413 => Kind::RequestTooLarge,
            401 | 403 | 407 => Kind::Auth,
            404 | 410 => Kind::NotFound,
            408 | 504 | 524 => Kind::Timeout,
            502 | 520..=523 | 525..=527 | 530 => Kind::Unavailable,
            400..=499 => Kind::BadRequest,
            _ => Kind::Unknown,
        }
    }
}
