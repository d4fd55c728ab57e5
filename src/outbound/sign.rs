//! The signature of a webhook, as Standard Webhooks describes it: an HMAC-SHA256 over id, time and body, so that a receiver
//! knows who sent it, that nobody changed it, and that it is not an old one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Bytes of SHA-256's block.
const BLOCK: usize = 64;

/// HMAC-SHA256 (RFC 2104).
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let mut outer = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c));
    outer.update(inner.finalize());
    outer.finalize().into()
}

/// A secret as its bytes: behind `whsec_` it is base64, else the text itself.
pub(super) fn key(secret: &str) -> Result<Vec<u8>, &'static str> {
    match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).map_err(|_cause| "what stands behind whsec_ is no base64"),
        None if secret.trim().is_empty() => Err("it is empty"),
        None => Ok(secret.as_bytes().to_vec()),
    }
}

/// What stands in `webhook-signature`: `v1,` and the base64 of the HMAC over `id.secs.body`.
pub(super) fn signature(key: &[u8], id: &str, secs: i64, body: &[u8]) -> String {
    let secs = secs.to_string();
    format!("v1,{}", STANDARD.encode(hmac(key, &[id.as_bytes(), b".", secs.as_bytes(), b".", body])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|idx| u8::from_str_radix(&hex[idx..idx + 2], 16).unwrap()).collect()
    }

    /// RFC 4231, test cases 1, 2, 3 and 6.
    #[test]
    fn the_hmac_is_that_of_the_standard() {
        for (key, data, wanted) in [
            (vec![0x0b; 20], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (vec![0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (
                vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let (one, two) = data.split_at(data.len() / 2);
            assert_eq!(hmac(&key, &[one, two]).to_vec(), bytes(wanted));
        }
    }

    #[test]
    fn a_signature_holds_for_its_id_time_and_body_alone() {
        let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        // The example of the Standard Webhooks libraries.
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for other in [
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJeK", 1_614_265_330, br#"{"test": 2432232314}"#),
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_331, br#"{"test": 2432232314}"#),
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232315}"#),
            signature(b"another", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#),
        ] {
            assert_ne!(signed, other);
        }
        assert!(super::key("whsec_???").is_err() && super::key(" ").is_err());
    }
}
