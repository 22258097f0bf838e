//! What tells whether a number in a sentence is an HTTP status.

use crate::refusal::scan::list;

/// Words that announce a status: `status 429`.
pub(in crate::refusal) const STATUS_BEFORE: &str =
    list!["code", "status", "http", "statuscode", "error", "exception", "response"];
/// Words that announce a status or an amount: `got 429`.
pub(in crate::refusal) const STATUS_OR_AMOUNT_BEFORE: &str =
    list!["got", "a", "returned", "received", "with", "failed"];
/// A number behind one of these, or behind its `code`, is no status.
pub(in crate::refusal) const NO_STATUS_BEFORE: &str = list![
    "exit", "line", "row", "column", "page", "section", "chapter", "article", "item", "step", "position", "offset",
    "byte", "room", "order", "invoice", "ticket", "issue", "port", "id", "area", "postal", "zip", "country", "product",
    "booking", "coupon", "promo", "discount",
];
/// Behind a number that is a status. Any other word in lower case is what the number counts.
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
    "retry in",
    "retry after",
    "try again",
    "please ",
    "wait ",
];
/// Behind a number that is a value of data, whatever stands in front of it.
pub(in crate::refusal) const DATA_BEHIND: &str =
    list!["of ", "rows", "is not a ", "is no ", "not recogni", "in column", "in row", "returned no",];
/// The same behind parentheses: `steps (429) exceeded`.
pub(in crate::refusal) const COUNT_BEHIND: &str =
    list!["exceeded", "must ", "should ", "rows", "items", "records", "elements", "is too", "is not a "];
/// Behind a number at the beginning that is an address.
pub(in crate::refusal) const COUNTED: &str = list![" Street", " Avenue", " Road", " Lane", " Boulevard", " Drive"];
