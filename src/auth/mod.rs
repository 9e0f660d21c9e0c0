//! Who somebody is: passwords, tokens, action links, and the keys and envelopes that guard private values.

pub mod csrf;
pub mod keys;
pub mod links;
pub mod passwords;
pub mod places;
pub mod sealing;
pub mod throttle;
pub mod tokens;

mod common;

/// The operating system gave no random bytes; nothing secret may be made without them.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct NoRandomness(String);

/// `N` fresh random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(bytes)
}
