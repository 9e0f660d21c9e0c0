//! The command line as a shell sees it: what it prints, and its exit codes.

use super::support::shell::{DIRECTORY, Demo, Shell, change};

const SECRET: &str = "5f3a9c1e7b2d8046af91c3e5d7082b64";

const WORKFLOW: &str = "\
workflow: trial
title: {zh: 试验, en: Trial}
number: 试〔{year}〕{seq}号
who: applicant
form:
  - section: request
    title: {zh: 申请, en: Request}
    fields:
      - {id: note, type: text, label: {zh: 说明, en: Note}}
stages:
  - {stage: look, title: {zh: 看, en: Look}, who: workflow_admin@authority}
ends:
  approved: {title: {zh: 已办结, en: Completed}}
  rejected: {title: {zh: 不同意, en: Rejected}}
  withdrawn: {title: {zh: 已撤回, en: Withdrawn}}
";

#[test]
fn the_published_vectors_of_working_days_come_out() {
    let shell = Shell::new();
    for (from, days, to) in [
        ("2026-02-10", "10", "2026-03-02"),
        ("2026-02-13", "1", "2026-02-14"),
        ("2026-04-30", "1", "2026-05-06"),
        ("2026-04-30", "10", "2026-05-18"),
        ("2026-09-18", "20", "2026-10-22"),
        ("2026-10-09", "1", "2026-10-10"),
        ("2025-12-31", "10", "2026-01-15"),
    ] {
        let said = shell.run_with(
            &["calendar", "add", from, days],
            &[("HUIQIAN_DATABASE_URL", "")],
        );

        assert_eq!((said.code, said.out.trim_end()), (0, to), "{from} + {days}");
        assert_eq!(said.err, "", "{from} + {days}");
    }
}

#[test]
fn a_date_beyond_the_known_holidays_is_said_to_be_provisional() {
    let said = Shell::new().run_with(
        &["calendar", "add", "2026-12-31", "10"],
        &[("HUIQIAN_DATABASE_URL", "")],
    );

    assert_eq!((said.code, said.out.as_str()), (0, "2027-01-14\n"));
    assert!(
        said.err.contains("暂定") && said.err.contains("2026"),
        "{said:?}"
    );
}

#[test]
fn imported_holidays_count_and_unknown_calendars_are_named() {
    let shell = Shell::with_directory();
    shell.write("2027.csv", "date,kind,name\n2027-01-01,off,元旦\n");

    assert_eq!(shell.run(&["calendar", "import", "2027.csv"]).code, 0);
    let said = shell.run(&["calendar", "add", "2026-12-31", "1"]);

    assert_eq!(said.out, "2027-01-04\n");
    shell
        .run(&["calendar", "add", "2026-12-31", "1", "--calendar", "cn-gvo"])
        .refuses(1, &["cn-gvo", "calendar import"]);
}

#[test]
fn what_was_typed_wrong_is_named_with_the_nearest_right_thing() {
    let shell = Shell::new();

    shell
        .run(&["serve", "--no-job"])
        .refuses(2, &["--no-job", "--no-jobs"]);
    shell
        .run(&["calender"])
        .refuses(2, &["calender", "calendar"]);
    shell
        .run(&["calendar", "add", "morgen", "1"])
        .refuses(2, &["morgen", "2026-02-10"]);
    shell
        .run(&["workflow", "publish"])
        .refuses(2, &["--by", "--help"]);
    shell
        .run(&["workflow", "check", "x.yaml", "--format", "xml"])
        .refuses(2, &["xml", "json"]);
    shell
        .run_with(&["calender"], &[("HUIQIAN_LANGUAGE", "en")])
        .refuses(2, &["There is no", "calendar"]);
}

#[test]
fn trouble_with_the_database_is_one_sentence_with_the_remedy() {
    let shell = Shell::new();
    shell.write("letter.db", "Dear Sir or Madam, ".repeat(100));
    let with = |url: &str| shell.run_with(&["audit", "verify"], &[("HUIQIAN_DATABASE_URL", url)]);

    with("").refuses(2, &["HUIQIAN_DATABASE_URL"]);
    with("mysql://root:hunter2@db/x").refuses(2, &["HUIQIAN_DATABASE_URL", "sqlite:"]);
    with("sqlite:letter.db").refuses(2, &["letter.db"]);
    with("sqlite:none.db").refuses(2, &["none.db", "migrate"]);
    assert!(
        !shell.path().join("none.db").exists(),
        "looking makes no file"
    );
    let away = with("postgres://huiqian:hunter2@127.0.0.1:1/huiqian");
    away.refuses(2, &["PostgreSQL"]);
    assert!(!away.err.contains("hunter2"), "{away:?}");
}

