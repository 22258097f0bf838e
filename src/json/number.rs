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
///
/// Not `str::parse`: its table of powers of five adds 14 KB to the compressed module. Short numbers, which is what
/// backends send, are exact in double arithmetic; the rest use slow big-integer arithmetic.
pub(super) fn parse(text: &str) -> f64 {
    // Fast path for the usual short whole numbers.
    if text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.bytes().fold(0u64, |n, b| n * 10 + u64::from(b - b'0')) as f64;
    }
    let negative = text.starts_with('-');
    let (digits, exponent) = split_decimal(text.trim_start_matches('-').as_bytes());
    let value = match parse_short(&digits, exponent) {
        Some(value) => value,
        None => parse_long(&digits, exponent),
    };
    if negative {
        -value
    } else {
        value
    }
}

/// The digits without leading zeros, and the power of ten of the last one.
fn split_decimal(text: &[u8]) -> (Vec<u8>, i64) {
    let mut digits = Vec::with_capacity(text.len());
    let mut exponent = 0i64;
    let mut after_point = false;
    let mut rest = text.iter();
    for &b in rest.by_ref() {
        match b {
            b'.' => after_point = true,
            b'e' | b'E' => break,
            _ => {
                exponent -= i64::from(after_point);
                if b != b'0' || !digits.is_empty() {
                    digits.push(b - b'0');
                }
            }
        }
    }
    let mut written = 0i64;
    let mut down = false;
    for &b in rest {
        match b {
            b'+' => {}
            b'-' => down = true,
            _ => written = written.saturating_mul(10).saturating_add(i64::from(b - b'0')),
        }
    }
    (digits, exponent.saturating_add(if down { -written } else { written }))
}

/// Exact if both the digits and the power of ten fit a double: the result is rounded only once.
fn parse_short(digits: &[u8], exponent: i64) -> Option<f64> {
    if digits.len() > 15 || !(-22..=22).contains(&exponent) {
        return None;
    }
    let mantissa = digits.iter().fold(0u64, |m, &d| m * 10 + u64::from(d)) as f64;
    let power = (0..exponent.unsigned_abs()).fold(1.0, |p, _| p * 10.0);
    Some(if exponent < 0 { mantissa / power } else { mantissa * power })
}

/// A whole number of any size, least significant limb first.
struct BigUint(Vec<u32>);

impl BigUint {
    fn multiply_add(&mut self, factor: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Divides in place; returns whether there is a remainder.
    fn divide(&mut self, by: u32) -> bool {
        let mut rest = 0u64;
        for limb in self.0.iter_mut().rev() {
            let value = rest << 32 | u64::from(*limb);
            *limb = (value / u64::from(by)) as u32;
            rest = value % u64::from(by);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        rest > 0
    }

    fn bits(&self) -> i64 {
        self.0.last().map_or(0, |top| self.0.len() as i64 * 32 - i64::from(top.leading_zeros()))
    }

    fn bit(&self, at: i64) -> bool {
        self.0.get((at / 32) as usize).is_some_and(|limb| limb >> (at % 32) & 1 == 1)
    }

    /// The 64 bits from bit `from` on.
    fn window(&self, from: i64) -> u64 {
        (0..64).fold(0, |value, i| value | u64::from(self.bit(from + i)) << i)
    }
}

fn parse_long(digits: &[u8], exponent: i64) -> f64 {
    let size = exponent.saturating_add(digits.len() as i64);
    if digits.is_empty() || size < -330 {
        return 0.0;
    }
    if size > 310 {
        return f64::INFINITY;
    }
    // Further digits only tell whether the number is slightly larger, and a hostile one may have millions.
    let (digits, rest) = digits.split_at(digits.len().min(800));
    let exponent = exponent + rest.len() as i64;
    let mut sticky = rest.iter().any(|d| *d != 0);
    let mut number = BigUint(Vec::new());
    for &d in digits {
        number.multiply_add(10, u32::from(d));
    }
    let mut power = 0i64; // `number` is too large by this power of two
    if exponent >= 0 {
        (0..exponent).for_each(|_| number.multiply_add(10, 0));
    } else {
        // Leaves 66 bits of precision after all divisions: log2(10) < 4.
        let limbs = (-exponent * 4 / 32 + 3) as usize;
        number.0.splice(0..0, std::iter::repeat_n(0, limbs));
        power = limbs as i64 * 32;
        (0..-exponent).for_each(|_| sticky |= number.divide(10));
    }
    round(&number, power, sticky)
}

/// `number` / 2^`power` as a double, ties to even. `sticky`: non-zero digits were cut off below `number`.
fn round(number: &BigUint, power: i64, sticky: bool) -> f64 {
    let bits = number.bits();
    // The exponent of the lowest mantissa bit of a double this large.
    let lowest = (bits - power - 53).max(-1074);
    let from = lowest + power;
    let mut mantissa = number.window(from.max(0));
    if from < 0 {
        mantissa <<= -from;
    } else if from > 0 && number.bit(from - 1) {
        let above_half = sticky || (0..from - 1).any(|at| number.bit(at));
        mantissa += u64::from(above_half || mantissa & 1 == 1);
    }
    // Both multiplications are exact, or the second overflows to infinity as intended.
    let (first, second) = (lowest / 2, lowest - lowest / 2);
    mantissa as f64 * power_of_two(first) * power_of_two(second)
}

fn power_of_two(power: i64) -> f64 {
    f64::from_bits(((power + 1023) as u64) << 52)
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
