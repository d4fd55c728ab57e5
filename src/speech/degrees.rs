//! °C or °F: chosen once for the whole window, so that the two never stand on one screen together.
//!
//! The choice belongs to the thread that paints. The heart knows °C only.

use std::cell::Cell;

use super::text;
use crate::model::{Celsius, Fahrenheit};

/// What temperatures are shown in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// °C
    #[default]
    Celsius,
    /// °F
    Fahrenheit,
}

impl Unit {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Celsius, Self::Fahrenheit];

    /// Its sign, `°C`.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Celsius => "°C",
            Self::Fahrenheit => "°F",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Celsius => Self::Fahrenheit,
            Self::Fahrenheit => Self::Celsius,
        }
    }
}

thread_local! {
    static UNIT: Cell<Unit> = const { Cell::new(Unit::Celsius) };
}

/// What temperatures are shown in now.
pub fn unit() -> Unit {
    UNIT.get()
}

/// Shows temperatures in `unit` from now on.
pub fn show_in(unit: Unit) {
    UNIT.set(unit);
}

/// A temperature in the unit that is shown.
pub fn shown(celsius: f64) -> f64 {
    match unit() {
        Unit::Celsius => celsius,
        Unit::Fahrenheit => Fahrenheit::from(Celsius(celsius)).0,
    }
}

/// A temperature with the sign of the unit that is shown: `31.5 °C`, `88.7 °F`.
pub fn text(celsius: f64) -> String {
    text::quantity(shown(celsius), 1, unit().sign())
}

/// So many degrees more or less: `1.6 °C`, `2.9 °F`.
pub fn difference(celsius: f64) -> String {
    text::quantity(shown(celsius) - shown(0.0), 1, unit().sign())
}

/// A sentence that was written in °C, `HOT at 9.6 °C`, in the unit that is shown.
pub fn reworded(sentence: &str) -> std::borrow::Cow<'_, str> {
    const SIGN: &str = " °C";
    if unit() == Unit::Celsius || !sentence.contains(SIGN) {
        return sentence.into();
    }
    let mut said = String::new();
    let mut pieces = sentence.split(SIGN).peekable();
    while let Some(piece) = pieces.next() {
        let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '−');
        let cut = piece.len() - piece.chars().rev().take_while(|c| is_number(*c)).map(char::len_utf8).sum::<usize>();
        let number: Option<f64> = piece[cut..].replace('−', "-").parse().ok();
        match number.filter(|_| pieces.peek().is_some()) {
            Some(celsius) => said.extend([&piece[..cut], &text(celsius)]),
            None if pieces.peek().is_some() => said.extend([piece, SIGN]),
            None => said.push_str(piece),
        }
    }
    said.into()
}

/// Two limits: `2 to 8 °C`, with a decimal only where one needs it.
pub fn limits((low, high): (f64, f64)) -> (String, String) {
    let (low, high) = (shown(low), shown(high));
    let decimals = usize::from([low, high].iter().any(|limit| (limit * 10.0).round() % 10.0 != 0.0));
    (text::number(low, decimals), text::quantity(high, decimals, unit().sign()))
}

/// A limit: `8 °C`, with a decimal only where it needs one.
pub fn limit(celsius: f64) -> String {
    let shown = shown(celsius);
    text::quantity(shown, usize::from((shown * 10.0).round() % 10.0 != 0.0), unit().sign())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_shows_one_unit_everywhere() {
        assert_eq!((text(31.5), limit(8.0), limits((2.0, 8.0))), ("31.5 °C".into(), "8 °C".into(), ("2".into(), "8 °C".into())));
        show_in(Unit::Fahrenheit);
        assert_eq!(text(31.5), "88.7 °F");
        assert_eq!((limit(8.0), limits((2.0, 8.0))), ("46.4 °F".into(), ("35.6".into(), "46.4 °F".into())));
        assert_eq!(limit(-20.0), "−4 °F");
        assert_eq!(difference(1.6), "2.9 °F", "a difference has no offset");
        assert_eq!(reworded("hot, 9.6 °C > 8.0 °C, −18.0 °C"), "hot, 49.3 °F > 46.4 °F, −0.4 °F");
        assert_eq!((reworded("in °C"), reworded("9.6 g")), ("in °C".into(), "9.6 g".into()));
        show_in(unit().other());
        assert_eq!((difference(1.6), reworded("at 9.6 °C")), ("1.6 °C".into(), "at 9.6 °C".into()));
        assert_eq!(text(f64::NAN), "unknown");
    }
}
