//! One page of each kind in each state: what a theme is checked, previewed and tested with.

mod account;
mod authenticator;
mod change;
mod consent;
mod device;
mod extremes;
mod factors;
mod letters;
mod reset;

pub use letters::letters;

use super::{
    Announcement, Contact, Frame, TimeLimit,
    page::{
        AlreadySignedIn, Argument, ConfirmLink, ConfirmSignOut, EmailRegistered, EmailSent, ErrorPage, FormPost,
        HiddenField, LinkInvalid, LinkRetry, MailStatus, Maintenance, MissingItem, NotEligible, NotEligibleReason,
        Onward, Page, Problem, ProtocolError, RegisterEmail, SignIn, SignInUpstream, SignedOut, TimedOut,
    },
};
use crate::domain::{clock::Timestamp, language::Language};

/// 2026-11-22 13:05 in Japan.
const NOW: Timestamp = Timestamp::from_seconds(1_795_320_300);
const LATER: Timestamp = Timestamp::from_seconds(1_795_322_100);

pub const FORM_TOKEN: &str = "sample-form-token";

/// What surrounds the samples.
pub fn frame(language: Language) -> Frame {
    frame_with(language, &Words::plain())
}

/// What surrounds one of them: long names, or little time that is left.
pub fn frame_of(sample: &str, language: Language) -> Frame {
    if sample.ends_with("-long") {
        return extremes::long_frame(language);
    }
    Frame { time_limit: time_limit(sample, &Words::plain()), ..frame(language) }
}

/// Around samples whose name ends in `-soon` or `-last`: the time that a press prolongs, and the one that none does.
pub(super) fn time_limit(sample: &str, words: &Words) -> Option<TimeLimit> {
    let (idle, absolute) = match sample.rsplit('-').next() {
        Some("soon") => (100, 1_800),
        Some("last") => (1_800, 50),
        _ => return None,
    };
    let (action, form_token) = (words.path("/extend"), words.token());
    Some(TimeLimit { action, form_token, idle, absolute, until: LATER })
}

/// Every page in every state, with a name for each.
pub fn pages() -> Vec<(String, Page)> {
    pages_with(&Words::plain())
}

/// How the free texts of samples are written.
pub(super) struct Words {
    mark: &'static str,
}

impl Words {
    pub const fn plain() -> Self {
        Self { mark: "" }
    }

    /// Every free text ends in `mark`.
    pub const fn marked(mark: &'static str) -> Self {
        Self { mark }
    }

    fn say(&self, text: &str) -> String {
        format!("{text}{}", self.mark)
    }

    /// What somebody typed; an empty field stays empty.
    fn typed(&self, text: &str) -> String {
        if text.is_empty() { String::new() } else { self.say(text) }
    }

    fn path(&self, end: &str) -> String {
        self.say(&format!("/uni/login/k7m2p4xq{end}"))
    }

    fn token(&self) -> String {
        self.say(FORM_TOKEN)
    }
}

pub(super) fn frame_with(language: Language, words: &Words) -> Frame {
    let (tenant, service, office, operator) = match language {
        Language::Ja => ("見本大学", "証明書発行サービス", "学務部 証明書担当", "サポートセンター"),
        Language::En => {
            ("Sample University", "Certificate Issuance Service", "Academic Affairs Office", "Support Centre")
        }
        Language::ZhCn => ("样例大学", "证书开具服务", "教务部 证书窗口", "支持中心"),
        Language::Ko => ("견본대학교", "증명서 발급 서비스", "교무부 증명서 담당", "지원 센터"),
    };
    Frame {
        language,
        tenant: words.say(tenant),
        service: words.say(service),
        support_code: words.say("K7M2P4XQ"),
        base: "/uni".to_owned(),
        contact: Contact {
            office: Some(words.say(office)),
            phone: Some(words.say("03-0000-0000")),
            hours: Some(words.say("9:00–17:00")),
            url: Some(words.say("https://www.example.ac.jp/contact")),
            operator_name: Some(words.say(operator)),
            operator_phone: Some(words.say("0120-000-000")),
            operator_hours: Some(words.say("10:00–18:00")),
            chat_url: Some(words.say("https://chat.example.jp/")),
            graduates_url: Some(words.say("https://www.example.ac.jp/graduates")),
            university_password_url: Some(words.say("https://www.example.ac.jp/password")),
        },
        mail_domain: words.say("mail.example.jp"),
        announcement: Some(Announcement { from: NOW, until: LATER }),
        time_limit: None,
    }
}

