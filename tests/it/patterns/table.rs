//! One row for each pattern of the Workflow Patterns initiative: whether we have it, and what gives it.

/// Which of the two catalogues a pattern stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Who does the work.
    Resource,
    /// In which order it is done.
    ControlFlow,
}

impl Family {
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Resource => "wrp",
            Self::ControlFlow => "wcp",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Resource => "资源模式（Workflow Resource Patterns）",
            Self::ControlFlow => "控制流模式（Workflow Control-Flow Patterns）",
        }
    }
}

/// How far a pattern is supported. What is not supported in full says why, in Chinese and English.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    Supported,
    Partly(&'static str, &'static str),
    No(&'static str, &'static str),
}

/// A pattern. Its test is called after its number and name: `wrp_01_direct_distribution`.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    pub family: Family,
    pub number: u8,
    pub name: &'static str,
    pub title: &'static str,
    /// What of the language, the pages or the API gives it.
    pub by: &'static str,
    pub mark: Mark,
}

/// A resource pattern that `by` gives.
pub const fn wrp(number: u8, name: &'static str, title: &'static str, by: &'static str) -> Pattern {
    Pattern {
        family: Family::Resource,
        number,
        name,
        title,
        by,
        mark: Mark::Supported,
    }
}

/// A control-flow pattern that `by` gives.
pub const fn wcp(number: u8, name: &'static str, title: &'static str, by: &'static str) -> Pattern {
    Pattern {
        family: Family::ControlFlow,
        ..wrp(number, name, title, by)
    }
}

impl Pattern {
    /// Only in part.
    pub const fn partly(self, zh: &'static str, en: &'static str) -> Self {
        Self {
            mark: Mark::Partly(zh, en),
            ..self
        }
    }

    /// Not at all.
    pub const fn missing(self, zh: &'static str, en: &'static str) -> Self {
        Self {
            mark: Mark::No(zh, en),
            ..self
        }
    }

    /// What its test is called.
    pub fn test(&self) -> String {
        let slug: String = self
            .name
            .to_lowercase()
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '_'
                }
            })
            .collect();
        let words: Vec<&str> = slug.split('_').filter(|word| !word.is_empty()).collect();
        let (family, number) = (self.family.prefix(), self.number);
        format!("{family}_{number:02}_{}", words.join("_"))
    }
}
