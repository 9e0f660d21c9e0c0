//! Listening to the statements that this thread sends to the database, and striking at one of them.

use std::cell::RefCell;
use std::sync::Once;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

thread_local! {
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    static BLOW: RefCell<Option<Blow>> = const { RefCell::new(None) };
}

/// When a blow falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Before the statement is sent.
    Before,
    /// When it has been done and nobody knows yet.
    After,
}

/// What is to be done at a statement of this thread.
struct Blow {
    when: When,
    /// Statements until then, this one included.
    left: usize,
    strike: Box<dyn FnOnce()>,
}

struct Ears;

impl Instrumentation for Ears {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let (when, query) = match event {
            InstrumentationEvent::StartQuery { query, .. } => (When::Before, query),
            InstrumentationEvent::FinishQuery { query, .. } => (When::After, query),
            _ => return,
        };
        if when == When::Before {
            HEARD.with_borrow_mut(|heard| {
                if let Some(heard) = heard {
                    heard.push(query.to_string());
                }
            });
        }
        if let Some(blow) = due(when) {
            (blow.strike)();
        }
    }
}

/// The blow that falls now, if one does.
fn due(now: When) -> Option<Blow> {
    BLOW.with_borrow_mut(|blow| {
        let waiting = blow.as_mut().filter(|blow| blow.when == now)?;
        waiting.left -= 1;
        match waiting.left {
            0 => blow.take(),
            _ => None,
        }
    })
}

/// Lets connections that are opened from now on be listened to.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Ears))).expect("nobody else listens");
    });
}

/// What `f` answers, and the statements that it sent from this thread.
pub fn heard<T>(f: impl FnOnce() -> T) -> (T, Vec<String>) {
    HEARD.set(Some(Vec::new()));
    let answer = f();
    let heard = HEARD.take().unwrap_or_default();
    (answer, heard)
}

/// What `f` answers when `strike` is done at its statement number `at`, and whether there were as many.
pub fn struck<T>(
    at: usize,
    when: When,
    strike: impl FnOnce() + 'static,
    f: impl FnOnce() -> T,
) -> (T, bool) {
    BLOW.set(Some(Blow {
        when,
        left: at,
        strike: Box::new(strike),
    }));
    let answer = f();
    let fell = BLOW.take().is_none();
    (answer, fell)
}

/// What `f` answers, its statements not counted.
pub fn aside<T>(f: impl FnOnce() -> T) -> T {
    let blow = BLOW.take();
    let answer = f();
    BLOW.set(blow);
    answer
}
