//! Settings are a pure function over texts; these tests call it the way an administrator would get it wrong.

use std::io;

use super::*;

const SECRET: &str = "9f4c1be07a6d4e5c8b21f03d7e6a5c94";

pub(super) fn sources(environment: &[(&str, &str)], file: &str) -> Sources<'static> {
    Sources {
        environment: environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        file: (!file.is_empty()).then(|| (FILE.to_owned(), file.to_owned())),
        read: &|path| match path.to_str() {
            Some("/run/secrets/key") => Ok(format!("{SECRET}\n")),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
        },
    }
}

pub(super) fn lookup<'a>(sources: &'a Sources<'a>) -> Lookup<'a> {
    Lookup::all(sources).expect("a good file")
}

const COMPLETE: &[(&str, &str)] = &[
    ("HUIQIAN_DATABASE_URL", "sqlite:huiqian.db"),
    ("HUIQIAN_BASE_URL", "https://share.henan.example/"),
    (
        "HUIQIAN_SMTP_URL",
        "smtps://robot:sesame@mail.henan.example",
    ),
    (
        "HUIQIAN_MAIL_FROM",
        "数据共享审批 <noreply@share.henan.example>",
    ),
    ("HUIQIAN_SECRET_KEY", SECRET),
    ("HUIQIAN_ATTACHMENTS", "attachments"),
];

fn but(changes: &[(&'static str, Option<&'static str>)]) -> Sources<'static> {
    let mut environment: BTreeMap<&str, &str> = COMPLETE.iter().copied().collect();
    for (name, value) in changes {
        match value {
            Some(value) => environment.insert(name, value),
            None => environment.remove(name),
        };
    }
    let list: Vec<_> = environment.into_iter().collect();
    sources(&list, "")
}

fn sentence(sources: &Sources<'_>) -> String {
    Settings::read(sources)
        .expect_err("must be refused")
        .sentence(Language::Zh)
}

#[test]
fn six_settings_are_enough() {
    let settings = Settings::read(&sources(COMPLETE, "")).expect("good");

    assert_eq!(settings.base_url, "https://share.henan.example");
    assert_eq!(settings.host(), "share.henan.example");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.session.idle, Duration::from_secs(900));
    assert_eq!(settings.session.longest, Duration::from_secs(43_200));
    assert_eq!(settings.limits, Limits::default());
    assert_eq!(settings.place.name, "河南省");
    assert!(!settings.mail.hide_details);
}

#[test]
fn secrets_do_not_show_in_a_dump() {
    let settings = Settings::read(&but(&[(
        "HUIQIAN_DATABASE_URL",
        Some("postgres://huiqian:sesame@db/huiqian"),
    )]))
    .expect("good");

    let dump = format!("{settings:?}");

    assert!(!dump.contains("sesame"), "{dump}");
    assert!(!dump.contains(SECRET), "{dump}");
}

#[test]
fn every_needed_setting_is_named_when_it_is_missing() {
    for (name, _) in COMPLETE {
        let said = sentence(&but(&[(name, None)]));

        assert!(said.contains(name), "{said}");
        assert!(said.contains(&format!("{name}_FILE")), "{said}");
    }
}

#[test]
fn an_empty_variable_is_a_missing_one() {
    let said = sentence(&but(&[("HUIQIAN_SECRET_KEY", Some("  "))]));

    assert!(said.contains("HUIQIAN_SECRET_KEY"), "{said}");
}

#[test]
fn a_short_secret_stops_with_the_remedy_and_is_not_repeated() {
    let said = sentence(&but(&[("HUIQIAN_SECRET_KEY", Some("tooshort"))]));

    assert!(said.contains("HUIQIAN_SECRET_KEY"), "{said}");
    assert!(said.contains("32"), "{said}");
    assert!(said.contains("openssl rand"), "{said}");
    assert!(!said.contains("tooshort"), "{said}");
}

#[test]
fn a_long_secret_without_variety_is_no_secret() {
    let poor = but(&[(
        "HUIQIAN_SECRET_KEY",
        Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    )]);

    assert_eq!(
        Settings::read(&poor),
        Err(ConfigError::PoorSecret {
            setting: "HUIQIAN_SECRET_KEY"
        })
    );
}

#[test]
fn a_secret_may_come_from_a_file_without_its_line_break() {
    let settings = Settings::read(&but(&[
        ("HUIQIAN_SECRET_KEY", None),
        ("HUIQIAN_SECRET_KEY_FILE", Some("/run/secrets/key")),
    ]))
    .expect("good");

    assert_eq!(settings.secret_key.reveal(), SECRET);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let said = sentence(&but(&[
        ("HUIQIAN_SECRET_KEY", None),
        ("HUIQIAN_SECRET_KEY_FILE", Some("/run/secrets/lost")),
    ]));

    assert!(said.contains("HUIQIAN_SECRET_KEY_FILE"), "{said}");
    assert!(said.contains("/run/secrets/lost"), "{said}");
}

