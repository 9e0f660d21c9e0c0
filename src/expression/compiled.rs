//! A CEL text, compiled: `compile`, `guard` (true or false), `value`, `check` and `reads`.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::{
    Phrase, Read, Said, Scope, Surface, Type, TypeFault, Value, Words, check, convert, functions,
    limits, phrase, reads,
};

/// Building it takes a tenth of a millisecond, an evaluation less than that.
static STANDARD: LazyLock<Arc<cel::Env>> = LazyLock::new(|| Arc::new(cel::Env::stdlib()));

/// A guard or value of the workflow language. Two are equal when their texts are.
#[derive(Clone)]
pub struct Expression {
    source: Arc<str>,
    program: Arc<cel::Program>,
    /// What it reads, so that only that is converted for an evaluation: a form may have hundreds of rows, and most guards
    /// ask for one answer.
    needs: Arc<[Need]>,
    /// Set while somebody watches what it says as a guard.
    said: Option<Arc<Said>>,
}

/// A free name, and which of its parts are read; `None` is all of it.
struct Need {
    root: String,
    parts: Option<Vec<String>>,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// The lint code: `guard-syntax`, `guard-cost`.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: Words,
    /// Where in the text, in bytes.
    pub offset: usize,
}

/// Why an expression gave no answer for these values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` failed: {message}")]
pub struct EvaluationError {
    /// The text.
    pub expression: String,
    /// The reason.
    pub message: String,
}

impl Expression {
    /// Compiles a text within the limits of the language (length, nesting, literal lists, cost).
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        limits::before(source)?;
        let program =
            cel::Program::compile(source).map_err(|errors| syntax_error(source, &errors))?;
        limits::after(&program)?;
        let needs = needs(&reads::reads(&program));
        Ok(Self {
            source: source.into(),
            program: Arc::new(program),
            needs: needs.into(),
            said: None,
        })
    }

    /// Counts from now on, over all clones made after this, what it says as a guard.
    pub fn watch(&mut self) -> Arc<Said> {
        let said = Arc::<Said>::default();
        self.said = Some(Arc::clone(&said));
        said
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it says, for people.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        phrase::phrase(&self.program)
    }

    /// True or false; anything else, null included, is an error.
    pub fn guard(&self, scope: &Scope) -> Result<bool, EvaluationError> {
        match self.value(scope)? {
            Value::Bool(answer) => {
                if let Some(said) = &self.said {
                    said.count(answer);
                }
                Ok(answer)
            }
            other => Err(self.failed(format!("expected true or false, got {other:?}"))),
        }
    }

    /// Whatever the expression gives.
    pub fn value(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let mut context = cel::Context::with_env(Arc::clone(&STANDARD));
        functions::add_to(&mut context, &scope.facts).map_err(|message| self.failed(message))?;
        for need in self.needs.iter() {
            if let Some(value) = scope.variables.get(&need.root) {
                context.add_variable_from_value(need.root.as_str(), need.of(value));
            }
        }
        let answer = self
            .program
            .execute(&context)
            .map_err(|error| self.failed(error.to_string()))?;
        convert::from_cel(&answer).map_err(|message| self.failed(message))
    }

    /// What is wrong with it where `variables` can be read and `expected` is asked for.
    #[must_use]
    pub fn check(
        &self,
        variables: &BTreeMap<String, Type>,
        surface: &Surface,
        expected: &Type,
    ) -> Vec<TypeFault> {
        check::check(&self.program, variables, surface, expected)
    }

    /// The type of what it gives, `Any` where something is wrong with it.
    #[must_use]
    pub fn type_in(&self, variables: &BTreeMap<String, Type>, surface: &Surface) -> Type {
        check::type_of(&self.program, variables, surface)
    }

    /// The dotted paths that it reads, in the order in which they are written.
    #[must_use]
    pub fn reads(&self) -> Vec<Read> {
        reads::reads(&self.program)
    }

    /// Whether it asks what has become of the case (`entered("id")`, `rounds("id")` and their like), which nobody can
    /// answer before there is one.
    #[must_use]
    pub fn asks_the_case(&self) -> bool {
        reads::calls(&self.program)
            .iter()
            .any(|name| functions::is_over_the_case(name))
    }

    fn failed(&self, message: String) -> EvaluationError {
        EvaluationError {
            expression: self.source.to_string(),
            message,
        }
    }
}

fn needs(reads: &[Read]) -> Vec<Need> {
    let mut all: Vec<Need> = Vec::new();
    for read in reads {
        let mut path = read.path.split('.');
        let (root, part) = (path.next().unwrap_or_default(), path.next());
        let position = all
            .iter()
            .position(|need| need.root == root)
            .unwrap_or_else(|| {
                all.push(Need {
                    root: root.to_owned(),
                    parts: Some(Vec::new()),
                });
                all.len() - 1
            });
        let parts = &mut all[position].parts;
        match (part, parts.as_mut()) {
            (None, _) => *parts = None,
            (Some(part), Some(parts)) if !parts.iter().any(|known| known == part) => {
                parts.push(part.to_owned());
            }
            (Some(_), _) => {}
        }
    }
    all
}

