//! How much somebody may send in: the defaults are those of the handbook, and each can be changed.

use super::ConfigError;
use super::sources::Lookup;

/// Limits on input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a form post.
    pub form_bytes: usize,
    /// Fields of a form post.
    pub form_fields: usize,
    /// Bytes of a JSON body.
    pub json_bytes: usize,
    /// How deep JSON and YAML may nest.
    pub depth: usize,
    /// Bytes of a workflow definition.
    pub workflow_bytes: usize,
    /// Bytes of one attachment.
    pub attachment_bytes: u64,
    /// Bytes of all attachments of a case.
    pub case_attachment_bytes: u64,
    /// Attachments of a case.
    pub case_attachments: usize,
    /// Code points of a text field that declares no less.
    pub text_chars: usize,
    /// Rows of a page of a list.
    pub page_size: usize,
}

const KB: i64 = 1024;
const MB: i64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            form_bytes: 256 * 1024,
            form_fields: 500,
            json_bytes: 512 * 1024,
            depth: 32,
            workflow_bytes: 256 * 1024,
            attachment_bytes: 20 * 1024 * 1024,
            case_attachment_bytes: 100 * 1024 * 1024,
            case_attachments: 20,
            text_chars: 4000,
            page_size: 100,
        }
    }
}

impl Limits {
    /// The environment variables of the limits.
    pub(super) const VARIABLES: &'static [&'static str] = &[
        "HUIQIAN_FORM_KB",
        "HUIQIAN_FORM_FIELDS",
        "HUIQIAN_JSON_KB",
        "HUIQIAN_WORKFLOW_KB",
        "HUIQIAN_ATTACHMENT_MB",
        "HUIQIAN_CASE_ATTACHMENT_MB",
        "HUIQIAN_CASE_ATTACHMENTS",
        "HUIQIAN_TEXT_CHARS",
        "HUIQIAN_PAGE_SIZE",
    ];

    pub(super) fn read(lookup: &Lookup<'_>) -> Result<Self, ConfigError> {
        let usual = Self::default();
        let number = |variable, default: i64, most| lookup.number(variable, default, 1, most);
        let limits = Self {
            form_bytes: size(number("HUIQIAN_FORM_KB", 256, 16 * KB)? * KB),
            form_fields: size(number("HUIQIAN_FORM_FIELDS", 500, 10_000)?),
            json_bytes: size(number("HUIQIAN_JSON_KB", 512, 16 * KB)? * KB),
            depth: usual.depth,
            workflow_bytes: size(number("HUIQIAN_WORKFLOW_KB", 256, KB)? * KB),
            attachment_bytes: size(number("HUIQIAN_ATTACHMENT_MB", 20, KB)? * MB) as u64,
            case_attachment_bytes: size(number("HUIQIAN_CASE_ATTACHMENT_MB", 100, 10 * KB)? * MB)
                as u64,
            case_attachments: size(number("HUIQIAN_CASE_ATTACHMENTS", 20, 1000)?),
            text_chars: size(number("HUIQIAN_TEXT_CHARS", 4000, 100_000)?),
            page_size: size(number("HUIQIAN_PAGE_SIZE", 100, 1000)?),
        };
        Ok(limits)
    }
}

/// The bounds of every number here fit in a `usize` of 64 bits, and in one of 32 they saturate.
fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lookup, sources};
    use super::*;

    #[test]
    fn without_a_word_the_limits_are_those_of_the_handbook() {
        let sources = sources(&[], "");

        assert_eq!(Limits::read(&lookup(&sources)), Ok(Limits::default()));
    }

    #[test]
    fn a_limit_can_be_changed_but_not_abolished() {
        let wider = sources(&[("HUIQIAN_ATTACHMENT_MB", "50")], "");
        let none = sources(&[("HUIQIAN_ATTACHMENT_MB", "0")], "");

        assert_eq!(
            Limits::read(&lookup(&wider))
                .expect("good")
                .attachment_bytes,
            50 * 1024 * 1024
        );
        assert_eq!(
            Limits::read(&lookup(&none)),
            Err(ConfigError::OutOfRange {
                setting: "HUIQIAN_ATTACHMENT_MB",
                least: 1,
                most: 1024
            })
        );
    }
}
