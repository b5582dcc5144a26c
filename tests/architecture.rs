//! The rules of the house: who may import whom, names, redirects, and what tests may not do.

pub mod sources;

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;

use sources::{Source, below, repository};

/// One folder (or file) of `idp/src`: which of our own parts it may know, and which crates it never speaks to.
struct Rule {
    part: &'static str,
    may_know: &'static [&'static str],
    never: &'static [&'static str],
}

const PARTS: [&str; 12] =
    ["domain", "store", "upstream", "mail", "keys", "theme", "flows", "http", "config", "app", "cli", "demo"];

/// `app`, `cli`, `demo` and `main.rs` may know everything.
const RULES: [Rule; 9] = [
    Rule {
        part: "domain",
        may_know: &[],
        never: &[
            "axum",
            "sea_orm",
            "sqlx",
            "tokio",
            "lettre",
            "minijinja",
            "fluent_bundle",
            "reqwest",
            "hyper",
            "argon2",
            "aws_lc_rs::rand",
            "chrono::Local",
            "std::time::Instant",
            "std::time::SystemTime",
            "std::fs",
            "std::env",
            "std::net::TcpStream",
        ],
    },
    Rule {
        part: "store",
        may_know: &["domain"],
        never: &["axum", "hyper", "lettre", "minijinja", "fluent_bundle", "reqwest", "argon2", "openidconnect"],
    },
    Rule {
        part: "upstream",
        may_know: &["domain"],
        never: &["axum", "hyper", "sea_orm", "sqlx", "lettre", "minijinja", "fluent_bundle"],
    },
    Rule {
        part: "mail",
        may_know: &["domain", "theme"],
        never: &["axum", "hyper", "sea_orm", "sqlx", "minijinja", "fluent_bundle", "argon2", "openidconnect"],
    },
    Rule {
        part: "keys",
        may_know: &["domain"],
        never: &["axum", "hyper", "sea_orm", "sqlx", "lettre", "minijinja", "fluent_bundle", "reqwest"],
    },
    Rule {
        part: "theme",
        may_know: &["domain"],
        never: &["axum", "hyper", "sea_orm", "sqlx", "lettre", "reqwest", "argon2", "openidconnect"],
    },
    Rule {
        part: "flows",
        may_know: &["domain", "store", "upstream", "mail", "keys"],
        never: &["axum", "hyper", "minijinja", "fluent_bundle", "sea_orm", "sqlx", "lettre"],
    },
    Rule { part: "http", may_know: &["domain", "flows", "theme"], never: &["sea_orm", "sqlx", "lettre"] },
    Rule {
        part: "config",
        may_know: &["domain"],
        never: &["axum", "hyper", "sea_orm", "sqlx", "lettre", "minijinja", "fluent_bundle", "reqwest"],
    },
];

