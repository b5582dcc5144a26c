//! The requirements of security.md 1.1 to 1.5 that hold from the first release, each in a test that bears its number.

mod answers;
mod logins;
mod passwords;
mod sessions;

use std::{collections::BTreeSet, fs};

use regex::Regex;

use crate::architecture::sources::{below, repository};

/// The rows marked M.
const REQUIRED: [u32; 45] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, // sessions, login, browser
    13, 14, 15, 16, 17, 18, // the second password
    19, 20, 21, 22, 23, 24, 25, 26, 27, // the mailed key
    30, 31, 32, 33, 34, 35, 36, // the switch, enrolment, the address
    37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, // one-time URLs and mail
];

#[test]
fn every_requirement_has_a_test_of_its_number() {
    let named = Regex::new(r"fn sr_(\d+)_").unwrap();
    let mut tested = BTreeSet::new();
    for path in ["tests", "idp/src"].into_iter().flat_map(|folder| below(folder, "rs")) {
        let text = fs::read_to_string(repository().join(path)).unwrap();
        tested.extend(named.captures_iter(&text).map(|found| found[1].parse::<u32>().unwrap()));
    }
    let missing: Vec<u32> = REQUIRED.into_iter().filter(|number| !tested.contains(number)).collect();
    assert!(missing.is_empty(), "no test is named after {missing:?}");
}
