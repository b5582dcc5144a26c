//! Texts of the default theme: every language has the same ones, with the same values and in its own script.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::language::Language,
    theme::{catalogue::Catalogue, source},
};

pub(super) fn source(language: Language) -> String {
    let sources = source::read(None).unwrap();
    let file = &sources["default"].files[&format!("locales/{language}.ftl")];
    String::from_utf8(file.clone()).unwrap()
}

pub(super) fn catalogue(language: Language) -> Catalogue {
    Catalogue::new(language, None, &source(language)).unwrap()
}

/// Every message with its own lines.
pub(super) fn messages(language: Language) -> BTreeMap<String, String> {
    let mut messages: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in source(language).lines() {
        match line.split_once(" =") {
            Some((id, text)) if catalogue_id(id) => {
                messages.insert(id.to_owned(), text.to_owned());
                current = Some(id.to_owned());
            }
            _ if line.starts_with(' ') => {
                let message = messages.get_mut(current.as_ref().unwrap()).unwrap();
                message.push('\n');
                message.push_str(line);
            }
            _ => current = None,
        }
    }
    messages
}

fn catalogue_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What stands after `marker` as far as a name goes.
fn names_after(marker: char, text: &str) -> BTreeSet<&str> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    text.split(marker).skip(1).map(|rest| rest.split(ends).next().unwrap_or_default()).collect()
}

#[test]
fn every_language_has_the_same_texts_with_the_same_values() {
    let japanese = messages(Language::Ja);
    assert!(japanese.len() > 300);
    for language in Language::ALL {
        let own = messages(language);
        let ids: BTreeSet<&String> = own.keys().collect();
        assert_eq!(ids, japanese.keys().collect::<BTreeSet<_>>(), "{language}");
        assert_eq!(ids, catalogue(language).ids().iter().collect::<BTreeSet<_>>(), "{language}");
        for (id, text) in &own {
            assert_eq!(names_after('$', text), names_after('$', &japanese[id]), "{language} {id}");
        }
    }
}

#[test]
fn no_text_is_left_in_another_language() {
    let kana = |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}');
    let hangul = |c: char| matches!(c, '\u{ac00}'..='\u{d7a3}');
    let han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}');
    for (id, text) in messages(Language::En) {
        assert!(!text.contains(|c| kana(c) || han(c) || hangul(c)), "{id}: {text}");
    }
    for (id, text) in messages(Language::ZhCn) {
        assert!(!text.contains(|c| kana(c) || hangul(c)), "{id}: {text}");
    }
    for (id, text) in messages(Language::Ko) {
        assert!(!text.contains(|c| kana(c) || han(c)), "{id}: {text}");
    }
    let english = messages(Language::En);
    let same = ["common-page-title", "common-mail-status-failed", "common-list-separator", "m-head"];
    for language in [Language::Ja, Language::ZhCn, Language::Ko] {
        for (id, text) in messages(language) {
            let reference = text.trim_start().starts_with('{') && !text.contains('$') && text.trim_end().ends_with('}');
            let untranslated = text == english[&id] && !reference && !same.contains(&id.as_str());
            assert!(!untranslated || id == "common-ok", "{language} {id}: {text}");
        }
    }
}

#[test]
fn texts_end_as_their_language_ends_them() {
    for (id, text) in messages(Language::En) {
        assert!(!text.contains(['。', '、', '（', '：', '　']), "{id}: {text}");
    }
    for (id, text) in messages(Language::Ko) {
        assert!(!text.contains(['。', '、', '（', '：', '　', '“']), "{id}: {text}");
    }
    for (id, text) in messages(Language::ZhCn) {
        let plain = text.contains(", ")
            || text.contains(". ")
            || text.contains("! ")
            || text.contains('？') && text.contains('?');
        assert!(!plain, "{id}: {text}");
    }
}
