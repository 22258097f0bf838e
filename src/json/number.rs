//! JSON numbers (RFC 8259 §6).

use super::{JsonError, JsonErrorKind, Result};

/// The end of the number that starts at `start`.
#[cfg_attr(hot, optimize(speed), inline(never))]
pub(super) fn end(bytes: &[u8], start: usize) -> Result<usize> {
    let digits = |at: usize| {
        let n = bytes[at.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
        match (n, bytes.get(at)) {
            (0, None) => Err(JsonError { kind: JsonErrorKind::Truncated, at }),
            (0, Some(_)) => Err(JsonError { kind: JsonErrorKind::Unexpected, at }),
            _ => Ok(at + n),
        }
    };
    let first = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut at = digits(first)?;
    if bytes[first] == b'0' && at > first + 1 {
        return Err(JsonError { kind: JsonErrorKind::Unexpected, at: first + 1 });
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let signed = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + signed)?;
    }
    Ok(at)
}

/// The value of a number validated by `end`, rounded to the nearest double. Infinite if too large, as in JSON.parse.
pub(super) fn parse(text: &str) -> f64 {
    short_decimal(text).unwrap_or_else(|| parse_any(text))
}

/// Most have few digits and no exponent. Then the digits and the power of ten are exact, and their quotient is rounded
/// once.
fn short_decimal(text: &str) -> Option<f64> {
    let (mut digits, mut scale, mut in_fraction) = (0u64, 1.0, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                scale *= if in_fraction { 10.0 } else { 1.0 };
            }
            b'.' if !in_fraction => in_fraction = true,
            _ => return None,
        }
        // 10^22 is the largest power of ten that is a double.
        if digits >= 1 << 53 || scale > 1e22 {
            return None;
        }
    }
    Some(digits as f64 / scale)
}

/// The browser's own: `str::parse` and its table of powers of five would add 14 KB to the compressed module.
#[cfg(target_arch = "wasm32")]
fn parse_any(text: &str) -> f64 {
    js_sys::parse_float(text)
}

#[cfg(not(target_arch = "wasm32"))]
fn parse_any(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_rounded_as_the_standard_library_rounds_them() {
        let hard = [
            "0",
            "-0",
            "5",
            "5.0",
            "0.3",
            "0.07879064600041602",
            "0.0000000000000000000001",
            "0.00000000000000000000001",
            "0.9007199254740991",
            "0.0000009007199254740991",
            "0.00000090071992547409915",
            "0.9007199254740992",
            "1.005",
            "0.000000000000001",
            "99999999999999.9",
            "9007199254740.993",
            "9007199254740991",
            "9007199254740995",
            "4.843473059",
            "0.00015000000000000001",
            "8.999999999999999e-05",
            "1795452369",
            "123456789012345678901234567890",
            "0.1",
            "1e22",
            "1e23",
            "9007199254740993",
            "9007199254740992.5",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e309",
            "1e999999999999",
            "5e-324",
            "2e-324",
            "3e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1e-400",
            "0.000000000000000000000000000001",
            "7.2057594037927933e16",
            "6.02214076e23",
            "179769313486231580793e289",
            "0e5",
            "0.0e-5",
            "1E+2",
        ];
        let endless = ["0.", &"3".repeat(100_000)].concat();
        let just_above = ["9007199254740993.", &"0".repeat(900), "1"].concat();
        let just_half = ["9007199254740993.", &"0".repeat(900)].concat();
        for text in hard.into_iter().chain([endless.as_str(), &just_above, &just_half]) {
            let wanted: f64 = text.parse().unwrap_or(f64::NAN);
            assert_eq!(super::parse(text).to_bits(), wanted.to_bits(), "{text}");
        }
    }
}
