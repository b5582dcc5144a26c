//! Forms come from our own pages: the browser says so, and the form's token proves it (SR-7).

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};

use crate::domain::parameters::Parameters;

use super::{failure::PageFailure, oidc::is_form, visit::Visit};

/// The fields of a form that one of our own pages has sent; its token is looked at by whoever knows what it must be.
pub async fn form_of(visit: &Visit, request: Request) -> Result<Parameters, Response> {
    same_site(visit, request.headers()).map_err(IntoResponse::into_response)?;
    if !is_form(request.headers()) {
        return Err(PageFailure::out_of_order().into_response());
    }
    let body = Bytes::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
    let form = Parameters::parse(&body).ok().filter(|form| form.once().is_ok());
    form.ok_or_else(|| PageFailure::out_of_order().into_response())
}

/// `Sec-Fetch-Site` where it is sent, else `Origin` where it is sent. Without both the form's token stands alone.
pub fn same_site(visit: &Visit, headers: &HeaderMap) -> Result<(), PageFailure> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let ours = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.eq_ignore_ascii_case(visit.tenant().issuer.origin()),
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(PageFailure::out_of_order()) }
}