#[test]
fn a_text_and_a_file_for_one_setting_is_one_too_many() {
    let both = but(&[("HUIQIAN_SECRET_KEY_FILE", Some("/run/secrets/key"))]);

    assert_eq!(
        Settings::read(&both),
        Err(ConfigError::Both {
            setting: "HUIQIAN_SECRET_KEY".into()
        })
    );
}

#[test]
fn values_of_the_wrong_form_are_refused_by_name() {
    for (name, wrong) in [
        ("HUIQIAN_DATABASE_URL", "mysql://db"),
        ("HUIQIAN_DATABASE_URL", "sqlite:"),
        ("HUIQIAN_LISTEN", "localhost"),
        ("HUIQIAN_LISTEN", "0.0.0.0:99999"),
        ("HUIQIAN_BASE_URL", "share.henan.example"),
        ("HUIQIAN_BASE_URL", "ftp://share.henan.example"),
        ("HUIQIAN_BASE_URL", "https://share.henan.example/path"),
        ("HUIQIAN_SMTP_URL", "mail.henan.example"),
        ("HUIQIAN_SMTP_URL", "smtp://u:sesame@host?tls=none"),
        ("HUIQIAN_MAIL_FROM", "nobody"),
        ("HUIQIAN_MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
        ("HUIQIAN_MAIL_HIDE_DETAILS", "maybe"),
        ("HUIQIAN_SESSION_HOURS", "many"),
        ("HUIQIAN_SMTP_CA", "not a certificate"),
        ("HUIQIAN_LANGUAGE", "fr"),
    ] {
        let said = sentence(&but(&[(name, Some(wrong))]));

        assert!(said.contains(name), "{said}");
        assert!(!said.contains("sesame"), "{said}");
        assert!(!said.contains("config."), "no sentence for it: {said}");
    }
}

#[test]
fn the_file_says_the_same_in_its_own_words_and_the_environment_wins() {
    let file = "database_url = \"sqlite:file.db\"\nbase_url = \"https://file.example\"\n\
         smtp_url = \"smtp://127.0.0.1?tls=none\"\nmail_from = \"a@b.example\"\nsecret_key_file = \"/run/secrets/key\"\n\
         attachments = \"attachments\"\nsession_hours = 8\nmail_hide_details = true\nattachment_mb = 30\n";
    let settings = Settings::read(&sources(
        &[("HUIQIAN_BASE_URL", "https://environment.example")],
        file,
    ))
    .expect("good");

    assert_eq!(settings.database.url.reveal(), "sqlite:file.db");
    assert_eq!(settings.base_url, "https://environment.example");
    assert_eq!(settings.session.longest, Duration::from_secs(8 * 3600));
    assert_eq!(settings.secret_key.reveal(), SECRET);
    assert!(settings.mail.hide_details);
    assert_eq!(settings.limits.attachment_bytes, 30 * 1024 * 1024);
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_name() {
    let refused = Settings::read(&sources(
        COMPLETE,
        "# ours\n\nbase_ulr = \"https://x.example\"\n",
    ));

    assert_eq!(
        refused,
        Err(ConfigError::UnknownKey {
            path: FILE.into(),
            line: 3,
            key: "base_ulr".into(),
            nearest: Some("base_url".into()),
        })
    );
    let far = Settings::read(&sources(COMPLETE, "zzzz = 1\n"));
    assert!(
        matches!(far, Err(ConfigError::UnknownKey { nearest: None, .. })),
        "{far:?}"
    );
}

#[test]
fn a_broken_file_is_refused_with_its_line() {
    for (text, at) in [
        ("listen = \"x\"\nbase_url = \n", 2),
        ("listen = 8080\n", 1),
        ("\nsession_hours = [1]\n", 2),
        ("listen = \"a\"\nlisten = \"b\"\n", 2),
    ] {
        match Settings::read(&sources(COMPLETE, text)) {
            Err(ConfigError::Syntax { line, .. }) => assert_eq!(line, at, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn the_database_alone_can_be_read_without_the_rest() {
    let only = sources(&[("HUIQIAN_DATABASE_URL", "sqlite:huiqian.db")], "");

    let database = DatabaseSettings::read(&only).expect("good");

    assert_eq!(database.url.reveal(), "sqlite:huiqian.db");
    assert_eq!(database.pool_size, 8);
}

#[test]
fn older_keys_are_checked_like_the_current_one() {
    let one = but(&[(
        "HUIQIAN_PREVIOUS_SECRET_KEYS",
        Some("0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210"),
    )]);
    let short = but(&[("HUIQIAN_PREVIOUS_SECRET_KEYS", Some("short"))]);

    assert_eq!(
        Settings::read(&one)
            .expect("good")
            .previous_secret_keys
            .len(),
        2
    );
    assert!(matches!(
        Settings::read(&short),
        Err(ConfigError::ShortSecret { .. })
    ));
}

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The settings with one webhook in the file, its `url` given, and more of the environment.
fn told(url: &str, environment: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let file = format!("[[webhook]]\nname = \"exchange\"\nurl = \"{url}\"\nsecret = \"{WHSEC}\"\n");
    Settings::read(&sources(&[COMPLETE, environment].concat(), &file))
}

#[test]
fn a_webhook_stands_in_the_file_or_the_environment_or_half_in_each() {
    let hosts = (
        "HUIQIAN_WEBHOOK_HOSTS",
        "exchange.henan.example, other.example",
    );
    let settings = told("https://exchange.henan.example/hooks", &[hosts]).expect("good");
    let target = &settings.webhooks.targets[0];
    assert_eq!(target.name, "exchange");
    assert_eq!(target.registers, ["grants"]);
    assert_eq!(target.secrets, [SigningSecret::parse(WHSEC).expect("good")]);

    let environment = [
        hosts,
        (
            "HUIQIAN_WEBHOOK_EXCHANGE_SECRET",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ),
        ("HUIQIAN_WEBHOOK_EXCHANGE_PREVIOUS_SECRET", WHSEC),
        ("HUIQIAN_WEBHOOK_EXCHANGE_REGISTERS", "grants open_data"),
        ("HUIQIAN_WEBHOOK_OTHER_URL", "https://other.example/"),
        ("HUIQIAN_WEBHOOK_OTHER_SECRET", WHSEC),
    ];
    let settings = told("https://exchange.henan.example/hooks", &environment).expect("good");
    let targets = &settings.webhooks.targets;
    assert_eq!(targets.len(), 2);
    assert_eq!(targets[0].secrets.len(), 2);
    assert_eq!(
        targets[0].secrets[1],
        SigningSecret::parse(WHSEC).expect("good")
    );
    assert_eq!(targets[0].registers, ["grants", "open_data"]);
    assert_eq!(targets[1].url.as_str(), "https://other.example/");
    assert!(!format!("{settings:?}").contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
}

#[test]
fn a_webhook_goes_to_listed_hosts_only_and_encrypted() {
    let hosts = (
        "HUIQIAN_WEBHOOK_HOSTS",
        "exchange.henan.example 10.0.0.1 127.0.0.1 localhost",
    );
    let said = |url: &str, environment: &[(&str, &str)]| {
        let refused = told(url, environment).expect_err("must be refused");
        refused.sentence(Language::Zh)
    };

    let unlisted = said("https://elsewhere.example/", &[hosts]);
    assert!(unlisted.contains("elsewhere.example"), "{unlisted}");
    assert!(unlisted.contains("HUIQIAN_WEBHOOK_HOSTS"), "{unlisted}");
    let none = said("https://exchange.henan.example/", &[]);
    assert!(none.contains("HUIQIAN_WEBHOOK_HOSTS"), "{none}");
    let private = said("https://10.0.0.1/", &[hosts]);
    assert!(private.contains("HUIQIAN_WEBHOOK_NETWORKS"), "{private}");
    for wrong in [
        "http://exchange.henan.example/",
        "http://127.0.0.1:9000/",
        "http://localhost:9000/",
        "ftp://exchange.henan.example/",
        "https://a:b@exchange.henan.example/",
        "exchange",
    ] {
        let said = said(wrong, &[hosts]);
        assert!(said.contains("HUIQIAN_WEBHOOK_EXCHANGE_URL"), "{said}");
        assert!(said.contains("https"), "{said}");
    }
    let explicit = [hosts, ("HUIQIAN_WEBHOOK_NETWORKS", "127.0.0.0/8")];
    told("http://127.0.0.1:9000/", &explicit).expect("said explicitly");
    told("http://localhost:9000/", &explicit).expect("said explicitly");
    let clear = [hosts, ("HUIQIAN_WEBHOOK_NETWORKS", "10.0.0.0/8")];
    told("https://10.0.0.1/", &clear).expect("said explicitly");
    told("http://10.0.0.1/", &clear).expect_err("another machine, in the clear");
}

#[test]
fn what_is_wrong_with_a_webhook_is_said_by_its_place_or_variable() {
    let read = |file: &str, environment: &[(&str, &str)]| {
        let hosts = ("HUIQIAN_WEBHOOK_HOSTS", "a.example");
        let environment = [COMPLETE, &[hosts], environment].concat();
        let refused = Settings::read(&sources(&environment, file)).expect_err("refused");
        refused.sentence(Language::En)
    };
    let target = "[[webhook]]\nname = \"a\"\nurl = \"https://a.example/\"\n";

    let said = read(&format!("{target}colour = \"red\"\n"), &[]);
    assert!(said.contains("line 4") && said.contains("colour"), "{said}");
    let said = read(&format!("{target}{target}"), &[]);
    assert!(said.contains("line 4") && said.contains("two"), "{said}");
    let said = read("[[webhook]]\nurl = \"https://a.example/\"\n", &[]);
    assert!(said.contains("name"), "{said}");
    let said = read(target, &[]);
    assert!(said.contains("HUIQIAN_WEBHOOK_A_SECRET"), "{said}");
    for (variable, value) in [
        ("HUIQIAN_WEBHOOK_A_SECRET", "whsec_c2hvcnQ="),
        (
            "HUIQIAN_WEBHOOK_A_SECRET",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
        ("HUIQIAN_WEBHOOK_NETWORKS", "everything"),
    ] {
        let said = read(target, &[(variable, value)]);
        assert!(said.contains(variable) && !said.contains(value), "{said}");
    }
    for (variable, value) in [
        ("HUIQIAN_WEBHOOK_A_REGISTERS", "grants, Nonsense!"),
        ("HUIQIAN_WEBHOOK_A_CA", "nonsense"),
    ] {
        let said = read(
            target,
            &[("HUIQIAN_WEBHOOK_A_SECRET", WHSEC), (variable, value)],
        );
        assert!(said.contains(variable), "{said}");
    }
}

#[test]
fn every_sentence_exists_in_both_languages() {
    let errors = [
        ConfigError::Missing {
            setting: "HUIQIAN_LISTEN".into(),
        },
        ConfigError::Both {
            setting: "HUIQIAN_LISTEN".into(),
        },
        ConfigError::WebhookHost {
            setting: "HUIQIAN_WEBHOOK_EXCHANGE_URL".into(),
            host: "exchange".into(),
            why: "unlisted",
        },
        ConfigError::WebhookHost {
            setting: "HUIQIAN_WEBHOOK_EXCHANGE_URL".into(),
            host: "10.0.0.1".into(),
            why: "private",
        },
        ConfigError::Unreadable {
            setting: "A".into(),
            path: "B".into(),
            cause: "C".into(),
        },
        ConfigError::ShortSecret {
            setting: "HUIQIAN_SECRET_KEY",
            bytes: 3,
        },
        ConfigError::PoorSecret {
            setting: "HUIQIAN_SECRET_KEY",
        },
        ConfigError::OutOfRange {
            setting: "HUIQIAN_LINK_DAYS",
            least: 1,
            most: 2,
        },
        ConfigError::UnknownKey {
            path: "A".into(),
            line: 1,
            key: "B".into(),
            nearest: None,
        },
        ConfigError::UnknownKey {
            path: "A".into(),
            line: 1,
            key: "B".into(),
            nearest: Some("listen".into()),
        },
        ConfigError::Syntax {
            path: "A".into(),
            line: 1,
            cause: "C".into(),
        },
    ];
    for error in errors {
        for language in [Language::Zh, Language::En] {
            let said = error.sentence(language);
            assert!(!said.starts_with("config."), "{said}");
            assert!(!said.contains('{'), "{said}");
        }
    }
}

#[test]
fn proxies_are_addresses_or_networks() {
    let set = |value| but(&[("HUIQIAN_TRUSTED_PROXIES", Some(value))]);

    let settings = Settings::read(&set("10.20.0.5, 10.30.0.0/24 fd00::7")).expect("good");
    let proxies = settings.trusted_proxies;
    assert_eq!(proxies.len(), 3);
    assert!(proxies[1].contains("10.30.0.9".parse().expect("an address")));
    for wrong in ["proxy.henan.example", "10.30.0.0/40", "10.20.0.5;10.20.0.6"] {
        let said = sentence(&set(wrong));
        assert!(said.contains("HUIQIAN_TRUSTED_PROXIES"), "{said}");
        assert!(said.contains("10.30.0.0/24"), "an example: {said}");
    }
}
