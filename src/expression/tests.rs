//! What the static check finds, and what it leaves alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Absent, Expression, KnownStage, Surface, Type, TypeFault, Words};

fn record<const N: usize>(parts: [(&str, Type); N]) -> Type {
    Type::record(parts)
}

fn variables() -> BTreeMap<String, Type> {
    let level = Type::one_of(["l1", "l3"]);
    let form = record([
        ("level", level.clone()),
        ("amount", Type::Number),
        ("count", Type::Int.maybe()),
        ("personal", Type::Bool),
        ("sensitive", Type::Bool.maybe()),
        ("found", Type::Time),
        ("files", Type::list(Type::Text).maybe()),
        (
            "items",
            Type::list(record([
                ("level", level),
                ("name", Type::Text),
                ("size", Type::Int.maybe()),
            ])),
        ),
    ]);
    BTreeMap::from([("form".to_owned(), form), ("now".to_owned(), Type::Time)])
}

fn surface() -> Surface {
    Surface {
        stages: Arc::new(BTreeMap::from([
            (
                "verify".to_owned(),
                KnownStage {
                    seats: vec!["witness".to_owned()],
                    choices: Some(Arc::from(["agree".to_owned()])),
                    answers: Some(record([("seen", Type::Bool)])),
                    branches: Vec::new(),
                },
            ),
            (
                "reply".to_owned(),
                KnownStage {
                    branches: vec!["providers".to_owned()],
                    ..KnownStage::default()
                },
            ),
        ])),
        registers: Arc::new(BTreeSet::from(["grants".to_owned()])),
        absent: Arc::new(BTreeMap::from([(
            "decision".to_owned(),
            Absent {
                code: "branch-local",
                message: Words::new("", ""),
                help: Words::new("", ""),
            },
        )])),
        implied: Arc::new(BTreeMap::from([(
            "form.personal".to_owned(),
            vec!["form.sensitive".to_owned()],
        )])),
        ..Surface::default()
    }
}

fn faults(source: &str) -> Vec<TypeFault> {
    Expression::compile(source)
        .expect(source)
        .check(&variables(), &surface(), &Type::Bool)
}

fn codes(source: &str) -> Vec<&'static str> {
    faults(source).iter().map(|fault| fault.code).collect()
}

