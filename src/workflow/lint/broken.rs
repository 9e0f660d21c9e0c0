//! Definitions that break one rule each and nothing else, read from `broken.txt`.
//!
//! An example is its code, `in blocks` where it is the definition with blocks that is changed, `whole` where the text
//! stands alone, the text of the line where the finding points, and the lines taken out (`-`) and put in (`+`).

use crate::workflow::testing::{BLOCKS, SOUND};

const EXAMPLES: &str = include_str!("broken.txt");

/// One of them.
pub struct Broken {
    pub code: &'static str,
    /// The whole definition.
    pub text: String,
    /// What stands on the line that the finding points to.
    pub at: &'static str,
    /// What was put in, or taken out where nothing was put in.
    pub shown: String,
}

/// All of them.
pub fn all() -> Vec<Broken> {
    EXAMPLES.split("\n\n").map(one).collect()
}

fn one(block: &'static str) -> Broken {
    let (head, changes) = block.split_once('\n').expect("a head and changes");
    let (what, at) = head.split_once(" @ ").expect("a code and a line");
    let (code, base) = what.split_once(' ').unwrap_or((what, ""));
    let base = match base {
        "" => SOUND,
        "in blocks" => BLOCKS,
        "whole" => "",
        other => panic!("{code}: {other:?}"),
    };
    let mut text = base.to_owned();
    let mut shown = Vec::new();
    for (out, put) in pairs(changes) {
        if base.is_empty() {
            text = format!("{put}\n");
        } else {
            assert!(text.contains(&out), "{code}: there is no {out:?} to change");
            text = text.replacen(&out, &put, 1);
        }
        shown.push(match put.is_empty() {
            true => format!("# 删去\n{out}"),
            false => put,
        });
    }
    Broken {
        code,
        text,
        at,
        shown: shown.join("\n# …\n"),
    }
}

/// Each run of lines taken out, with the run of lines put in behind it.
pub fn pairs(changes: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(Vec<&str>, Vec<&str>)> = vec![(Vec::new(), Vec::new())];
    for line in changes.lines() {
        if let Some(out) = line.strip_prefix('-') {
            if pairs.last().is_some_and(|(_, put)| !put.is_empty()) {
                pairs.push((Vec::new(), Vec::new()));
            }
            pairs.last_mut().expect("a pair").0.push(out);
        } else {
            let put = line.strip_prefix('+').expect("a line put in");
            pairs.last_mut().expect("a pair").1.push(put);
        }
    }
    pairs
        .into_iter()
        .map(|(out, put)| (out.join("\n"), put.join("\n")))
        .collect()
}
