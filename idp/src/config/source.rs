//! The layers of the configuration as one tree whose every key and value knows the file and line it came from.
//!
//! As in a compiler, all texts lie behind each other on one number line; a span there leads back to its text.

use std::{
    borrow::Cow,
    ops::Range,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::finding::{Finding, Findings, Place};

pub type Span = Range<usize>;
pub type Table<'t> = DeTable<'t>;

enum Origin {
    /// The built-in defaults; their paths are relative to the operator's own file.
    Default(PathBuf),
    File(PathBuf),
    Environment(String),
}

struct Source {
    base: usize,
    origin: Origin,
    /// Where each line begins, from the start of this text.
    lines: Vec<usize>,
}

#[derive(Default)]
pub struct Sources {
    list: Vec<Source>,
    end: usize,
}

impl Sources {
    pub fn add_defaults<'t>(&mut self, text: &'t str, beside: &Path, findings: &mut Findings) -> Option<Table<'t>> {
        let base = self.reserve(Origin::Default(folder(beside)), text);
        self.parse(base, text, findings)
    }

    /// None when the text is no TOML; all of its mistakes are then among the findings.
    pub fn add_file<'t>(&mut self, path: &Path, text: &'t str, findings: &mut Findings) -> Option<Table<'t>> {
        let base = self.reserve(Origin::File(path.to_owned()), text);
        self.parse(base, text, findings)
    }

    /// A span for a value of the environment.
    pub fn add_variable(&mut self, name: &str, value: &str) -> Span {
        let base = self.reserve(Origin::Environment(name.to_owned()), value);
        base..base + value.len()
    }

    pub fn place(&self, span: &Span) -> Place {
        let Some(source) = self.source(span) else { return Place::Default };
        match &source.origin {
            Origin::Default(_) => Place::Default,
            Origin::Environment(name) => Place::Environment(name.clone()),
            Origin::File(file) => {
                let offset = span.start - source.base;
                let line = source.lines.partition_point(|start| *start <= offset);
                let start = line.checked_sub(1).and_then(|index| source.lines.get(index)).copied().unwrap_or(0);
                Place::At { file: file.clone(), line, column: offset - start + 1 }
            }
        }
    }

    /// Paths are relative to the file they stand in; those of the environment to the working directory.
    pub fn resolve(&self, span: &Span, path: &str) -> PathBuf {
        let folder = match self.source(span).map(|source| &source.origin) {
            Some(Origin::Default(folder)) => folder.clone(),
            Some(Origin::File(file)) => folder(file),
            Some(Origin::Environment(_)) | None => PathBuf::new(),
        };
        let mut resolved = PathBuf::new();
        for part in folder.join(path).components() {
            match part {
                std::path::Component::ParentDir if matches!(last(&resolved), Some(std::path::Component::Normal(_))) => {
                    resolved.pop();
                }
                std::path::Component::CurDir => {}
                other => resolved.push(other),
            }
        }
        if resolved.as_os_str().is_empty() { PathBuf::from(".") } else { resolved }
    }

    pub fn is_file(&self, span: &Span) -> bool {
        matches!(self.source(span).map(|source| &source.origin), Some(Origin::File(_)))
    }

    /// Where the value stands in its own text.
    pub fn within(&self, span: &Span) -> Option<Span> {
        self.source(span).map(|source| span.start - source.base..span.end - source.base)
    }

    fn source(&self, span: &Span) -> Option<&Source> {
        self.list.iter().rev().find(|source| source.base <= span.start)
    }

    fn reserve(&mut self, origin: Origin, text: &str) -> usize {
        let base = self.end;
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.list.push(Source { base, origin, lines });
        // One apart, so that an empty text has a place of its own.
        self.end += text.len() + 1;
        base
    }

    fn parse<'t>(&self, base: usize, text: &'t str, findings: &mut Findings) -> Option<Table<'t>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            findings.push(Finding::error(self.place(&moved(&span, base)), error.message()));
        }
        errors.is_empty().then(|| shift(table.into_inner(), base))
    }
}

fn last(path: &Path) -> Option<std::path::Component<'_>> {
    path.components().next_back()
}

fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

fn moved(span: &Span, base: usize) -> Span {
    span.start + base..span.end + base
}

fn shift(table: Table<'_>, base: usize) -> Table<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let span = moved(&key.span(), base);
            (Spanned::new(span, key.into_inner()), shift_value(value, base))
        })
        .collect()
}

fn shift_value(value: Spanned<DeValue<'_>>, base: usize) -> Spanned<DeValue<'_>> {
    let span = moved(&value.span(), base);
    let inner = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(shift(table, base)),
        DeValue::Array(values) => DeValue::Array(values.into_iter().map(|value| shift_value(value, base)).collect()),
        scalar => scalar,
    };
    Spanned::new(span, inner)
}

/// Lays one layer over another, key by key; a list is replaced whole.
pub fn overlay<'t>(below: &mut Table<'t>, above: Table<'t>) {
    for (key, value) in above {
        match (below.get_mut(&key).map(Spanned::get_mut), value.into_parts()) {
            (Some(DeValue::Table(below)), (_, DeValue::Table(above))) => overlay(below, above),
            (_, (span, value)) => {
                // The upper key takes the lower one's place, so that its own line is the one told of.
                below.remove(&key);
                below.insert(key, Spanned::new(span, value));
            }
        }
    }
}

trait IntoParts<'t> {
    fn into_parts(self) -> (Span, DeValue<'t>);
}

impl<'t> IntoParts<'t> for Spanned<DeValue<'t>> {
    fn into_parts(self) -> (Span, DeValue<'t>) {
        (self.span(), self.into_inner())
    }
}

/// Takes the innermost entry away whose key or value lies at `span`; tells its path.
pub fn remove(table: &mut Table<'_>, span: &Span) -> Option<Vec<String>> {
    for (key, value) in table.iter_mut() {
        let below = match value.get_mut() {
            DeValue::Table(table) => remove(table, span),
            DeValue::Array(values) => values.iter_mut().find_map(|value| match value.get_mut() {
                DeValue::Table(table) => remove(table, span),
                _ => None,
            }),
            _ => None,
        };
        if let Some(mut path) = below {
            path.insert(0, key.get_ref().to_string());
            return Some(path);
        }
    }
    let covers = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let found = table.iter().find(|(key, value)| covers(key.span()) || covers(value.span()))?.0.clone();
    table.remove(&found);
    Some(vec![found.into_inner().into_owned()])
}

/// Lays `IDP__SECTION__KEY` over a scalar; what kind of value it is, the layer below tells.
pub fn set_variable<'t>(
    sources: &mut Sources,
    table: &mut Table<'t>,
    variable: &'t (String, String),
) -> Option<Finding> {
    let (name, value) = variable;
    let span = sources.add_variable(name, value);
    let path: Vec<String> = name.trim_start_matches(PREFIX).split("__").map(str::to_ascii_lowercase).collect();
    let (key, sections) = path.split_last()?;
    let mut table = table;
    for section in sections {
        let section: Spanned<Cow<'t, str>> = Spanned::new(span.clone(), Cow::Owned(section.clone()));
        let entry = table.entry(section).or_insert(Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
        let DeValue::Table(below) = entry.get_mut() else {
            return Some(Finding::error(sources.place(&span), "there is no such setting"));
        };
        table = below;
    }
    let key: Spanned<Cow<'t, str>> = Spanned::new(span.clone(), Cow::Owned(key.clone()));
    let parsed = match table.get(&key).map(Spanned::get_ref) {
        Some(DeValue::Array(_) | DeValue::Table(_)) => {
            return Some(Finding::error(
                sources.place(&span),
                "only single values can be set here; this one belongs into the file",
            ));
        }
        Some(DeValue::Integer(_) | DeValue::Boolean(_)) => DeValue::parse(value).ok().map(Spanned::into_inner),
        _ => None,
    };
    table.remove(&key);
    table.insert(key, Spanned::new(span, parsed.unwrap_or(DeValue::String(Cow::Borrowed(value)))));
    None
}

pub const PREFIX: &str = "IDP__";
