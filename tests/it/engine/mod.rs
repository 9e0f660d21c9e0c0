//! What the engine does with a case, capability by capability.

mod answers;
mod blocks;
mod claiming;
mod clocks;
mod conflicts;
mod ending;
mod notices;
mod parking;
mod people;
mod properties;
mod random;
mod returning;
mod routes;
mod signing;
mod statutory;
mod supplementing;
mod vacancies;
mod verdicts;
