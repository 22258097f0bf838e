use super::*;

const NOW: Seconds = 1_795_452_369.0;
const MODEL: &str = "gemini-2.5-flash";
const BODY: &str = r#"{"error":{"code":429,"message":"You exceeded your current quota...","status":"RESOURCE_EXHAUSTED",
    "details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{
    "quotaMetric":"generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
    "quotaId":"GenerateContentPaidTierInputTokensPerModelPerMinute",
    "quotaDimensions":{"model":"gemini-2.5-flash","location":"global"},"quotaValue":"1000000"}]}]}}"#;

fn named_in(text: &str) -> Vec<QuotaViolation> {
    crate::refusal::Evidence::of_text(text).read(NOW).quotas
}

fn input(tokens: u64) -> Used {
    Used { input: tokens, total: tokens + 10, requests: 1 }
}

#[test]
fn a_send_waits_until_enough_of_the_minute_is_free() {
    let mut quota = Quota::default();
    quota.set(Some(MODEL), 1_000);
    quota.used(MODEL, input(400), NOW);
    quota.used(MODEL, input(500), NOW + 20.0);
    let at = NOW + 30.0;
    assert_eq!(quota.wait(MODEL, 100, at), None, "it fits");
    assert_eq!(quota.wait(MODEL, 101, at), Some(31.0), "once the first leaves the window");
    assert_eq!(quota.wait(MODEL, 600, at), Some(51.0), "once both have left it");
    assert_eq!(quota.wait(MODEL, 5_000, at), Some(51.0), "larger than the quota: waits for an empty window");
    assert_eq!(quota.wait(MODEL, 5_000, NOW + 90.0), None);
    assert_eq!(quota.wait("another", 5_000, at), None, "no limit is known");
    quota.set(None, 100);
    quota.used("another", input(100), NOW);
    assert_eq!(quota.wait("another", 1, NOW), Some(61.0));
    quota.switch_off();
    assert_eq!(quota.wait(MODEL, 600, at), None);
}

#[test]
fn a_quota_is_learned_from_a_429_in_json_and_in_pythons_repr() {
    for text in [BODY.to_owned(), BODY.replace('"', "'"), BODY.replace('"', "\\\"")] {
        let mut quota = Quota::default();
        quota.learn(&named_in(&text));
        let [view] = &quota.view()[..] else { panic!("one model: {text}") };
        assert_eq!((view.model.as_str(), view.limit, view.source), (MODEL, Some(1_000_000), Some(Source::Learned)));
        assert_eq!(view.quota_id.as_deref(), Some("GenerateContentPaidTierInputTokensPerModelPerMinute"));
    }
    let mut quota = Quota::default();
    let sorted = serde_json::from_str::<serde_json::Value>(BODY).map(|body| body.to_string());
    quota.learn(&named_in(&sorted.unwrap_or_default()));
    assert_eq!(quota.view().first().and_then(|m| m.limit), Some(1_000_000), "in any order");
    let mut quota = Quota::default();
    quota.learn(&named_in(&BODY.replace("PerMinute", "PerDay")));
    quota.learn(&named_in(&BODY.replace("1000000", "-1")));
    quota.learn(&named_in(&BODY.replace("1000000", "x")));
    quota.learn(&named_in("quotaMetric quotaId quotaValue"));
    assert_eq!(quota.view(), []);
    quota.set(Some(MODEL), 7);
    quota.learn(&named_in(BODY));
    assert_eq!(quota.view()[0].limit, Some(7), "an option takes precedence");
}

#[test]
fn the_figures_cover_the_last_minute() {
    let mut quota = Quota::default();
    quota.used(MODEL, input(100), NOW);
    quota.used(MODEL, input(50), NOW + 0.5);
    quota.used(MODEL, input(30), NOW + 40.0);
    let view = &quota.view()[0];
    assert_eq!((view.input_tokens, view.total_tokens, view.requests), (180, 210, 3));
    assert_eq!((view.as_of, view.free_at, view.limit), (NOW + 40.0, NOW + 101.0, None));
    quota.used(MODEL, input(1), NOW + 90.0);
    assert_eq!(quota.view()[0].input_tokens, 31);
}

#[test]
fn memory_is_bounded_and_numbers_do_not_overflow() {
    let mut quota = Quota::default();
    for n in 0..10_000u32 {
        quota.used(&n.to_string(), input(1), NOW);
        quota.used(MODEL, input(u64::MAX - 10), NOW + f64::from(n));
    }
    assert!(quota.models.len() <= MAX_MODELS && quota.models.iter().all(|m| m.by_second.len() <= 62));
}

#[test]
fn a_long_conversation_gives_a_hint() {
    let mut quota = Quota::default();
    quota.learn(&named_in(BODY));
    assert_eq!(quota.hint(MODEL, 499_999), None);
    let hint = quota.hint(MODEL, 908_600);
    let expected =
        "This conversation is long: each message sends about 909,000 tokens, and the limit is 1,000,000 per \
                    minute. A new chat would send far fewer.";
    assert_eq!(hint.as_deref(), Some(expected));
}
