//! How a command ended: what its exit code says (contract.md, Commands).

use std::process::ExitCode;

/// A command that could not run is an error instead; its exit code is 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Fine,
    /// It ran, and found something wrong.
    Found,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fine => Self::SUCCESS,
            Outcome::Found => Self::from(1),
        }
    }
}
