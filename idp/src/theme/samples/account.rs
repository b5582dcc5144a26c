//! Samples of the account pages.

use super::{Pages, Words, add};
use crate::theme::page::{AccountMenu, Argument, ConfirmSecondPassword, Page, Problem, TwoFactorItem};

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
