//! What is wrong with an input: an E-code of journeys part 4 and what its text needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Timestamp;

/// One error of a form.
///
/// Some texts need arguments: `minutes` (E-07), `domains` (E-24, E-25), `time` (E-26, E-65), `seconds` (E-27, E-53, E-63),
/// `min` (E-40), `max` (E-52), `digits` (E-60), `key_ref` (E-61). A page whose problem lacks one cannot be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// `name` of the field it belongs to; none: it belongs to the whole page.
    pub field: Option<String>,
    /// `E-61`; its text is the message `e-61`.
    pub code: String,
    /// What the text needs besides `tenant`, `service` and `mail_domain`.
    pub arguments: BTreeMap<String, Argument>,
}

/// A value that stands in an error's text. A time is printed in Japan time and says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Argument {
    Text(String),
    Number(u64),
    Time(Timestamp),
}

impl Problem {
    pub fn page(code: &str) -> Self {
        Self { field: None, code: code.to_owned(), arguments: BTreeMap::new() }
    }

    pub fn field(field: &str, code: &str) -> Self {
        Self { field: Some(field.to_owned()), ..Self::page(code) }
    }

    #[must_use]
    pub fn with(mut self, name: &str, argument: Argument) -> Self {
        self.arguments.insert(name.to_owned(), argument);
        self
    }
}