#[test]
fn each_part_knows_only_the_parts_it_may_know() {
    let mut faults = Vec::new();
    for source in product() {
        let Some(rule) = rule_of(&source) else { continue };
        for known in source.own_parts() {
            if known != rule.part && PARTS.contains(&known.as_str()) && !rule.may_know.contains(&known.as_str()) {
                faults.push(format!("{}: `{}` imports `{known}`", source.path, rule.part));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn each_part_speaks_only_its_own_technology() {
    let mut faults = Vec::new();
    for source in product() {
        let Some(rule) = rule_of(&source) else { continue };
        let code = source.code_outside_tests();
        for foreign in rule.never.iter().filter(|foreign| names(&code, foreign)) {
            faults.push(format!("{}: `{}` uses `{foreign}`", source.path, rule.part));
        }
    }
    assert_none(&faults);
}

#[test]
fn the_table_of_parts_is_the_whole_house() {
    let unknown: Vec<String> = product()
        .iter()
        .map(|source| source.part().to_owned())
        .filter(|part| !PARTS.contains(&part.as_str()) && part != "main" && part != "lib")
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|part| format!("idp/src/{part} has no row in the table of imports"))
        .collect();
    assert_none(&unknown);
}

#[test]
fn each_file_begins_by_saying_what_lives_there() {
    let silent: Vec<String> = all_rust()
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("{}: the first line is no `//!` sentence", source.path))
        .collect();
    assert_none(&silent);
}

#[test]
fn nothing_is_called_utils_common_helpers_services_or_manager() {
    const EMPTY_WORDS: [&str; 8] = ["util", "utils", "common", "helper", "helpers", "services", "manager", "managers"];
    let mut faults = Vec::new();
    for folder in ["idp", "migration", "tests"] {
        for path in below(folder, "") {
            let parts = Path::new(&path).components().filter_map(|part| part.as_os_str().to_str());
            if parts.map(|part| part.split('.').next().unwrap_or(part)).any(|name| EMPTY_WORDS.contains(&name)) {
                faults.push(path);
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_top_level_holds_only_what_the_layout_lists() {
    const LISTED: [&str; 9] =
        ["Cargo.toml", "Cargo.lock", "idp", "migration", "themes", "config", "tests", "README.md", "CHANGELOG.md"];
    let ignored = fs::read_to_string(repository().join(".gitignore")).expect(".gitignore");
    let extra: Vec<String> = fs::read_dir(repository())
        .expect("the repository")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && !name.starts_with("LICENSE"))
        .filter(|name| !LISTED.contains(&name.as_str()) && !ignored.lines().any(|line| line == format!("/{name}")))
        .collect();
    assert_none(&extra);
}

/// SR-9: after a post of credentials a browser must not repeat it elsewhere.
#[test]
fn sr_9_no_redirect_keeps_the_method() {
    let kept = Regex::new(r"\b30[78]\b|TEMPORARY_REDIRECT|PERMANENT_REDIRECT|Redirect::(temporary|permanent)")
        .expect("a pattern");
    let faults: Vec<String> = product()
        .iter()
        .filter(|source| kept.is_match(&source.code_outside_tests()))
        .map(|source| format!("{}: a redirect other than 302 or 303", source.path))
        .collect();
    assert_none(&faults);
}

#[test]
fn no_test_sleeps() {
    let pause = Regex::new(r"\bsleep\s*\(|waitForTimeout\(|^\s*sleep\s").expect("a pattern");
    let mut faults = Vec::new();
    for path in ["rs", "mjs", "js"].iter().flat_map(|end| below("tests", end)).chain(["tests/run".to_owned()]) {
        let text = fs::read_to_string(repository().join(&path)).unwrap_or_default();
        let outside_this_file = path != "tests/architecture.rs";
        faults.extend(
            text.lines()
                .enumerate()
                .filter(|(_, line)| outside_this_file && pause.is_match(line))
                .map(|(number, _)| format!("{path}:{}", number + 1)),
        );
    }
    for source in product() {
        if pause.is_match(&source.tests()) {
            faults.push(source.path);
        }
    }
    assert_none(&faults);
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    let allowed = Regex::new(r"#!?\[allow\(").expect("a pattern");
    let faults: Vec<String> = all_rust()
        .iter()
        .filter(|source| allowed.is_match(&source.code()))
        .map(|source| format!("{}: use #[expect(…, reason = \"…\")]", source.path))
        .collect();
    assert_none(&faults);
}

fn product() -> Vec<Source> {
    Source::all(&["idp/src"])
}

fn all_rust() -> Vec<Source> {
    Source::all(&["idp", "migration", "tests"])
}

/// The row of a file; test code may reach for whatever shows the behaviour.
fn rule_of(source: &Source) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.part == source.part() && !source.is_test())
}

/// Whether code uses a path, spelled out or by `use`; a group such as `std::{fs, time::Instant}` counts too.
fn names(code: &str, path: &str) -> bool {
    let inside = |used: &str| used == path || used.strip_prefix(path).is_some_and(|rest| rest.starts_with("::"));
    sources::used_paths(code).iter().any(|used| inside(used)) || sources::spells(code, path)
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
