//! The tests that look at Monban from outside, in one binary.

#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
mod architecture;
