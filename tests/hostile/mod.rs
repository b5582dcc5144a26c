//! Hostile input, made by named changes of good input: how many there were, and that none was accepted (SR-49, SR-57).

mod bound_tokens;
mod client_assertions;
mod forge;
mod fuzz;
mod jwts;
mod parameters;
mod redirect_uris;
mod registrations;
mod request_objects;

use std::io::Write;

/// One corpus on its way.
pub struct Corpus {
    name: &'static str,
    tried: usize,
    accepted: Vec<String>,
}

impl Corpus {
    pub fn of(name: &'static str) -> Self {
        Self { name, tried: 0, accepted: Vec::new() }
    }

    /// What became of one mutant.
    pub fn tells(&mut self, mutant: &str, accepted: bool) {
        self.tried += 1;
        if accepted {
            self.accepted.push(mutant.to_owned());
        }
    }

    /// Says the counts past the test harness, which keeps the prints of green tests to itself.
    pub fn ends(self, at_least: usize) {
        let line = format!("hostile: {:>5} {}, {} accepted\n", self.tried, self.name, self.accepted.len());
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        assert!(self.accepted.is_empty(), "{}: accepted {:#?}", self.name, self.accepted);
        assert!(self.tried >= at_least, "{}: only {}", self.name, self.tried);
    }
}
