//! The table of rows and the tests are the same list: nothing is missing, nothing stands beside it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use regex::Regex;

/// The rows by file: `[file]`, then a name a line.
const LIST: &str = include_str!("list.txt");

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/oidc/rows")
}

fn listed() -> BTreeSet<(String, String)> {
    let mut rows = BTreeSet::new();
    let mut file = "";
    for line in LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            file = name;
        } else {
            assert!(rows.insert((file.to_owned(), line.to_owned())), "{line} stands twice");
        }
    }
    rows
}

fn written() -> BTreeSet<(String, String)> {
    let function = Regex::new(r"#\[tokio::test\]\s+async fn (\w+)\(").unwrap();
    let mut rows = BTreeSet::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let (name, text) = (path.file_stem().unwrap().to_str().unwrap(), fs::read_to_string(&path).unwrap());
            rows.extend(function.captures_iter(&text).map(|found| (name.to_owned(), found[1].to_owned())));
        }
    }
    rows
}

#[test]
fn every_row_has_its_test_and_every_test_its_row() {
    let (listed, written) = (listed(), written());
    let missing: Vec<_> = listed.difference(&written).collect();
    let beside: Vec<_> = written.difference(&listed).collect();
    assert!(
        missing.is_empty() && beside.is_empty(),
        "rows without a test: {missing:?}; tests without a row: {beside:?}"
    );
}
