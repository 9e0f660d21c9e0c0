//! What cannot be understood in its place, each with a definition that has it, and nothing else.

use crate::workflow::testing::breaks;

#[test]
fn names_that_do_not_exist() {
    breaks(
        "unknown-role",
        "who: section_head@applicant",
        "who: section_haed@applicant",
        "who:",
    );
    breaks(
        "unknown-field",
        "provider_intake@form.provider",
        "provider_intake@form.provder",
        "who:",
    );
    breaks(
        "unknown-id",
        "withdraw: {until: approve}",
        "withdraw: {until: aprove}",
        "withdraw",
    );
    breaks("unknown-id", "{goto: notify}]", "{goto: notfy}]", "next:");
    breaks(
        "unknown-id",
        "not: [actor(intake)]",
        "not: [actor(intak)]",
        "not:",
    );
    breaks("unknown-id", "veto: [security]", "veto: [securty]", "sign:");
    breaks(
        "unknown-id",
        "not: [applicant]",
        "not: [actor(security.leader)]",
        "not:",
    );
    breaks(
        "unknown-list",
        "options: level",
        "options: levels",
        "id: level",
    );
}

#[test]
fn lists_functions_and_types_that_do_not_exist() {
    breaks(
        "unknown-calendar",
        "who: applicant\n",
        "who: applicant\ncalendar: cn\n",
        "calendar",
    );
    breaks(
        "unknown-function",
        "left(\"approve\")",
        "leaving(\"approve\")",
        "due:",
    );
    breaks(
        "unknown-option",
        "form.level == \"l1\"",
        "form.level == \"l2\"",
        "in: [",
    );
    breaks(
        "unknown-type",
        "type: phone",
        "type: telephone",
        "id: phone",
    );
    breaks(
        "unknown-fills",
        "fills: [answer]",
        "fills: [answr]",
        "fills",
    );
    breaks(
        "unknown-action",
        "deny: [transfer]",
        "deny: [forward]",
        "deny",
    );
    breaks(
        "unknown-name",
        "settings.limit",
        "setting.limit",
        "who: {security",
    );
    breaks(
        "unknown-key",
        "    law: 《条例》第二十条",
        "    laws: 《条例》第二十条",
        "laws",
    );
    breaks(
        "unknown-workflow",
        "type: phone,",
        "type: case, workflow: data-lend,",
        "id: phone",
    );
    breaks(
        "unknown-register",
        "'!form.items.exists(i, i.name == \"\")'",
        "'!registered(\"grant\", form.subject, case.department)'",
        "that:",
    );
}

#[test]
fn ids_that_are_used_twice_or_badly() {
    breaks(
        "duplicate-id",
        "- stage: section\n",
        "- stage: security\n",
        "stage: security",
    );
    breaks("duplicate-id", "id: keeper,", "id: name,", "id: name");
    breaks("bad-id", "id: keeper", "id: Keeper", "Keeper");
    breaks(
        "bad-id",
        "workflow: data-loan",
        "workflow: 数据",
        "workflow",
    );
    breaks(
        "reserved-key",
        "lists:\n",
        "lists:\n  no: {a: {zh: 甲, en: A}}\n",
        "no:",
    );
}

#[test]
fn values_of_the_wrong_kind() {
    breaks("bad-duration", "in: 3wd", "in: 3 days", "due:");
    breaks(
        "bad-who",
        "who: section_head@applicant",
        "who: section_head",
        "who:",
    );
    breaks(
        "bad-who",
        "data_security_officer@applicant",
        "data_security_officer@home",
        "who:",
    );
    breaks("bad-value", "sign: {pass: 1,", "sign: {pass: 5/3,", "sign:");
    breaks("bad-value", "remind: [50%,", "remind: [sometimes,", "due:");
    breaks("bad-value", "kind: notice", "kind: notes", "kind:");
    breaks(
        "bad-value",
        "max_length: 128",
        "max_length: 5, min_length: 9",
        "max_length",
    );
    breaks(
        "shape",
        "required: true, max_length: 128",
        "required: true, max_length: -1",
        "max_length",
    );
    breaks(
        "missing-key",
        "who: section_head@applicant\n",
        "offer: claim\n",
        "stage: section",
    );
    breaks(
        "missing-value",
        "    law: 《条例》第二十条",
        "    law:",
        "law",
    );
    breaks(
        "not-for-type",
        "id: subject,",
        "id: subject, pick: item,",
        "pick",
    );
    breaks(
        "not-for-kind",
        "    kind: notice\n",
        "    kind: notice\n    fills: [level]\n",
        "fills",
    );
}

#[test]
fn guards_of_the_wrong_type() {
    breaks(
        "guard-type",
        "form.personal && form.sensitive",
        "form.amount == \"3\"",
        "when:",
    );
    breaks(
        "guard-type",
        "from: left(\"approve\")",
        "from: form.amount",
        "due:",
    );
    breaks(
        "guard-syntax",
        "form.personal && form.sensitive",
        "form.personal and form.sensitive",
        "when:",
    );
    breaks(
        "guard-cost",
        "form.personal && form.sensitive",
        "((((((((form.personal))))))))",
        "when:",
    );
    breaks(
        "guard-has",
        "form.personal && form.sensitive",
        "has(form.sensitive)",
        "when:",
    );
}

#[test]
fn a_list_without_a_default() {
    breaks(
        "list-without-default",
        "{when: rounds(\"approve\") < 3, goto: review}, {goto: rejected}",
        "{when: rounds(\"approve\") < 3, goto: review}",
        "refused:",
    );
    breaks(
        "list-without-default",
        "{then: 10wd}]",
        "{when: form.personal, then: 10wd}]",
        "in: [",
    );
}

#[test]
fn an_alternative_behind_one_that_always_holds() {
    breaks(
        "unreachable-alternative",
        "{when: rounds(\"approve\") < 3, goto: review}, {goto: rejected}",
        "{goto: review}, {goto: rejected}",
        "refused:",
    );
}
