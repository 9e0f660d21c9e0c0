//! The HTTP door: assets, and pages as values (`views`) that templates show.

pub mod assets;
pub mod format;
pub mod views;
