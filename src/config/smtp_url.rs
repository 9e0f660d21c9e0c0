//! The address of the mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://host:465` (TLS at once).

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::Secret;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// TLS from the first byte (`smtps://`).
    Implicit,
    /// STARTTLS, and nothing is sent without it (`smtp://`).
    Required,
    /// STARTTLS if the server offers it (`?tls=opportunistic`).
    Opportunistic,
    /// None (`?tls=none`): for a server on the same machine.
    None,
}

/// A mail server to hand mail to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    /// Its name or address; the certificate must be for it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Login and password.
    pub login: Option<(String, Secret)>,
}

impl SmtpUrl {
    /// Reads an address; the error is the key of the sentence that says what is expected.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "smtp_url")?;
        let tls = match (url.scheme(), asked_tls(&url)?) {
            ("smtps", None | Some(MailTls::Required)) => MailTls::Implicit,
            ("smtp", None) => MailTls::Required,
            ("smtp", Some(tls)) => tls,
            _ => return Err("smtp_url"),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("smtp_url");
        }
        let login = login(&url)?;
        // A password in the clear can be read by everybody on the way.
        if login.is_some() && matches!(tls, MailTls::None | MailTls::Opportunistic) {
            return Err("smtp_login_needs_tls");
        }
        Ok(Self {
            host: host(&url)?,
            port: url.port().unwrap_or(match tls {
                MailTls::Implicit => 465,
                _ => 587,
            }),
            tls,
            login,
        })
    }
}

fn asked_tls(url: &Url) -> Result<Option<MailTls>, &'static str> {
    let mut asked = None;
    for (name, value) in url.query_pairs() {
        asked = match (&*name, &*value) {
            ("tls", "required") => Some(MailTls::Required),
            ("tls", "opportunistic") => Some(MailTls::Opportunistic),
            ("tls", "none") => Some(MailTls::None),
            _ => return Err("smtp_url"),
        };
    }
    Ok(asked)
}

fn host(url: &Url) -> Result<String, &'static str> {
    match url.host() {
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        Some(host) if !host.to_string().is_empty() => Ok(host.to_string()),
        _ => Err("smtp_url"),
    }
}

fn login(url: &Url) -> Result<Option<(String, Secret)>, &'static str> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| "smtp_url")
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err("smtp_login"),
        (user, Some(password)) => Ok(Some((decode(user)?, Secret::new(decode(password)?)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smtp_means_starttls_unless_somebody_says_otherwise() {
        let url = SmtpUrl::parse("smtp://mail.henan.example").expect("good");

        assert_eq!((url.tls, url.port), (MailTls::Required, 587));
        let open = SmtpUrl::parse("smtp://127.0.0.1:25?tls=none").expect("good");
        assert_eq!((open.tls, open.port), (MailTls::None, 25));
    }

    #[test]
    fn smtps_means_tls_at_once_and_nothing_less() {
        let url = SmtpUrl::parse("smtps://mail.henan.example").expect("good");

        assert_eq!((url.tls, url.port), (MailTls::Implicit, 465));
        assert!(SmtpUrl::parse("smtps://mail.henan.example?tls=none").is_err());
    }

    #[test]
    fn login_and_password_may_hold_any_character() {
        let url =
            SmtpUrl::parse("smtps://robot%40henan.example:p%3Aa%2Fss+w%C3%B6rd@mail.henan.example")
                .expect("good");

        let (user, password) = url.login.clone().expect("a login");
        assert_eq!(user, "robot@henan.example");
        assert_eq!(password.reveal(), "p:a/ss+wörd");
        assert!(!format!("{url:?}").contains("ss+w"));
    }

    #[test]
    fn a_password_never_travels_in_the_clear() {
        assert_eq!(
            SmtpUrl::parse("smtp://u:p@host?tls=none"),
            Err("smtp_login_needs_tls")
        );
        assert_eq!(
            SmtpUrl::parse("smtp://u:p@host?tls=opportunistic"),
            Err("smtp_login_needs_tls")
        );
    }

    #[test]
    fn what_is_no_mail_server_is_refused() {
        for broken in [
            "",
            "mail.henan.example:25",
            "http://mail.henan.example",
            "smtp://",
            "smtp://host:99999",
            "smtp://host?tls=maybe",
            "smtp://host?timeout=3",
            "smtp://host/path",
            "smtp://:password@host",
            "smtp://user@host",
            "smtp://%ff:x@host",
        ] {
            assert!(SmtpUrl::parse(broken).is_err(), "{broken}");
        }
    }
}
