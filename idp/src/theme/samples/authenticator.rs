//! Samples of the pages of the authenticator app.

use super::{Pages, Words, add};
use crate::theme::{
    page::{AppOffer, Argument, Authenticator, Page, Problem, RecoveryCodes, SetUpAuthenticator},
    picture::Picture,
};

const SECRET: &str = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";
const URI: &str = "otpauth://totp/Sample:s2025001?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sample";

pub fn all(words: &Words, pages: &mut Pages) {
    let form = Authenticator {
        action: words.path("/authenticator"),
        form_token: words.token(),
        recovery: false,
        other: Some(words.path("/recovery-code")),
        mail: true,
        back: words.path("/restart"),
        errors: Vec::new(),
    };
    add(pages, "authenticator", Page::Authenticator(form.clone()));
    let alone = Authenticator { other: None, mail: false, ..form.clone() };
    add(pages, "authenticator-alone", Page::Authenticator(alone));
    let errors = [
        ("wrong", Problem::field("code", "E-71")),
        ("wait", Problem::field("code", "E-53").with("seconds", Argument::Number(15))),
        ("stopped", Problem::page("E-70")),
    ];
    for (name, error) in errors {
        let page = Authenticator { errors: vec![error], ..form.clone() };
        add(pages, &format!("authenticator-{name}"), Page::Authenticator(page));
    }
    let recovery = Authenticator { recovery: true, other: Some(words.path("/authenticator")), ..form };
    add(pages, "authenticator-recovery", Page::Authenticator(recovery.clone()));
    let wrong = Authenticator { errors: vec![Problem::field("code", "E-73")], ..recovery };
    add(pages, "authenticator-recovery-wrong", Page::Authenticator(wrong));
    set_up(words, pages);
}

fn set_up(words: &Words, pages: &mut Pages) {
    let offer = Picture::of(URI).map(|picture| AppOffer { picture, secret: words.say(SECRET), uri: words.say(URI) });
    let form = SetUpAuthenticator {
        action: words.path("/authenticator"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        remove: words.path("/authenticator/remove"),
        removed: false,
        offer,
        back: words.path(""),
        errors: Vec::new(),
    };
    add(pages, "set-up-authenticator", Page::SetUpAuthenticator(form.clone()));
    let wrong = SetUpAuthenticator { errors: vec![Problem::field("code", "E-71")], ..form.clone() };
    add(pages, "set-up-authenticator-wrong", Page::SetUpAuthenticator(wrong));
    let removed = SetUpAuthenticator { removed: true, ..form.clone() };
    add(pages, "set-up-authenticator-removed", Page::SetUpAuthenticator(removed));
    add(pages, "set-up-authenticator-done", Page::SetUpAuthenticator(SetUpAuthenticator { offer: None, ..form }));
    let codes = (2..7).map(|n| words.say(&format!("ABCD-{n}345-EFGH-6789"))).collect();
    let codes = RecoveryCodes { action: words.path("/recovery-codes"), form_token: words.token(), codes };
    add(pages, "recovery-codes", Page::RecoveryCodes(codes));
}
