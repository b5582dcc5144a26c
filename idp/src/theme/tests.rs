//! Pages of the built-in themes: complete, in every state and language.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use super::{
    Page, Themes,
    samples::{self, Words},
};
use crate::domain::language::Language;

static THEMES: LazyLock<Themes> = LazyLock::new(|| Themes::load(None).unwrap_or_else(|error| panic!("{error}")));
const LANGUAGES: [Language; 4] = Language::ALL;

mod labels;
mod own;
mod texts;
mod usage;
mod weight;

fn page(name: &str) -> Page {
    samples::pages().into_iter().find(|(sample, _)| sample == name).unwrap().1
}

fn render(theme: &str, language: Language, name: &str) -> String {
    THEMES.page(theme, &samples::frame(language), &page(name)).unwrap()
}

#[test]
fn every_page_is_made_in_every_theme_state_and_language() {
    let mut made = BTreeMap::new();
    for theme in THEMES.names() {
        assert_eq!(THEMES.languages(theme), LANGUAGES);
        for language in LANGUAGES {
            for (name, page) in samples::pages() {
                let html = THEMES.page(theme, &samples::frame_of(&name, language), &page).unwrap();
                assert!(html.contains(&format!("<html lang=\"{language}\"")), "{theme} {name}");
                assert!(html.contains(&format!("<main data-page=\"{}\"", page.id())), "{theme} {name}");
                assert!(!html.contains("none</") && !html.contains("undefined"), "{theme} {name}:\n{html}");
                made.insert((theme.to_owned(), language, name), html);
            }
        }
    }
    if let Some(folder) = std::env::var_os("IDP_THEME_PAGES") {
        write_pages(&PathBuf::from(folder), &made);
    }
}

/// `IDP_THEME_PAGES=/tmp/pages cargo test -p idp --lib theme::` leaves every page there as a file, to look at in a browser.
fn write_pages(folder: &std::path::Path, made: &BTreeMap<(String, Language, String), String>) {
    for ((theme, language, name), html) in made {
        let assets = folder.join("assets").join(theme);
        fs::create_dir_all(&assets).unwrap();
        for (hashed, asset) in THEMES.assets(theme) {
            fs::write(assets.join(hashed), &asset.bytes).unwrap();
        }
        let html = html.replace("/uni/assets/", "assets/");
        fs::write(folder.join(format!("{theme}-{name}-{language}.html")), html).unwrap();
    }
}

#[test]
fn pages_have_the_names_of_the_contract() {
    let mut names: Vec<&str> = samples::pages().iter().map(|(_, page)| page.id()).collect();
    names.dedup();
    names.sort_unstable();
    names.dedup();
    let contract = [
        "account",
        "already-signed-in",
        "auth-key",
        "authenticator",
        "change-email",
        "change-second-password",
        "confirm-device",
        "confirm-link",
        "confirm-second-password",
        "confirm-sign-out",
        "consent",
        "device",
        "device-answered",
        "email-changed",
        "email-registered",
        "email-sent",
        "error",
        "forgot-second-password",
        "form-post",
        "link-invalid",
        "locked",
        "lost-mailbox",
        "maintenance",
        "message",
        "not-eligible",
        "recovery-codes",
        "register-email",
        "reset-email-sent",
        "reset-second-password",
        "second-password",
        "send-auth-key",
        "sessions",
        "set-second-password",
        "set-up-authenticator",
        "sign-in",
        "signed-out",
        "timed-out",
        "two-factor",
    ];
    assert_eq!(names, contract);
}

