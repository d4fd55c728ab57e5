//! Exact decimals, for quantities and for money: whole numbers of a tiny unit, never a float, never rounded.
//!
//! What AWS bills by always ends after a few places: a MB·ms is 1/1,024,000 GB·s, which is 0.0000009765625.

use std::fmt;

/// Decimal places of a quantity: thirteen for a MB·ms as GB·s, and three for thousandths of a millisecond.
const QUANTITY_PLACES: u32 = 16;
/// Decimal places of a picodollar.
const PICO_PLACES: u32 = 12;
const ONE: i128 = 10_i128.pow(QUANTITY_PLACES);

/// How much of something, not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

impl Quantity {
    /// None of it.
    pub const ZERO: Self = Self(0);
    /// Beyond every tier.
    pub const ENDLESS: Self = Self(i128::MAX);

    /// A whole number.
    pub fn whole(n: u64) -> Self {
        Self(i128::from(n) * ONE)
    }

    /// A decimal as it is written, `2592000` or `1.5`; `None` for anything else and for more than 16 places.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text, QUANTITY_PLACES).map(Self)
    }

    /// `n` times this; `None` beyond what can be counted.
    pub fn times(self, n: u64) -> Option<Self> {
        self.0.checked_mul(i128::from(n)).map(Self)
    }

    /// This many MB·ms as GB·s; `None` where it would not be exact, from the fourth place of a millisecond on.
    pub fn mb_ms_as_gb_s(self) -> Option<Self> {
        (self.0 % 1_024_000 == 0).then_some(Self(self.0 / 1_024_000))
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// What is left when `other` is taken away, nothing at least.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, QUANTITY_PLACES, 0)
    }
}

/// An exact amount of dollars: a quantity times a price in picodollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dollars(i128);

impl Dollars {
    /// A quantity at a price in picodollars for one; `None` beyond seventeen billion dollars.
    pub fn of(quantity: Quantity, pico: i64) -> Option<Self> {
        quantity.0.checked_mul(i128::from(pico)).map(Self)
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `n` picodollars.
    pub fn pico(n: i64) -> Self {
        Self(i128::from(n) * ONE)
    }
}

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, QUANTITY_PLACES + PICO_PLACES, 2)
    }
}

/// A decimal in dollars as picodollars; `None` for anything else, for less than a picodollar, and beyond `i64`.
pub fn pico(usd: &str) -> Option<i64> {
    digits(usd, PICO_PLACES).and_then(|pico| i64::try_from(pico).ok())
}

/// Dollars as Cost Explorer writes them, with sign, exponent and any number of places, as picodollars, rounded half away
/// from nought: credits are negative, and shares of a bill end where they end. `None` for what is no number.
pub fn rounded_pico(usd: &str) -> Option<i64> {
    let (mantissa, exponent) = usd.split_once(['e', 'E']).unwrap_or((usd, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, rest].concat();
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // How many places there are behind the picodollars.
    let behind = rest.len() as i64 - i64::from(PICO_PLACES) - exponent.parse::<i64>().ok()?;
    let number: i128 = digits.parse().ok()?;
    let power = |n: i64| 10_i128.checked_pow(u32::try_from(n).ok()?);
    let pico = match power(behind.abs()) {
        Some(power) if behind > 0 => (number + power / 2) / power,
        Some(power) => number.checked_mul(power)?,
        // So many places behind that nothing is left, or so many before that no one could pay it.
        None if behind > 0 || number == 0 => 0,
        None => return None,
    };
    i64::try_from(sign * pico).ok()
}

/// A decimal as a whole number of its `places`-th place.
fn digits(text: &str, places: u32) -> Option<i128> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let places = usize::try_from(places).ok()?;
    if whole.is_empty() || rest.len() > places || !is_number(whole) || !is_number(rest) {
        return None;
    }
    format!("{whole}{rest:0<places$}").parse().ok()
}

/// All places that are not zero, and at least `at_least`.
fn write_decimal(f: &mut fmt::Formatter<'_>, units: i128, places: u32, at_least: usize) -> fmt::Result {
    let one = 10_i128.pow(places);
    let rest = format!("{:0>width$}", (units % one).unsigned_abs(), width = places as usize);
    let end = rest.trim_end_matches('0').len().max(at_least);
    let text =
        format!("{}{}{}", (units / one).unsigned_abs(), if end > 0 { "." } else { "" }, rest.get(..end).unwrap_or_default());
    f.pad_integral(units >= 0, "", &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_and_written_without_loss() {
        for text in ["0", "1", "1.5", "2592000", "0.0000009765625", "0.0000000000000001", "123456789012345.6789"] {
            assert_eq!(Quantity::parse(text).unwrap().to_string(), text);
        }
        for text in ["", ".5", "-1", "1e3", "1,5", "1.2.3", "0.00000000000000001", "9999999999999999999999999999999"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
        for (text, pico) in [
            ("0", 0),
            ("-0.25", -250_000_000_000),
            ("1E-7", 100_000),
            ("1.5e-12", 2),
            ("0.0000000000004", 0),
            ("0.0312000000006", 31_200_000_001),
            ("4e-99", 0),
            ("12.50", 12_500_000_000_000),
        ] {
            assert_eq!(rounded_pico(text), Some(pico), "{text}");
        }
        for text in ["", "-", ".5", "1e", "1,5", "--1", "1e99", "99999999", "1.2.3"] {
            assert_eq!(rounded_pico(text), None, "{text}");
        }
        assert_eq!((pico("0.0000133334"), pico("0.0000000000001"), pico("10000000")), (Some(13_333_400), None, None));
    }

    #[test]
    fn a_mb_ms_is_exact_in_gb_s_and_in_dollars() {
        // 128 MB for 1 ms: 0.000125 GB·s at 0.0000133334.
        let gb_s = Quantity::whole(128).mb_ms_as_gb_s().unwrap();
        assert_eq!(gb_s.to_string(), "0.000125");
        assert_eq!(Dollars::of(gb_s, 13_333_400).unwrap().to_string(), "0.000000001666675");
        assert_eq!(Quantity::parse("0.0001").unwrap().mb_ms_as_gb_s(), None, "that would have 17 places");
        assert_eq!(
            (Dollars::default().to_string(), Dollars::pico(-1).to_string()),
            ("0.00".to_owned(), "-0.000000000001".to_owned())
        );
    }
}
