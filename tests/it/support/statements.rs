//! Listening to the statements that this thread sends to the database.

use std::cell::RefCell;
use std::sync::Once;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

thread_local! {
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

struct Ears;

impl Instrumentation for Ears {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let text = match event {
            InstrumentationEvent::StartQuery { query, .. } => query.to_string(),
            _ => return,
        };
        HEARD.with_borrow_mut(|heard| {
            if let Some(heard) = heard {
                heard.push(text);
            }
        });
    }
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