#[test]
fn sound_guards_have_no_faults() {
    for source in [
        "form.level == \"l3\" && form.amount > 3",
        "form.level in [\"l1\", \"l3\"]",
        "form.items.exists(i, i.level == \"l3\") || form.personal",
        "form.items.filter(i, i.level == \"l3\").map(i, i.name).size() > 1",
        "form.items.exists_one(i, i.name.startsWith(\"甲\"))",
        "form.count == null || form.count > 3",
        "form.count > 3 || form.count == null",
        "form.count != null && form.count > 3",
        "!(form.count == null) && form.count > 3",
        "form.count == null ? true : form.count > 3",
        "form.count == 3",
        "form.items.filter(i, i.size != null).all(i, i.size > 3)",
        "form.personal && form.sensitive",
        "!form.personal || form.sensitive",
        "form.found + duration(\"24h\") > now && now - form.found < duration(\"1h\")",
        "entered(\"verify\") == null && done(\"verify\") && rounds(\"verify\") == 1",
        "choice(\"verify\") == \"agree\" && actor(\"verify.witness\") != null",
        "registered(\"grants\", form.level, \"x\")",
        "form.files != null && form.files.size() > 0",
    ] {
        assert_eq!(faults(source), [], "{source}");
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let faults = faults("form.levl == \"l3\"");

    assert_eq!(faults[0].code, "unknown-field");
    assert_eq!((faults[0].offset, faults[0].length), (0, 9));
    let help = faults[0].help.as_ref().expect("a suggestion");
    assert!(help.en.contains("`level`"), "{help:?}");
}

#[test]
fn unknown_names_functions_ids_and_options_are_faults() {
    assert_eq!(codes("level == \"l3\""), ["unknown-name"]);
    assert_eq!(codes("enterd(\"verify\") == null"), ["unknown-function"]);
    assert_eq!(codes("done(\"verfy\")"), ["unknown-id"]);
    assert_eq!(codes("actor(\"verify.head\") == null"), ["unknown-id"]);
    assert_eq!(codes("form.level == \"l5\""), ["unknown-option"]);
    assert_eq!(codes("form.level in [\"l1\", \"l5\"]"), ["unknown-option"]);
    assert_eq!(
        codes("form.items.exists(i, i.level == \"l5\")"),
        ["unknown-option"]
    );
    assert_eq!(
        codes("registered(\"grant\", form.level, \"x\")"),
        ["unknown-register"]
    );
}

#[test]
fn what_belongs_to_branches_and_tasks_is_read_where_it_belongs() {
    assert_eq!(codes("form.decision == \"a\""), ["branch-local"]);
    assert_eq!(codes("done(\"reply\")"), ["branch-local"]);
    assert_eq!(codes("answers(\"verify\").all(a, a.seen)"), [""; 0]);
    assert_eq!(codes("answers(\"verify\").all(a, a.sen)"), ["unknown-name"]);

    let inside = Surface {
        inside: vec!["providers".to_owned()],
        ..surface()
    };
    let faults = Expression::compile("done(\"reply\")")
        .expect("a guard")
        .check(&variables(), &inside, &Type::Bool);
    assert_eq!(faults, []);
}

#[test]
fn types_that_do_not_meet_are_faults() {
    for source in [
        "form.amount == \"3\"",
        "form.level > 3",
        "form.amount + 1 > 2.0",
        "form.personal + 1 == 2",
        "form.items == 3",
        "form.amount in [\"a\"]",
        "form.level",
        "!form.amount",
        "form.amount.size() == 1",
        "form.found > 3",
        "form.items.all(i, i.name)",
        "done(\"verify\", 1)",
        "form.level.contains(3)",
        "form.amount ? true : false",
        "form.level.matches(\"(\")",
        "sum(form.items.map(i, i.name)) > 1",
    ] {
        assert_eq!(codes(source), ["guard-type"], "{source}");
    }
}

#[test]
fn null_that_nobody_handles_is_told_once_for_each_name() {
    assert_eq!(codes("form.count > 3 && form.count < 9"), ["guard-null"]);
    assert_eq!(codes("form.sensitive"), ["guard-null"]);
    assert_eq!(codes("form.sensitive || form.personal"), ["guard-null"]);
    assert_eq!(codes("form.files.size() > 0"), ["guard-null"]);
    assert_eq!(codes("entered(\"verify\") < now"), ["guard-null"]);
}

#[test]
fn has_is_refused_because_it_is_always_true() {
    assert_eq!(codes("has(form.count)"), ["guard-has"]);
}

#[test]
fn a_guard_says_what_people_would_say() {
    use super::{Phrase, Sign, Term};
    let said = |source: &str| Expression::compile(source).expect(source).phrase();
    let path = |path: &str| Term::Path(path.into());
    let level = || Phrase::Compared {
        left: path("form.items.level"),
        sign: Sign::AtLeast,
        right: Term::Number("3".into()),
    };

    assert_eq!(said("form.personal"), Phrase::Holds(path("form.personal")));
    assert_eq!(
        said("!done(\"verify\")"),
        Phrase::Not(Box::new(Phrase::Holds(Term::Fact(
            "done".into(),
            "verify".into()
        ))))
    );
    assert_eq!(
        said("form.items.exists(i, i.level >= 3)"),
        Phrase::Among {
            list: "form.items".into(),
            that: Box::new(level()),
        }
    );
    assert_eq!(
        said("form.level in [\"l3\", \"l4\"]"),
        Phrase::OneOf {
            left: path("form.level"),
            of: vec![Term::Text("l3".into()), Term::Text("l4".into())],
        }
    );
    assert!(matches!(
        said("form.a && form.b && form.c"),
        Phrase::Every(parts) if parts.len() == 3
    ));
    assert!(matches!(
        said("form.a || form.b && form.c"),
        Phrase::Some(parts) if matches!(parts[1], Phrase::Every(_))
    ));
    // What a sentence could not say is not made up.
    for source in [
        "form.items.all(i, i.level >= 3)",
        "form.items.map(i, i.level) == [3]",
        "form.name.contains(\"a\")",
    ] {
        let other = match said(source) {
            Phrase::Other => true,
            Phrase::Compared { left, right, .. } => left == Term::Other || right == Term::Other,
            _ => false,
        };
        assert!(other, "{source}");
    }
}
