//! Pages and texts of the built-in themes: complete, in every language, and as the manual prints them.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock};

use fluent_bundle::FluentArgs;

use super::{
    Page, ThemeError, Themes,
    catalogue::Catalogue,
    samples::{self, Words},
    source::{self, Source},
};
use crate::domain::language::Language;

static THEMES: LazyLock<Themes> = LazyLock::new(|| Themes::load(None).unwrap_or_else(|error| panic!("{error}")));
const LANGUAGES: [Language; 2] = [Language::Ja, Language::En];

/// Labels that the manual prints (marked = in journeys part 3).
const PRINTED: &[(&str, &str)] = &[
    ("common-notice-heading", "注意事項"),
    ("common-notice-must-read", "！注意事項は必ずお読みください"),
    ("common-ok", "OK"),
    ("common-yes", "はい"),
    ("common-no", "いいえ"),
    ("common-back", "戻る"),
    ("common-go-login", "ログインページへ移動"),
    ("login-title", "在学生ログイン"),
    ("login-user-id", "ユーザID"),
    ("login-password", "パスワード"),
    ("login-submit", "ログイン"),
    ("login-forgot-second", "第2パスワードを忘れた場合"),
    ("email-set-address", "メールアドレス"),
    ("email-set-confirm", "確認"),
    ("email-done-title", "メールアドレス設定完了"),
    ("email-done-1", "メールアドレスを設定しました。"),
    ("email-done-2", "今後、システムからの連絡はこのメールアドレス宛に送信されます。"),
    ("email-done-3", "メールアドレスはログイン後のメニューから変更可能です。"),
    ("sp-set-title", "第2パスワード設定"),
    ("sp-set-new", "第2パスワード"),
    ("sp-set-new-placeholder", "第2パスワード"),
    ("sp-set-confirm", "確認"),
    ("sp-set-confirm-placeholder", "第2パスワード"),
    ("sp-set-notice-1", "セキュリティ向上の為、第2パスワードを設定してください。"),
    ("sp-set-notice-2", "次回ログイン時より、パスワードと併せて第2パスワードも入力してください。"),
    ("sp-set-notice-3", "第2パスワードはログイン後のメニューから変更可能です。"),
    ("sp-rules-lead", "第2パスワードは下記ルールに従い設定してください。"),
    ("sp-rules-length", "8文字以上であること。"),
    ("sp-rules-upper", "1文字以上の半角英大文字(A-Z)が含まれること。"),
    ("sp-rules-lower", "1文字以上の半角英小文字(a-z)が含まれること。"),
    ("sp-rules-digit", "1文字以上の半角数字(0-9)が含まれること。"),
    ("sp-rules-charset", "半角英数字以外を含まないこと。"),
    ("sp-set-submit", "設定"),
    ("sp-entry-field", "第2パスワード"),
    ("sp-entry-forgot", "第2パスワードを忘れた場合"),
    ("key-title", "認証キー入力"),
    ("key-submit", "認証"),
    ("key-reissue", "認証キー再発行"),
    ("email-change-title", "メールアドレス変更"),
    ("email-change-new", "新しいメールアドレス"),
    ("email-change-confirm", "確認"),
    ("email-change-submit", "確認"),
    ("sp-change-title", "第2パスワード変更"),
    ("sp-change-current", "現在の第2パスワード"),
    ("sp-change-current-placeholder", "現在の第2パスワード"),
    ("sp-change-new", "新しい第2パスワード"),
    ("sp-change-new-placeholder", "新しい第2パスワード"),
    ("sp-change-confirm", "確認"),
    ("sp-change-confirm-placeholder", "新しい第2パスワード"),
    ("sp-change-back", "戻る"),
    ("sp-change-submit", "変更"),
    ("sp-forgot-address", "メールアドレス"),
    ("sp-forgot-submit", "送信"),
    ("sp-reset-new", "第2パスワード"),
    ("sp-reset-confirm", "確認"),
    ("sp-reset-submit", "変更"),
    ("tfa-title", "二要素認証設定"),
    ("tfa-state-on", "有効"),
    ("tfa-state-off", "無効"),
    ("logout-title", "ログアウト"),
    ("locked-forgot", "第2パスワードを忘れた場合"),
    ("menu-top", "トップページ"),
    ("menu-manual", "マニュアル"),
    ("menu-email", "メールアドレス変更"),
    ("menu-second-password", "第2パスワード変更"),
    ("menu-two-factor", "二要素認証設定"),
    ("menu-logout", "ログアウト"),
    ("d-01-title", "変更完了"),
    ("d-01-text", "第2パスワードが設定されました"),
    ("d-02-title", "変更完了"),
    ("d-02-text", "第2パスワードは変更されました"),
    ("d-05-title", "二要素認証設定"),
    ("d-05-text", "二要素認証を有効にしますか?"),
    ("d-06-title", "二要素認証設定"),
    ("d-06-text", "二要素認証を有効にしました。"),
];

fn catalogue(language: Language) -> Catalogue {
    let sources = source::read(None).unwrap();
    let file = &sources["default"].files[&format!("locales/{language}.ftl")];
    Catalogue::new(language, &[std::str::from_utf8(file).unwrap()]).unwrap()
}

