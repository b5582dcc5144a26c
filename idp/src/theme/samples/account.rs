//! Samples of the account pages.

use super::{NOW, Pages, Words, add};
use crate::theme::page::{
    AccountMenu, Argument, ConfirmSecondPassword, Message, Page, Problem, ServiceItem, SessionItem, Sessions,
    TwoFactor, TwoFactorItem,
};

pub fn menu(words: &Words, pages: &mut Pages) {
    let href = |name: &str| words.say(&format!("/uni/account/{name}"));
    let menu = AccountMenu {
        user_id_masked: words.say("12••••78"),
        top: Some(words.say("https://rp.example.jp/")),
        manual: Some(words.say("https://rp.example.jp/manual")),
        email: Some(href("email")),
        second_password: Some(href("second-password")),
        two_factor: Some(TwoFactorItem { href: href("two-factor"), enabled: true }),
        logout: words.say("/uni/logout"),
        authenticator: Some(href("authenticator")),
        sessions: href("sessions"),
    };
    add(pages, "account", Page::Account(menu.clone()));
    let off = TwoFactorItem { href: href("two-factor"), enabled: false };
    let alone = AccountMenu { top: None, manual: None, two_factor: Some(off), ..menu.clone() };
    add(pages, "account-alone", Page::Account(alone));
    let least = AccountMenu { authenticator: None, email: None, second_password: None, two_factor: None, ..menu };
    add(pages, "account-least", Page::Account(least));
}

pub fn step_up(words: &Words, pages: &mut Pages) {
    let form = ConfirmSecondPassword {
        action: words.say("/uni/account/email/confirm"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        back: words.say("/uni/account"),
        errors: Vec::new(),
    };
    add(pages, "confirm-second-password", Page::ConfirmSecondPassword(form.clone()));
    let errors = [
        ("empty", Problem::field("second_password", "E-49")),
        ("wrong", Problem::field("second_password", "E-50")),
        ("wait", Problem::field("second_password", "E-53").with("seconds", Argument::Number(5))),
    ];
    for (name, error) in errors {
        let page = ConfirmSecondPassword { errors: vec![error], ..form.clone() };
        add(pages, &format!("confirm-second-password-{name}"), Page::ConfirmSecondPassword(page));
    }
}

pub fn two_factor(words: &Words, pages: &mut Pages) {
    let page = TwoFactor {
        action: words.say("/uni/account/two-factor"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        enabled: false,
        forced: false,
        email_masked: Some(words.say("ta•••@example.com")),
        back: words.say("https://rp.example.jp/"),
    };
    add(pages, "two-factor-off", Page::TwoFactor(page.clone()));
    add(pages, "two-factor-on", Page::TwoFactor(TwoFactor { enabled: true, ..page.clone() }));
    let forced = TwoFactor { enabled: true, forced: true, email_masked: None, ..page };
    add(pages, "two-factor-forced", Page::TwoFactor(forced));
    let ok = || words.say("https://rp.example.jp/");
    add(pages, "message-two-factor-enabled", Page::Message(Message::TwoFactorEnabled { ok: ok() }));
    add(pages, "message-two-factor-disabled", Page::Message(Message::TwoFactorDisabled { ok: ok() }));
}

pub fn sessions(words: &Words, pages: &mut Pages) {
    let session = |id: &str, browser: Option<&str>, here| SessionItem {
        id: words.say(id),
        browser: browser.map(|browser| words.say(browser)),
        since: NOW,
        here,
    };
    let page = Sessions {
        action: words.say("/uni/account/sessions"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        sessions: vec![
            session("s1", Some("Chrome (Windows)"), true),
            session("s2", Some("Samsung Internet (Android)"), false),
            session("s3", None, false),
        ],
        others: true,
        services: vec![ServiceItem { client: words.say("certificate-service"), name: words.say("e-Certificate") }],
        back: words.say("/uni/account"),
    };
    add(pages, "sessions", Page::Sessions(page.clone()));
    let alone = Sessions {
        sessions: vec![session("s1", Some("Safari (iPhone)"), true)],
        others: false,
        services: Vec::new(),
        ..page
    };
    add(pages, "sessions-alone", Page::Sessions(alone));
}
