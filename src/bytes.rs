//! Comparing and scanning bytes, sixteen at a time: with the vectors of WebAssembly where there are any (simd128), else
//! eight at a time in ordinary registers. Both find the same (`tests/browser.rs`, and the tests below).

/// How many bytes at the start of `bytes` are those of `wanted`. (A module of WebAssembly brings a `memcmp` of its own,
/// which goes byte by byte.)
pub(crate) fn agree(bytes: &[u8], wanted: &[u8]) -> usize {
    let most = bytes.len().min(wanted.len());
    let mut at = 0;
    while let (Some(a), Some(b)) = (block(bytes, at), block(wanted, at)) {
        let differ = u128::from_le_bytes(*a) ^ u128::from_le_bytes(*b);
        if differ != 0 {
            return at + differ.trailing_zeros() as usize / 8;
        }
        at += 16;
    }
    while at < most && bytes[at] == wanted[at] {
        at += 1;
    }
    at
}

/// Whether `bytes` begin with `start`.
pub(crate) fn begin_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.len() >= start.len() && agree(bytes, start) == start.len()
}

/// The place, from `at` on, of the next byte that is special in a JSON string: a quote, a backslash or a control character;
/// the length of `bytes` if there is none.
pub(crate) fn special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = block(bytes, at) {
        let found = specials(block);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    while at < bytes.len() && !is_special(bytes[at]) {
        at += 1;
    }
    at
}

#[inline(always)]
pub(crate) fn block(bytes: &[u8], at: usize) -> Option<&[u8; 16]> {
    bytes.get(at..)?.first_chunk()
}

fn is_special(b: u8) -> bool {
    b == b'"' || b == b'\\' || b < 0x20
}

/// One bit for each byte of the block, the lowest for the first: set where it is special.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline(always)]
pub(crate) fn specials(block: &[u8; 16]) -> u32 {
    use std::arch::wasm32::{u64x2, u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, v128_or};
    let both = u128::from_le_bytes(*block);
    let bytes = u64x2(both as u64, (both >> 64) as u64);
    let quote = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslash = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let control = u8x16_lt(bytes, u8x16_splat(0x20));
    u32::from(u8x16_bitmask(v128_or(v128_or(quote, backslash), control)))
}

/// One bit for each byte of the block, the lowest for the first. Of those that are set the lowest is right: the first
/// special byte; one above it may be too many.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
pub(crate) fn specials(block: &[u8; 16]) -> u32 {
    let both = u128::from_le_bytes(*block);
    let (low, high) = (in_word(both as u64), in_word((both >> 64) as u64));
    match low {
        0 if high == 0 => 0,
        0 => 1 << (8 + high.trailing_zeros() / 8),
        _ => 1 << (low.trailing_zeros() / 8),
    }
}

/// The top bit of each special byte. Bits above the lowest one may be wrong (a borrow), that one is right.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn in_word(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES * 0x80;
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word;
    let quote = below(word ^ (ONES * 0x22), 1);
    let backslash = below(word ^ (ONES * 0x5C), 1);
    (quote | backslash | below(word, 0x20)) & TOPS
}

#[cfg(test)]
mod tests {
    use super::{agree, begin_with, is_special, special};

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
                        assert_eq!(special(&bytes, from), plain, "{bytes:?} from {from}");
                    }
                }
            }
        }
        assert_eq!(special(b"nothing", 0), 7);
    }

    #[test]
    fn two_texts_agree_up_to_where_they_differ() {
        let one: Vec<u8> = (0..70).collect();
        for length in 0..one.len() {
            for differs in 0..length {
                let mut other = one[..length].to_vec();
                other[differs] ^= 0x80;
                assert_eq!(agree(&one, &other), differs);
                assert!(!begin_with(&one, &other));
            }
            assert_eq!(agree(&one, &one[..length]), length);
            assert_eq!(agree(&one[..length], &one), length);
            assert!(begin_with(&one, &one[..length]));
            assert!(!begin_with(&one[..length], &one));
        }
    }
}
