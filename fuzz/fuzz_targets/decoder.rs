#![no_main]

#[path = "../../tests/targets/decoder.rs"]
mod target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| target::check(data));
