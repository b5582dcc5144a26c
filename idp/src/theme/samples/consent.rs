//! Samples of P-31.

use super::{Pages, Words, add};
use crate::{
    domain::{claims, scope::SUPPORTED},
    theme::page::{Consent, ConsentItem, Page},
};

pub fn all(words: &Words, pages: &mut Pages) {
    let scope = |token: &str| ConsentItem::Scope(token.to_owned());
    let page = Consent {
        action: words.path("/consent"),
        form_token: words.token(),
        user_id_masked: words.say("12••••78"),
        client: words.say("Library Booking"),
        host: words.say("library.example.jp"),
        logo: None,
        policy: None,
        terms: None,
        items: vec![scope("openid"), scope("email")],
    };
    add(pages, "consent", Page::Consent(page.clone()));
    // A picture that is there wherever the samples are looked at.
    let logo = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 96 48'%3E%3Crect width='96' \
                height='48' rx='8' fill='%2300428c'/%3E%3Ccircle cx='24' cy='24' r='12' fill='%23fff'/%3E%3C/svg%3E";
    let linked = Consent {
        logo: Some(words.say(logo)),
        policy: Some(words.say("https://library.example.jp/privacy")),
        terms: Some(words.say("https://library.example.jp/terms")),
        items: vec![scope("openid"), scope("profile"), scope("student"), ConsentItem::Offline],
        ..page.clone()
    };
    add(pages, "consent-linked", Page::Consent(linked.clone()));
    let single = claims::supported().map(|name| ConsentItem::Claim(name.replace('_', "-")));
    let claims = Consent { items: std::iter::once(scope("openid")).chain(single).collect(), ..page };
    add(pages, "consent-claims", Page::Consent(claims));
    let scopes = SUPPORTED.into_iter().filter(|token| *token != "offline_access").map(scope);
    let resource = ConsentItem::Resource(
        words.say("https://api.library.graduate-school-of-information-science-and-technology.campus.example.ac.jp/v1/"),
    );
    let long = Consent {
        client: words.say(
            "Graduate-School-of-Information-Science-and-Technology Digital-Library-and-Research-Data-Management Reservations",
        ),
        host: words.say("library.graduate-school-of-information-science-and-technology.campus.example.ac.jp"),
        user_id_masked: words.say("s2••••••••••••••••••••••••••••••••••••••••••••••••••••••••01"),
        items: scopes.chain([resource, ConsentItem::Offline]).collect(),
        ..linked
    };
    add(pages, "consent-long", Page::Consent(long));
}