pub(super) fn pages_with(words: &Words) -> Vec<(String, Page)> {
    let mut pages = Vec::new();
    entry(words, &mut pages);
    email(words, &mut pages);
    factors::second_password(words, &mut pages);
    factors::auth_key(words, &mut pages);
    change::second_password(words, &mut pages);
    reset::forgotten(words, &mut pages);
    authenticator::all(words, &mut pages);
    device::all(words, &mut pages);
    consent::all(words, &mut pages);
    account::step_up(words, &mut pages);
    account::menu(words, &mut pages);
    account::two_factor(words, &mut pages);
    account::sessions(words, &mut pages);
    endings(words, &mut pages);
    extremes::pages(words, &mut pages);
    pages
}

type Pages = Vec<(String, Page)>;

fn add(pages: &mut Pages, name: &str, page: Page) {
    pages.push((name.to_owned(), page));
}

fn entry(words: &Words, pages: &mut Pages) {
    let upstream = |id: &str, asks_password| SignInUpstream { id: id.to_owned(), name: words.say(id), asks_password };
    let plain = SignIn {
        action: words.path(""),
        form_token: words.token(),
        upstreams: vec![upstream("campus", false)],
        chosen: None,
        user_name: String::new(),
        languages: Language::ALL.to_vec(),
        forgot: Some(words.path("/forgot")),
        errors: Vec::new(),
    };
    for name in ["sign-in", "sign-in-soon"] {
        add(pages, name, Page::SignIn(plain.clone()));
    }
    let returned = SignIn { errors: vec![Problem::page("E-08")], ..plain.clone() };
    add(pages, "sign-in-returned", Page::SignIn(returned));
    let typed = SignIn { upstreams: vec![upstream("directory", true)], languages: vec![Language::Ja], ..plain.clone() };
    add(pages, "sign-in-password", Page::SignIn(SignIn { forgot: None, ..typed.clone() }));
    let errors = [
        ("empty", Problem::field("username", "E-05")),
        ("refused", Problem::field("password", "E-06")),
        ("throttled", Problem::page("E-07").with("minutes", Argument::Number(1))),
        ("expired", Problem::page("E-09")),
    ];
    for (name, error) in errors {
        let page = SignIn { user_name: words.say("s2025001"), errors: vec![error], ..typed.clone() };
        add(pages, &format!("sign-in-password-{name}"), Page::SignIn(page));
    }
    let several = SignIn {
        upstreams: vec![upstream("campus", false), upstream("directory", true), upstream("library", true)],
        chosen: Some("library".to_owned()),
        user_name: words.say("s2025001"),
        errors: vec![Problem::field("password", "E-06")],
        ..plain
    };
    add(pages, "sign-in-several", Page::SignIn(several));
    for (name, other) in [("same", None), ("other", Some(words.say("12••••78")))] {
        let page =
            AlreadySignedIn { action: words.path("/already"), form_token: words.token(), other_user_id_masked: other };
        add(pages, &format!("already-signed-in-{name}"), Page::AlreadySignedIn(page));
    }
    add(pages, "timed-out", Page::TimedOut(TimedOut { sign_in: Some(words.path("/restart")) }));
    add(pages, "timed-out-unknown-client", Page::TimedOut(TimedOut { sign_in: None }));
}

fn email(words: &Words, pages: &mut Pages) {
    let form = RegisterEmail {
        action: words.path("/email"),
        form_token: words.token(),
        again: false,
        bounced: false,
        email: String::new(),
        email_confirmation: String::new(),
        minutes: 30,
        errors: Vec::new(),
    };
    add(pages, "register-email", Page::RegisterEmail(form.clone()));
    let again = RegisterEmail { again: true, bounced: true, ..form.clone() };
    add(pages, "register-email-again", Page::RegisterEmail(again));
    let domains = || Argument::Text(words.say("example.ac.jp"));
    let errors = vec![
        Problem::field("email", "E-21"),
        Problem::field("email", "E-23"),
        Problem::field("email", "E-24").with("domains", domains()),
        Problem::field("email", "E-25").with("domains", domains()),
        Problem::field("email_confirmation", "E-22"),
        Problem::page("E-26").with("time", Argument::Time(LATER)),
    ];
    let refused = RegisterEmail { email: words.say("taro@"), email_confirmation: words.say("jiro@"), errors, ..form };
    add(pages, "register-email-refused", Page::RegisterEmail(refused.clone()));
    let errors = vec![Problem::field("email", "E-20")];
    let empty = RegisterEmail { email: String::new(), email_confirmation: String::new(), errors, ..refused };
    add(pages, "register-email-empty", Page::RegisterEmail(empty));
    emails_sent(words, pages);
    change::email(words, pages);
    let link = ConfirmLink {
        change: false,
        action: words.say("/uni/link/abc"),
        email_masked: words.say("ta•••@example.com"),
        user_id_masked: words.say("12••••78"),
    };
    add(pages, "confirm-link", Page::ConfirmLink(link));
    for (name, onward) in
        [("sign-in", Onward::SignIn(words.path("/restart"))), ("continue", Onward::Continue(words.path("")))]
    {
        add(pages, &format!("email-registered-{name}"), Page::EmailRegistered(EmailRegistered { onward }));
    }
    for code in ["E-30", "E-31", "E-32", "E-33"] {
        let retry = Some(LinkRetry::Register(words.path("/restart")));
        let page = LinkInvalid { code: code.to_owned(), retry };
        add(pages, &format!("link-invalid-{}", code.to_lowercase()), Page::LinkInvalid(page));
    }
    let alone = LinkInvalid { code: "E-33".to_owned(), retry: None };
    add(pages, "link-invalid-alone", Page::LinkInvalid(alone));
}

