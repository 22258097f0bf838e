//! Compares and scans bytes, 16 at a time with WebAssembly's simd128, else 8 at a time in ordinary registers. Both give
//! the same results (`tests/browser.rs`, and the tests below).

/// Counts the bytes scanned in this crate's own tests; compiles to nothing otherwise.
#[cfg(not(test))]
#[inline(always)]
pub(crate) fn count_scanned(_: usize) {}

#[cfg(test)]
pub(crate) fn count_scanned(count: usize) {
    tests::SCANNED.set(tests::SCANNED.get() + count);
}

/// The bytes scanned so far.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) fn scanned() -> usize {
    tests::SCANNED.get()
}

/// The length of the common prefix of `bytes` and `wanted`. Not `memcmp`: the one linked into a WebAssembly module
/// compares byte by byte.
#[cfg_attr(hot, optimize(speed), inline(never))]
pub(crate) fn common_prefix(bytes: &[u8], wanted: &[u8]) -> usize {
    let most = bytes.len().min(wanted.len());
    count_scanned(most);
    let (bytes, wanted) = (&bytes[..most], &wanted[..most]);
    let blocks = bytes.chunks_exact(16).zip(wanted.chunks_exact(16));
    let mut at = 16 * blocks.take_while(|(a, b)| equal(a, b)).count();
    // The last 16 bytes overlap blocks that were already compared.
    if at + 16 > most && most >= 16 && equal(&bytes[most - 16..], &wanted[most - 16..]) {
        return most;
    }
    while at < most && bytes[at] == wanted[at] {
        at += 1;
    }
    at
}

/// Whether two 16-byte blocks are equal.
#[inline(always)]
fn equal(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk(), b.first_chunk()) {
        (Some(a), Some(b)) => u128::from_le_bytes(*a) == u128::from_le_bytes(*b),
        _ => false,
    }
}

/// Whether `bytes` starts with `start`.
pub(crate) fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.len() >= start.len() && common_prefix(bytes, start) == start.len()
}

/// Finds the first byte, from `at` on, that is special in a JSON string: a quote, a backslash or a control character.
/// Returns the length of `bytes` if there is none.
#[cfg_attr(hot, optimize(speed), inline(never))]
pub(crate) fn find_special(bytes: &[u8], mut at: usize) -> usize {
    let from = at;
    while let Some(block) = block_at(bytes, at) {
        let found = special_mask(block);
        if found != 0 {
            at += found.trailing_zeros() as usize;
            count_scanned(at - from);
            return at;
        }
        at += 16;
    }
    while at < bytes.len() && !is_special(bytes[at]) {
        at += 1;
    }
    count_scanned(at - from);
    at
}

/// The 16 bytes from `at` on; `None` if fewer are left.
#[inline(always)]
pub(crate) fn block_at(bytes: &[u8], at: usize) -> Option<&[u8; 16]> {
    bytes.get(at..)?.first_chunk()
}

/// Which of 64 bytes of JSON are a quote, a backslash, an opening and a closing bracket; bit 0 is the first byte.
#[derive(Default)]
pub(crate) struct StructureMasks {
    pub quote: u64,
    pub backslash: u64,
    pub open: u64,
    pub close: u64,
}

/// Those of the 64 bytes from `at` on; no bit beyond the end.
#[inline(always)]
pub(crate) fn structure_masks(bytes: &[u8], at: usize) -> StructureMasks {
    let mut masks = StructureMasks::default();
    for part in 0..4 {
        let from = at + 16 * part;
        let mut last = [0; 16];
        let block = block_at(bytes, from).unwrap_or_else(|| {
            let rest = bytes.get(from..).unwrap_or_default();
            last[..rest.len()].copy_from_slice(rest);
            &last
        });
        masks.add(block, 16 * part);
    }
    masks
}

impl StructureMasks {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[inline(always)]
    fn add(&mut self, block: &[u8; 16], place: usize) {
        use std::arch::wasm32::{u64x2, u8x16_bitmask, u8x16_eq, u8x16_splat, v128, v128_or};
        let both = u128::from_le_bytes(*block);
        let bytes = u64x2(both as u64, (both >> 64) as u64);
        // The brackets differ from the braces in one bit.
        let folded = v128_or(bytes, u8x16_splat(0x20));
        let mask = |bytes: v128, byte: u8| u64::from(u8x16_bitmask(u8x16_eq(bytes, u8x16_splat(byte)))) << place;
        self.quote |= mask(bytes, b'"');
        self.backslash |= mask(bytes, b'\\');
        self.open |= mask(folded, b'{');
        self.close |= mask(folded, b'}');
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    fn add(&mut self, block: &[u8; 16], place: usize) {
        for (at, byte) in block.iter().enumerate() {
            let bit = 1 << (at + place);
            match byte {
                b'"' => self.quote |= bit,
                b'\\' => self.backslash |= bit,
                b'{' | b'[' => self.open |= bit,
                b'}' | b']' => self.close |= bit,
                _ => {}
            }
        }
    }
}

fn is_special(b: u8) -> bool {
    b == b'"' || b == b'\\' || b < 0x20
}

/// A bit mask of the special bytes in the block; bit 0 is the first byte.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub(crate) fn special_mask(block: &[u8; 16]) -> u32 {
    use std::arch::wasm32::{u64x2, u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128_or};
    let both = u128::from_le_bytes(*block);
    let bytes = u64x2(both as u64, (both >> 64) as u64);
    let quote = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let control = u8x16_lt(bytes, u8x16_splat(0x20));
    u32::from(u8x16_bitmask(v128_or(v128_or(quote, backslash), control)))
}

