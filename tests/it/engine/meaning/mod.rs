//! The numbered rules of `language.md`, «Meaning», one after another: each has a test here that bears its number.
//! What a rule says in detail is tested where that capability is.

mod clocks;
mod records;
mod returning;
mod running;
mod tasks;
mod verdict;

/// Every rule has a test that bears its number.
#[test]
fn every_rule_has_its_test() {
    let texts = [
        include_str!("running.rs"),
        include_str!("tasks.rs"),
        include_str!("verdict.rs"),
        include_str!("returning.rs"),
        include_str!("clocks.rs"),
        include_str!("records.rs"),
    ];
    for rule in 1..=23 {
        let name = format!("fn rule_{rule:02}_");
        assert!(
            texts.iter().any(|text| text.contains(&name)),
            "no test of rule {rule}"
        );
    }
}
