//! What this browser holds of its wish for a reset, and the forms that came with it (contract.md, Cookies).

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{ids::LoginId, parameters::Parameters, reset::ResetTicket},
    flows::FlowError,
    http::{
        csrf,
        failure::PageFailure,
        headers::ContentPolicy,
        paths,
        visit::{About, Visit},
    },
    theme::Page,
};

/// A visit to the pages of a forgotten second password; a tenant without second passwords has none.
pub struct AtReset {
    pub visit: Visit,
    pub ticket: Option<ResetTicket>,
}

/// A form of these pages. Its token is looked at by the page.
pub struct ResetPress {
    pub at: AtReset,
    pub ticket: ResetTicket,
    pub form: Parameters,
}

impl<S: Send + Sync> FromRequestParts<S> for AtReset {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        if !visit.tenant().policy.second_password.required {
            return Err(PageFailure::not_found().into_response());
        }
        let name = visit.cookies().reset();
        let ticket = visit.jar().get(&name).and_then(|text| visit.flows().open_cookie(&visit.tenant().id, &name, text));
        Ok(Self { visit, ticket })
    }
}

impl<S: Send + Sync> FromRequest<S> for ResetPress {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let at = AtReset::from_request_parts(&mut parts, state).await?;
        let form = csrf::form_of(&at.visit, Request::from_parts(parts, body)).await?;
        let Some(ticket) = at.ticket.clone() else {
            let refused =
                if at.visit.jar().is_empty() { PageFailure::no_cookies() } else { PageFailure::out_of_order() };
            return Err(refused.into_response());
        };
        Ok(Self { at, ticket, form })
    }
}

impl ResetPress {
    pub fn text(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}

impl AtReset {
    pub fn give(&self, headers: &mut HeaderMap, ticket: &ResetTicket) -> Result<(), FlowError> {
        // Longer than the request: its end is told as such (E-69).
        let lifetime = self.visit.tenant().policy.one_time_url.lifetime * 2;
        self.visit.give_sealed(headers, &self.visit.cookies().reset(), ticket, lifetime)
    }

    /// A page in the language and with the support code of the ticket.
    pub fn show(&self, ticket: &ResetTicket, page: &Page) -> Response {
        let visit = &self.visit;
        let offered = visit.site.languages.contains(&ticket.language);
        let about = About {
            language: if offered { ticket.language } else { visit.tenant().default_language },
            support_code: ticket.login.as_str(),
            theme: None,
            time_limit: None,
        };
        visit.page_with(axum::http::StatusCode::OK, ContentPolicy::Page, page, &about)
    }
}

/// Where this browser signs in: the login that it holds, begun anew, or the service (J-01 1.0 d).
pub fn sign_in(visit: &Visit, login: Option<&LoginId>) -> Option<String> {
    let held = login.filter(|login| visit.holds_ticket(login));
    held.map(|login| visit.path(&paths::page(login, "restart"))).or_else(|| visit.start())
}