impl Need {
    fn of(&self, value: &Value) -> cel::Value {
        match (value, &self.parts) {
            (Value::Record(record), Some(parts)) => convert::record_to_cel(
                parts
                    .iter()
                    .filter_map(|part| record.get_key_value(part.as_str())),
            ),
            (value, _) => convert::to_cel(value),
        }
    }
}

/// The first complaint of the parser; those after it mostly follow from it.
fn syntax_error(source: &str, errors: &cel::parser::ParseErrors) -> CompileError {
    let Some(first) = errors.errors.first() else {
        return CompileError {
            code: "guard-syntax",
            message: Words::new("表达式写法有误", "the expression cannot be read"),
            offset: 0,
        };
    };
    let offset = byte_offset(source, first.pos);
    let rest = source.get(offset..).unwrap_or_default();
    CompileError {
        code: "guard-syntax",
        message: explain(source, rest, &first.msg),
        offset,
    }
}

/// The parser counts lines and characters from 1.
fn byte_offset(source: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    source[start.min(source.len())..]
        .char_indices()
        .nth(column)
        .map_or(source.len(), |(at, _)| start + at)
}

fn explain(source: &str, rest: &str, message: &str) -> Words {
    let word: String = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    match (rest.chars().next(), word.as_str()) {
        _ if source.trim().is_empty() => Words::new("表达式是空的", "the expression is empty"),
        (None, _) => Words::new("表达式没有写完", "the expression breaks off"),
        (Some('='), _) => Words::new(
            "比较相等要写 `==`，不是 `=`",
            "to compare, write `==` instead of `=`",
        ),
        (_, "and") => Words::new("“并且”要写 `&&`", "write `&&` instead of `and`"),
        (_, "or") => Words::new("“或者”要写 `||`", "write `||` instead of `or`"),
        (_, "not") => Words::new("“非”要写 `!`", "write `!` instead of `not`"),
        (Some('"' | '\''), _) if message.contains("token recognition") => Words::new(
            "文本的引号没有闭合",
            "the quotation mark of a text is not closed",
        ),
        (Some(c), _) if !c.is_ascii() && message.contains("token recognition") => Words::new(
            format!("`{c}` 不能出现在这里：文本要加英文引号，标点要用半角"),
            format!("`{c}` cannot stand here: quote texts, and use ASCII punctuation"),
        ),
        _ => {
            let plain = message.trim_start_matches("Syntax error: ");
            let plain = plain.split(" expecting ").next().unwrap_or(plain);
            Words::new(
                format!("表达式写法有误（{plain}）"),
                format!("the expression cannot be read ({plain})"),
            )
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::expression::{Facts, StageFacts};

    fn record<const N: usize>(parts: [(&str, Value); N]) -> Value {
        Value::Record(parts.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn scope() -> Scope {
        let form = record([
            ("level", Value::Int(3)),
            ("amount", Value::Number(3.5)),
            ("kind", Value::Text("三级".to_owned())),
            ("unanswered", Value::Null),
            ("period", record([("days", Value::Int(400))])),
            (
                "items",
                Value::List(vec![
                    record([("quantity", Value::Int(2))]),
                    record([("quantity", Value::Null)]),
                    record([("quantity", Value::Int(5))]),
                ]),
            ),
        ]);
        let stage = StageFacts {
            done: true,
            rounds: 2,
            actors: BTreeMap::from([("witness".to_owned(), "li".to_owned())]),
            ..StageFacts::default()
        };
        Scope {
            variables: BTreeMap::from([("form".to_owned(), form)]),
            facts: Arc::new(Facts {
                stages: HashMap::from([("verify".to_owned(), stage)]),
                registered: vec![("grants".to_owned(), "item".to_owned(), "dept".to_owned())],
            }),
        }
    }

    fn value(source: &str) -> Result<Value, EvaluationError> {
        Expression::compile(source)
            .expect("an expression")
            .value(&scope())
    }

    #[test]
    fn whole_numbers_stay_whole_and_compare_with_fractions() {
        assert_eq!(value("form.level"), Ok(Value::Int(3)));
        assert_eq!(value("form.level < form.amount"), Ok(Value::Bool(true)));
        assert_eq!(value("form.amount > 3"), Ok(Value::Bool(true)));
    }

    #[test]
    fn chinese_texts_are_equal_when_they_are() {
        assert_eq!(value("form.kind == \"三级\""), Ok(Value::Bool(true)));
    }

    #[test]
    fn a_sum_leaves_out_what_is_unanswered() {
        assert_eq!(
            value("sum(form.items.map(i, i.quantity))"),
            Ok(Value::Int(7))
        );
    }

    #[test]
    fn the_functions_answer_from_the_facts() {
        assert_eq!(value("done(\"verify\")"), Ok(Value::Bool(true)));
        assert_eq!(value("rounds(\"verify\")"), Ok(Value::Int(2)));
        assert_eq!(value("rounds(\"other\")"), Ok(Value::Int(0)));
        assert_eq!(value("entered(\"other\") == null"), Ok(Value::Bool(true)));
        assert_eq!(
            value("actor(\"verify.witness\")"),
            Ok(Value::Text("li".to_owned()))
        );
        assert_eq!(
            value("registered(\"grants\", \"item\", \"dept\")"),
            Ok(Value::Bool(true))
        );
    }

    #[test]
    fn null_is_equal_to_null_and_cannot_be_ordered() {
        assert_eq!(value("form.unanswered == null"), Ok(Value::Bool(true)));
        assert!(value("form.unanswered < 3").is_err());
        assert_eq!(
            value("form.unanswered != null && form.unanswered < 3"),
            Ok(Value::Bool(false))
        );
        assert_eq!(
            value("form.unanswered > 3 || form.unanswered == null"),
            Ok(Value::Bool(true))
        );
    }

    #[test]
    fn a_missing_part_is_an_error_and_never_false() {
        assert!(value("form.nothing == 3").is_err());
        assert!(value("nothing").is_err());
    }

    #[test]
    fn a_guard_is_true_or_false_or_an_error() {
        let guard = |source| {
            Expression::compile(source)
                .expect("a guard")
                .guard(&scope())
        };

        assert_eq!(guard("form.level >= 3"), Ok(true));
        assert!(guard("form.unanswered").is_err());
        assert!(guard("form.level").is_err());
    }

    #[test]
    fn a_watched_guard_counts_what_its_clones_say_and_failures_not() {
        let compiled = |source| Expression::compile(source).expect("a guard");
        let (mut holds, mut fails) = (compiled("form.level >= 3"), compiled("form.unanswered"));
        let (held, failed) = (holds.watch(), fails.watch());

        assert_eq!(holds.clone().guard(&scope()), Ok(true));
        assert!(fails.guard(&scope()).is_err());

        assert_eq!((held.yes(), held.no()), (1, 0));
        assert_eq!((failed.yes(), failed.no()), (0, 0));
    }

    #[test]
    fn a_time_comes_back_as_the_same_instant() {
        let now = chrono::DateTime::from_timestamp(1_780_000_000, 0).expect("a time");
        let mut scope = scope();
        scope.variables.insert("now".to_owned(), Value::Time(now));

        let value = Expression::compile("now").expect("a value").value(&scope);

        assert_eq!(value, Ok(Value::Time(now)));
    }

    #[test]
    fn what_is_too_long_or_too_deep_or_too_costly_is_refused() {
        let nested = format!("{}1{}", "(".repeat(7), ")".repeat(7));
        let list = format!("[{}].size()", vec!["1"; 201].join(","));
        let costly = format!("form.items.all(i, {})", vec!["i.q > 1"; 80].join(" && "));
        for source in [
            "1 + ".repeat(600) + "1",
            vec!["1"; 100].join(" + "),
            nested,
            list,
            costly,
            "a.all(x, b.all(y, x == y))".to_owned(),
            "a?".repeat(400),
            "[".repeat(1000),
        ] {
            let refused = Expression::compile(&source).expect_err(&source);

            assert_eq!(refused.code, "guard-cost", "{source}");
        }
    }

    #[test]
    fn a_syntax_error_points_at_the_byte() {
        let refused = Expression::compile("form.kind == \"三级\" and true").expect_err("no CEL");

        assert_eq!(refused.offset, "form.kind == \"三级\" ".len());
        assert!(refused.message.en.contains("&&"), "{refused:?}");
    }

    #[test]
    fn reads_are_the_free_paths_with_loops_resolved() {
        let reads = |source| {
            Expression::compile(source)
                .expect("an expression")
                .reads()
                .into_iter()
                .map(|read| read.path)
                .collect::<Vec<_>>()
        };

        assert_eq!(
            reads("settings.limit < form.period.days && form.items.exists(i, i.level in [\"l3\"])"),
            [
                "settings.limit",
                "form.period.days",
                "form.items",
                "form.items.level"
            ]
        );
        assert_eq!(
            reads("form.items.filter(i, i.open).map(j, j.name)"),
            ["form.items", "form.items.open", "form.items.name"]
        );
    }
}
