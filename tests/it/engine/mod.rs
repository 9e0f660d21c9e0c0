//! What the engine does with a case, capability by capability.

mod answers;
mod awaiting;
mod blocks;
mod branches;
mod claiming;
mod clocks;
mod conflicts;
mod ending;
mod known_faults;
mod meaning;
mod notices;
mod parking;
mod people;
mod properties;
mod random;
mod recurring;
mod returning;
mod routes;
mod sent_back;
mod signing;
mod statutory;
mod supplementing;
mod vacancies;
mod verdicts;