/// A bit mask of the special bytes in the block; bit 0 is the first byte.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn special_mask(block: &[u8; 16]) -> u32 {
    let both = u128::from_le_bytes(*block);
    mask_of_word(both as u64) | mask_of_word((both >> 64) as u64) << 8
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn mask_of_word(word: u64) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = ONES * 0x7F;
    // Sets the top bit of each byte that is zero.
    let zeros = |word: u64| !(((word & LOW) + LOW) | word | LOW);
    let found = zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5C)) | zeros(word & (ONES * 0xE0));
    // Gathers the eight bits into one byte.
    ((found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

#[cfg(test)]
mod tests {
    use super::{common_prefix, find_special, is_special, special_mask, starts_with};
    use crate::client::{Client, Config, Input};

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for length in 0..50 {
            for byte in [b'"', b'\\', 0, 0x1F, b'\n', 0x20, 0x7F, 0x80, 0xFF, b'!', b'#', b'[', b']'] {
                for place in 0..length {
                    let mut bytes = vec![b'x'; length];
                    bytes[place] = byte;
                    bytes[length - 1] = b'"';
                    for from in 0..length {
                        let plain = (from..length).find(|&at| is_special(bytes[at])).unwrap_or(length);
                        assert_eq!(find_special(&bytes, from), plain, "{bytes:?} from {from}");
                    }
                }
            }
        }
        assert_eq!(find_special(b"nothing", 0), 7);
    }

    #[test]
    fn every_special_byte_of_a_block_has_its_bit() {
        for byte in 0..=255 {
            for place in 0..16 {
                let mut block = *b"plain text, so s";
                block[place] = byte;
                block[(place + 5) % 16] = b'"';
                let plain = (0..16).filter(|&at| is_special(block[at])).fold(0, |bits, at| bits | 1 << at);
                assert_eq!(special_mask(&block), plain, "{block:?}");
            }
        }
    }

    thread_local! {
        pub(super) static SCANNED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    /// How often each byte of `stream` is scanned, on average, when it arrives in chunks of `size` bytes.
    fn scans_per_byte(stream: &str, size: usize) -> f64 {
        let mut client = Client::new(Config::default());
        client.handle(Input::Begin { text: None }, 0.0);
        SCANNED.set(0);
        for piece in stream.as_bytes().chunks(size) {
            client.handle(Input::Feed(piece), 0.0);
        }
        SCANNED.get() as f64 / stream.len() as f64
    }

    fn frame(content: &str) -> String {
        let ids = "\"run_id\":\"b18e97f4-442f-4e16\",\"session_id\":\"f737834f-5179-4812\",\"agent_id\":\"a\",\"agent_name\":\"Agent\"";
        format!("event: RunContent\ndata: {{\"created_at\":1795452391,\"event\":\"RunContent\",{ids},\"content\":\"{content}\"}}\n\n")
    }

    #[test]
    fn each_byte_is_scanned_a_few_times_however_the_stream_is_split() {
        // A token's frame is compared once, its text once more. A chunk that ends inside a frame costs another scan.
        let tokens = frame("token ").repeat(2_000);
        for (size, most) in [(usize::MAX, 1.1), (1_400, 1.2), (400, 1.4), (64, 3.5)] {
            let scans = scans_per_byte(&tokens, size);
            assert!(scans < most, "{scans} scans of each byte of tokens in chunks of {size}");
        }
        // A large frame is scanned for line ends, as JSON, and for its text, however small the chunks are.
        let large = frame(&"A line, with \\\"quotes\\\".\\n".repeat(40_000));
        let whole = scans_per_byte(&large, usize::MAX);
        assert!(whole < 5.1, "{whole} scans of each byte of a large frame");
        for size in [16_384, 1_400, 64] {
            let scans = scans_per_byte(&large, size);
            assert!(scans < whole + 0.1, "{scans} scans in chunks of {size}, {whole} at once");
        }
        let longer = scans_per_byte(&frame(&"A line, with \\\"quotes\\\".\\n".repeat(160_000)), 1_400);
        assert!(longer < whole + 0.1, "{longer} scans of each byte of a frame four times as long, {whole}");
    }

    #[test]
    fn the_common_prefix_ends_where_two_texts_differ() {
        let one: Vec<u8> = (0..70).collect();
        for length in 0..one.len() {
            for differs in 0..length {
                let mut other = one[..length].to_vec();
                other[differs] ^= 0x80;
                assert_eq!(common_prefix(&one, &other), differs);
                assert!(!starts_with(&one, &other));
            }
            assert_eq!(common_prefix(&one, &one[..length]), length);
            assert_eq!(common_prefix(&one[..length], &one), length);
            assert!(starts_with(&one, &one[..length]));
            assert!(!starts_with(&one[..length], &one));
        }
    }
}
