//! What happens when something fails: the database, the disk, the mail server, the machine.

mod clock;
mod crowd;
mod disk;
mod documented;
mod down;
mod mail;
mod operations;
#[cfg(feature = "postgres")]
mod postgres;
mod restore;
mod zone;

/// Whether the long runs are asked for: `HUIQIAN_FAULTS=long`.
pub fn long() -> bool {
    std::env::var("HUIQIAN_FAULTS").is_ok_and(|how| how == "long")
}