/// What drivers and screen readers hold on to, by sample.
const NAMES: [(&str, &[&str]); 43] = [
    (
        "sign-in",
        &["name=\"action\" value=\"sign-in\"", "name=\"ui_locale\"", "value=\"set-language\"", "data-link=\"forgot\""],
    ),
    ("sign-in-password", &["name=\"username\"", "name=\"password\""]),
    ("sign-in-several", &["name=\"upstream\" value=\"campus\"", "name=\"upstream\" value=\"library\""]),
    ("register-email", &["name=\"email\"", "name=\"email_confirmation\""]),
    (
        "email-sent-queued",
        &[
            "name=\"code\"",
            "name=\"action\" value=\"confirm\"",
            "value=\"resend\"",
            "value=\"correct\"",
            "data-link=\"check\"",
            "data-link=\"sign-in\"",
        ],
    ),
    ("email-registered-sign-in", &["data-link=\"sign-in\""]),
    ("email-registered-continue", &["data-link=\"continue\""]),
    ("set-second-password", &["name=\"second_password\"", "name=\"second_password_confirmation\""]),
    ("second-password", &["name=\"second_password\"", "data-link=\"forgot\"", "data-link=\"back\""]),
    (
        "auth-key-sent",
        &[
            "name=\"auth_key\"",
            "name=\"action\" value=\"verify\"",
            "value=\"reissue\"",
            "data-link=\"check\"",
            "data-link=\"lost-mailbox\"",
            "data-link=\"back\"",
        ],
    ),
    ("authenticator", &["name=\"code\"", "<button class=\"button\"", "data-link=\"recovery\"", "data-link=\"back\""]),
    ("authenticator-recovery", &["name=\"code\"", "data-link=\"app\""]),
    ("set-up-authenticator", &["name=\"code\"", "<svg", "data-link=\"app\""]),
    ("recovery-codes", &["<button", "ABCD-2345-EFGH-6789"]),
    ("device", &["name=\"user_code\""]),
    ("confirm-device", &["name=\"action\" value=\"allow\"", "value=\"deny\"", "data-scope=\"offline_access\""]),
    ("device-answered-connected", &["data-message=\"device-connected\"", "data-link=\"device\""]),
    ("change-email", &["name=\"email\"", "name=\"email_confirmation\"", "data-link=\"back\""]),
    ("change-email-sent", &["name=\"code\"", "value=\"resend\"", "value=\"correct\"", "data-link=\"back\""]),
    ("email-changed-back", &["data-link=\"back\""]),
    ("email-changed-sign-in", &["data-link=\"sign-in\""]),
    ("link-invalid-change", &["data-error=\"E-30\"", "data-link=\"retry\""]),
    (
        "change-second-password",
        &[
            "name=\"current_second_password\"",
            "name=\"second_password\"",
            "name=\"second_password_confirmation\"",
            "data-link=\"back\"",
        ],
    ),
    ("forgot-second-password", &["name=\"email\"", "data-link=\"back\""]),
    ("reset-email-sent", &["name=\"code\"", "data-link=\"sign-in\""]),
    ("reset-second-password", &["name=\"second_password\"", "name=\"second_password_confirmation\""]),
    ("link-invalid-reset", &["data-error=\"E-31\"", "data-link=\"retry\""]),
    ("message-second-password-changed", &["data-message=\"second-password-changed\"", "data-link=\"ok\""]),
    ("confirm-second-password", &["name=\"second_password\"", "data-link=\"back\""]),
    (
        "account",
        &[
            "data-link=\"top\"",
            "data-link=\"manual\"",
            "data-link=\"email\"",
            "data-link=\"second-password\"",
            "data-link=\"two-factor\"",
            "data-link=\"logout\"",
            "data-link=\"sessions\"",
        ],
    ),
    (
        "two-factor-off",
        &[
            "data-message=\"enable-two-factor\"",
            "name=\"target\" value=\"on\"",
            "name=\"action\" value=\"yes\"",
            "name=\"action\" value=\"no\"",
        ],
    ),
    ("two-factor-on", &["data-message=\"disable-two-factor\"", "name=\"target\" value=\"off\""]),
    ("message-two-factor-enabled", &["data-message=\"two-factor-enabled\"", "data-link=\"ok\""]),
    ("message-two-factor-disabled", &["data-message=\"two-factor-disabled\"", "data-link=\"ok\""]),
    (
        "sessions",
        &[
            "name=\"session\" value=\"s2\"",
            "name=\"action\" value=\"end\"",
            "name=\"action\" value=\"end-others\"",
            "name=\"action\" value=\"revoke\"",
            "name=\"client\" value=\"certificate-service\"",
        ],
    ),
    ("locked-signed-in", &["data-link=\"back\""]),
    ("confirm-sign-out", &["name=\"action\" value=\"yes\"", "value=\"no\"", "name=\"state\""]),
    ("signed-out", &["data-link=\"sign-in\""]),
    ("error-e-12", &["data-error=\"E-12\""]),
    ("link-invalid-e-30", &["data-error=\"E-30\"", "data-link=\"retry\""]),
    ("already-signed-in-other", &["value=\"continue\"", "value=\"sign-out\""]),
    ("message-auth-key-invalid", &["data-message=\"auth-key-invalid\""]),
    ("form-post", &["name=\"state\"", "action=\"https://rp.example.jp/callback\"", "<button"]),
];

