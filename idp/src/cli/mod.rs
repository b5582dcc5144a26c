//! One file a command.

pub mod check;
pub mod client;
pub mod config;
#[cfg(test)]
mod file_tests;
mod outcome;
pub mod tenant;

pub use outcome::Outcome;
