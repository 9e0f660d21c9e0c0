//! What the engine does with a case, capability by capability.

mod adding;
mod allotting;
mod answers;
mod blocks;
mod changing_hands;
mod claiming;
mod clocks;
mod conflicts;
mod consulting;
mod drafting;
mod ending;
mod notices;
mod parking;
mod people;
mod properties;
mod random;
mod recusing;
mod returning;
mod routes;
mod signing;
mod statutory;
mod supplementing;
mod transferring;
mod vacancies;
mod verdicts;
