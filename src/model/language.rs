//! The languages that people are spoken to in.

/// A language the desk speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// `en`
    #[default]
    English,
    /// `ko`
    Korean,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// The language of a locale's name as the system gives it (`ko_KR.UTF-8`); English for all that are not spoken here.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("ko") { Self::Korean } else { Self::English }
    }

    /// The next one that is spoken here.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::Korean,
            Self::Korean => Self::English,
        }
    }

    /// Its tag: `en`, `ko`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// What its speakers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }
}
