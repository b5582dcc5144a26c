//! GET and POST /link/{token}: P-04, P-05, P-16 or P-23 (journeys J-02 2.3, J-15, J-16). GET changes nothing, whoever asks.

use axum::{
    extract::{FromRequestParts, Path, Request, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};

use crate::{
    domain::{
        ids::LoginId,
        language::Language,
        one_time_url::{LinkVerdict, Purpose},
    },
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

use super::{reset_second_password, reset_ticket::sign_in};

type Token = Result<Path<String>, PathRejection>;

/// What is no text is no link of ours: E-33.
pub(super) fn readable(token: Token) -> String {
    token.map_or_else(|_| "unreadable".to_owned(), |Path(token)| token)
}

pub async fn get(visit: Visit, token: Token) -> Result<Response, PageFailure> {
    let token = readable(token);
    let view = visit.flows().look_at_link(visit.tenant(), &token).await?;
    let (page, about) = page(&visit, &token, view);
    Ok(show(&visit, &page, about.as_ref()))
}

/// No form token: the URL itself is the proof. Another site's press is refused.
pub async fn post(visit: Visit, request: Request) -> Result<Response, PageFailure> {
    let (mut parts, body) = request.into_parts();
    let token = readable(Token::from_request_parts(&mut parts, &()).await.unwrap_or_else(|never| match never {}));
    csrf::same_site(&visit, &parts.headers)?;
    let about = match visit.flows().look_at_link(visit.tenant(), &token).await? {
        LinkView::Good { about, .. } | LinkView::Confirmed(about) | LinkView::Bad { about, .. } => Some(about),
        LinkView::Unknown => None,
    };
    if about.is_some_and(|about| about.purpose == Purpose::ResetSecondPassword) {
        return match csrf::form_of(&visit, Request::from_parts(parts, body)).await {
            Ok(form) => reset_second_password::post(&visit, &token, &form).await,
            Err(refused) => Ok(refused),
        };
    }
    visit.flows().confirm_link(visit.tenant(), &token, &visit.visitor).await?;
    Ok(see_other(&visit.path(&paths::link(&token))))
}

fn page(visit: &Visit, token: &str, view: LinkView) -> (Page, Option<LinkAbout>) {
    match view {
        LinkView::Good { user_id_masked, about, .. } if about.purpose == Purpose::ResetSecondPassword => {
            (reset_second_password::page(visit, token, user_id_masked), Some(about))
        }
        LinkView::Good { email_masked, user_id_masked, about } => {
            let action = visit.path(&paths::link(token));
            (Page::ConfirmLink(ConfirmLink { action, email_masked, user_id_masked }), Some(about))
        }
        LinkView::Confirmed(about) => {
            let onward = Onward::SignIn(sign_in(visit, about.login.as_ref()).unwrap_or_else(|| visit.path("/")));
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
    }
}

/// In the language of the request, not of the device.
pub(super) fn show(visit: &Visit, page: &Page, about: Option<&LinkAbout>) -> Response {
    let language = about.map_or_else(|| visit.language(), |about| offered(visit, about.language));
    let new_code = visit.flows().support_code();
    let support_code = about.and_then(|about| about.login.as_ref()).map_or(new_code.as_str(), LoginId::as_str);
    visit.page_with(StatusCode::OK, ContentPolicy::Page, page, &About { language, support_code, theme: None })
}

fn offered(visit: &Visit, language: Language) -> Language {
    if visit.site.languages.contains(&language) { language } else { visit.tenant().default_language }
}

fn invalid(visit: &Visit, code: &str, about: Option<&LinkAbout>) -> Page {
    let retry = match about {
        Some(about) if about.purpose == Purpose::ResetSecondPassword => {
            Some(LinkRetry::Reset(visit.path(paths::FORGOT)))
        }
        about => sign_in(visit, about.and_then(|about| about.login.as_ref())).map(LinkRetry::Register),
    };
    Page::LinkInvalid(LinkInvalid { code: code.to_owned(), retry })
}
