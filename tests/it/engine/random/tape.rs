//! Numbers to decide by.

/// Numbers to decide by; past its end everything is 0, the plainest choice.
pub struct Tape<'a> {
    numbers: &'a [u8],
    at: usize,
}

impl<'a> Tape<'a> {
    pub fn new(numbers: &'a [u8]) -> Self {
        Self { numbers, at: 0 }
    }

    /// One of `0..most`.
    pub fn below(&mut self, most: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % most.max(1)
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Whether everything has been decided.
    pub fn is_over(&self) -> bool {
        self.numbers.len() <= self.at
    }
}
