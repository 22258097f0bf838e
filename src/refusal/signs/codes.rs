//! Codes: whole values of `code`, `type`, `status`, `reason`, … and names of exception classes, compared without case, `_`,
//! `-`, `.` and spaces.

use crate::refusal::Kind::{self, *};

/// A code and what it means.
pub(in crate::refusal) const CODES: &[(&str, Kind)] = &[
    // Request too large comes first: Groq sends it with the code of a rate limit.
    ("requesttoolarge", RequestTooLarge),            // Anthropic 413: docs "Errors"
    ("contextlengthexceeded", RequestTooLarge),      // OpenAI 400, OpenRouter, Groq
    ("contextwindowexceedederror", RequestTooLarge), // LiteLLM
    ("stringabovemaxlength", RequestTooLarge),       // OpenAI 400
    ("exceedcontextsizeerror", RequestTooLarge),     // llama.cpp 400
    ("payloadtoolarge", RequestTooLarge),            // RFC 9110 §15.5.14
    ("contenttoolarge", RequestTooLarge),
    // An account or an allowance that is used up.
    ("insufficientquota", QuotaExhausted),             // OpenAI 429: error codes
    ("billinghardlimitreached", QuotaExhausted),       // OpenAI
    ("billingerror", QuotaExhausted),                  // Anthropic 402
    ("exceededcurrentquotaerror", QuotaExhausted),     // Moonshot 429
    ("insufficientbalance", QuotaExhausted),           // DeepSeek 402
    ("paymentrequired", QuotaExhausted),               // RFC 9110 §15.5.3, Together
    ("insufficientcredits", QuotaExhausted),           // OpenRouter 402
    ("servicequotaexceededexception", QuotaExhausted), // Bedrock
    ("budgetexceedederror", QuotaExhausted),           // LiteLLM
    ("budgetexceeded", QuotaExhausted),                // LiteLLM's proxy
    ("allocationquotafreetieronly", QuotaExhausted),   // Alibaba 403
    ("arrearage", QuotaExhausted),                     // Alibaba 400
    ("1113", QuotaExhausted),                          // Zhipu 429: no balance
    ("enforcedspendlimitreached", QuotaExhausted),     // Anthropic 429
    // Content filters.
    ("contentfilter", ContentFiltered),                // Azure OpenAI 400
    ("contentpolicyviolation", ContentFiltered),       // OpenAI images
    ("contentpolicyviolationerror", ContentFiltered),  // LiteLLM
    ("responsibleaipolicyviolation", ContentFiltered), // Azure, innererror
    ("prohibitedcontent", ContentFiltered),            // Gemini blockReason
    ("datainspectionfailed", ContentFiltered),         // Alibaba Qwen
    ("outputcheckerror", ContentFiltered),             // agno's guardrails
    // Over capacity: before the limits, whose codes Cerebras and Google send along.
    ("overloadederror", Overloaded), // Anthropic 529
    ("overloaded", Overloaded),
    ("engineoverloadederror", Overloaded), // Moonshot 429
    ("serverisoverloaded", Overloaded),    // OpenAI
    ("modeloverloaded", Overloaded),
    ("serviceunavailableexception", Overloaded), // Bedrock 503
    ("serviceunavailableerror", Overloaded),     // OpenAI 503; class of LiteLLM
    ("modelnotreadyexception", Overloaded),      // Bedrock 429
    ("queueexceeded", Overloaded),               // Cerebras 429
    ("capacityexceeded", Overloaded),            // Mistral: service_tier_capacity_exceeded
    ("servicetiercapacityexceeded", Overloaded),
    ("overcapacity", Overloaded),           // Groq 503
    ("nocapacity", Overloaded),             // Azure OpenAI 429
    ("modelcapacityexhausted", Overloaded), // google.rpc.ErrorInfo of Code Assist
    ("unavailable", Overloaded),            // google.rpc.Code 14
    // Rate limits.
    ("resourceexhausted", RateLimit),         // google.rpc.Code 8
    ("ratelimiterror", RateLimit),            // Anthropic 429; class of the OpenAI, Anthropic and LiteLLM SDKs
    ("modelratelimiterror", RateLimit),       // agno
    ("ratelimitexceeded", RateLimit),         // OpenAI, Groq, Google JSON APIs
    ("ratelimitreached", RateLimit),          // Azure AI
    ("ratelimitreachederror", RateLimit),     // Moonshot 429
    ("ratelimited", RateLimit),               // Mistral
    ("userratelimitexceeded", RateLimit),     // Google JSON APIs, 403
    ("requestsratelimitexceeded", RateLimit), // Mistral
    ("toomanyrequests", RateLimit),           // RFC 6585 §4, Azure
    ("toomanyrequestserror", RateLimit),      // Cohere
    ("toomanyrequestsexception", RateLimit),  // AWS
    ("throttlingexception", RateLimit),       // Bedrock 429; botocore says 400 in a stream
    ("throttling", RateLimit),                // AWS, Alibaba
    ("throttled", RateLimit),                 // Shopify, as many in GraphQL
    ("throttlingratequota", RateLimit),       // Alibaba
    ("throttlingallocationquota", RateLimit), // Alibaba: tokens of the minute
    ("tokenquotaexceeded", RateLimit),        // Cerebras
    ("requestquotaexceeded", RateLimit),      // Cerebras
    ("throttlederror", RateLimit),
    ("requestlimitexceeded", RateLimit), // AWS, Tencent
    ("limitrequests", RateLimit),        // Alibaba
    ("concurrencylimitexceeded", RateLimit),
    // Keys and permissions.
    ("authenticationerror", Auth), // Anthropic 401; class of SDKs
    ("invalidapikey", Auth),       // OpenAI
    ("apikeyinvalid", Auth),       // google.rpc.ErrorInfo
    ("unauthenticated", Auth),     // google.rpc.Code 16
    ("unauthorized", Auth),
    ("permissiondenied", Auth), // google.rpc.Code 7
    ("permissiondeniederror", Auth),
    ("permissionerror", Auth),             // Anthropic 403
    ("accessdeniedexception", Auth),       // Bedrock
    ("unrecognizedclientexception", Auth), // AWS
    ("expiredtokenexception", Auth),       // AWS
    ("forbidden", Auth),
    ("modelauthenticationerror", Auth), // agno: no key is set
    ("organizationrestricted", Auth),   // Groq 400
    ("invalidtoken", Auth),             // RFC 6750 §3.1
    // What is not there.
    ("notfounderror", NotFound),             // Anthropic 404; class of SDKs
    ("modelnotfound", NotFound),             // OpenAI
    ("resourcenotfoundexception", NotFound), // Bedrock
    ("deploymentnotfound", NotFound),        // Azure OpenAI
    ("notfound", NotFound),                  // google.rpc.Code 5
    // Too slow.
    ("deadlineexceeded", Timeout),      // google.rpc.Code 4
    ("timeouterror", Timeout),          // Anthropic 504; Python's
    ("modeltimeoutexception", Timeout), // Bedrock 408
    ("apitimeouterror", Timeout),       // class of SDKs
    ("readtimeout", Timeout),           // class of httpx
    ("connecttimeout", Timeout),
    ("timeout", Timeout),
    // Out of reach.
    ("apiconnectionerror", Unavailable), // class of SDKs
    ("connecterror", Unavailable),       // class of httpx
    ("badgatewayerror", Unavailable),    // class of LiteLLM
    // Wrong requests: last, because they come with other codes.
    ("invalidargument", BadRequest),     // google.rpc.Code 3
    ("failedprecondition", BadRequest),  // google.rpc.Code 9
    ("validationexception", BadRequest), // Bedrock
    ("badrequesterror", BadRequest),     // class of SDKs
    ("inputcheckerror", BadRequest),     // agno's guardrails; media that a model cannot read
    ("invalidrequesterror", BadRequest), // OpenAI, Anthropic: with other codes, too
];
