//! Samples with the longest texts and the largest numbers that the journeys allow.

use super::{Frame, LATER, NOW, Pages, Words, add, frame_with};
use crate::{
    domain::language::Language,
    theme::page::{
        Argument, AuthKey, ConfirmLink, EmailSent, MailStatus, NotEligible, NotEligibleReason, Page, Problem,
        RegisterEmail, SentKey, SetSecondPassword, SignIn, SignInUpstream,
    },
};

/// An address as long as they come (RFC 5321 §4.5.3.1): 64 characters, @, and a domain of the rest of 254.
const ADDRESS: &str = "hanako.takahashi.yamamoto.graduate.school.of.information.science@a-rather-long-name-of-a-laboratory-of-ours.graduate-school-of-information-science-and-technology.campus.example.ac.jp";
const DOMAINS: &str = "graduate-school-of-information-science-and-technology.campus.example.ac.jp";

/// A university and a service with long names.
pub fn long_frame(language: Language) -> Frame {
    let mut frame = frame_with(language, &Words::plain());
    let (tenant, service) = match language {
        Language::Ja => {
            ("国立大学法人 東京国際総合科学技術大学院大学", "証明書オンライン発行サービス（卒業生・修了生共用）")
        }
        Language::En => (
            "The International Graduate University for Integrated Science and Technology, Tokyo",
            "Online Certificate Issuance Service for Students and Researchers",
        ),
        Language::ZhCn => ("国立大学法人 东京国际综合科学技术研究生院大学", "在线证书开具服务（毕业生、在校生共用）"),
        Language::Ko => {
            ("국립대학법인 도쿄국제종합과학기술대학원대학교", "온라인 증명서 발급 서비스(졸업생·수료생 공용)")
        }
    };
    tenant.clone_into(&mut frame.tenant);
    service.clone_into(&mut frame.service);
    frame
}

/// Their names end in `-long`.
pub fn pages(words: &Words, pages: &mut Pages) {
    sign_in(words, pages);
    email(words, pages);
    factors(words, pages);
    let not =
        NotEligible { back_to_service: Some(words.path("/decline")), retry: None, reason: NotEligibleReason::Graduate };
    add(pages, "not-eligible-long", Page::NotEligible(not));
}

fn sign_in(words: &Words, pages: &mut Pages) {
    let upstream = |id: &str| SignInUpstream {
        id: id.to_owned(),
        name: words
            .say(&format!("Graduate School of Information Science and Technology, Authentication Platform ({id})")),
        asks_password: true,
    };
    let sign_in = SignIn {
        action: words.path(""),
        form_token: words.token(),
        upstreams: vec![upstream("campus"), upstream("library")],
        chosen: Some("campus".to_owned()),
        user_name: words.say("s202500000000000000000000000000000000000000000000000000000001"),
        languages: Language::ALL.to_vec(),
        forgot: Some(words.path("/forgot")),
        errors: vec![Problem::field("username", "E-05"), Problem::field("password", "E-06")],
    };
    add(pages, "sign-in-long", Page::SignIn(sign_in));
}

fn email(words: &Words, pages: &mut Pages) {
    let domains = || Argument::Text(words.say(DOMAINS));
    let register = RegisterEmail {
        action: words.path("/email"),
        form_token: words.token(),
        again: false,
        bounced: true,
        email: words.say(ADDRESS),
        email_confirmation: words.say(ADDRESS),
        minutes: 60,
        errors: vec![Problem::field("email", "E-25").with("domains", domains())],
    };
    add(pages, "register-email-long", Page::RegisterEmail(register));
    let waiting = EmailSent {
        action: words.path("/email"),
        form_token: words.token(),
        change_of: None,
        email: words.say(ADDRESS),
        expires_at: LATER,
        code_digits: Some(10),
        status: MailStatus::Delivered(NOW),
        resent: true,
        check: words.path("/email"),
        sign_in: Some(words.path("/restart")),
        back: None,
        status_url: words.path("/status"),
        errors: vec![Problem::page("E-27").with("seconds", Argument::Number(600))],
    };
    add(pages, "email-sent-long", Page::EmailSent(waiting));
    let link = ConfirmLink {
        change: false,
        action: words.say("/uni/link/abc"),
        email_masked: words
            .say("ha•••@a-rather-long-name-of-a-laboratory-of-ours.graduate-school.campus.example.ac.jp"),
        user_id_masked: words.say("s2••••••••••••••••••••••••••••••••••••••••••••••••••••••••01"),
    };
    add(pages, "confirm-link-long", Page::ConfirmLink(link));
}

fn factors(words: &Words, pages: &mut Pages) {
    let set = SetSecondPassword {
        action: words.path("/second-password"),
        form_token: words.token(),
        min_length: 64,
        errors: vec![Problem::field("second_password", "E-40").with("min", Argument::Number(64))],
    };
    add(pages, "set-second-password-long", Page::SetSecondPassword(set));
    let key = AuthKey {
        action: words.path("/auth-key"),
        form_token: words.token(),
        email_masked: words
            .say("ha•••@a-rather-long-name-of-a-laboratory-of-ours.graduate-school.campus.example.ac.jp"),
        sent: Some(SentKey { sent_at: NOW, reference: words.say("X7K"), status: MailStatus::Delivered(NOW) }),
        digits: 10,
        minutes: 3,
        max_attempts: 10,
        dead: false,
        bounced: true,
        check: words.path("/auth-key"),
        lost_mailbox: words.path("/lost-mailbox"),
        back: words.path("/restart"),
        status_url: words.path("/status"),
        errors: vec![Problem::page("E-63").with("seconds", Argument::Number(600))],
    };
    add(pages, "auth-key-long", Page::AuthKey(key));
}
