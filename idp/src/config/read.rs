//! From a tree to a file's struct: every key that does not fit becomes a finding, the others are still read.

use serde::de::DeserializeOwned;
use toml::{Deserializer, Spanned};

use super::{
    finding::{Finding, Findings},
    later,
    source::{self, Sources, Table},
};

/// A file's struct, and what is left of its tree.
pub struct Read<'t, T> {
    pub raw: T,
    pub table: Table<'t>,
    /// Nothing had to be left out, so what is missing was never there.
    pub complete: bool,
}

/// Reads until nothing is refused any more; each round takes the refused entry out.
pub fn read<'t, T: DeserializeOwned + Default>(
    mut table: Table<'t>,
    sources: &Sources,
    findings: &mut Findings,
) -> Read<'t, T> {
    let mut complete = true;
    loop {
        let error = match T::deserialize(Deserializer::from(Spanned::new(0..0, table.clone()))) {
            Ok(raw) => return Read { raw, table, complete },
            Err(error) => error,
        };
        complete = false;
        let span = error.span().unwrap_or(0..0);
        let removed = error.span().and_then(|span| source::remove(&mut table, &span));
        let path = removed.clone().unwrap_or_default();
        findings.push(Finding::error(sources.place(&span), explain(error.message(), &path)));
        if removed.is_none() {
            return Read { raw: T::default(), table, complete };
        }
    }
}

/// serde's words in the operator's.
fn explain(message: &str, path: &[String]) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let key = path.join(".");
    match quoted.split_first() {
        Some((unknown, known)) if message.starts_with("unknown field") => {
            if later::is_key(unknown) {
                return format!("\"{unknown}\" is not supported yet");
            }
            match nearest(unknown, known) {
                Some(near) => format!("unknown key \"{unknown}\"; did you mean \"{near}\"?"),
                None => format!("unknown key \"{unknown}\"; known here: {}", known.join(", ")),
            }
        }
        Some((unknown, _)) if message.starts_with("unknown variant") && later::is_value(unknown) => {
            format!("{key}: \"{unknown}\" is not supported yet")
        }
        Some((unknown, known)) if message.starts_with("unknown variant") => {
            let known: Vec<String> = known.iter().map(|name| format!("\"{name}\"")).collect();
            format!("{key}: \"{unknown}\" is not one of {}", known.join(", "))
        }
        _ => format!("{key}: {}", message.replace('`', "").replace("expected i64", "expected a whole number")),
    }
}

/// The known name that a slip of the finger may have meant.
pub fn nearest<'n>(unknown: &str, known: &[&'n str]) -> Option<&'n str> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(unknown, name), *name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3))
        .min()
        .map(|(_, name)| name)
}
