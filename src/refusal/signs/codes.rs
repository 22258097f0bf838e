//! Codes: whole values of `code`, `type`, `status`, `reason`, … and names of exception classes, compared without case, `_`,
//! `-`, `.`, spaces, and `Error` or `Exception` at the end.

use crate::refusal::scan::list;
use crate::refusal::Kind::{self, *};

/// The codes of each kind. The first kind of which one occurs counts.
pub(in crate::refusal) const CODES: &[(Kind, &str)] = &[
    // Request too large comes first: Groq sends it with the code of a rate limit.
    (
        RequestTooLarge,
        list![
            "requesttoolarge",       // Anthropic 413: docs "Errors"
            "contextlengthexceeded", // OpenAI 400, OpenRouter, Groq
            "contextwindowexceeded", // LiteLLM
            "stringabovemaxlength",  // OpenAI 400
            "exceedcontextsize",     // llama.cpp 400
            "payloadtoolarge",       // RFC 9110 §15.5.14
            "contenttoolarge",
        ],
    ),
    // An account or an allowance that is used up.
    (
        QuotaExhausted,
        list![
            "insufficientquota",           // OpenAI 429: error codes
            "billinghardlimitreached",     // OpenAI
            "billing",                     // Anthropic 402
            "exceededcurrentquota",        // Moonshot 429
            "insufficientbalance",         // DeepSeek 402
            "paymentrequired",             // RFC 9110 §15.5.3, Together
            "insufficientcredits",         // OpenRouter 402
            "servicequotaexceeded",        // Bedrock
            "budgetexceeded",              // LiteLLM
            "allocationquotafreetieronly", // Alibaba 403
            "tokenquotareached",           // watsonx 403
            "usagelimitexceeded",          // Portkey 412
            "arrearage",                   // Alibaba 400
            "1113",                        // Zhipu 429: no balance
            "enforcedspendlimitreached",   // Anthropic 429
            "terminalquotaexhausted",
            "accountoverdue", // Volcengine 403
        ],
    ),
    // Content filters.
    (
        ContentFiltered,
        list![
            "contentfilter",                // Azure OpenAI 400
            "contentpolicyviolation",       // OpenAI images, LiteLLM
            "responsibleaipolicyviolation", // Azure, innererror
            "prohibitedcontent",            // Gemini blockReason
            "datainspectionfailed",         // Alibaba Qwen
            "moderationblocked",            // OpenAI images
            "invalidprompt",                // OpenAI's reasoning models
            "outputcheck",                  // agno's guardrails
            "promptinjection",              // agno's guardrails
        ],
    ),
    // Over capacity: before the limits, whose codes Cerebras and Google send along.
    (
        Overloaded,
        list![
            "overloaded",         // Anthropic 529
            "engineoverloaded",   // Moonshot 429
            "serverisoverloaded", // OpenAI
            "modeloverloaded",
            "serviceunavailable", // Bedrock and OpenAI 503; class of LiteLLM, google.api_core
            "modelnotready",      // Bedrock 429
            "queueexceeded",      // Cerebras 429
            "capacityexceeded",   // Mistral: service_tier_capacity_exceeded
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
            "ratelimit",                 // Anthropic 429; class of the OpenAI, Anthropic and LiteLLM SDKs
            "modelratelimit",            // agno
            "ratelimitexceeded",         // OpenAI, Groq, Google JSON APIs
            "ratelimitreached",          // Azure AI, Moonshot
            "ratelimited",               // Mistral
            "userratelimitexceeded",     // Google JSON APIs, 403
            "requestsratelimitexceeded", // Mistral
            "toomanyrequests",           // RFC 6585 §4, Azure, Cohere, AWS
            "throttling",                // Alibaba, AWS; Bedrock 429, of which botocore says 400 in a stream
            "throttled",                 // Shopify, as many in GraphQL
            "throttlingratequota",       // Alibaba
            "throttlingallocationquota", // Alibaba: tokens of the minute
            "tokenquotaexceeded",        // Cerebras
            "requestquotaexceeded",      // Cerebras
            "quotaexceeded",             // Google JSON APIs 403: of a minute as well as of a day
            "quotaviolation",            // Apigee
            "spikearrestviolation",      // Apigee
            "requestlimitexceeded",      // AWS, Tencent
            "limitrequests",             // Alibaba
            "concurrencylimitexceeded",
        ],
    ),
    // Keys and permissions.
    (
        Auth,
        list![
            "authentication",  // Anthropic 401; class of SDKs
            "invalidapikey",   // OpenAI
            "apikeyinvalid",   // google.rpc.ErrorInfo
            "unauthenticated", // google.rpc.Code 16
            "unauthorized",
            "permissiondenied",   // google.rpc.Code 7
            "permission",         // Anthropic 403
            "accessdenied",       // Bedrock
            "unrecognizedclient", // AWS
            "expiredtoken",       // AWS
            "forbidden",
            "modelauthentication",    // agno: no key is set
            "organizationrestricted", // Groq 400
            "invalidtoken",           // RFC 6750 §3.1
        ],
    ),
    // What is not there.
    (
        NotFound,
        list![
            "modelnotfound",      // OpenAI
            "resourcenotfound",   // Bedrock
            "deploymentnotfound", // Azure OpenAI
            "notfound",           // google.rpc.Code 5, Anthropic 404; class of SDKs
        ],
    ),
    // Too slow.
    (
        Timeout,
        list![
            "deadlineexceeded", // google.rpc.Code 4
            "modeltimeout",     // Bedrock 408
            "apitimeout",       // class of SDKs
            "readtimeout",      // class of httpx
            "connecttimeout",
            "gatewaytimeout",
            "timeout", // Anthropic 504; Python's
        ],
    ),
    // Out of reach.
    (
        Unavailable,
        list![
            "apiconnection",      // class of SDKs
            "serverdisconnected", // class of aiohttp
            "connect",            // class of httpx
            "connectionrefused",  // Python's
            "badgateway",         // class of LiteLLM
        ],
    ),
    // Wrong requests: last, because they come with other codes.
    (
        BadRequest,
        list![
            "invalidargument",     // google.rpc.Code 3
            "failedprecondition",  // google.rpc.Code 9
            "validationexception", // Bedrock
            "badrequest",          // class of SDKs
            "unprocessableentity", // class of SDKs
            "inputcheck",          // agno's guardrails; media that a model cannot read
            "invalidrequest",      // OpenAI, Anthropic: with other codes, too
        ],
    ),
];
