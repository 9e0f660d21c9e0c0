//! Signatures as Standard Webhooks 1.0 wants them: HMAC-SHA256 over id, time and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::SigningSecret;

/// The header `webhook-signature`: one signature for each secret, with blanks between them.
#[must_use]
pub fn sign(secrets: &[SigningSecret], id: &str, timestamp: i64, body: &str) -> String {
    let signatures = secrets.iter().filter_map(|secret| {
        // HMAC takes keys of every length.
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal()).ok()?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        let code = STANDARD.encode(mac.finalize().into_bytes());
        Some(format!("v1,{code}"))
    });
    signatures.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SigningSecret {
        SigningSecret::parse(text).expect("a secret")
    }

    /// The example of the reference libraries.
    #[test]
    fn a_signature_is_the_one_that_other_libraries_expect() {
        let old = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let new = secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let signed = |secrets: &[SigningSecret]| {
            let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}");
            sign(secrets, id, 1_614_265_330, body)
        };

        assert_eq!(signed(std::slice::from_ref(&old)), wanted);
        let both = signed(&[new, old]);
        assert_eq!(both.split(' ').count(), 2);
        assert_eq!(both.split(' ').nth(1), Some(wanted));
    }
}
