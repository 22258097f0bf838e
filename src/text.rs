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

#[cfg(test)]
mod tests {
    #[test]
    fn decimals_read_as_the_standard_library_writes_them() {
        for n in [0, 7, 10, 1_000, u64::MAX] {
            assert_eq!(super::decimal(n), n.to_string());
        }
    }
}