#[test]
fn a_database_of_another_version_is_told_what_to_do() {
    let shell = Shell::with_directory();
    let file = format!("sqlite:{}", shell.path().join("huiqian.db").display());

    std::fs::File::create(shell.path().join("empty.db")).expect("made");
    shell
        .run_with(
            &["audit", "verify"],
            &[("HUIQIAN_DATABASE_URL", "sqlite:empty.db")],
        )
        .refuses(2, &["huiqian migrate"]);

    change(
        &file,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')",
    );
    shell
        .run(&["audit", "verify"])
        .refuses(2, &["29990101000000"]);
    shell.run(&["migrate"]).refuses(2, &["29990101000000"]);
}

#[test]
fn a_server_says_which_setting_is_missing_or_bad() {
    let shell = Shell::with_directory();
    let good = [
        ("HUIQIAN_BASE_URL", "http://127.0.0.1:8080"),
        ("HUIQIAN_SECRET_KEY", SECRET),
        ("HUIQIAN_ATTACHMENTS", "files"),
        ("HUIQIAN_SMTP_URL", "smtp://127.0.0.1:2525?tls=none"),
        ("HUIQIAN_MAIL_FROM", "a@henan.example"),
    ];
    let with = |name: &'static str, value: &'static str| {
        let mut settings = good.to_vec();
        settings.push((name, value));
        shell.run_with(&["serve"], &settings)
    };

    with("HUIQIAN_SECRET_KEY", "").refuses(2, &["HUIQIAN_SECRET_KEY"]);
    with("HUIQIAN_SECRET_KEY", "short").refuses(2, &["HUIQIAN_SECRET_KEY", "32"]);
    with("HUIQIAN_SMTP_URL", "mail.henan.example").refuses(2, &["HUIQIAN_SMTP_URL", "smtp"]);
    with("HUIQIAN_LISTEN", "8080").refuses(2, &["HUIQIAN_LISTEN"]);
    with("HUIQIAN_LOG_FORMAT", "xml").refuses(2, &["HUIQIAN_LOG_FORMAT", "json"]);

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound").to_string();
    let mut settings = good.to_vec();
    settings.push(("HUIQIAN_LISTEN", &address));
    shell
        .run_with(&["serve"], &settings)
        .refuses(2, &[&address, "HUIQIAN_LISTEN"]);
    shell
        .run(&["serve", "--config", "nowhere.toml"])
        .refuses(2, &["nowhere.toml"]);
}

