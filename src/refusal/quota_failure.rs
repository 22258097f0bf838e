//! The quotas that a 429 says are used up (google.rpc.QuotaFailure), as JSON or as Python prints it.

use crate::text::{after_each, find, slice};

/// One violated quota, as sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QuotaViolation<'a> {
    pub id: Option<&'a str>,
    pub model: Option<&'a str>,
    pub value: Option<&'a str>,
}

pub(crate) fn quota_violations(text: &str) -> impl Iterator<Item = QuotaViolation<'_>> {
    // Each violation's value comes with its id and model, on one side of it or the other.
    const VALUE: &str = "quotaValue";
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = find(rest, VALUE)?;
        let (before, behind) = (slice(rest, ..at), slice(rest, at + VALUE.len()..));
        let after_value = slice(behind, ..find(behind, VALUE).unwrap_or(behind.len()));
        let member = |key| quoted(before, key).or_else(|| quoted(after_value, key));
        rest = behind;
        Some(QuotaViolation { id: member("quotaId"), model: member("model"), value: leading_value(after_value) })
    })
}

/// The text between quotes behind the last `"key"`.
fn quoted<'a>(text: &'a str, key: &'a str) -> Option<&'a str> {
    after_each(text, key).filter_map(leading_value).last()
}

/// The text between quotes that follows the end of a key: `": "VALUE"`.
fn leading_value(behind: &str) -> Option<&str> {
    let rest = behind.trim_start_matches('\\').strip_prefix(['"', '\''])?;
    let value = rest.trim_start_matches(['"', '\'', '\\', ':', ' ']);
    value.split(['"', '\'', '\\']).next().filter(|v| !v.is_empty() && v.len() <= 200)
}