fn statuses() -> [(&'static str, MailStatus); 6] {
    [
        MailStatus::Queued,
        MailStatus::Sent(NOW),
        MailStatus::Delivered(NOW),
        MailStatus::Delayed,
        MailStatus::Refused,
        MailStatus::Failed,
    ]
    .map(|status| (status.tag(), status))
}

fn emails_sent(words: &Words, pages: &mut Pages) {
    let sent = EmailSent {
        action: words.path("/email"),
        form_token: words.token(),
        change_of: None,
        email: words.say("taro@example.com"),
        expires_at: LATER,
        code_digits: Some(6),
        status: MailStatus::Queued,
        resent: false,
        check: words.path("/email"),
        sign_in: Some(words.path("/restart")),
        back: None,
        status_url: words.path("/status"),
        errors: Vec::new(),
    };
    for (name, status) in statuses() {
        add(pages, &format!("email-sent-{name}"), Page::EmailSent(EmailSent { status, ..sent.clone() }));
    }
    let resent = EmailSent { resent: true, code_digits: None, ..sent.clone() };
    add(pages, "email-sent-again", Page::EmailSent(resent));
    let errors = [
        ("limit", Problem::page("E-26").with("time", Argument::Time(LATER))),
        ("cool-down", Problem::page("E-27").with("seconds", Argument::Number(42))),
        ("wrong-code", Problem::field("code", "E-67")),
        ("dead-code", Problem::field("code", "E-68")),
        ("old-code", Problem::field("code", "E-69")),
    ];
    for (name, error) in errors {
        let page = EmailSent { errors: vec![error], status: MailStatus::Sent(NOW), ..sent.clone() };
        add(pages, &format!("email-sent-{name}"), Page::EmailSent(page));
    }
}

fn endings(words: &Words, pages: &mut Pages) {
    let fields = vec![
        HiddenField { name: "state".to_owned(), value: words.say("af0ifjsldkj") },
        HiddenField { name: "client_id".to_owned(), value: words.say("certificate-service") },
    ];
    let ask = ConfirmSignOut { action: words.say("/uni/logout"), form_token: words.token(), fields: fields.clone() };
    add(pages, "confirm-sign-out", Page::ConfirmSignOut(ask));
    add(
        pages,
        "signed-out",
        Page::SignedOut(SignedOut { sign_in: Some(words.say("/uni/")), frames: Vec::new(), onward: None }),
    );
    add(pages, "signed-out-alone", Page::SignedOut(SignedOut { sign_in: None, frames: Vec::new(), onward: None }));
    let framed = SignedOut {
        sign_in: None,
        frames: vec![words.say("https://rp.example.jp/signed-out?sid=1")],
        onward: Some(words.say("https://rp.example.jp/")),
    };
    add(pages, "signed-out-onward", Page::SignedOut(framed));
    for code in ["E-01", "E-02", "E-03", "E-04", "E-10", "E-11", "E-12"] {
        let page = ErrorPage {
            code: code.to_owned(),
            protocol_error: (code == "E-01").then(|| ProtocolError {
                error: words.say("invalid_request"),
                description: words.say("redirect_uri is not registered"),
            }),
            sign_in: matches!(code, "E-02" | "E-03" | "E-10").then(|| words.say("/uni/")),
            back: matches!(code, "E-04" | "E-11" | "E-12").then(|| words.say("/uni/")),
        };
        add(pages, &format!("error-{}", code.to_lowercase()), Page::Error(page));
    }
    let reasons = [
        ("graduate", NotEligibleReason::Graduate),
        ("missing", NotEligibleReason::Missing(vec![MissingItem::Affiliation, MissingItem::UserId])),
        ("suspended", NotEligibleReason::Suspended),
    ];
    for (name, reason) in reasons {
        let declined = matches!(reason, NotEligibleReason::Missing(_));
        let page = NotEligible {
            back_to_service: (!declined).then(|| words.path("/decline")),
            retry: declined.then(|| words.path("/restart")),
            reason,
        };
        add(pages, &format!("not-eligible-{name}"), Page::NotEligible(page));
    }
    add(pages, "maintenance", Page::Maintenance(Maintenance { from: NOW, until: LATER }));
    let post = FormPost { action: words.say("https://rp.example.jp/callback"), fields };
    add(pages, "form-post", Page::FormPost(post));
}
