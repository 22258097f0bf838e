//! Codes: whole values of `code`, `type`, `status`, `reason`, … and names of exception classes, compared without case, `_`,
//! `-`, `.` and spaces.

use crate::refusal::scan::list;
use crate::refusal::Kind::{self, *};

/// The codes of each kind. The first kind of which one occurs counts.
pub(in crate::refusal) const CODES: &[(Kind, &str)] = &[
    // Request too large comes first: Groq sends it with the code of a rate limit.
    (
        RequestTooLarge,
        list![
            "requesttoolarge",            // Anthropic 413: docs "Errors"
            "contextlengthexceeded",      // OpenAI 400, OpenRouter, Groq
            "contextwindowexceedederror", // LiteLLM
            "stringabovemaxlength",       // OpenAI 400
            "exceedcontextsizeerror",     // llama.cpp 400
            "payloadtoolarge",            // RFC 9110 §15.5.14
            "contenttoolarge",
        ],
    ),
    // An account or an allowance that is used up.
    (
        QuotaExhausted,
        list![
            "insufficientquota",             // OpenAI 429: error codes
            "billinghardlimitreached",       // OpenAI
            "billingerror",                  // Anthropic 402
            "exceededcurrentquotaerror",     // Moonshot 429
            "insufficientbalance",           // DeepSeek 402
            "paymentrequired",               // RFC 9110 §15.5.3, Together
            "insufficientcredits",           // OpenRouter 402
            "servicequotaexceededexception", // Bedrock
            "budgetexceedederror",           // LiteLLM
            "budgetexceeded",                // LiteLLM's proxy
            "allocationquotafreetieronly",   // Alibaba 403
            "arrearage",                     // Alibaba 400
            "1113",                          // Zhipu 429: no balance
            "enforcedspendlimitreached",     // Anthropic 429
        ],
    ),
    // Content filters.
    (
        ContentFiltered,
        list![
            "contentfilter",                // Azure OpenAI 400
            "contentpolicyviolation",       // OpenAI images
            "contentpolicyviolationerror",  // LiteLLM
            "responsibleaipolicyviolation", // Azure, innererror
            "prohibitedcontent",            // Gemini blockReason
            "datainspectionfailed",         // Alibaba Qwen
            "outputcheckerror",             // agno's guardrails
        ],
    ),
    // Over capacity: before the limits, whose codes Cerebras and Google send along.
    (
        Overloaded,
        list![
            "overloadederror", // Anthropic 529
            "overloaded",
            "engineoverloadederror", // Moonshot 429
            "serverisoverloaded",    // OpenAI
            "modeloverloaded",
            "serviceunavailableexception", // Bedrock 503
            "serviceunavailableerror",     // OpenAI 503; class of LiteLLM
            "modelnotreadyexception",      // Bedrock 429
            "queueexceeded",               // Cerebras 429
            "capacityexceeded",            // Mistral: service_tier_capacity_exceeded
            "servicetiercapacityexceeded",
            "overcapacity",           // Groq 503
            "nocapacity",             // Azure OpenAI 429
            "modelcapacityexhausted", // google.rpc.ErrorInfo of Code Assist
            "unavailable",            // google.rpc.Code 14
        ],
    ),
    // Rate limits.
    (
        RateLimit,
        list![
            "resourceexhausted",         // google.rpc.Code 8
            "ratelimiterror",            // Anthropic 429; class of the OpenAI, Anthropic and LiteLLM SDKs
            "modelratelimiterror",       // agno
            "ratelimitexceeded",         // OpenAI, Groq, Google JSON APIs
            "ratelimitreached",          // Azure AI
            "ratelimitreachederror",     // Moonshot 429
            "ratelimited",               // Mistral
            "userratelimitexceeded",     // Google JSON APIs, 403
            "requestsratelimitexceeded", // Mistral
            "toomanyrequests",           // RFC 6585 §4, Azure
            "toomanyrequestserror",      // Cohere
            "toomanyrequestsexception",  // AWS
            "throttlingexception",       // Bedrock 429; botocore says 400 in a stream
            "throttling",                // AWS, Alibaba
            "throttled",                 // Shopify, as many in GraphQL
            "throttlingratequota",       // Alibaba
            "throttlingallocationquota", // Alibaba: tokens of the minute
            "tokenquotaexceeded",        // Cerebras
            "requestquotaexceeded",      // Cerebras
            "throttlederror",
            "requestlimitexceeded", // AWS, Tencent
            "limitrequests",        // Alibaba
            "concurrencylimitexceeded",
        ],
    ),
    // Keys and permissions.
    (
        Auth,
        list![
            "authenticationerror", // Anthropic 401; class of SDKs
            "invalidapikey",       // OpenAI
            "apikeyinvalid",       // google.rpc.ErrorInfo
            "unauthenticated",     // google.rpc.Code 16
            "unauthorized",
            "permissiondenied", // google.rpc.Code 7
            "permissiondeniederror",
            "permissionerror",             // Anthropic 403
            "accessdeniedexception",       // Bedrock
            "unrecognizedclientexception", // AWS
            "expiredtokenexception",       // AWS
            "forbidden",
            "modelauthenticationerror", // agno: no key is set
            "organizationrestricted",   // Groq 400
            "invalidtoken",             // RFC 6750 §3.1
        ],
    ),
    // What is not there.
    (
        NotFound,
        list![
            "notfounderror",             // Anthropic 404; class of SDKs
            "modelnotfound",             // OpenAI
            "resourcenotfoundexception", // Bedrock
            "deploymentnotfound",        // Azure OpenAI
            "notfound",                  // google.rpc.Code 5
        ],
    ),
    // Too slow.
    (
        Timeout,
        list![
            "deadlineexceeded",      // google.rpc.Code 4
            "timeouterror",          // Anthropic 504; Python's
            "modeltimeoutexception", // Bedrock 408
            "apitimeouterror",       // class of SDKs
            "readtimeout",           // class of httpx
            "connecttimeout",
            "timeout",
        ],
    ),
    // Out of reach.
    (
        Unavailable,
        list![
            "apiconnectionerror", // class of SDKs
            "connecterror",       // class of httpx
            "badgatewayerror",    // class of LiteLLM
        ],
    ),
    // Wrong requests: last, because they come with other codes.
    (
        BadRequest,
        list![
            "invalidargument",     // google.rpc.Code 3
            "failedprecondition",  // google.rpc.Code 9
            "validationexception", // Bedrock
            "badrequesterror",     // class of SDKs
            "inputcheckerror",     // agno's guardrails; media that a model cannot read
            "invalidrequesterror", // OpenAI, Anthropic: with other codes, too
        ],
    ),
];
