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
    theme::{ConfirmLink, EmailChanged, EmailRegistered, LinkInvalid, LinkRetry, Onward, Page},
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
    let back = match &view {
        LinkView::Confirmed(about) if about.purpose == Purpose::ChangeEmail => back(&visit, about).await?,
        _ => None,
    };
    let (page, about) = page(&visit, &token, view, back);
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

/// `back`: where somebody who is signed in here goes on.
fn page(visit: &Visit, token: &str, view: LinkView, back: Option<String>) -> (Page, Option<LinkAbout>) {
    match view {
        LinkView::Good { user_id_masked, about, .. } if about.purpose == Purpose::ResetSecondPassword => {
            (reset_second_password::page(visit, token, user_id_masked), Some(about))
        }
        LinkView::Good { email_masked, user_id_masked, about } => {
            let action = visit.path(&paths::link(token));
            let change = about.purpose == Purpose::ChangeEmail;
            (Page::ConfirmLink(ConfirmLink { change, action, email_masked, user_id_masked }), Some(about))
        }
        LinkView::Confirmed(about) if about.purpose == Purpose::ChangeEmail => {
            let onward = back.map_or_else(|| onward(visit, &about), Onward::Back);
            (Page::EmailChanged(EmailChanged { onward }), Some(about))
        }
        LinkView::Confirmed(about) => {
            (Page::EmailRegistered(EmailRegistered { onward: onward(visit, &about) }), Some(about))
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

fn onward(visit: &Visit, about: &LinkAbout) -> Onward {
    Onward::SignIn(sign_in(visit, about.login.as_ref()).unwrap_or_else(|| visit.path("/")))
}

/// J-07 7.5: whose address it is, and signed in in this browser, goes on to the service.
async fn back(visit: &Visit, about: &LinkAbout) -> Result<Option<String>, PageFailure> {
    let live = visit.live_session().await?;
    if live.is_none_or(|live| live.account.id != about.account) {
        return Ok(None);
    }
    let tenant = visit.tenant();
    let client = tenant.default_client.as_ref().and_then(|id| tenant.client(id.as_str()));
    let top = client.and_then(|client| client.menu.top.clone());
    Ok(Some(top.unwrap_or_else(|| visit.path("/account"))))
}

/// In the language of the request, not of the device.
pub(super) fn show(visit: &Visit, page: &Page, about: Option<&LinkAbout>) -> Response {
    let language = about.map_or_else(|| visit.language(), |about| offered(visit, about.language));
    let new_code = visit.flows().support_code();
    let support_code = about.and_then(|about| about.login.as_ref()).map_or(new_code.as_str(), LoginId::as_str);
    visit.page_with(
        StatusCode::OK,
        ContentPolicy::Page,
        page,
        &About { language, support_code, theme: None, time_limit: None },
    )
}

fn offered(visit: &Visit, language: Language) -> Language {
    if visit.site.languages.contains(&language) { language } else { visit.tenant().default_language }
}

fn invalid(visit: &Visit, code: &str, about: Option<&LinkAbout>) -> Page {
    let retry = match about {
        Some(about) if about.purpose == Purpose::ResetSecondPassword => {
            Some(LinkRetry::Reset(visit.path(paths::FORGOT)))
        }
        Some(about) if about.purpose == Purpose::ChangeEmail => Some(LinkRetry::Change(visit.path("/account/email"))),
        about => sign_in(visit, about.and_then(|about| about.login.as_ref())).map(LinkRetry::Register),
    };
    Page::LinkInvalid(LinkInvalid { code: code.to_owned(), retry })
}
