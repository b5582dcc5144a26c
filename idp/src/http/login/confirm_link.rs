//! GET and POST /link/{token}: P-04, P-05 or P-23 (journeys J-02 2.3, J-15, J-16). GET changes nothing, whoever asks.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use crate::{
    domain::{ids::LoginId, language::Language, one_time_url::LinkVerdict, parameters::encode},
    flows::{LinkAbout, LinkView},
    http::{
        csrf,
        failure::PageFailure,
        headers::ContentPolicy,
        paths,
        visit::{About, Visit, see_other},
    },
    theme::{ConfirmLink, EmailRegistered, LinkInvalid, LinkRetry, Onward, Page},
};

type Token = Result<Path<String>, PathRejection>;

/// What is no text is no link of ours: E-33.
fn readable(token: Token) -> String {
    token.map_or_else(|_| "unreadable".to_owned(), |Path(token)| token)
}

pub async fn get(visit: Visit, token: Token) -> Result<Response, PageFailure> {
    let token = readable(token);
    let view = visit.flows().look_at_link(visit.tenant(), &token).await?;
    Ok(show(&visit, &token, view))
}

/// No form token: the URL itself is the proof. Another site's press is refused.
pub async fn post(visit: Visit, token: Token, headers: HeaderMap) -> Result<Response, PageFailure> {
    let token = readable(token);
    csrf::same_site(&visit, &headers)?;
    visit.flows().confirm_link(visit.tenant(), &token, &visit.visitor).await?;
    Ok(see_other(&visit.path(&address(&token))))
}

/// Whatever was opened: it may hold what no address may.
fn address(token: &str) -> String {
    format!("/link/{}", encode(token))
}

fn show(visit: &Visit, token: &str, view: LinkView) -> Response {
    let (page, about) = match view {
        LinkView::Good { email_masked, user_id_masked, about } => {
            let action = visit.path(&address(token));
            (Page::ConfirmLink(ConfirmLink { action, email_masked, user_id_masked }), Some(about))
        }
        LinkView::Confirmed(about) => {
            let onward = Onward::SignIn(sign_in(visit, Some(&about)).unwrap_or_else(|| visit.path("/")));
            (Page::EmailRegistered(EmailRegistered { onward }), Some(about))
        }
        LinkView::Bad { verdict, about } => {
            let code = match verdict {
                LinkVerdict::Expired => "E-30",
                LinkVerdict::Used => "E-31",
                LinkVerdict::Replaced => "E-32",
                LinkVerdict::Good => "E-33",
            };
            (invalid(visit, code, Some(&about)), Some(about))
        }
        LinkView::Unknown => (invalid(visit, "E-33", None), None),
    };
    let language = about.as_ref().map_or_else(|| visit.language(), |about| offered(visit, about.language));
    let new_code = visit.flows().support_code();
    let support_code = about.as_ref().and_then(|about| about.login.as_ref()).map_or(new_code.as_str(), LoginId::as_str);
    visit.page_with(StatusCode::OK, ContentPolicy::Page, &page, &About { language, support_code, theme: None })
}

fn offered(visit: &Visit, language: Language) -> Language {
    if visit.site.languages.contains(&language) { language } else { visit.tenant().default_language }
}

fn invalid(visit: &Visit, code: &str, about: Option<&LinkAbout>) -> Page {
    Page::LinkInvalid(LinkInvalid { code: code.to_owned(), retry: sign_in(visit, about).map(LinkRetry::Register) })
}

/// Where this browser signs in: the login that waits here, begun anew, or the service (J-01 1.0 d).
fn sign_in(visit: &Visit, about: Option<&LinkAbout>) -> Option<String> {
    let waiting = about.and_then(|about| about.login.as_ref()).filter(|login| visit.ticket(login).is_some());
    waiting.map(|login| visit.path(&paths::page(login, "restart"))).or_else(|| visit.start())
}
