//! Versions of definitions as a shell sees them: listing, comparing, withdrawing, and moving the cases that run.

use super::support::shell::{Demo, Said, Shell};

const SHIPPED: &str = include_str!("../../workflows/data-sharing.yaml");

/// A demonstration that was stopped, with a few dozen cases of which some run.
fn demonstration() -> Shell {
    let shell = Shell::new();
    Demo::start(&shell).stop();
    shell
}

fn run(shell: &Shell, arguments: &[&str]) -> Said {
    let secret = std::fs::read_to_string(shell.path().join("demo/secret.key")).expect("a key");
    shell.run_with(
        arguments,
        &[
            ("HUIQIAN_DATABASE_URL", "sqlite:demo/huiqian.db"),
            ("HUIQIAN_BASE_URL", "http://127.0.0.1:8080"),
            ("HUIQIAN_SECRET_KEY", secret.trim()),
            ("HUIQIAN_ATTACHMENTS", "demo/attachments"),
            ("HUIQIAN_SMTP_URL", "smtp://127.0.0.1:2525?tls=none"),
            ("HUIQIAN_MAIL_FROM", "a@henan.example"),
        ],
    )
}

#[track_caller]
fn fine(said: &Said, words: &[&str]) {
    assert_eq!(said.code, 0, "{said:?}");
    for word in words {
        assert!(said.out.contains(word), "no {word}: {}", said.out);
    }
}

/// The shipped workflow with its first stage called otherwise, and a day more for it.
fn revised() -> String {
    let text = SHIPPED.replace("section_review", "office_review");
    let longer = text.replacen("      in: 1wd\n", "      in: 2wd\n", 1);
    assert!(text != longer, "the first stage has a deadline");
    longer
}

#[test]
fn a_version_is_proposed_compared_confirmed_and_the_cases_move_to_it() {
    let shell = demonstration();
    shell.write("data-sharing.yaml", revised());
    let key = "data-sharing";

    fine(
        &run(
            &shell,
            &[
                "workflow",
                "publish",
                "data-sharing.yaml",
                "--by",
                "chen.siyuan",
            ],
        ),
        &["第 2 版"],
    );
    fine(
        &run(&shell, &["workflow", "diff", key]),
        &[
            "第 1 版与第 2 版",
            "标识由 section_review 改为 office_review",
            "期限由 1 个工作日",
            "改为 2 个工作日",
            "-  - stage: section_review",
            "+  - stage: office_review",
        ],
    );
    fine(
        &run(&shell, &["workflow", "confirm", key, "--by", "zhou.lan"]),
        &["第 2 版"],
    );
    fine(
        &run(&shell, &["workflow", "versions", key]),
        &[
            "第 2 版，正在使用，在办 0 件；chen.siyuan",
            "zhou.lan",
            "第 1 版，已停用",
        ],
    );

    shell.write(
        "wrong.yaml",
        "from: 1\nto: 2\nstages: {section_review: ofice_review}\n",
    );
    let migrate = |map: &str, more: &[&str]| {
        let mut all = vec!["workflow", "migrate", key, "--map", map, "--by", "zhou.lan"];
        all.extend(more);
        run(&shell, &all)
    };
    migrate("wrong.yaml", &["--dry-run"]).refuses(1, &["ofice_review"]);
    shell.write(
        "map.yaml",
        "from: 1\nto: 2\nstages:\n  section_review: office_review\n",
    );
    let tried = migrate("map.yaml", &["--dry-run"]);
    fine(&tried, &["数享申〔", "→", "0 件不能迁移；没有改动任何事项"]);
    migrate("map.yaml", &[]).refuses(2, &["--reason"]);
    let moved = migrate("map.yaml", &["--reason", "按新条例调整"]);
    fine(&moved, &["0 件没有迁移"]);

    fine(&run(&shell, &["audit", "verify"]), &["全部完好"]);
    let versions = run(&shell, &["workflow", "versions", key]);
    fine(&versions, &["第 1 版，已停用，在办 0 件"]);
    assert!(
        !versions.out.contains("第 2 版，正在使用，在办 0 件"),
        "{}",
        versions.out
    );
}

#[test]
fn what_cannot_move_is_told_with_its_reason_and_answers_one() {
    let shell = demonstration();
    shell.write("data-sharing.yaml", revised());
    run(
        &shell,
        &[
            "workflow",
            "publish",
            "data-sharing.yaml",
            "--by",
            "chen.siyuan",
        ],
    );
    run(
        &shell,
        &["workflow", "confirm", "data-sharing", "--by", "zhou.lan"],
    );
    shell.write("map.yaml", "from: 1\nto: 2\n");

    let arguments = [
        "workflow",
        "migrate",
        "data-sharing",
        "--map",
        "map.yaml",
        "--by",
        "zhou.lan",
        "--dry-run",
    ];
    let said = run(&shell, &arguments);

    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out.contains("（section_review）在新版本中没有对应"),
        "{}",
        said.out
    );
    assert_eq!(
        run(
            &shell,
            &[
                "workflow",
                "migrate",
                "data-sharing",
                "--map",
                "map.yaml",
                "--by",
                "li.wenjing",
                "--dry-run"
            ]
        )
        .code,
        1,
        "who may not publish may not move"
    );
}

#[test]
fn a_proposal_is_withdrawn_and_nothing_waits_any_more() {
    let shell = Shell::with_directory();
    let text = |title: &str| {
        format!(
            "workflow: trial\ntitle: {title}\nnumber: 试〔{{year}}〕{{seq}}号\nwho: applicant\nform:\n  - section: request\n    title: 申请\n    fields:\n      - {{id: note, type: text, label: 说明}}\nstages:\n  - {{stage: look, title: 看, who: workflow_admin@authority}}\nends:\n  approved: {{title: 已办结}}\n  rejected: {{title: 不同意}}\n  withdrawn: {{title: 已撤回}}\n"
        )
    };
    shell.write("trial.yaml", text("试验"));
    let withdraw = |by| shell.run(&["workflow", "withdraw", "trial", "--by", by]);

    shell
        .run(&["workflow", "diff", "trial"])
        .refuses(1, &["trial", "versions"]);
    withdraw("adm").refuses(1, &["trial", "publish"]);
    shell.run(&["workflow", "publish", "trial.yaml", "--by", "adm"]);
    withdraw("ann").refuses(1, &["workflow_admin"]);
    fine(&withdraw("adi"), &["第 1 版已撤回"]);
    shell
        .run(&["workflow", "confirm", "trial", "--by", "adi"])
        .refuses(1, &["trial"]);
    fine(
        &shell.run(&["workflow", "versions", "trial"]),
        &["第 1 版，已撤回；adm", "adi"],
    );
    shell
        .run(&["workflow", "versions", "nothing"])
        .refuses(1, &["nothing"]);
}