#[test]
fn fields_and_buttons_have_the_names_of_the_contract() {
    for language in LANGUAGES {
        for (name, parts) in NAMES {
            let html = render("default", language, name);
            for part in parts {
                assert!(html.contains(part), "{name} lacks {part}:\n{html}");
            }
        }
    }
}

#[test]
fn a_field_in_error_is_tied_to_its_message() {
    let html = render("default", Language::Ja, "auth-key-wrong");
    let field = html.split("<input").find(|part| part.contains("name=\"auth_key\"")).unwrap();
    assert!(field.contains("aria-invalid=\"true\""), "{field}");
    let id = field.split("aria-describedby=\"").nth(1).unwrap().split(['"', ' ']).next().unwrap();
    assert!(html.contains(&format!("id=\"{id}\"")), "{html}");
    assert!(html.contains("data-error=\"E-61\""));
    assert!(html.contains("照合番号が「X7K」のメール"));
}

#[test]
fn times_say_that_they_are_of_japan() {
    assert!(render("default", Language::Ja, "email-sent-sent").contains("日本時間 2026年11月22日 13:35までに"));
    assert!(render("default", Language::En, "email-sent-sent").contains("by 22 November 2026, 13:35 Japan time."));
    assert!(
        render("default", Language::ZhCn, "email-sent-sent").contains("在日本时间 2026年11月22日 13:35之前完成注册")
    );
    assert!(render("default", Language::Ko, "email-sent-sent").contains("일본 시간 2026년 11월 22일 13:35까지"));
    assert!(render("default", Language::Ja, "auth-key-sent").contains("（日本時間 13:05 送信）"));
    assert!(render("default", Language::Ko, "auth-key-sent").contains("(일본 시간 13:05 발송)"));
    assert!(render("default", Language::Ja, "auth-key-capped").contains("日本時間 2026年11月22日 13:35以降に"));
}

#[test]
fn a_length_of_one_is_singular_in_english() {
    assert!(render("default", Language::En, "locked-without-reset").contains("in about 1 minute."));
    assert!(render("default", Language::En, "locked").contains("in about 15 minutes."));
}

#[test]
fn a_dead_link_of_a_page_is_not_shown() {
    let html = render("default", Language::Ja, "second-password-without-reset");
    assert!(!html.contains("data-link=\"forgot\""), "a page that does not exist is not linked to");
}

#[test]
fn hostile_texts_stay_texts() {
    let words = Words::marked("\"'><script>alert(1)</script>");
    for theme in THEMES.names() {
        for (name, page) in samples::pages_with(&words) {
            let html = THEMES.page(theme, &samples::frame_with(Language::En, &words), &page).unwrap();
            assert!(!html.contains("<script>") && !html.contains("\"'>"), "{theme} {name}");
            assert!(html.contains("&lt;script&gt;"), "{theme} {name}");
        }
    }
}

#[test]
fn assets_are_found_under_the_address_that_pages_name() {
    let html = render("default", Language::Ja, "timed-out");
    let path = html.split("href=\"/uni/assets/default/").find(|part| part.starts_with("style.")).unwrap();
    let file = path.split('"').next().unwrap();
    let asset = THEMES.asset("default", file).unwrap();
    assert_eq!(asset.content_type, "text/css; charset=utf-8");
    assert!(THEMES.asset("default", "style.css").is_none());
    assert!(THEMES.asset("default", "../theme.toml").is_none());
    assert!(THEMES.asset("other", file).is_none());
}
