//! The check that every theme must pass when it is loaded: every page in every state and language, also with hostile texts (SR-82).

use super::{
    ThemeError,
    page::Page,
    samples::{self, Words},
    themes::Themes,
};
use crate::domain::language::Language;

/// A text that would show itself in a page if anything let it through unescaped.
const HOSTILE: &str = "\"'><script>alert(1)</script>&{{7*7}}";

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
            let html =
                render(themes, name, *language, &Words::plain(), &page).map_err(|reason| fail(&sample, reason))?;
            complete(&page, &html).map_err(|reason| fail(&sample, reason))?;
        }
        let words = Words::marked(HOSTILE);
        for (sample, page) in samples::pages_with(&words) {
            let html = render(themes, name, *language, &words, &page).map_err(|reason| fail(&sample, reason))?;
            if html.contains("\"'>") || html.contains("<script>") {
                return Err(fail(&sample, "a text becomes markup".to_owned()));
            }
        }
    }
    Ok(())
}

fn render(themes: &Themes, name: &str, language: Language, words: &Words, page: &Page) -> Result<String, String> {
    themes.page(name, &samples::frame_with(language, words), page).map_err(|error| chain(&error))
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
    let protected = !matches!(page, Page::FormPost(_) | Page::ConfirmLink(_));
    if protected && forms != tokens {
        return Err(format!("{forms} forms carry {tokens} form tokens"));
    }
    Ok(())
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
