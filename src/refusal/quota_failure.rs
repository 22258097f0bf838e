//! The exhausted quotas named by a 429 (google.rpc.QuotaFailure), in JSON or in Python's repr.

use crate::text::{after_each, find, slice};

/// One exhausted quota; fields as sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QuotaViolation<'a> {
    pub id: Option<&'a str>,
    pub model: Option<&'a str>,
    pub value: Option<&'a str>,
}

/// Every exhausted quota in `text`.
pub(crate) fn quota_violations(text: &str) -> impl Iterator<Item = QuotaViolation<'_>> {
    // A violation's id and model precede or follow its value.
    const VALUE: &str = "quotaValue";
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = find(rest, VALUE)?;
        let (before, after) = (slice(rest, ..at), slice(rest, at + VALUE.len()..));
        let after_value = slice(after, ..find(after, VALUE).unwrap_or(after.len()));
        let member = |key| quoted(before, key).or_else(|| quoted(after_value, key));
        rest = after;
        Some(QuotaViolation { id: member("quotaId"), model: member("model"), value: leading_value(after_value) })
    })
}

/// The quoted value of the last `"key"` in `text`.
fn quoted<'a>(text: &'a str, key: &'a str) -> Option<&'a str> {
    after_each(text, key).filter_map(leading_value).last()
}

/// The quoted value right after a key: `": "VALUE"`.
fn leading_value(after_key: &str) -> Option<&str> {
    let rest = after_key.trim_start_matches('\\').strip_prefix(['"', '\''])?;
    let value = rest.trim_start_matches(['"', '\'', '\\', ':', ' ']);
    value.split(['"', '\'', '\\']).next().filter(|v| !v.is_empty() && v.len() <= 200)
}
