//! Files that people attach to a case.
