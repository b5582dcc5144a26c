//! Samples of the pages of the second password and of the key.

use super::{LATER, NOW, Pages, Words, add, statuses};
use crate::theme::page::{
    Argument, AuthKey, Locked, LostMailbox, MailStatus, Message, Page, Problem, SecondPassword, SendAuthKey, SentKey,
    SetSecondPassword,
};

pub fn second_password(words: &Words, pages: &mut Pages) {
    let form = SetSecondPassword {
        action: words.path("/second-password"),
        form_token: words.token(),
        min_length: 8,
        errors: Vec::new(),
    };
    add(pages, "set-second-password", Page::SetSecondPassword(form.clone()));
    let mut errors: Vec<Problem> = ["E-41", "E-42", "E-43", "E-44", "E-45", "E-48"]
        .map(|code| Problem::field("second_password", code))
        .into_iter()
        .collect();
    errors.push(Problem::field("second_password", "E-40").with("min", Argument::Number(12)));
    errors.push(Problem::field("second_password", "E-52").with("max", Argument::Number(128)));
    errors.push(Problem::field("second_password_confirmation", "E-46"));
    let refused = SetSecondPassword { min_length: 12, errors, ..form };
    add(pages, "set-second-password-refused", Page::SetSecondPassword(refused));

    let entry = SecondPassword {
        action: words.path("/second-password"),
        form_token: words.token(),
        forgot: Some(words.path("/forgot")),
        back: words.path("/restart"),
        errors: Vec::new(),
    };
    for name in ["second-password", "second-password-soon", "second-password-last"] {
        add(pages, name, Page::SecondPassword(entry.clone()));
    }
    let errors = [
        ("empty", Problem::field("second_password", "E-49")),
        ("wrong", Problem::field("second_password", "E-50")),
        ("wait", Problem::field("second_password", "E-53").with("seconds", Argument::Number(5))),
    ];
    for (name, error) in errors {
        let page = SecondPassword { errors: vec![error], ..entry.clone() };
        add(pages, &format!("second-password-{name}"), Page::SecondPassword(page));
    }
    let without_reset = SecondPassword { forgot: None, ..entry };
    add(pages, "second-password-without-reset", Page::SecondPassword(without_reset));
    for (name, minutes, forgot) in [
        ("locked", Some(15), Some(words.path("/forgot"))),
        ("locked-without-reset", Some(1), None),
        ("locked-until-reset", None, Some(words.path("/forgot"))),
    ] {
        let page = Locked { minutes, forgot, sign_in: Some(words.path("/restart")), back: None };
        add(pages, name, Page::Locked(page));
    }
    let signed_in = Locked { minutes: Some(15), forgot: None, sign_in: None, back: Some(words.say("/uni/account")) };
    add(pages, "locked-signed-in", Page::Locked(signed_in));
    let set = Message::SecondPasswordSet { ok: words.path("/restart") };
    add(pages, "message-second-password-set", Page::Message(set));
    let changed = Message::SecondPasswordChanged { ok: words.path("/restart") };
    add(pages, "message-second-password-changed", Page::Message(changed));
}

pub fn auth_key(words: &Words, pages: &mut Pages) {
    let key = |status| Some(SentKey { sent_at: NOW, reference: words.say("X7K"), status });
    let email_masked = words.say("ta•••@example.com");
    let form = AuthKey {
        action: words.path("/auth-key"),
        form_token: words.token(),
        email_masked: email_masked.clone(),
        sent: key(MailStatus::Queued),
        digits: 6,
        minutes: 10,
        max_attempts: 5,
        dead: false,
        bounced: false,
        check: words.path("/auth-key"),
        lost_mailbox: words.path("/lost-mailbox"),
        back: words.path("/restart"),
        status_url: words.path("/status"),
        errors: Vec::new(),
    };
    for (name, status) in statuses() {
        let page = AuthKey { sent: key(status), ..form.clone() };
        add(pages, &format!("auth-key-{name}"), Page::AuthKey(page));
    }
    add(pages, "auth-key-bounced", Page::AuthKey(AuthKey { bounced: true, ..form.clone() }));
    add(pages, "auth-key-dead", Page::AuthKey(AuthKey { dead: true, ..form.clone() }));
    let errors = [
        ("empty", Problem::field("auth_key", "E-60").with("digits", Argument::Number(6))),
        ("wrong", Problem::field("auth_key", "E-61").with("key_ref", Argument::Text(words.say("X7K")))),
        ("expired", Problem::field("auth_key", "E-62")),
        ("cool-down", Problem::page("E-63").with("seconds", Argument::Number(1))),
        ("no-more", Problem::page("E-64")),
    ];
    for (name, error) in errors {
        let page = AuthKey { sent: key(MailStatus::Sent(NOW)), errors: vec![error], ..form.clone() };
        add(pages, &format!("auth-key-{name}"), Page::AuthKey(page));
    }
    let capped =
        [("capped", Problem::page("E-65").with("time", Argument::Time(LATER))), ("stopped", Problem::page("E-70"))];
    for (name, error) in capped {
        let page = AuthKey { sent: None, errors: vec![error], ..form.clone() };
        add(pages, &format!("auth-key-{name}"), Page::AuthKey(page));
    }
    let send = SendAuthKey {
        action: words.path("/auth-key"),
        form_token: words.token(),
        email_masked: email_masked.clone(),
        errors: Vec::new(),
    };
    add(pages, "send-auth-key", Page::SendAuthKey(send.clone()));
    let capped = SendAuthKey { errors: vec![Problem::page("E-65").with("time", Argument::Time(LATER))], ..send };
    add(pages, "send-auth-key-capped", Page::SendAuthKey(capped));
    add(pages, "lost-mailbox", Page::LostMailbox(LostMailbox { back: Some(words.path("/auth-key")) }));
    add(pages, "lost-mailbox-alone", Page::LostMailbox(LostMailbox { back: None }));
    let ok = words.path("/auth-key");
    add(pages, "message-auth-key-invalid", Page::Message(Message::AuthKeyInvalid { ok: ok.clone() }));
    add(pages, "message-auth-key-reissued", Page::Message(Message::AuthKeyReissued { ok, email_masked }));
}