#[test]
fn check_shows_findings_with_place_and_line_and_answers_one_for_errors() {
    let shell = Shell::new();
    shell.write("good.yaml", WORKFLOW);
    shell.write("good.test.yaml", "anything");
    shell.write(
        "bad.yaml",
        WORKFLOW.replace("title: {zh: 试验", "titel: {zh: 试验"),
    );

    let good = shell.run(&["workflow", "check", "good.yaml", "good.test.yaml"]);
    assert_eq!(good.code, 0, "{good:?}");
    assert!(good.err.contains("good.test.yaml"), "{good:?}");

    let bad = shell.run(&["workflow", "check", "good.yaml", "bad.yaml"]);
    assert_eq!(bad.code, 1);
    assert!(
        bad.out
            .lines()
            .any(|line| line.starts_with("bad.yaml:2:1: error[")),
        "{bad:?}"
    );
    assert!(bad.out.contains("2 | titel:"), "the source line: {bad:?}");

    let json = shell.run(&["workflow", "check", "bad.yaml", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json.code, 1);
    let found = findings.as_array().expect("an array");
    assert!(
        found
            .iter()
            .any(|one| one["file"] == "bad.yaml" && one["line"] == 2),
        "{findings}"
    );
}

#[test]
fn the_schema_of_definitions_is_printed_for_editors() {
    let shell = Shell::new();

    let printed = shell.run(&["workflow", "schema"]);

    let schema: serde_json::Value = serde_json::from_str(&printed.out).expect("JSON");
    assert_eq!(printed.code, 0, "{printed:?}");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    for kind in [
        "stage", "group", "parallel", "foreach", "aside", "wait", "start",
    ] {
        assert!(
            schema["$defs"][kind]["properties"][kind].is_object(),
            "{kind}"
        );
    }
}

#[test]
fn definitions_that_are_checked_together_know_one_another() {
    let shell = Shell::new();
    let start = |field: &str| {
        let stage = format!(
            "stages:\n  - start: more\n    title: 另一件\n    workflow: other\n    with: {{{field}: case.number}}\n    await: never\n"
        );
        WORKFLOW.replacen("stages:\n", &stage, 1)
    };
    shell.write(
        "other.yaml",
        WORKFLOW.replacen("workflow: trial", "workflow: other", 1),
    );
    shell.write("good.yaml", start("note"));
    shell.write("bad.yaml", start("nota"));

    let good = shell.run(&["workflow", "check", "good.yaml", "other.yaml"]);
    let bad = shell.run(&["workflow", "check", "bad.yaml", "other.yaml"]);
    let alone = shell.run(&["workflow", "check", "good.yaml"]);

    assert_eq!(good.code, 0, "{good:?}");
    assert!(bad.out.contains("[unknown-field]"), "{bad:?}");
    assert!(alone.out.contains("[unknown-workflow]"), "{alone:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_checked() {
    let shell = Shell::new();
    shell.write("bad.yaml", "workflow: [");
    shell.write("latin.yaml", b"title: \xff\xfe");

    let said = shell.run(&["workflow", "check", "none.yaml", "bad.yaml"]);
    said.refuses(2, &["none.yaml"]);
    assert!(said.out.contains("bad.yaml:"), "{said:?}");
    shell
        .run(&["workflow", "check", "latin.yaml"])
        .refuses(1, &["latin.yaml", "UTF-8"]);
}

#[test]
fn the_shipped_workflows_are_free_of_errors() {
    let shell = Shell::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/workflows/data-sharing.yaml");

    let said = shell.run(&["workflow", "check", folder]);

    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.out.contains("error["), "{said:?}");
}

#[test]
fn a_directory_is_imported_again_without_a_change_and_faults_have_places() {
    let shell = Shell::with_directory();

    let again = shell.run(&["directory", "import", "directory.yaml"]);
    assert_eq!(again.code, 0);
    assert!(again.out.contains("没有改动"), "{again:?}");

    shell.write(
        "wrong.yaml",
        "posts:\n  - {person: annn, role: applicant, department: a}\n",
    );
    shell
        .run(&["directory", "import", "wrong.yaml"])
        .refuses(1, &["wrong.yaml:2:", "annn", "“ann”"]);
    shell.write("broken.yaml", "people: [");
    let broken = shell.run(&["directory", "import", "broken.yaml"]);
    assert_eq!(broken.code, 1);
    assert!(broken.err.starts_with("broken.yaml:"), "{broken:?}");
    shell.write("broken.csv", "a,b\n1,2\n");
    assert_eq!(shell.run(&["catalogue", "import", "broken.csv"]).code, 1);
    shell
        .run(&["calendar", "import", "broken.csv"])
        .refuses(1, &["broken.csv", "date,kind,name"]);
}

#[test]
fn publishing_takes_two_workflow_administrators() {
    let shell = Shell::with_directory();
    shell.write("trial.yaml", WORKFLOW);
    let publish = |by| shell.run(&["workflow", "publish", "trial.yaml", "--by", by]);
    let confirm = |by| shell.run(&["workflow", "confirm", "trial", "--by", by]);

    publish("ann").refuses(1, &["workflow_admin"]);
    publish("nobody").refuses(1, &["nobody"]);
    confirm("adm").refuses(1, &["trial", "publish"]);
    let proposed = publish("adm");
    assert_eq!(proposed.code, 0, "{proposed:?}");
    assert!(
        proposed.out.contains("workflow confirm trial"),
        "{proposed:?}"
    );
    confirm("adm").refuses(1, &["另一名"]);
    assert_eq!(confirm("adi").code, 0);

    let again = publish("adm");
    assert!(again.out.contains("内容相同"), "{again:?}");
    shell.write(
        "trial.yaml",
        WORKFLOW.replace("who: workflow_admin@", "who: chef@"),
    );
    let unknown = publish("adm");
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("trial.yaml:"), "{unknown:?}");
}

