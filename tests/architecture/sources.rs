//! Reads the sources as text: files, code without comments and strings, and the paths that `use` brings in.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::LazyLock};

use regex::Regex;

static INLINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bcrate::([a-z_0-9]+)"));
static USE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\buse\s+([^;]+);"));
static TESTS: LazyLock<Regex> = LazyLock::new(|| pattern(r"#\[cfg\(test\)\]\s*(pub(\([a-z]+\))? )?mod [a-z_]+ \{"));
static TEST_FILES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?mod ([a-z_0-9]+);"));
static NO_CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r##"(?s)//[^\n]*|/\*.*?\*/|r#"(?:[^"]|"[^#])*"#|b?r?"(?:\\.|[^"\\])*"|b?'(?:\\.[^']*|[^'\\])'"##)
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
    /// Declared behind `#[cfg(test)]`, here or by its parent.
    test: bool,
}

pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files below a folder whose name ends in `.end` (all, if that is empty), but none that git ignores.
pub fn below(folder: &str, end: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(repository().join(&folder)) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}/{name}");
            let kind = entry.file_type().expect("a file type");
            if kind.is_dir() && !["node_modules", ".venv", "screenshots", "target"].contains(&name.as_str()) {
                open.push(path);
            } else if kind.is_file() && (end.is_empty() || name.ends_with(&format!(".{end}"))) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

impl Source {
    /// The Rust files below these folders.
    pub fn all(folders: &[&str]) -> Vec<Self> {
        let paths = folders.iter().flat_map(|folder| below(folder, "rs"));
        let mut sources: Vec<Self> = paths.map(Self::read).collect();
        let tests: Vec<String> = sources.iter().flat_map(Self::test_modules).collect();
        for source in &mut sources {
            source.test = tests.iter().any(|module| {
                source.path.strip_prefix(module.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
            });
        }
        sources
    }

    fn read(path: String) -> Self {
        let text = fs::read_to_string(repository().join(&path)).expect("a readable source");
        Self { path, text, test: false }
    }

    /// Modules in files of their own that exist for tests only, as paths without `.rs`.
    fn test_modules(&self) -> Vec<String> {
        let parent = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let folder = ["/mod", "/lib", "/main"].iter().find_map(|end| parent.strip_suffix(end)).unwrap_or(parent);
        TEST_FILES.captures_iter(&self.text).map(|found| format!("{folder}/{}", &found[1])).collect()
    }

    /// The first name below `idp/src`: `http` for `idp/src/http/ops.rs`, `app` for `idp/src/app.rs`.
    pub fn part(&self) -> &str {
        let inner = self.path.strip_prefix("idp/src/").unwrap_or_default();
        inner.split(['/', '.']).next().unwrap_or_default()
    }

    /// Files that exist for tests only.
    pub fn is_test(&self) -> bool {
        self.test
    }

    pub fn code(&self) -> String {
        without_comments_and_strings(&self.text)
    }

    /// Leaves out what stands behind `#[cfg(test)] mod tests {`, by our habit the end of a file.
    pub fn code_outside_tests(&self) -> String {
        if self.is_test() { String::new() } else { split_tests(&self.code()).0 }
    }

    pub fn tests(&self) -> String {
        if self.is_test() { self.code() } else { split_tests(&self.code()).1 }
    }

    /// Which of our own top-level parts this file names, by `crate::…` or by climbing with `super::`.
    pub fn own_parts(&self) -> BTreeSet<String> {
        let code = self.code_outside_tests();
        let mut parts: BTreeSet<String> = INLINE.captures_iter(&code).map(|found| found[1].to_owned()).collect();
        for used in used_paths(&code) {
            let steps: Vec<&str> = used.split("::").collect();
            let climbs = steps.iter().take_while(|step| **step == "super").count();
            let named = match steps.first() {
                Some(&"crate") => steps.get(1),
                Some(&"super") if climbs >= self.depth() => steps.get(climbs),
                _ => None,
            };
            parts.extend(named.map(|part| (*part).to_owned()));
        }
        parts
    }

    /// How many `super::` lead from this file's module to the crate.
    fn depth(&self) -> usize {
        let inner = self.path.strip_prefix("idp/src/").unwrap_or_default();
        inner.split('/').count() - usize::from(inner.ends_with("/mod.rs"))
    }
}

/// Every path that a `use` brings in, groups unfolded: `use a::{b, c::d}` is `a::b` and `a::c::d`.
pub fn used_paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for found in USE.captures_iter(code) {
        let dense: String = found[1].replace(" as ", "@").split_whitespace().collect();
        unfold("", dense.trim_start_matches("::"), &mut paths);
    }
    paths
}

/// Whether code spells a path out, as in `axum::Router::new()`.
pub fn spells(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let part_of_a_name = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':');
        let rest = &code[at + path.len()..];
        let longer = rest.chars().next().is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !part_of_a_name && !longer && (path.contains("::") || rest.starts_with("::"))
    })
}

fn unfold(before: &str, tree: &str, paths: &mut Vec<String>) {
    let Some(open) = tree.find('{') else {
        paths.push(format!("{before}{}", tree.split('@').next().unwrap_or_default()));
        return;
    };
    let before = format!("{before}{}", &tree[..open]);
    let inner = tree[open + 1..].strip_suffix('}').unwrap_or(&tree[open + 1..]);
    let mut depth = 0;
    for branch in inner.split(|letter: char| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        letter == ',' && depth == 0
    }) {
        if !branch.is_empty() {
            unfold(&before, branch, paths);
        }
    }
}

fn split_tests(code: &str) -> (String, String) {
    match TESTS.find(code) {
        Some(found) => (code[..found.start()].to_owned(), code[found.start()..].to_owned()),
        None => (code.to_owned(), String::new()),
    }
}

/// Comments go, strings become empty; characters such as `'"'` are known.
fn without_comments_and_strings(text: &str) -> String {
    NO_CODE
        .replace_all(text, |found: &regex::Captures<'_>| if found[0].starts_with('/') { "" } else { "\"\"" })
        .into_owned()
}

#[test]
fn groups_are_unfolded() {
    let found = used_paths("use a::{b, c::{d, e as f}, self};\npub use crate::x;");
    assert_eq!(found, ["a::b", "a::c::d", "a::c::e", "a::self", "crate::x"]);
}

#[test]
fn comments_and_strings_are_no_code() {
    let code = without_comments_and_strings("a // crate::store\n\"crate::http\" 'x' '\"' /* 308 */ r#\"axum::\"# b");
    assert!(
        !code.contains("crate") && !code.contains("308") && !code.contains("axum") && code.ends_with('b'),
        "{code}"
    );
}

#[test]
fn climbing_out_of_a_folder_is_seen() {
    let text = "//! x\nuse super::super::store::Db;\nuse super::own;\n".to_owned();
    let source = Source { path: "idp/src/http/ops.rs".to_owned(), text, test: false };
    assert_eq!(source.own_parts(), ["store".to_owned()].into());
}

#[test]
fn a_path_is_spelled_out_only_as_a_whole_name() {
    assert!(spells("let a = axum::Router::new();", "axum"));
    assert!(spells("x(std::time::Instant::now())", "std::time::Instant"));
    assert!(!spells("let my_axum = taxum::x; axum_like::y; crate::axum::z", "axum"));
}
