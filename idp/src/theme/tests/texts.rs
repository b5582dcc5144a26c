//! Texts of the default theme: complete in every language, and as the manual prints them.

use fluent_bundle::FluentArgs;

use crate::{
    domain::language::Language,
    theme::{catalogue::Catalogue, source},
};

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
