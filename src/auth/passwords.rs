//! Passwords: Argon2id, a few at a time, with the same answer and the same time for accounts that do not exist.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::common::COMMON;
use super::{NoRandomness, random};

/// Characters that a password needs at least.
pub const SHORTEST: usize = 12;
/// Characters that a password may have at most.
pub const LONGEST: usize = 256;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
// Each verification takes 19 MiB and a whole core; more at once would let a flood of logins starve everything else.
const AT_ONCE: usize = 4;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than [`SHORTEST`] characters.
    #[error("the password has {0} characters; it needs at least {SHORTEST}")]
    Short(usize),
    /// More than [`LONGEST`] characters.
    #[error("the password has {0} characters; at most {LONGEST} are possible")]
    Long(usize),
    /// On the list of common ones.
    #[error("the password is among the most common ones; choose another")]
    Common,
    /// The login itself, or hardly more.
    #[error("the password contains the login; choose another")]
    Login,
    /// One or two characters over and over, or a run along the keyboard.
    #[error("the password is one pattern repeated; choose another")]
    Pattern,
}

impl Weak {
    /// The key of the sentence that people read, and its values.
    #[must_use]
    pub fn message(&self) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            Self::Short(count) => (
                "password.short",
                vec![
                    ("count", count.to_string()),
                    ("least", SHORTEST.to_string()),
                ],
            ),
            Self::Long(count) => (
                "password.long",
                vec![("count", count.to_string()), ("most", LONGEST.to_string())],
            ),
            Self::Common => ("password.common", Vec::new()),
            Self::Login => ("password.login", Vec::new()),
            Self::Pattern => ("password.pattern", Vec::new()),
        }
    }
}

/// A fault, never an answer about the password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// No random numbers for the salt.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The stored hash cannot be read, or the machine has no memory for it.
    #[error("a password could not be checked: {0}")]
    Hash(String),
}

/// Hashes and verifies; one per process, because it counts the verifications that run.
#[derive(Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    // What unknown logins are compared with.
    dummy: String,
    running: Mutex<usize>,
    freed: Condvar,
}

impl Passwords {
    /// Ready to use; hashes one random password to have something that unknown logins can be compared with.
    pub fn new() -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(fault)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hex::encode(random::<32>()?);
        Ok(Self {
            dummy: hash(&argon2, &nobody)?,
            argon2,
            running: Mutex::new(0),
            freed: Condvar::new(),
        })
    }

    /// The text to store for a new password.
    pub fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let _slot = self.slot();
        hash(&self.argon2, password)
    }

    /// Whether `password` is the one behind `stored`; `None` (no such login, or one without a password) costs the same
    /// time and is always no.
    pub fn verify(&self, stored: Option<&str>, password: &str) -> Result<bool, PasswordError> {
        let _slot = self.slot();
        let parsed = PasswordHash::new(stored.unwrap_or(&self.dummy)).map_err(fault)?;
        let same = match self.argon2.verify_password(password.as_bytes(), &parsed) {
            Ok(()) => true,
            Err(password_hash::Error::PasswordInvalid) => false,
            Err(error) => return Err(fault(error)),
        };
        Ok(same && stored.is_some())
    }

    fn slot(&self) -> Slot<'_> {
        // The count stays right when a holder panics, because its slot is dropped all the same.
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while AT_ONCE <= *running {
            running = self
                .freed
                .wait(running)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *running += 1;
        Slot(self)
    }
}

struct Slot<'a>(&'a Passwords);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self
            .0
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, PasswordError> {
    let salt: [u8; 16] = random()?;
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(fault)?;
    Ok(hash.to_string())
}

fn fault(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(error.to_string())
}

/// Whether `login` may have `password`.
pub fn check(login: &str, password: &str) -> Result<(), Weak> {
    let count = password.chars().count();
    if count < SHORTEST {
        return Err(Weak::Short(count));
    }
    if LONGEST < count {
        return Err(Weak::Long(count));
    }
    let plain = password.to_lowercase();
    let login = login.to_lowercase();
    // A login of three letters may well be part of a good password.
    if 4 <= login.chars().count() && plain.contains(&login) {
        return Err(Weak::Login);
    }
    if is_common(&plain) {
        return Err(Weak::Common);
    }
    if is_pattern(&plain) {
        return Err(Weak::Pattern);
    }
    Ok(())
}

