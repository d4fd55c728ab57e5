//! The secrets that people sign in with. Only a hash of each is kept; nobody who reads the settings can sign in by it.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

/// Characters of a secret: 8 at least (NIST SP 800-63B-4, section 3.1.1.2, where it is not all that protects; the desk
/// stands in a room with a door), and no more than anybody types.
pub const CHARS: std::ops::RangeInclusive<usize> = 8..=256;
/// Memory, passes and lanes of one hash: Argon2id with 19 MiB, 2 and 1 (OWASP Password Storage Cheat Sheet, as of 2026-11).
const COST: (u32, u32, u32) = (19 * 1_024, 2, 1);
/// A hash that asks for more memory or passes than this is none of ours; checking it would hold up whoever signs in. KiB
const MOST: (u32, u32) = (256 * 1_024, 16);
/// Compared with where nobody has the name, so that a wrong name takes as long as a wrong secret.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdC4$3yCqk6l3k0oB0V0o1yqk4C5m8cQy0oF6mJ8k3k1r2aA";

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Why something can be no secret; `None` where it can.
pub fn wrong(secret: &str) -> Option<&'static str> {
    (!CHARS.contains(&secret.chars().count())).then_some("a secret has 8 to 256 characters")
}

/// The hash of a secret, with a salt of its own.
pub fn hash(secret: &str) -> Result<String, String> {
    argon2().hash_password(secret.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether a text is a hash that can be checked against.
pub fn is_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else { return false };
    let known = Algorithm::try_from(hash.algorithm.as_str()).is_ok() && hash.hash.is_some() && hash.salt.is_some();
    known && Params::try_from(&hash).is_ok_and(|params| params.m_cost() <= MOST.0 && params.t_cost() <= MOST.1)
}

/// Whether a secret is the one that was hashed. `None`: there is none, which takes as long to say.
pub fn fits(hash: Option<&str>, secret: &str) -> bool {
    let against = hash.filter(|hash| is_hash(hash)).unwrap_or(NOBODY);
    let Ok(parsed) = PasswordHash::new(against) else { return false };
    argon2().verify_password(secret.as_bytes(), &parsed).is_ok() && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_fits_its_own_hash_and_no_other() {
        let (one, again) = (hash("correct horse").unwrap(), hash("correct horse").unwrap());
        assert_ne!(one, again, "each has a salt of its own");
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && is_hash(&one) && !one.contains("horse"));
        assert!(fits(Some(&one), "correct horse") && fits(Some(&again), "correct horse"));
        assert!(!fits(Some(&one), "correct horsf") && !fits(Some(&one), "") && !fits(None, "correct horse"));
        assert!(is_hash(NOBODY), "what nobody has can be compared with");
    }

    #[test]
    fn what_is_no_hash_opens_nothing() {
        for text in [
            "",
            "hunter22",
            "$argon2id$",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
        ] {
            assert!(!is_hash(text), "{text}");
            assert!(!fits(Some(text), text), "{text}");
        }
        assert!(wrong("1234567").is_some() && wrong("12345678").is_none() && wrong(&"x".repeat(257)).is_some());
    }
}
