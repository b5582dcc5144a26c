//! The four letters, word for word.

use std::{collections::BTreeSet, sync::LazyLock};

use super::*;
use crate::domain::{clock::Timestamp, secret::Secret};

static THEMES: LazyLock<Arc<Themes>> = LazyLock::new(|| Arc::new(Themes::load(None).unwrap()));

/// 2026-11-22 13:05 in Japan.
const NOW: Timestamp = Timestamp::from_seconds(1_795_320_300);
const MINUTE: Duration = Duration::from_mins(1);
const URL: &str = "https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz234567";

fn confirm_email() -> Letter {
    Letter::ConfirmEmail {
        url: Secret::new(URL),
        code: Secret::new("482913"),
        lifetime: MINUTE * 30,
        expires_at: NOW.plus(MINUTE * 30),
    }
}

fn auth_key() -> Letter {
    Letter::AuthKey {
        key: Secret::new("730164"),
        reference: "X7K".to_owned(),
        lifetime: MINUTE * 10,
        expires_at: NOW.plus(MINUTE * 10),
        sent_at: NOW,
    }
}

fn failures() -> Letter {
    Letter::RepeatedFailures { at: NOW, lock: MINUTE * 15 }
}

fn compose(language: Language, letter: &Letter, html: bool) -> Composed {
    let (tenant, service) = match language {
        Language::Ja => ("見本大学", "証明書発行サービス"),
        _ => ("Sample University", "Certificate Issuance Service"),
    };
    let contact = Contact {
        office: Some(if language == Language::Ja { "学務部" } else { "Student Office" }.to_owned()),
        phone: Some("03-0000-0000".to_owned()),
        ..Contact::default()
    };
    let frame = LetterFrame { language, tenant: tenant.to_owned(), service: service.to_owned(), contact };
    Composer::new(Arc::clone(&THEMES)).compose("default", &frame, letter, html).unwrap()
}

fn says(language: Language, letter: &Letter, subject: &str, body: &str) {
    let (head, footer) = match language {
        Language::Ja => (
            "見本大学　証明書発行サービス",
            "――――――――――――――――――――――\n◎このメールは送信専用メールです。\nお問い合わせ先は各事務担当まで\n見本大学 学務部\n電話：03-0000-0000\n",
        ),
        _ => (
            "Sample University  Certificate Issuance Service",
            "----------------------------------------------------------\nThis is a send-only address. Replies cannot be answered.\nContact:\nSample University Student Office\nPhone: 03-0000-0000\n",
        ),
    };
    let composed = compose(language, letter, false);
    assert_eq!(composed.subject, subject);
    assert_eq!(composed.text, format!("{head}\n\n{body}\n{footer}"));
    assert_eq!(composed.html, None);
}

#[test]
fn the_letter_that_confirms_an_address_reads_as_printed() {
    says(
        Language::Ja,
        &confirm_email(),
        "【証明書発行サービス】メールアドレス登録のご確認",
        "メールアドレスの登録を行います。
以下の URL にアクセスし、メールアドレスの登録を完了して下さい。

https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz234567

URL 期限：30 分
（2026年11月22日 13:35 まで・日本時間）

メールアドレスを入力した画面に、次の確認コードを入力して
完了することもできます。

確認コード：482913
（他の人に教えないでください）

・URLは1回のみ利用できます。
・スマートフォンなど、別の端末で開くこともできます。
・登録の完了後は、ログインページから改めてログインして
　ください。

※もしこのメールにお心当たりのない方は削除して下さい。
　メールアドレスは登録されません。
",
    );
    says(
        Language::En,
        &confirm_email(),
        "[Certificate Issuance Service] Confirm your e-mail address",
        "We have received a request to register this e-mail address.
Open the link below to complete the registration.

https://id.example.ac.jp/link/abcdefghijklmnopqrstuvwxyz234567

Valid for: 30 minutes (until 22 November 2026, 13:35, Japan time)

You can also enter this code on the page where you typed your
address.

Confirmation code: 482913
(Do not tell it to anyone.)

- The link can be used once.
- You can open it on another device such as a smartphone.
- After that, log in again from the login page.

If you did not make this request, please delete this e-mail.
The address will not be registered.
",
    );
}

