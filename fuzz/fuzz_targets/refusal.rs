#![no_main]

#[path = "../../tests/targets/refusal.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
