//! Many cases at once: they arrive, wait for people who do one thing at a time in working hours, and are answered as it
//! is estimated. Nothing here is random but what the seed makes so.

mod desks;
mod dice;
mod estimates;
mod run;
mod summary;

use std::sync::Arc;

pub use estimates::{Estimate, Estimates, Spread, Time, read_estimates};
pub use summary::{Load, Missed, Summary};

use super::request::Request;
use crate::engine::Rejection;
use crate::workflow::Workflow;

/// What is run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The definition.
    pub workflow: Arc<Workflow>,
    /// The request that every case makes.
    pub request: Request,
    /// How long stages take, and how they are answered.
    pub estimates: Estimates,
    /// How many cases.
    pub cases: usize,
    /// How many arrive on a working day, evenly; `None`: all at once.
    pub per_day: Option<u32>,
    /// What makes the random numbers.
    pub seed: u64,
}

/// Runs the cases to their ends.
///
/// # Errors
/// Why the request cannot be submitted.
pub fn crowd(plan: &Plan) -> Result<Summary, Rejection> {
    let mut run = run::Run::new(plan);
    run.run()?;
    Ok(summary::summary(plan, &run))
}