#[test]
fn the_letter_with_a_key_reads_as_printed() {
    says(
        Language::Ja,
        &auth_key(),
        "【証明書発行サービス】認証キーのお知らせ",
        "ログインのための認証キーをお知らせします。
認証キー入力画面に入力してください。

認証キー：730164
照合番号：X7K

有効期限：10 分（2026年11月22日 13:15 まで・日本時間）
送信時刻：2026年11月22日 13:05

・画面の照合番号と同じであることをご確認ください。
・認証キーを他の人に教えないでください。大学や本サービス
　の担当者が認証キーをお尋ねすることはありません。

ログインの操作をしていないのにこのメールが届いた場合は、
第三者がお客様のパスワードを知っているおそれがあります。
大学のパスワードと第2パスワードを変更し、お問い合わせ先
にご連絡ください。
",
    );
    says(
        Language::En,
        &auth_key(),
        "[Certificate Issuance Service] Your authentication key",
        "Here is your authentication key. Enter it on the
\"Enter the Authentication Key\" page.

Authentication key: 730164
Reference: X7K

Valid for: 10 minutes (until 22 November 2026, 13:15, Japan time)
Sent at: 22 November 2026, 13:05

- Make sure the page shows the same reference.
- Do not tell this key to anyone. Neither the university nor
  this service will ever ask you for it.

If you were not logging in, someone may know your passwords.
Change your university password and your second password, and
contact us.
",
    );
}

#[test]
fn the_notice_of_a_set_second_password_reads_as_printed() {
    let letter = Letter::SecondPasswordSet { at: NOW };
    says(
        Language::Ja,
        &letter,
        "【証明書発行サービス】第2パスワード設定のお知らせ",
        "第2パスワードが設定されました。
日時：2026年11月22日 13:05（日本時間）

お心当たりのない場合は、第三者が操作したおそれがあります。
至急、お問い合わせ先にご連絡ください。
",
    );
    says(
        Language::En,
        &letter,
        "[Certificate Issuance Service] Your second password was set",
        "Your second password was set.
Time: 22 November 2026, 13:05 (Japan time)

If you did not do this, someone else may have. Contact us at
once.
",
    );
}

#[test]
fn the_notice_of_repeated_failures_reads_as_printed() {
    says(
        Language::Ja,
        &failures(),
        "【証明書発行サービス】ログイン失敗のお知らせ",
        "第2パスワードまたは認証キーの入力が一定回数失敗したため、
ログインを一時的に制限しました。
日時：2026年11月22日 13:05（日本時間）

ご自身の操作の場合は、15分ほど時間をおいてから
もう一度お試しください。
お心当たりのない場合は、大学のパスワードを変更し、
お問い合わせ先にご連絡ください。
",
    );
    says(
        Language::En,
        &failures(),
        "[Certificate Issuance Service] Repeated login failures",
        "Login was restricted for a while because the second password
or the authentication key was entered incorrectly too often.
Time: 22 November 2026, 13:05 (Japan time)

If this was you, try again in about 15 minutes.
If not, change your university password and contact us.
",
    );
}

#[test]
fn a_key_stands_in_no_subject_and_only_one_letter_has_a_link() {
    for language in [Language::Ja, Language::En] {
        for letter in [confirm_email(), auth_key(), Letter::SecondPasswordSet { at: NOW }, failures()] {
            let composed = compose(language, &letter, false);
            assert!(!composed.subject.contains("730164") && !composed.subject.contains("482913"));
            let links = usize::from(matches!(letter, Letter::ConfirmEmail { .. }));
            assert_eq!(composed.text.matches("://").count(), links, "{}", composed.text);
        }
    }
}

#[test]
fn the_html_part_says_what_the_text_says_and_escapes_it() {
    for letter in [confirm_email(), auth_key(), failures()] {
        let composed = compose(Language::Ja, &letter, true);
        let html = composed.html.unwrap();
        let missing: BTreeSet<&str> =
            composed.text.lines().filter(|line| !line.starts_with('―') && !html.contains(line)).collect();
        assert!(missing.is_empty(), "{missing:?}\n{html}");
    }
    let html = compose(Language::Ja, &confirm_email(), true).html.unwrap();
    assert!(html.contains(&format!("<a href=\"{URL}\">")), "{html}");
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
fn no_line_is_longer_than_a_small_screen() {
    for language in [Language::Ja, Language::En] {
        for letter in [confirm_email(), auth_key(), Letter::SecondPasswordSet { at: NOW }, failures()] {
            for line in compose(language, &letter, false).text.lines() {
                let width: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(width <= 70, "{line}");
            }
        }
    }
}