/// The built-in themes, with `files` laid over a theme of their own.
fn with_theme(files: &[(&str, &str)]) -> Result<Themes, ThemeError> {
    let mut sources = source::read(None)?;
    let files = files.iter().map(|(file, text)| ((*file).to_owned(), text.as_bytes().to_vec())).collect();
    sources.insert("own".to_owned(), Source { files });
    Themes::of(sources)
}

fn refusal(files: &[(&str, &str)]) -> String {
    with_theme(files).unwrap_err().to_string()
}

fn page(name: &str) -> Page {
    samples::pages().into_iter().find(|(sample, _)| sample == name).unwrap().1
}

fn render(theme: &str, language: Language, name: &str) -> String {
    THEMES.page(theme, &samples::frame(language), &page(name)).unwrap()
}

#[test]
fn labels_of_the_manual_are_there_letter_for_letter() {
    let catalogue = catalogue(Language::Ja);
    let values = FluentArgs::from_iter([("min", 8)]);
    for (id, printed) in PRINTED {
        assert_eq!(catalogue.text(id, &values).unwrap(), *printed, "{id}");
    }
}

#[test]
fn every_language_has_the_same_texts() {
    let japanese = catalogue(Language::Ja);
    assert!(japanese.ids().len() > 300);
    assert_eq!(japanese.ids(), catalogue(Language::En).ids());
}

#[test]
fn every_page_is_made_in_every_theme_state_and_language() {
    let mut made = BTreeMap::new();
    for theme in THEMES.names() {
        assert_eq!(THEMES.languages(theme), LANGUAGES);
        for language in LANGUAGES {
            for (name, page) in samples::pages() {
                let html = THEMES.page(theme, &samples::frame(language), &page).unwrap();
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
        "already-signed-in",
        "auth-key",
        "confirm-link",
        "confirm-sign-out",
        "email-registered",
        "email-sent",
        "error",
        "form-post",
        "link-invalid",
        "locked",
        "lost-mailbox",
        "maintenance",
        "message",
        "not-eligible",
        "register-email",
        "second-password",
        "send-auth-key",
        "set-second-password",
        "sign-in",
        "signed-out",
        "timed-out",
    ];
    assert_eq!(names, contract);
}

#[test]
fn fields_and_buttons_have_the_names_of_the_contract() {
    let table: [(&str, &[&str]); 17] = [
        (
            "sign-in",
            &[
                "name=\"action\" value=\"sign-in\"",
                "name=\"ui_locale\"",
                "value=\"set-language\"",
                "data-link=\"forgot\"",
            ],
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
        ("confirm-sign-out", &["name=\"action\" value=\"yes\"", "value=\"no\"", "name=\"state\""]),
        ("signed-out", &["data-link=\"sign-in\""]),
        ("error-e-12", &["data-error=\"E-12\""]),
        ("link-invalid-e-30", &["data-error=\"E-30\"", "data-link=\"retry\""]),
        ("already-signed-in-other", &["value=\"continue\"", "value=\"sign-out\""]),
        ("message-auth-key-invalid", &["data-message=\"auth-key-invalid\""]),
        ("form-post", &["name=\"state\"", "action=\"https://rp.example.jp/callback\"", "<button"]),
    ];
    for language in LANGUAGES {
        for (name, parts) in table {
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
    assert!(render("default", Language::Ja, "auth-key-sent").contains("（日本時間 13:05 送信）"));
    assert!(render("default", Language::Ja, "auth-key-capped").contains("日本時間 2026年11月22日 13:35以降に"));
}

#[test]
fn a_length_of_one_is_singular_in_english() {
    assert!(render("default", Language::En, "locked-without-reset").contains("in about 1 minute."));
    assert!(render("default", Language::En, "locked").contains("in about 15 minutes."));
}

#[test]
fn a_dead_link_of_a_page_is_not_shown() {
    let html = render("default", Language::Ja, "second-password-wrong");
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
fn a_language_that_the_theme_does_not_speak_falls_back_to_japanese() {
    let html = THEMES.page("default", &samples::frame(Language::Ko), &page("timed-out")).unwrap();
    assert!(html.contains("<html lang=\"ja\"") && html.contains("有効時間切れ"));
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
fn a_theme_that_drops_what_the_contract_promises_is_refused() {
    let error = refusal(&[("parts/token.html", "")]);
    assert!(error.contains("form tokens"), "{error}");
    let error = refusal(&[("pages/timed-out.html", "<p>bye</p>")]);
    assert!(error.contains("data-page"), "{error}");
}

#[test]
fn a_theme_that_inherits_from_nobody_or_itself_is_refused() {
    assert!(refusal(&[("theme.toml", "inherits = \"nobody\"")]).contains("nobody"));
    assert!(refusal(&[("theme.toml", "inherits = \"own\"")]).contains("itself"));
    assert!(refusal(&[("theme.toml", "colour = \"red\"")]).contains("colour"));
}

#[test]
fn a_language_that_is_only_half_there_is_refused() {
    let error = refusal(&[("locales/ko.ftl", "common-ok = OK\n")]);
    assert!(error.contains("ko") && error.contains("login-title"), "{error}");
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
