//! Mail: what it says, how it is built, and how it leaves.
