//! GET /login/{login}/not-eligible and …/decline: P-24 (journeys J-17).

use axum::response::Response;

use crate::{
    domain::{
        language::{Language, LanguageWishes},
        login::{Destination, Gate, Ineligible, LoginTicket, PendingLogin},
        oauth_error::{ErrorCode, OAuthError},
    },
    http::{failure::PageFailure, visit::About},
    theme::{MissingItem, NotEligible, NotEligibleReason, Page},
};

use super::{AtLogin, Standing};

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let (pending, reason) = refused(&at).await?;
    let reason = NotEligibleReason::from(&reason);
    let retry = matches!(reason, NotEligibleReason::Missing(_)).then(|| at.path("restart"));
    let back_to_service = match &pending.destination {
        Destination::Client(_) => Some(at.path("decline")),
        Destination::Account(visit) => visit.return_to.clone(),
        Destination::Device(_) => None,
    };
    let page = Page::NotEligible(NotEligible { reason, back_to_service, retry });
    Ok(at.visit.page(&page, &about(&at, &pending.destination, pending.language)))
}

/// サービスに戻る: the client learns `access_denied` (RFC 6749 §4.1.2.1).
pub async fn decline(at: AtLogin) -> Result<Response, PageFailure> {
    let (destination, language) = match at.ticket {
        LoginTicket::Pending(_) => {
            let (pending, _) = refused(&at).await?;
            (pending.destination, pending.language)
        }
        LoginTicket::Row { .. } => closed(&at).await?,
    };
    let Some(request) = destination.request() else {
        return Err(PageFailure::Elsewhere(at.path("not-eligible")));
    };
    let error = OAuthError::new(ErrorCode::AccessDenied, "this person may not use the service");
    let live = at.visit.live_session().await?;
    let response = at.visit.flows().answer_error(at.visit.tenant(), request, &error, live.as_ref()).await?;
    let mut answer = at.visit.send_to_client(&response, &about(&at, &destination, language));
    at.visit.take_ticket(answer.headers_mut(), &at.id);
    Ok(answer)
}

/// A login whose account was closed on its way.
async fn closed(at: &AtLogin) -> Result<(Destination, Option<Language>), PageFailure> {
    match at.standing().await {
        Err(PageFailure::NotServed(_)) => {
            let kept = at.visit.flows().remembered(at.visit.tenant(), &at.ticket).await?;
            kept.map(|kept| (kept.destination, kept.language)).ok_or(PageFailure::TimedOut)
        }
        Err(other) => Err(other),
        Ok(_) => Err(PageFailure::Elsewhere(at.path("next"))),
    }
}

async fn refused(at: &AtLogin) -> Result<(Box<PendingLogin>, Ineligible), PageFailure> {
    match at.standing().await? {
        Standing::Pending(pending) => match pending.ineligible.clone() {
            Some(reason) => Ok((pending, reason)),
            None => Err(PageFailure::Elsewhere(at.gate_path(&Gate::SignIn))),
        },
        Standing::Row(_) => Err(PageFailure::Elsewhere(at.path("next"))),
    }
}

impl From<&Ineligible> for NotEligibleReason {
    fn from(reason: &Ineligible) -> Self {
        match reason {
            Ineligible::Graduate => Self::Graduate,
            Ineligible::Suspended => Self::Suspended,
            Ineligible::Missing(names) => Self::Missing(missing(names)),
        }
    }
}

/// In words for the student: being enrolled, or the number.
fn missing(names: &[String]) -> Vec<MissingItem> {
    let is_number =
        |name: &String| matches!(name.as_str(), "user_id" | "student_number" | "preferred_username" | "sub");
    let mut items = Vec::new();
    if names.iter().any(|name| !is_number(name)) {
        items.push(MissingItem::Affiliation);
    }
    if names.iter().any(is_number) {
        items.push(MissingItem::UserId);
    }
    items
}

fn about<'a>(at: &'a AtLogin, destination: &Destination, language: Option<Language>) -> About<'a> {
    let visit = &at.visit;
    let wishes = LanguageWishes { chosen: language, requested: destination.ui_locale(), ..visit.wishes() };
    About {
        language: visit.settle(&wishes),
        support_code: at.id.as_str(),
        theme: visit.theme_of(destination.client()),
        time_limit: None,
    }
}
