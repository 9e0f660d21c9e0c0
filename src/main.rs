//! The `huiqian` program.
fn main() {}