/// On the list, also with the usual decoration: digits or marks at the end, or the word twice.
fn is_common(plain: &str) -> bool {
    let bare = plain.trim_end_matches(|c: char| !c.is_alphabetic());
    let half: String = plain.chars().take(plain.chars().count() / 2).collect();
    let twice = half.repeat(2) == plain;
    let listed = |word: &str| COMMON.binary_search(&word).is_ok();
    listed(plain) || listed(bare) || (twice && listed(&half))
}

fn is_pattern(plain: &str) -> bool {
    let mut seen: Vec<char> = plain.chars().collect();
    let steps_alike = seen
        .windows(2)
        .map(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])))
        .collect::<std::collections::BTreeSet<_>>()
        .len()
        <= 1;
    seen.sort_unstable();
    seen.dedup();
    steps_alike || seen.len() <= 3
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn the_right_password_is_recognised_and_no_other() {
        let passwords = Passwords::new().expect("ready");
        let stored = passwords.hash("春眠不觉晓处处闻啼鸟夜来").expect("hashes");

        assert!(
            passwords
                .verify(Some(&stored), "春眠不觉晓处处闻啼鸟夜来")
                .expect("checks")
        );
        assert!(
            !passwords
                .verify(Some(&stored), "春眠不觉晓处处闻啼鸟夜去")
                .expect("checks")
        );
        assert!(!passwords.verify(Some(&stored), "").expect("checks"));
    }

    #[test]
    fn the_hash_names_the_cost_that_was_promised() {
        let passwords = Passwords::new().expect("ready");

        let stored = passwords.hash("a long enough one").expect("hashes");

        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_ne!(stored, passwords.hash("a long enough one").expect("hashes"));
    }

    #[test]
    fn an_unknown_login_costs_the_same_work_and_is_refused() {
        let passwords = Passwords::new().expect("ready");

        assert!(
            passwords
                .dummy
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        assert!(
            !passwords
                .verify(None, "whatever it may be")
                .expect("checks")
        );
    }

    #[test]
    fn a_stored_hash_that_cannot_be_read_is_a_fault_and_not_an_answer() {
        let passwords = Passwords::new().expect("ready");

        assert!(passwords.verify(Some("not a hash"), "whatever").is_err());
    }

    #[test]
    fn at_most_four_are_checked_at_once() {
        let passwords = Arc::new(Passwords::new().expect("ready"));
        let most = Arc::new(AtomicUsize::new(0));

        let threads: Vec<_> = (0..12)
            .map(|_| {
                let (passwords, most) = (Arc::clone(&passwords), Arc::clone(&most));
                std::thread::spawn(move || {
                    let _slot = passwords.slot();
                    let running = *passwords.running.lock().expect("not poisoned");
                    most.fetch_max(running, Ordering::SeqCst);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("ran");
        }

        assert!(most.load(Ordering::SeqCst) <= AT_ONCE);
        assert_eq!(*passwords.running.lock().expect("not poisoned"), 0);
    }

    #[test]
    fn a_password_has_twelve_characters_counted_as_people_count() {
        assert_eq!(
            check("wang", "一二三四五六七八九十甲"),
            Err(Weak::Short(11))
        );
        assert_eq!(check("wang", "一二三四五六七八九十甲乙"), Ok(()));
        assert_eq!(check("wang", &"长".repeat(257)), Err(Weak::Long(257)));
    }

    #[test]
    fn common_passwords_are_refused_with_their_decoration() {
        for common in [
            "password1234",
            "PASSWORD2026!!",
            "woaini1314520",
            "qwertyuiop123",
            "administrator",
            "iloveyouiloveyou",
            "123456789012",
            "zhengzhou2026",
        ] {
            assert_eq!(check("someone", common), Err(Weak::Common), "{common}");
        }
    }

    #[test]
    fn patterns_and_the_login_are_refused() {
        assert_eq!(check("someone", "aaaaaaaaaaaaa"), Err(Weak::Pattern));
        assert_eq!(check("someone", "ababababababab"), Err(Weak::Pattern));
        assert_eq!(check("someone", "klmnopqrstuvw"), Err(Weak::Pattern));
        assert_eq!(check("wangjianguo", "WangJianguo!!99"), Err(Weak::Login));
        assert_eq!(check("wangjianguo", "mauve-Tractor-41-lake"), Ok(()));
    }

    #[test]
    fn the_list_of_common_ones_is_sorted_so_that_it_can_be_searched() {
        assert!(COMMON.is_sorted());
        assert!(300 <= COMMON.len());
        assert!(COMMON.iter().all(|word| *word == word.to_lowercase()));
    }
}
