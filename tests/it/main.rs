//! What the parts can do together, tested through their public face.

// What is arranged outside of a `#[test]` function may fail loudly too.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod support;

mod api;
mod api_branches;
mod api_case_actions;
mod api_detours;
mod api_input;
mod api_service;
mod api_sessions;
mod api_shipped;
mod architecture;
mod browser_story;
mod browser_workflows;
mod catalogue;
mod catalogue_changes;
mod catalogue_levels;
mod catalogue_pages;
mod chosen;
mod cli;
mod cli_versions;
mod coverage;
mod crash;
mod data_sharing;
mod dead_links;
mod diagrams;
mod drafts;
mod engine;
mod imports;
mod jobs;
mod links;
mod log;
mod log_tampering;
mod mail;
mod notices;
mod pages;
mod pages_branches;
mod pages_case_actions;
mod pages_http;
mod pages_print;
mod pages_standing;
mod pages_workflows;
mod patterns;
mod policies;
mod register_dates;
mod registers;
mod rights;
mod rulebook;
mod sending;
mod shipped;
mod simulate;
mod started;
mod storage;
mod storage_claims;
mod storage_lists;
mod storage_plans;
mod storage_rows;
mod substitutes;
mod titles;
mod versions;
mod versions_moving;
mod webhooks;
mod who_signs;
mod workflow_tests;
