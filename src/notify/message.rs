//! A mail as it goes over the wire: two parts, one Message-ID for ever, one thread per case, nothing in a header that
//! could break out of it.

use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::mail::Written;
use crate::calendar::Instant;

const LONGEST_NAME: usize = 100;
const LONGEST_SUBJECT: usize = 200;

/// Somebody who writes or gets mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name to show; empty if none.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A mail, ready to be handed over, as often as it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Who it is from.
    pub from: Person,
    /// Who it is for.
    pub to: Person,
    /// Subject and both parts.
    pub written: Written,
    /// Its Message-ID, from [`message_id`]; the same at every try.
    pub message_id: String,
    /// The Message-ID that all mails of its case refer to, from [`message_id`] too.
    pub thread: Option<String>,
    /// Its Date.
    pub date: Instant,
}

/// Why a mail cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// An address that cannot be one.
    #[error("an address of the mail cannot be used")]
    Address(#[from] lettre::address::AddressError),
    /// A header or a part.
    #[error("the mail cannot be put together: {0}")]
    Build(#[from] lettre::error::Error),
}

/// A Message-ID: `<ULID@host>`. Anything that does not belong into one is left out.
#[must_use]
pub fn message_id(id: &str, host: &str) -> String {
    let clean = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
            .collect()
    };
    format!("<{}@{}>", clean(id), clean(host))
}

impl Person {
    /// From a setting like `数据共享审批 <noreply@share.henan.example>`.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        let mailbox: Mailbox = text.parse()?;
        Ok(Self {
            name: mailbox.name.unwrap_or_default(),
            email: mailbox.email.to_string(),
        })
    }

    fn mailbox(&self) -> Result<Mailbox, MessageError> {
        let email: Address = self.email.parse()?;
        // Servers on the way may not take addresses beyond ASCII, so it is better said at once.
        if !self.email.is_ascii() {
            return Err(lettre::address::AddressError::InvalidInput.into());
        }
        let name = one_line(&self.name, LONGEST_NAME);
        Ok(Mailbox::new((!name.is_empty()).then_some(name), email))
    }
}

impl Prepared {
    /// The message for the mail server.
    pub fn message(&self) -> Result<Message, MessageError> {
        let mut builder = Message::builder()
            .message_id(Some(self.message_id.clone()))
            .date(SystemTime::from(self.date))
            .from(self.from.mailbox()?)
            .to(self.to.mailbox()?)
            .subject(one_line(&self.written.subject, LONGEST_SUBJECT))
            // No out-of-office replies, no bounces of bounces (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(thread) = &self.thread {
            builder = builder
                .references(thread.clone())
                .in_reply_to(thread.clone());
        }
        Ok(builder.multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, &self.written.text))
                .singlepart(part(ContentType::TEXT_HTML, &self.written.html)),
        )?)
    }
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

/// One line for a header: no line breaks or other control characters, no direction overrides, blanks together.
fn one_line(text: &str, longest: usize) -> String {
    let invisible = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let blanks: String = text
        .chars()
        .filter(|c| !invisible(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = blanks.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(longest).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    pub(in crate::notify) fn prepared() -> Prepared {
        Prepared {
            from: Person::parse("数据共享审批 <noreply@share.henan.example>").expect("good"),
            to: Person {
                name: "王建国".into(),
                email: "wangjianguo@gat.henan.example".into(),
            },
            written: Written {
                subject: "【待办】请审核政务数据共享申请 豫数共申〔2026〕0137号，10月22日前".into(),
                html: "<p>请您审核</p>".into(),
                text: "请您审核".into(),
            },
            message_id: message_id("01K7MAIL", "share.henan.example"),
            thread: Some(message_id("case-01K7CASE", "share.henan.example")),
            date: Utc
                .with_ymd_and_hms(2026, 10, 13, 0, 30, 0)
                .single()
                .expect("a date"),
        }
    }

    fn wire(mail: &Prepared) -> String {
        String::from_utf8(mail.message().expect("builds").formatted()).expect("ASCII")
    }

    fn headers(mail: &Prepared) -> Vec<String> {
        let wire = wire(mail);
        let head = wire.split("\r\n\r\n").next().expect("a head");
        let unfolded = head.replace("\r\n ", " ");
        unfolded.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn the_headers_are_those_of_an_automatic_mail_in_its_case() {
        let headers = headers(&prepared());

        for wanted in [
            "Message-ID: <01K7MAIL@share.henan.example>",
            "References: <case-01K7CASE@share.henan.example>",
            "In-Reply-To: <case-01K7CASE@share.henan.example>",
            "Auto-Submitted: auto-generated",
            "Date: Tue, 13 Oct 2026 00:30:00 +0000",
            "MIME-Version: 1.0",
        ] {
            assert!(headers.iter().any(|header| header == wanted), "{headers:?}");
        }
        assert!(!headers.iter().any(|header| header.starts_with("List-")));
    }

    #[test]
    fn line_breaks_in_names_and_subjects_make_no_headers() {
        let honest = headers(&prepared()).len();
        let mut mail = prepared();
        mail.to.name = "王建国\r\nBcc: everyone@henan.example".into();
        mail.from.name = "a\nX-Evil: 1".into();
        mail.written.subject = "主题\r\n\r\n<script>".into();

        let headers = headers(&mail);

        assert_eq!(headers.len(), honest, "{headers:?}");
        assert!(
            !headers
                .iter()
                .any(|header| header.starts_with("Bcc:") || header.starts_with("X-Evil"))
        );
    }

    #[test]
    fn line_breaks_in_an_address_or_an_id_are_refused_or_dropped() {
        let mut mail = prepared();
        mail.to.email = "a@b.example\r\nBcc: c@d.example".into();

        assert!(mail.message().is_err());
        assert_eq!(message_id("a>\r\nb", "h\r\nost"), "<ab@host>");
    }

    #[test]
    fn an_address_beyond_ascii_is_refused_before_it_reaches_a_server() {
        let mut mail = prepared();
        mail.to.email = "王@henan.example".into();

        assert!(mail.message().is_err());
    }

    #[test]
    fn a_name_never_turns_the_line_around() {
        assert_eq!(
            one_line("王\u{202e}建\u{200b}国\t 处长", 100),
            "王建国 处长"
        );
        assert_eq!(one_line("长长长", 2), "长长");
    }
}
