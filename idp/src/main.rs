//! Arguments to one command.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use idp::cli::{self, Arguments};

fn main() -> ExitCode {
    match cli::run(Arguments::parse()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            // Standard error may be gone; there is nobody left to tell then.
            let _ = writeln!(std::io::stderr(), "idp: {error:#}");
            ExitCode::from(2)
        }
    }
}
