//! Texts and errors that nobody shows are texts that nobody keeps right.

use std::{collections::BTreeSet, fs, path::Path};

use super::texts::messages;
use crate::{
    domain::language::Language,
    theme::{samples, source},
};

/// Texts of journeys part 3 that only themes of one's own show; the questions D-05 and D-07 stand on P-18 under its title.
const FOR_THEMES: [&str; 5] = ["common-close", "common-required", "common-service-name", "d-05-title", "d-07-title"];

/// The source of the library and the templates, without tests and samples.
fn everything() -> String {
    let mut all = String::new();
    rust(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    for source in source::read(None).unwrap().values() {
        for (file, bytes) in &source.files {
            if Path::new(file).extension().is_some_and(|extension| extension == "html" || extension == "txt") {
                all.push_str(std::str::from_utf8(bytes).unwrap());
            }
        }
    }
    all
}

fn rust(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if ["tests", "tests.rs", "samples", "samples.rs"].contains(&name.as_str()) || name.ends_with("_tests.rs") {
            continue;
        }
        if path.is_dir() {
            rust(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_text_is_shown_somewhere() {
    let sources = everything();
    let texts = messages(Language::Ja);
    // `t("sp-rules-" ~ rule)`: the text is put together from a beginning.
    let beginnings: BTreeSet<&str> =
        sources.split("t(\"").skip(1).filter_map(|rest| rest.split_once("\" ~")).map(|(begin, _)| begin).collect();
    // `t(id ~ "-body")`: and from an end.
    let ends: BTreeSet<&str> = sources.split("t(id ~ \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let shown = |id: &str| {
        let code = id.to_uppercase();
        sources.contains(&format!("\"{id}\""))
            || id.starts_with("e-") && sources.contains(&format!("\"{code}\""))
            || beginnings.iter().any(|begin| id.starts_with(begin))
            || ends.iter().any(|end| id.strip_suffix(end).is_some_and(|stem| sources.contains(&format!("\"{stem}\""))))
            || texts.values().any(|text| text.contains(&format!("{{ {id} }}")))
            || FOR_THEMES.contains(&id)
    };
    let unused: Vec<&String> = texts.keys().filter(|id| !shown(id)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_error_that_is_given_has_its_text() {
    let texts = messages(Language::Ja);
    let sources = everything();
    let given: BTreeSet<&str> = sources
        .match_indices("\"E-")
        .filter_map(|(at, _)| sources.get(at + 1..at + 5))
        .filter(|code| code.ends_with(|c: char| c.is_ascii_digit()))
        .collect();
    assert!(given.len() > 30, "{given:?}");
    for code in given {
        assert!(texts.contains_key(&code.to_lowercase()), "{code}");
    }
    for (name, page) in samples::pages() {
        assert!(texts.contains_key(page.title_id()), "{name}");
    }
}
