//! Mail: what it says, how it is built, how it leaves, and when it is tried again.

pub mod backoff;
pub mod facts;
pub mod mail;
pub mod message;
pub mod sender;
pub mod smtp;

pub mod webhook;
mod words;
