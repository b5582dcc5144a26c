//! The letters, word for word as journeys part 5 prints them (`printed/<language>.txt`), and the rules for all languages.

use std::{collections::BTreeSet, sync::LazyLock};

use super::*;
use crate::theme::samples::letters;

static THEMES: LazyLock<Arc<Themes>> = LazyLock::new(|| Arc::new(Themes::load(None).unwrap()));

const URL: &str = "https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz234567";
const SECOND_URL: &str = "https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz765432";
const PRINTED: [(Language, &str); 2] =
    [(Language::Ja, include_str!("printed/ja.txt")), (Language::En, include_str!("printed/en.txt"))];

fn auth_key() -> Letter {
    letter("auth-key")
}

fn letter(name: &str) -> Letter {
    letters().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn compose(language: Language, letter: &Letter, html: bool) -> Composed {
    compose_with(language, letter, html, None)
}

/// `url`: the page of the office in charge.
fn compose_with(language: Language, letter: &Letter, html: bool, url: Option<&str>) -> Composed {
    let (tenant, service, office) = match language {
        Language::Ja => ("見本大学", "証明書発行サービス", "学務部"),
        Language::ZhCn => ("样例大学", "证书开具服务", "学务部"),
        Language::Ko => ("견본대학교", "증명서 발급 서비스", "학무부"),
        Language::En => ("Sample University", "Certificate Issuance Service", "Student Office"),
    };
    let contact = Contact {
        office: Some(office.to_owned()),
        phone: Some("03-0000-0000".to_owned()),
        url: url.map(str::to_owned),
        ..Contact::default()
    };
    let frame = LetterFrame { language, tenant: tenant.to_owned(), service: service.to_owned(), contact };
    Composer::new(Arc::clone(&THEMES)).compose("default", &frame, letter, html).unwrap()
}

fn footer(language: Language) -> &'static str {
    match language {
        Language::Ja => {
            "――――――――――――――――――――――\n◎このメールは送信専用メールです。\nお問い合わせ先は各事務担当まで\n見本大学 学務部\n電話：03-0000-0000\n"
        }
        _ => {
            "----------------------------------------------------------\nThis is a send-only address. Replies cannot be answered.\nContact:\nSample University Student Office\nPhone: 03-0000-0000\n"
        }
    }
}

#[test]
fn every_letter_reads_as_printed() {
    for (language, printed) in PRINTED {
        let mut expected: Vec<&str> = printed.split("=== ").skip(1).collect();
        assert_eq!(expected.len(), letters().len());
        for ((name, letter), expected) in letters().into_iter().zip(expected.drain(..)) {
            let (head, body) = expected.split_once('\n').unwrap();
            let (expected_name, subject) = head.split_once(": ").unwrap();
            let composed = compose(language, &letter, false);
            assert_eq!(name, expected_name);
            assert_eq!(composed.subject, subject);
            assert_eq!(composed.text, format!("{body}\n{}", footer(language)), "{language} {name}");
            assert_eq!(composed.html, None);
        }
    }
}

#[test]
fn a_key_stands_in_no_subject_and_only_letters_that_ask_for_a_press_have_links() {
    for language in Language::ALL {
        for (name, letter) in letters() {
            let composed = compose(language, &letter, false);
            for secret in ["730164", "482913", "119034", "://"] {
                assert!(!composed.subject.contains(secret), "{name}");
            }
            let links = match name {
                "confirm-email" | "change-email" | "reset-second-password" => 1,
                "reset-second-password-several" => 2,
                _ => 0,
            };
            assert_eq!(composed.text.matches("://").count(), links, "{}", composed.text);
            assert_eq!(composed.text.lines().filter(|line| [URL, SECOND_URL].contains(line)).count(), links);
        }
    }
}

#[test]
fn the_page_of_the_office_is_named_only_where_links_stand_anyway() {
    let office = "https://www.example.ac.jp/contact";
    for (name, letter) in letters() {
        let composed = compose_with(Language::Ja, &letter, true, Some(office));
        let asks = composed.text.contains(URL);
        for part in [&composed.text, &composed.html.unwrap()] {
            assert_eq!(part.contains(office), asks, "{name}: {part}");
        }
    }
}

#[test]
fn a_user_id_stands_only_where_one_address_has_several() {
    for language in Language::ALL {
        for (name, letter) in letters() {
            let masked = compose(language, &letter, false).text.contains("••");
            assert_eq!(masked, name == "reset-second-password-several", "{language} {name}");
        }
    }
}

#[test]
fn the_html_part_says_what_the_text_says_and_escapes_it() {
    for language in Language::ALL {
        for (name, letter) in letters() {
            let composed = compose(language, &letter, true);
            let html = composed.html.unwrap().replace("&quot;", "\"");
            let missing: BTreeSet<&str> =
                composed.text.lines().filter(|line| !line.starts_with(['―', '-']) && !html.contains(line)).collect();
            assert!(missing.is_empty(), "{name} {missing:?}\n{html}");
        }
    }
    let hostile = LetterFrame {
        language: Language::En,
        tenant: "<b>U</b>".to_owned(),
        service: "S\r\nBcc: x@example.com".to_owned(),
        contact: Contact::default(),
    };
    let composed = Composer::new(Arc::clone(&THEMES)).compose("default", &hostile, &auth_key(), true).unwrap();
    assert!(!composed.html.unwrap().contains("<b>U"));
    assert!(!composed.subject.contains(['\r', '\n']));
    assert!(composed.text.contains("<b>U</b>"), "a text mail is not HTML");
}

#[test]
fn in_html_each_link_and_each_code_is_a_block_of_its_own() {
    let html = |name| compose(Language::Ja, &letter(name), true).html.unwrap();
    let link = |url| format!("<p><a href=\"{url}\">{url}</a></p>");
    for name in ["confirm-email", "change-email", "reset-second-password"] {
        let html = html(name);
        assert!(html.contains(&link(URL)), "{html}");
        assert!(html.contains("<p class=\"code\">確認コード：482913\n"), "{html}");
    }
    let several = html("reset-second-password-several");
    for (user_id, url, code) in [("12••••78", URL, "482913"), ("34••••90", SECOND_URL, "119034")] {
        assert!(several.contains(&format!("<p>ユーザID：{user_id}</p>")), "{several}");
        assert!(several.contains(&link(url)), "{several}");
        assert!(several.contains(&format!("<p class=\"code\">確認コード：{code}</p>")), "{several}");
    }
    assert!(html("auth-key").contains("<p class=\"code\">認証キー：730164\n照合番号：X7K</p>"));
}

#[test]
fn no_line_is_longer_than_a_small_screen() {
    for language in Language::ALL {
        for (_, letter) in letters() {
            for line in compose(language, &letter, false).text.lines() {
                let width: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(width <= 70, "{line}");
            }
        }
    }
}