#[test]
fn the_first_administrator_has_a_good_password_and_a_post_that_exists() {
    let shell = Shell::with_directory();
    let add = |login: &str, post: &str, typed: &str| {
        let arguments = [
            "person",
            "add",
            login,
            "--name",
            "孙立平",
            "--email",
            "sun@henan.example",
            "--department",
            "z",
            "--post",
            post,
        ];
        shell.run_typing(&arguments, typed)
    };
    let good = "三更灯火五更鸡正是男儿读书时\n";

    add("sun", "sysadmin@z", "short\n").refuses(1, &["12"]);
    add("sun", "sysadmin@z", "").refuses(1, &["--password-file"]);
    add("sun", "chef@z", good).refuses(1, &["chef"]);
    add("sun", "sysadmin", good).refuses(2, &["sysadmin@hn-data"]);
    let added = add("sun", "sysadmin@z", good);
    assert_eq!(added.code, 0, "{added:?}");
    add("sun", "sysadmin@z", good).refuses(1, &["sun", "person password"]);

    let token = shell.run(&["token", "create", "sun"]);
    assert_eq!(
        (token.code, token.out.trim_end().len()),
        (0, 64),
        "{token:?}"
    );
    shell
        .run(&["token", "create", "moon"])
        .refuses(1, &["moon"]);
    shell.run(&["token", "create", "sun", "--name", "报表"]);
    let listed = shell.run(&["token", "list", "sun"]);
    let marks: Vec<&str> = listed
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!((marks.len(), marks[0].len()), (2, 12), "{listed:?}");
    assert!(!listed.out.contains(token.out.trim()), "{listed:?}");
    assert_eq!(listed.out.matches("从未").count(), 2, "{listed:?}");
    shell
        .run(&["token", "revoke", "sun", "nonsense"])
        .refuses(1, &["nonsense", "token list sun"]);
    shell.run(&["token", "revoke", "sun"]).refuses(2, &["MARK"]);
    let one = shell.run(&["token", "revoke", "sun", marks[0]]);
    assert!(one.out.contains("1 个"), "{one:?}");
    let again = shell.run(&["token", "revoke", "sun", marks[0]]);
    assert!(again.out.contains("0 个"), "{again:?}");
    let all = shell.run(&["token", "revoke", "sun", "--all"]);
    assert!(all.out.contains("1 个"), "{all:?}");
    let listed = shell.run(&["token", "list", "sun"]);
    assert_eq!(listed.out.matches("吊销").count(), 2, "{listed:?}");
    shell.run(&["token", "list", "moon"]).refuses(1, &["moon"]);

    let set = shell.run_typing(&["person", "password", "sun"], good);
    assert_eq!(set.code, 0, "{set:?}");
}

#[test]
fn the_demonstration_fills_an_empty_folder_and_keeps_everything() {
    let shell = Shell::new();
    let database = [("HUIQIAN_DATABASE_URL", "sqlite:demo/huiqian.db")];
    let first = Demo::start(&shell);
    assert!(first.said.contains("li.wenjing"), "{}", first.said);
    assert!(first.said.contains("huiqian-demo-2026"), "{}", first.said);

    // Beside it, other commands read; a second server may not.
    let sound = shell.run_with(&["audit", "verify"], &database);
    assert_eq!(sound.code, 0, "{sound:?}");
    assert!(sound.out.contains("34 件"), "{sound:?}");
    shell
        .run(&["demo", "--port", "0", "--data", "demo"])
        .refuses(2, &["huiqian.db.lock"]);
    let port = first.address.rsplit(':').next().expect("a port").to_owned();
    shell
        .run(&["demo", "--port", &port, "--data", "other"])
        .refuses(2, &[&port, "--port"]);
    first.stop();

    let second = Demo::start(&shell);
    let kept = shell.run_with(&["audit", "verify"], &database);
    second.stop();
    assert_eq!(kept.out.lines().next(), sound.out.lines().next());

    let without = "complete: false\npeople:\n  - {login: xu.wenbin, name: 许文斌, \
                   email: xu.wenbin@henan.example, department: hn-land, clearance: 5, active: false}\n";
    shell.write("without.yaml", without);
    let refused = shell.run_with(&["directory", "import", "without.yaml"], &database);
    assert_eq!(refused.code, 1, "{refused:?}");
    for word in ["数享申", "许文斌", "share_office_head@hn-land", "答复"] {
        assert!(refused.err.contains(word), "no {word}: {refused:?}");
    }

    let file = shell.path().join("demo/huiqian.db").display().to_string();
    change(
        &file,
        "DROP TRIGGER events_are_never_changed; \
         UPDATE events SET body = replace(body, '同意', '反对') WHERE case_id = 2 AND seq = \
         (SELECT min(seq) FROM events WHERE case_id = 2 AND body LIKE '%同意%')",
    );
    let found = shell.run_with(&["audit", "verify"], &database);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(
        found.out.contains("〔2026〕2号") || found.out.contains("2号"),
        "{found:?}"
    );
    assert!(found.out.contains("第 "), "{found:?}");
}

#[test]
fn a_first_start_that_was_cut_short_begins_anew() {
    let shell = Shell::new();
    let database = [("HUIQIAN_DATABASE_URL", "sqlite:demo/huiqian.db")];
    std::fs::create_dir(shell.path().join("demo")).expect("made");
    assert_eq!(shell.run_with(&["migrate"], &database).code, 0);
    shell.write("directory.yaml", DIRECTORY);
    let half = shell.run_with(&["directory", "import", "directory.yaml"], &database);
    assert_eq!(half.code, 0, "{half:?}");
    shell.write("demo/unfinished", "");

    Demo::start(&shell).stop();

    let sound = shell.run_with(&["audit", "verify"], &database);
    assert!(sound.out.contains("34 件"), "{sound:?}");
    assert!(!shell.path().join("demo/unfinished").exists());
}

#[cfg(unix)]
#[test]
fn the_secret_of_the_demonstration_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::new();
    Demo::start(&shell).stop();

    let file = std::fs::metadata(shell.path().join("demo/secret.key")).expect("there");

    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}
