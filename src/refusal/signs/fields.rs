//! The fields of a body that are read, by their names.

use crate::refusal::scan::list;

/// What the value of a field is.
#[derive(Clone, Copy)]
pub(in crate::refusal) enum Field {
    /// Words for people.
    Sentence,
    /// Words for people, or a code.
    Reason,
    /// A code or a status.
    Code,
    /// A wait, or a time. [`UNITS`] may follow its name.
    Wait,
}

/// The fields that are read, names in lower case, letters and digits only.
pub(in crate::refusal) const FIELDS: &[(Field, &str)] = &[
    (
        Field::Sentence,
        list![
            "message",
            "msg",
            "detail",
            "errormessage",
            "errordescription",
            "errormsg",
            "errortext", // AI SDK
            "details",
            "explanation",
            "statusmsg",   // MiniMax
            "faultstring", // Apigee, SOAP
        ],
    ),
    (Field::Reason, list!["error", "errors", "title", "reason", "description", "raw", "body"]),
    (
        Field::Code,
        list![
            "code",
            "type",
            "status",
            "errortype",
            "errorcode",
            "errorid", // agno
            "statuscode",
            "httpstatuscode",
            "httpstatus",
            "upstreamstatus",
            "upstreamstatuscode",
            "originalstatus",
            "exceptiontype", // AWS event streams: `:exception-type`
            "kind",
            "name",
            "quotaid",
        ],
    ),
    (
        Field::Wait,
        list![
            "retrydelay", // google.rpc.RetryInfo
            "retryafter",
            "retryin",
            "retryat",
            "nextretryat",
            "quotaresetdelay",     // Google Code Assist
            "quotaresettimestamp", // Google Code Assist
            "reset",
            "resettime",
            "resetafter",
            "resetat",
            "resets",
            "resumes",
            "resumesin",
            "resumesat",
            "tryagainin",
            "tryagainat",
            "tryagainafter",
            "nextallowedat",
            "resetsat", // OpenAI: a plan's usage limit
            "resetin",
            "resetsin", // OpenAI: a plan's usage limit
            "secondsuntilreset",
            "timeuntilreset",
            "wait",
            "waittime",
            "waitfor",
            "cooldown",
            "cooldownuntil",
            "backoff",
            "availableat",
            "nextavailableat",
            "nextaccesstime", // WSO2
            "msbeforenext",   // rate-limiter-flexible
            "estimatedtime",  // Hugging Face: while a model loads
        ],
    ),
];

/// What the name of a wait may end with.
pub(in crate::refusal) const UNITS: &str =
    list!["inmilliseconds", "milliseconds", "inms", "ms", "inseconds", "seconds", "secs", "sec"];
