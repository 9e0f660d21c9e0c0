//! Huiqian (会签): approvals for government data, from a web form to a signed decision.
//!
//! The modules are floors of one house (`tests/it/architecture.rs` holds them to it): a file uses its own floor or a
//! lower one. From the ground up: `workflow engine diagram forms calendar expression directory catalogue trial` are pure;
//! `config clock auth messages templates documents assets attachments audit notify` hold settings, time, tokens, texts
//! and mail; `storage` is the only place with SQL; `services` the only place with transactions; `web jobs cli` are doors.

pub mod assets;
pub mod attachments;
pub mod audit;
pub mod auth;
pub mod calendar;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod config;
pub mod counters;
pub mod diagram;
pub mod directory;
pub mod documents;
pub mod engine;
pub mod expression;
pub mod forms;
pub mod jobs;
pub mod messages;
pub mod notify;
pub mod services;
pub mod storage;
pub mod templates;
pub mod trial;
pub mod web;
pub mod workflow;
