//! Samples of the pages where an address or a second password is changed.

use super::{LATER, NOW, Pages, Words, add};
use crate::theme::page::{
    Argument, ChangeEmail, ChangeSecondPassword, ConfirmLink, EmailChanged, EmailSent, LinkInvalid, LinkRetry,
    MailStatus, Onward, Page, Problem,
};

pub fn email(words: &Words, pages: &mut Pages) {
    let form = ChangeEmail {
        action: words.say("/uni/account/email"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        current_masked: Some(words.say("ta•••@example.com")),
        bounced: false,
        email: String::new(),
        email_confirmation: String::new(),
        minutes: 30,
        back: words.say("https://rp.example.jp/"),
        errors: Vec::new(),
    };
    add(pages, "change-email", Page::ChangeEmail(form.clone()));
    let bounced = ChangeEmail { bounced: true, current_masked: None, ..form.clone() };
    add(pages, "change-email-bounced", Page::ChangeEmail(bounced));
    let errors = vec![Problem::field("email", "E-28"), Problem::field("email_confirmation", "E-22")];
    let refused = ChangeEmail { email: words.say("taro@"), email_confirmation: words.say("jiro@"), errors, ..form };
    add(pages, "change-email-refused", Page::ChangeEmail(refused));
    waiting(words, pages);
    let link = ConfirmLink {
        change: true,
        action: words.say("/uni/link/abc"),
        email_masked: words.say("ta•••@example.com"),
        user_id_masked: words.say("12••••78"),
    };
    add(pages, "confirm-link-change", Page::ConfirmLink(link));
    for (name, onward) in [
        ("back", Onward::Back(words.say("https://rp.example.jp/"))),
        ("sign-in", Onward::SignIn(words.path("/restart"))),
    ] {
        add(pages, &format!("email-changed-{name}"), Page::EmailChanged(EmailChanged { onward }));
    }
    let retry = Some(LinkRetry::Change(words.say("/uni/account/email")));
    add(pages, "link-invalid-change", Page::LinkInvalid(LinkInvalid { code: "E-30".to_owned(), retry }));
}

fn waiting(words: &Words, pages: &mut Pages) {
    let sent = EmailSent {
        action: words.say("/uni/account/email/sent"),
        form_token: words.token(),
        change_of: Some(words.say("12••••78")),
        email: words.say("taro@example.com"),
        expires_at: LATER,
        code_digits: Some(6),
        status: MailStatus::Queued,
        resent: false,
        check: words.say("/uni/account/email/sent"),
        sign_in: None,
        back: Some(words.say("https://rp.example.jp/")),
        status_url: words.say("/uni/account/email/status"),
        errors: Vec::new(),
    };
    add(pages, "change-email-sent", Page::EmailSent(sent.clone()));
    let failed = EmailSent { status: MailStatus::Failed, ..sent.clone() };
    add(pages, "change-email-sent-failed", Page::EmailSent(failed));
    let wrong = EmailSent { status: MailStatus::Sent(NOW), errors: vec![Problem::field("code", "E-67")], ..sent };
    add(pages, "change-email-sent-wrong-code", Page::EmailSent(wrong));
}

pub fn second_password(words: &Words, pages: &mut Pages) {
    let form = ChangeSecondPassword {
        action: words.say("/uni/account/second-password"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        min_length: 8,
        back: words.say("https://rp.example.jp/"),
        errors: Vec::new(),
    };
    add(pages, "change-second-password", Page::ChangeSecondPassword(form.clone()));
    let errors = vec![
        Problem::field("second_password", "E-47"),
        Problem::field("second_password", "E-40").with("min", Argument::Number(12)),
        Problem::field("second_password_confirmation", "E-46"),
    ];
    let refused = ChangeSecondPassword { min_length: 12, errors, ..form.clone() };
    add(pages, "change-second-password-refused", Page::ChangeSecondPassword(refused));
    let errors = [
        ("wrong", Problem::field("current_second_password", "E-51")),
        ("wait", Problem::field("current_second_password", "E-53").with("seconds", Argument::Number(5))),
    ];
    for (name, error) in errors {
        let page = ChangeSecondPassword { errors: vec![error], ..form.clone() };
        add(pages, &format!("change-second-password-{name}"), Page::ChangeSecondPassword(page));
    }
}
