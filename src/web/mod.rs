//! The HTTP door: assets, pages as values (`views`) that templates show, and the handlers that fill them in.

pub mod assets;
pub mod format;
pub mod pages;
pub mod session;
pub mod views;
