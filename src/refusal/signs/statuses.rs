//! By what a number in a sentence is known to be an HTTP status, or none.

use crate::refusal::scan::list;

/// Words that announce a status: `status 429`.
pub(in crate::refusal) const STATUS_BEFORE: &str =
    list!["code", "status", "http", "statuscode", "error", "exception", "response"];
/// Words that announce a status or an amount: `got 429`.
pub(in crate::refusal) const STATUS_OR_AMOUNT_BEFORE: &str =
    list!["got", "a", "returned", "received", "with", "failed"];
/// Numbers behind these, or behind a `code` of theirs, are none.
pub(in crate::refusal) const NO_STATUS_BEFORE: &str = list![
    "exit", "line", "row", "column", "page", "section", "chapter", "article", "item", "step", "position", "offset",
    "byte", "room", "order", "invoice", "ticket", "issue", "port", "id", "area", "postal", "zip", "country", "product",
    "booking", "coupon", "promo", "discount",
];
/// In lower case behind a number that is a status; anything else is what it counts.
pub(in crate::refusal) const STATUS_BEHIND: &str = list![
    "from",
    "status",
    "error",
    "response",
    "by",
    "too many",
    "slow",
    "rate",
    "quota",
    "resource",
    "bad",
    "internal",
    "service",
    "server",
    "client",
    "gateway",
    "upstream",
    "not found",
    "page not found",
    "forbidden",
    "unauthorized",
    "failed",
    "models/",
    "model ",
    "the ",
    "you",
    "request",
    "overloaded",
    "unavailable",
    "insufficient",
];
/// Behind a number that is a value of data, whatever stands in front of it.
pub(in crate::refusal) const DATA_BEHIND: &str =
    list!["of ", "rows", "is not a ", "is no ", "not recogni", "in column", "in row", "returned no",];
/// The same behind parentheses: `steps (429) exceeded`.
pub(in crate::refusal) const COUNT_BEHIND: &str =
    list!["exceeded", "must ", "should ", "rows", "items", "records", "elements", "is too", "is not a "];
/// Behind a number at the beginning that is an address.
pub(in crate::refusal) const COUNTED: &str = list![" Street", " Avenue", " Road", " Lane", " Boulevard", " Drive"];
