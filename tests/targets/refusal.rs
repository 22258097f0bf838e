//! Fuzzes the room that understands refusals: whatever a server says, it gets a short sentence without a dump in it, a
//! wait that is a number, and the same verdict twice. The first byte chooses what is known besides the text.

use ai_stream_handler::refusal::{Evidence, Headers};

const NOW: f64 = 1_795_928_400.0;

pub fn check(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    // Header fields and body are both the server's.
    let headers = if choice & 1 == 0 { Headers::default() } else { Headers(&text) };
    let status = [None, Some(400), Some(429), Some(503)][usize::from(choice >> 1 & 3)];
    let evidence = Evidence { status, text: &text, headers, ..Evidence::default() };
    let refusal = evidence.read(NOW);
    let sentence = refusal.sentence();
    assert!(!sentence.is_empty() && sentence.len() <= 510, "{} bytes", sentence.len());
    assert!(!sentence.contains("{\"") && !sentence.contains("': '"), "{sentence}");
    assert!(refusal.delay.is_none_or(|delay| delay.is_finite() && delay >= 0.0), "{:?}", refusal.delay);
    assert_eq!(refusal, evidence.read(NOW), "the same again");
}
