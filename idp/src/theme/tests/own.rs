//! Themes of one's own: what they may change, and what is refused.

use std::fs;

use super::page;
use crate::{
    domain::language::Language,
    theme::{
        ThemeError, Themes, samples,
        source::{self, Source},
    },
};

/// The built-in themes, with `files` laid over a theme of their own.
fn with_theme(files: &[(&str, &str)]) -> Result<Themes, ThemeError> {
    let mut sources = source::read(None)?;
    let files = files.iter().map(|(file, text)| ((*file).to_owned(), text.as_bytes().to_vec())).collect();
    sources.insert("own".to_owned(), Source { files });
    Themes::of(&sources)
}

fn refusal(files: &[(&str, &str)]) -> String {
    with_theme(files).unwrap_err().to_string()
}

#[test]
fn a_theme_of_ones_own_changes_a_text_and_a_part_and_inherits_the_rest() {
    let themes = with_theme(&[
        ("theme.toml", "inherits = \"default\""),
        ("locales/ja.ftl", "timed-out-title = また明日\n"),
        ("parts/contact.html", "{% include \"default/parts/contact.html\" %}<p>own</p>"),
        ("assets/theme.css", ":root { --own: 1 }"),
    ])
    .unwrap();
    let html = themes.page("own", &samples::frame(Language::Ja), &page("timed-out")).unwrap();
    assert!(html.contains("また明日") && html.contains("<p>own</p>") && html.contains("03-0000-0000"));
    let html = themes.page("default", &samples::frame(Language::Ja), &page("timed-out")).unwrap();
    assert!(!html.contains("また明日"), "other themes stay as they are");
}

#[test]
fn a_theme_that_could_let_texts_become_markup_is_refused() {
    let error = refusal(&[("parts/contact.html", "{{ frame.tenant|safe }}")]);
    assert!(error.contains("own") && error.contains("parts/contact.html") && error.contains("safe"), "{error}");
    let error = refusal(&[("parts/contact.html", "{% autoescape false %}{{ frame.tenant }}{% endautoescape %}")]);
    assert!(error.contains("autoescape"), "{error}");
    let error = refusal(&[("parts/contact.html", "<p title={{ frame.tenant }}>")]);
    assert!(error.contains("quotes"), "{error}");
}

#[test]
fn a_theme_with_an_unknown_template_filter_function_or_text_is_refused() {
    let error = refusal(&[("parts/contact.html", "{% include \"parts/nowhere.html\" %}")]);
    assert!(error.contains("parts/nowhere.html"), "{error}");
    for (template, part) in [
        ("{{ frame.tenant|upper }}", "upper"),
        ("{{ config() }}", "config"),
        ("{{ frame.nothing }}", "undefined"),
        ("{{ t(\"no-such-text\") }}", "no-such-text"),
        ("{{ t(\"key-ref\") }}", "key_ref"),
        ("{{ asset(\"nothing.css\") }}", "nothing.css"),
        (
            "{% for a in [1,2,3,4,5,6,7,8,9,10] %}{% for b in [1,2,3,4,5,6,7,8,9,10] %}{% for c in [1,2,3,4,5,6,7,8,9,10] %}{% for d in [1,2,3,4,5,6,7,8,9,10] %}{% for e in [1,2,3,4,5,6,7,8,9,10] %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
            "fuel",
        ),
    ] {
        let error = refusal(&[("parts/contact.html", template)]);
        assert!(error.contains(part), "{template}: {error}");
    }
}

#[test]
fn a_page_that_grows_without_measure_is_refused() {
    let line = "x".repeat(10_000);
    let template = format!(
        "{{% for a in [1,2,3,4,5,6,7,8,9] %}}{{% for b in [1,2,3,4,5,6,7,8,9] %}}{line}{{% endfor %}}{{% endfor %}}"
    );
    let error = refusal(&[("parts/contact.html", &template)]);
    assert!(error.contains("512 KiB"), "{error}");
}

