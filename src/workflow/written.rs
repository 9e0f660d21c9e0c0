//! Parts of a definition as they are written in YAML: for messages to those who write it.

use std::fmt;

use super::model::{Share, Sign, Target, Where, Who};

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |each: &bool| if *each { "each " } else { "" };
        match self {
            Self::Post {
                role,
                at,
                each: one_by_one,
            } => write!(f, "{}{}@{at}", each(one_by_one), role.0),
            Self::Applicant => f.write_str("applicant"),
            Self::Actor { stage, seat: None } => write!(f, "actor({stage})"),
            Self::Actor {
                stage,
                seat: Some(seat),
            } => write!(f, "actor({stage}.{seat})"),
            Self::Path {
                path,
                each: one_by_one,
            } => write!(f, "{}{path}", each(one_by_one)),
            Self::User(login) => write!(f, "user:{login}"),
            Self::Any => f.write_str("any"),
        }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applicant => f.write_str("applicant"),
            Self::Authority => f.write_str("authority"),
            Self::Region => f.write_str("region"),
            Self::Path(path) => f.write_str(path),
            Self::Code(code) => write!(f, "dept:{}", code.0),
            Self::Parent(inner) => write!(f, "parent({inner})"),
            Self::Common(a, b) => write!(f, "common({a}, {b})"),
            Self::Any => f.write_str("any"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Node(id) | Self::End(id) => id,
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::Void => "void",
            Self::Again => "again",
            Self::Stay => "stay",
            Self::Applicant => "applicant",
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Of(part, whole) => write!(f, "{part}/{whole}"),
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let vote = match self {
            Self::Any => return f.write_str("any"),
            Self::All => return f.write_str("all"),
            Self::Sequence => return f.write_str("sequence"),
            Self::Vote(vote) => vote,
        };
        write!(f, "pass: {}", vote.pass)?;
        if vote.of_voted {
            f.write_str(", of: voted")?;
        }
        if let Some(quorum) = vote.quorum {
            write!(f, ", quorum: {quorum}")?;
        }
        for (key, seats) in [("must", &vote.must), ("veto", &vote.veto)] {
            if !seats.is_empty() {
                write!(f, ", {key}: [{}]", seats.join(", "))?;
            }
        }
        if let Some(seat) = &vote.casting {
            write!(f, ", casting: {seat}")?;
        }
        if vote.until_due {
            f.write_str(", until: due")?;
        }
        if vote.abstain {
            f.write_str(", abstain: true")?;
        }
        Ok(())
    }
}
