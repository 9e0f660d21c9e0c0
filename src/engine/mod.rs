//! The engine decides: `handle(workflow, case, command, context)` answers with a decision or a rejection.
