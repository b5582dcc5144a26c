//! The tests that look at Monban from outside, in one binary.

#[cfg(test)]
mod login;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod support;
