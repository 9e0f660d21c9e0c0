//! Checking every type: good answers, none, and anything at all.

use proptest::prelude::*;
use serde_json::Value as Json;

use crate::forms::testing::*;
use crate::forms::*;

#[test]
fn a_good_answer_of_every_type_will_do_and_stays_as_it_is() {
    let typed: serde_json::Map<_, _> = every_answer().into_iter().collect();

    let first = submitted(&every_field(), typed.into());
    let again: serde_json::Map<_, _> = first.answers.clone().into_iter().collect();
    let second = submitted(&every_field(), again.into());

    assert_eq!(wrong(&first), []);
    assert_eq!(wrong(&second), []);
    assert_eq!(first.answers, second.answers);
}

#[test]
fn null_is_no_answer_for_every_type() {
    let typed: serde_json::Map<String, Json> = ALL
        .iter()
        .map(|kind| (kind.name().to_owned(), Json::Null))
        .collect();

    let checked = submitted(&every_field(), typed.into());

    assert_eq!(checked, Checked::default());
}

fn anything() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        prop::sample::select(vec![
            "",
            "2026-11-01",
            "2026-02-30T10:00",
            "0371-6550",
            "３．５",
            "3107/000012/name",
            "a\u{0}",
            "liwj",
            "١٢",
            "0",
            "0-0-0",
            "年月日",
            "é9-01-01",
        ])
        .prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop::sample::select(
            [
                "from", "to", "name", "phone", "email", "resource", "item", "_element", "$time",
                "text", "period", "file", "date", "table",
            ]
            .to_vec(),
        );
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(key, inner, 0..4).prop_map(|parts| {
                let parts = parts.into_iter().map(|(key, part)| (key.to_owned(), part));
                parts.collect::<serde_json::Map<_, _>>().into()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_a_check_panic(typed in prop::collection::vec(anything(), ALL.len())) {
        let form = every_field();
        let names = ALL.iter().map(|kind| kind.name().to_owned());
        let typed: serde_json::Map<_, _> = names.zip(typed).collect();

        for strictness in [Strictness::Draft, Strictness::Submit] {
            let checked = checked(&form, typed.clone().into(), strictness);
            for problem in &checked.problems {
                prop_assert!(!problem.message(&Spoken::zh()).contains("forms."));
            }
            let _ = scope_value(&form, &checked.answers);
            let _ = display(&form, &checked.answers, &World, &Spoken::zh(), None);
            let _ = view(&form.whole(), &Page {
                form: &form,
                answers: &checked.answers,
                scope: &Default::default(),
                lookup: &World,
                problems: &checked.problems,
                words: &Spoken::zh(),
                searches: &Default::default(),
            });
        }
    }

    #[test]
    fn what_will_do_once_will_do_again(typed in prop::collection::vec(anything(), ALL.len())) {
        let form = every_field();
        let names = ALL.iter().map(|kind| kind.name().to_owned());
        let typed: serde_json::Map<_, _> = names.zip(typed).collect();
        let first = submitted(&form, typed.into());
        let wrong = |id: &str| {
            first.problems.iter().any(|problem| problem.path.split('.').next() == Some(id))
        };
        let good: Answers = first.answers.iter()
            .filter(|(id, _)| !wrong(id))
            .map(|(id, answer)| (id.clone(), answer.clone()))
            .collect();

        let again: serde_json::Map<_, _> = good.clone().into_iter().collect();
        let second = submitted(&form, again.into());

        prop_assert_eq!(second.problems, vec![]);
        prop_assert_eq!(second.answers, good);
    }
}
