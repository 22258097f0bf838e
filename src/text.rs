//! Numbers as text, without the formatting machinery of the standard library, which would double the module's size.

/// A whole number in decimal.
pub(crate) fn decimal(mut n: u64) -> String {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&digits[at..]).into_owned()
}

/// A whole number with its thousands apart: `1,000,000`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = decimal(n);
    let mut text = String::with_capacity(digits.len() + 6);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_stand_apart() {
        let texts = [0, 999, 1_000, 908_600, 1_000_000].map(super::grouped);
        assert_eq!(texts, ["0", "999", "1,000", "908,600", "1,000,000"]);
    }

    #[test]
    fn decimals_read_as_the_standard_library_writes_them() {
        for n in [0, 7, 10, 1_000, u64::MAX] {
            assert_eq!(super::decimal(n), n.to_string());
        }
    }
}
