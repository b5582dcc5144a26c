//! The tests that look at Monban from outside, in one binary.

#[cfg(test)]
mod architecture;