#[test]
fn without_the_default_theme_nothing_starts() {
    let error = Themes::of(&std::collections::BTreeMap::new()).unwrap_err().to_string();
    assert!(error.contains("default"), "{error}");
}

#[test]
fn a_theme_that_drops_what_the_contract_promises_is_refused() {
    let error = refusal(&[("parts/token.html", "")]);
    assert!(error.contains("form tokens"), "{error}");
    let error = refusal(&[("mail/auth-key.txt", "{{ t(\"m-02-lead\") }}")]);
    assert!(error.contains("the mail lacks 730164"), "{error}");
    let error = refusal(&[("mail/layout.html", "{% for block in blocks %}{{ block.text }}{% break %}{% endfor %}")]);
    assert!(error.contains("the mail lacks its url"), "{error}");
    let error = refusal(&[("pages/timed-out.html", "<p>bye</p>")]);
    assert!(error.contains("data-page"), "{error}");
    let error = refusal(&[("parts/time_limit.html", "")]);
    assert!(error.contains("how long it lasts"), "{error}");
}

#[test]
fn a_theme_that_inherits_from_nobody_or_itself_is_refused() {
    assert!(refusal(&[("theme.toml", "inherits = \"nobody\"")]).contains("nobody"));
    assert!(refusal(&[("theme.toml", "inherits = \"own\"")]).contains("itself"));
    assert!(refusal(&[("theme.toml", "colour = \"red\"")]).contains("colour"));
}

#[test]
fn a_text_that_a_theme_leaves_out_is_the_shipped_one_of_that_language() {
    let themes = with_theme(&[("locales/ko.ftl", "common-ok = 네\n")]).unwrap();
    let html = themes.page("own", &samples::frame(Language::Ko), &page("message-auth-key-invalid")).unwrap();
    assert!(html.contains("<html lang=\"ko\"") && html.contains(">네</a>") && html.contains("인증키 무효"), "{html}");
}

#[test]
fn a_language_that_is_only_half_there_is_refused() {
    let mut sources = source::read(None).unwrap();
    let whole = String::from_utf8(sources["default"].files["locales/ko.ftl"].clone()).unwrap();
    let half = whole.replace("login-title = 재학생 로그인\n", "");
    assert_ne!(whole, half);
    sources.get_mut("default").unwrap().files.insert("locales/ko.ftl".to_owned(), half.into_bytes());
    sources.remove("university");
    let error = Themes::of(&sources).unwrap_err().to_string();
    assert!(error.contains("ko") && error.contains("login-title"), "{error}");
}

#[test]
fn a_language_that_the_theme_does_not_speak_falls_back_to_japanese() {
    let mut sources = source::read(None).unwrap();
    for source in sources.values_mut() {
        source.files.remove("locales/ko.ftl");
    }
    let themes = Themes::of(&sources).unwrap();
    assert_eq!(themes.languages("default"), [Language::Ja, Language::En, Language::ZhCn]);
    let html = themes.page("default", &samples::frame(Language::Ko), &page("timed-out")).unwrap();
    assert!(html.contains("<html lang=\"ja\"") && html.contains("有効時間切れ"));
}

#[test]
fn a_folder_of_themes_is_laid_over_the_built_in_ones() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("campus");
    fs::create_dir_all(own.join("locales")).unwrap();
    fs::write(own.join("locales/en.ftl"), "timed-out-title = See you\n").unwrap();
    let themes = Themes::load(Some(folder.path())).unwrap();
    assert!(themes.names().any(|name| name == "campus"));
    let html = themes.page("campus", &samples::frame(Language::En), &page("timed-out")).unwrap();
    assert!(html.contains("See you"));
    fs::write(own.join("locales/secret.key"), "x").unwrap();
    assert!(matches!(Themes::load(Some(folder.path())).unwrap_err(), ThemeError::File { .. }));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("campus/assets")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("campus/assets/a.css")).unwrap();
    assert!(Themes::load(Some(folder.path())).unwrap_err().to_string().contains("links"));
}
