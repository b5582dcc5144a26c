//! The check that every theme must pass when it is loaded: every page and mail in every state and language, also with hostile texts (SR-82).

use super::{
    Frame, RenderError, ThemeError,
    page::{Argument, Page},
    samples::{self, Words},
    themes::{MailBlock, MailFrame, MailLink, MailText, Themes},
};
use crate::domain::{clock::Timestamp, language::Language};

/// A text that would show itself in a page if anything let it through unescaped.
const HOSTILE: &str = "\"'><script>alert(1)</script>&{{7*7}}";

/// Each letter's template, its subject, and what its text must hold.
const LETTERS: [(&str, &str, &[&str]); 13] = [
    ("confirm-email", "m-01-subject", &["\nhttps://idp.example/link/abc\n", "482913"]),
    ("auth-key", "m-02-subject", &["730164", "X7K"]),
    ("change-email", "m-03-subject", &["\nhttps://idp.example/link/abc\n", "482913"]),
    ("email-changed", "m-04-subject", &[]),
    ("reset-second-password", "m-05-subject", &["482913"]),
    ("no-second-password", "m-06-subject", &[]),
    ("second-password-set", "m-07-set-subject", &[]),
    ("second-password-changed", "m-07-changed-subject", &[]),
    ("two-factor-changed", "m-08-subject", &[]),
    ("repeated-failures", "m-09-subject", &[]),
    ("email-cleared", "m-10-subject", &[]),
    ("authenticator-changed", "m-11-subject", &[]),
    ("registration-moved", "m-12-subject", &[]),
];

/// Refuses a theme with a page that cannot be made, lacks what the contract promises, or lets a text become markup.
pub fn theme(themes: &Themes, name: &str) -> Result<(), ThemeError> {
    for language in themes.languages(name) {
        let fail = |page: &str, reason: String| ThemeError::Page {
            theme: name.to_owned(),
            page: page.to_owned(),
            language: *language,
            reason,
        };
        for (sample, page) in samples::pages() {
            let frame = samples::frame_of(&sample, *language);
            let html = render(themes, name, &frame, &page).map_err(|reason| fail(&sample, reason))?;
            complete(&page, &html).map_err(|reason| fail(&sample, reason))?;
            if frame.time_limit.is_some_and(|limit| !html.contains(&format!("action=\"{}\"", limit.action))) {
                return Err(fail(&sample, "it does not say how long it lasts (parts/time_limit.html)".to_owned()));
            }
        }
        let words = Words::marked(HOSTILE);
        for (sample, page) in samples::pages_with(&words) {
            let time_limit = samples::time_limit(&sample, &words);
            let frame = Frame { time_limit, ..samples::frame_with(*language, &words) };
            let html = render(themes, name, &frame, &page).map_err(|reason| fail(&sample, reason))?;
            if html.contains("\"'>") || html.contains("<script>") {
                return Err(fail(&sample, "a text becomes markup".to_owned()));
            }
        }
        for letter in LETTERS {
            mail(themes, name, *language, letter).map_err(|reason| fail(letter.0, reason))?;
        }
        mail_layout(themes, name, *language).map_err(|reason| fail("mail/layout", reason))?;
    }
    Ok(())
}

fn render(themes: &Themes, name: &str, frame: &Frame, page: &Page) -> Result<String, String> {
    themes.page(name, frame, page).map_err(|error| chain(&error))
}

/// What tests, screen readers and the person at the help desk hold on to.
fn complete(page: &Page, html: &str) -> Result<(), String> {
    let main = format!("data-page=\"{}\"", page.id());
    if html.matches(&main).count() != 1 {
        return Err(format!("it needs one <main {main}>"));
    }
    if !html.contains("data-support-code>K7M2P4XQ</output>") {
        return Err("it lacks the support code".to_owned());
    }
    if html.contains("<style") || html.contains(" style=") {
        return Err("it has a style of its own, which browsers are told to ignore".to_owned());
    }
    let forms = html.matches("<form").count();
    let tokens = html.matches(&format!("name=\"form_token\" value=\"{}\"", samples::FORM_TOKEN)).count();
    let protected = !matches!(page, Page::FormPost(_) | Page::ConfirmLink(_) | Page::ResetSecondPassword(_));
    if protected && forms != tokens {
        return Err(format!("{forms} forms carry {tokens} form tokens"));
    }
    Ok(())
}

fn mail(
    themes: &Themes,
    name: &str,
    language: Language,
    (template, subject, parts): (&str, &str, &[&str]),
) -> Result<(), String> {
    let text = |text: &str| Argument::Text(text.to_owned());
    let at = Argument::Time(Timestamp::from_millis(0));
    let values = [
        ("url", text("https://idp.example/link/abc")),
        ("code", text("482913")),
        ("key", text("730164")),
        ("key_ref", text("X7K")),
        ("minutes", Argument::Number(10)),
        ("expires_at", at.clone()),
        ("sent_at", at.clone()),
        ("changed_at", at.clone()),
        ("locked_at", at),
        ("state", text("on")),
        ("change", text("enrolled")),
    ];
    let frame = mail_frame(language, "");
    let failed = |error: RenderError| chain(&error);
    themes.mail_line(name, &frame, subject, &values).map_err(failed)?;
    let links = ["abc", "def"].map(|end| MailLink {
        user_id_masked: "12••••78".to_owned(),
        url: format!("https://idp.example/link/{end}"),
        code: "482913".to_owned(),
    });
    // One address can belong to several accounts: their links must all be there.
    for links in links.chunks(1).chain([links.as_slice()]) {
        let mail = MailText { name: template, values: &values, links };
        let text = themes.mail_text(name, &frame, &mail).map_err(failed)?;
        let own = if template == "reset-second-password" { links } else { &[] };
        let urls: Vec<&str> = own.iter().map(|link| link.url.as_str()).collect();
        if let Some(part) = parts.iter().chain(&["03-0000-0000"]).chain(&urls).find(|part| !text.contains(**part)) {
            return Err(format!("the mail lacks {}", part.trim()));
        }
    }
    Ok(())
}

fn mail_layout(themes: &Themes, name: &str, language: Language) -> Result<(), String> {
    let blocks = ["text", "url", "code", "footer"].map(|kind| MailBlock { kind, text: format!("{kind}{HOSTILE}") });
    let frame = mail_frame(language, HOSTILE);
    let html = themes.mail_html(name, &frame, HOSTILE, &blocks).map_err(|error| chain(&error))?;
    if html.contains("\"'>") || html.contains("<script>") {
        return Err("a text becomes markup".to_owned());
    }
    match blocks.iter().find(|block| !html.contains(&format!("{}&quot;", block.kind))) {
        Some(block) => Err(format!("the mail lacks its {}", block.kind)),
        None => Ok(()),
    }
}

fn mail_frame(language: Language, mark: &str) -> MailFrame {
    MailFrame {
        language,
        tenant: format!("Sample University{mark}"),
        service: format!("Certificates{mark}"),
        contact: vec!["03-0000-0000".to_owned()],
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
