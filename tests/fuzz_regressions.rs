//! The fuzz targets (`tests/targets`; `make fuzz` runs them under libFuzzer) on all findings so far, and on the
//! fuzzer's seeds.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "targets/client.rs"]
mod client;
#[path = "targets/decoder.rs"]
mod decoder;
#[path = "targets/json.rs"]
mod json;

use std::fs;
use std::path::PathBuf;

fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

fn replay(folder: &str, check: impl Fn(&[u8])) -> usize {
    let findings = fixtures(&format!("findings/{folder}"));
    for (name, bytes) in &findings {
        println!("{name}");
        check(bytes);
    }
    findings.len()
}

/// A recording as a script for tests/targets/client.rs: a send, the response head, the frames, the end; or fed by the
/// caller.
fn script(options: u8, by_hand: bool, recording: &[u8]) -> Vec<u8> {
    let (begin, chunk, end): (&[u8], u8, u8) = if by_hand { (&[13], 14, 15) } else { (&[0, 18, 0, 0], 19, 20) };
    let mut script = [&[options, 6], begin].concat();
    for piece in recording.chunks(700) {
        script.push(chunk);
        script.extend((piece.len() as u16).to_le_bytes());
        script.extend(piece);
    }
    script.push(end);
    script
}

#[test]
fn what_was_found_is_found_no_more() {
    let found = replay("decoder", decoder::check) + replay("json", json::check) + replay("client", client::check);
    println!("{found} findings");
}

#[test]
fn the_targets_hold_on_every_recording() {
    let recordings = fixtures("recordings").into_iter().filter(|(name, _)| name.ends_with(".sse"));
    let mut count = 0;
    for (name, bytes) in recordings.filter(|(_, bytes)| bytes.len() < 30_000) {
        println!("{name}");
        for choice in 0..4 {
            decoder::check(&[&[choice, 7, 7], bytes.as_slice()].concat());
        }
        bytes.split(|&b| b == b'\n').filter_map(|line| line.strip_prefix(b"data: ")).for_each(json::check);
        for options in 0..8 {
            client::check(&script(options, options & 4 == 0, &bytes));
        }
        count += 1;
    }
    assert!(count > 80, "{count} recordings");
}
