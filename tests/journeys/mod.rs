//! Every row of the journeys' state machines (journeys.md, part 2) names the tests that walk it, and every such test is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use regex::Regex;

use crate::architecture::sources::{below, repository};

const LIST: &str = include_str!("list.txt");
const JOURNEYS: u32 = 20;
const ACCEPTANCE_CHECKS: u32 = 18;

struct Row {
    /// J-04 is 4.
    journey: u32,
    text: &'static str,
    tests: Vec<&'static str>,
}

fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut journey = 0;
    for line in LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(heading) = line.strip_prefix("[J-") {
            journey = heading[..2].parse().unwrap();
        } else if let Some(test) = line.strip_prefix("    ") {
            rows.last_mut().expect("a row above its tests").tests.push(test);
        } else {
            rows.push(Row { journey, text: line, tests: Vec::new() });
        }
    }
    rows
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_default()
}

/// `area::file::test`: the file, or the `mod.rs` of that name, has a test of that name.
fn is_written_in_rust(name: &str) -> bool {
    let Some((module, function)) = name.rsplit_once("::") else { return false };
    let place =
        module.strip_prefix("idp::").map_or_else(|| format!("tests::{module}"), |below| format!("idp::src::{below}"));
    let place = place.replace("::", "/");
    let test = Regex::new(&format!(r"#\[(tokio::)?test[^\n]*\]\s+(async )?fn {function}\(")).unwrap();
    [format!("{place}.rs"), format!("{place}/mod.rs")].iter().any(|path| test.is_match(&read(path)))
}

/// `browser/file: title`: that file has a test whose title is this, or begins with it where the rest varies.
fn is_a_browser_test(name: &str) -> bool {
    let Some((file, title)) = name.split_once(": ") else { return false };
    let text = read(&format!("tests/{file}.test.mjs"));
    [format!("test(\"{title}"), format!("test(`{title}")].iter().any(|test| text.contains(test))
}

#[test]
fn every_row_names_tests_that_are_there() {
    let rows = rows();
    let bare: Vec<_> = rows.iter().filter(|row| row.tests.is_empty()).map(|row| row.text).collect();
    assert!(bare.is_empty(), "rows without a test: {bare:#?}");
    let named: BTreeSet<&str> = rows.iter().flat_map(|row| row.tests.iter().copied()).collect();
    let missing: Vec<_> =
        named.into_iter().filter(|name| !is_written_in_rust(name) && !is_a_browser_test(name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn the_rows_stand_in_order_under_their_journeys_and_none_stands_twice() {
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<u32, &str> = BTreeMap::new();
    for Row { journey, text, .. } in rows() {
        let (number, step) = text.split(' ').next().unwrap().split_once('.').expect("a row begins with its step");
        assert_eq!(number.parse(), Ok(journey), "{text}");
        assert!(seen.insert(text), "{text} stands twice");
        // What holds for the whole journey comes last.
        let after = last.insert(journey, step).unwrap_or_default();
        assert!(step == "*" || (after != "*" && after <= step), "{text} comes too late");
    }
    assert_eq!(last.into_keys().collect::<Vec<_>>(), (1..=JOURNEYS).collect::<Vec<_>>());
}

#[test]
fn every_acceptance_check_has_a_test_of_its_number() {
    let named = Regex::new(r#"fn check_(\d+)_|test\([`"]check (\d+): "#).unwrap();
    let paths =
        ["tests", "idp/src"].into_iter().flat_map(|folder| below(folder, "rs")).chain(below("tests/browser", "mjs"));
    let mut tested = BTreeSet::new();
    for path in paths {
        let text = read(&path);
        let numbers =
            named.captures_iter(&text).map(|found| found.get(1).or(found.get(2)).unwrap().as_str().parse().unwrap());
        tested.extend(numbers.collect::<Vec<u32>>());
    }
    assert_eq!(tested.into_iter().collect::<Vec<_>>(), (1..=ACCEPTANCE_CHECKS).collect::<Vec<_>>());
}
