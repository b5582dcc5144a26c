//! Samples of the pages of a forgotten second password.

use super::{Pages, Words, add};
use crate::theme::page::{
    Argument, ForgotSecondPassword, LinkInvalid, LinkRetry, Page, Problem, ResetEmailSent, ResetSecondPassword,
};

pub fn forgotten(words: &Words, pages: &mut Pages) {
    asking(words, pages);
    let form = ResetSecondPassword {
        action: words.say("/uni/link/abc"),
        user_id_masked: words.say("12••••78"),
        min_length: 8,
        errors: Vec::new(),
    };
    add(pages, "reset-second-password", Page::ResetSecondPassword(form.clone()));
    let errors = vec![
        Problem::field("second_password", "E-41"),
        Problem::field("second_password", "E-48"),
        Problem::field("second_password", "E-40").with("min", Argument::Number(12)),
        Problem::field("second_password", "E-52").with("max", Argument::Number(128)),
        Problem::field("second_password_confirmation", "E-46"),
    ];
    let refused = ResetSecondPassword { min_length: 12, errors, ..form };
    add(pages, "reset-second-password-refused", Page::ResetSecondPassword(refused));
    let retry = Some(LinkRetry::Reset(words.say("/uni/forgot-second-password")));
    let used = LinkInvalid { code: "E-31".to_owned(), retry };
    add(pages, "link-invalid-reset", Page::LinkInvalid(used));
}

fn asking(words: &Words, pages: &mut Pages) {
    let form = ForgotSecondPassword {
        action: words.say("/uni/forgot-second-password"),
        form_token: words.token(),
        email: String::new(),
        minutes: 30,
        back: Some(words.path("/next")),
        errors: Vec::new(),
    };
    add(pages, "forgot-second-password", Page::ForgotSecondPassword(form.clone()));
    let errors = [
        ("empty", "", Problem::field("email", "E-20")),
        ("refused", "taro@", Problem::field("email", "E-21")),
        ("throttled", "taro@example.com", Problem::page("E-29")),
    ];
    for (name, email, error) in errors {
        let page = ForgotSecondPassword { email: words.typed(email), errors: vec![error], ..form.clone() };
        add(pages, &format!("forgot-second-password-{name}"), Page::ForgotSecondPassword(page));
    }
    let alone = ForgotSecondPassword { back: None, ..form };
    add(pages, "forgot-second-password-alone", Page::ForgotSecondPassword(alone));
    let sent = ResetEmailSent {
        action: words.say("/uni/forgot-second-password/sent"),
        form_token: words.token(),
        minutes: 30,
        code_digits: 6,
        sign_in: Some(words.path("/restart")),
        lost_mailbox: words.say("/uni/forgot-second-password/lost-mailbox"),
        errors: Vec::new(),
    };
    add(pages, "reset-email-sent", Page::ResetEmailSent(sent.clone()));
    for (name, code) in [("wrong-code", "E-67"), ("dead-code", "E-68"), ("old-code", "E-69")] {
        let page = ResetEmailSent { errors: vec![Problem::field("code", code)], ..sent.clone() };
        add(pages, &format!("reset-email-sent-{name}"), Page::ResetEmailSent(page));
    }
    add(pages, "reset-email-sent-alone", Page::ResetEmailSent(ResetEmailSent { sign_in: None, ..sent }));
}
