//! GET and POST /authorize (OpenID Connect Core §3.1.2.1).

use axum::{body::Bytes, extract::RawQuery, http::HeaderMap, response::Response};

use crate::{
    domain::{
        login::LoginTicket,
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
    },
    flows::Begun,
};

use super::{
    super::{
        failure::PageFailure,
        paths,
        visit::{About, Visit, see_other},
    },
    form::is_form,
};

/// The longest request that is read (SR-57).
const MAX_QUERY: usize = 8 * 1024;

pub async fn get(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, PageFailure> {
    let query = query.unwrap_or_default();
    let parameters = read(query.as_bytes())?;
    let session = visit.session_cookie();
    let begun =
        visit.flows().begin_authorization(visit.tenant(), &parameters, session.as_ref(), &visit.visitor).await?;
    match begun {
        Begun::Rejected(error) => Err(PageFailure::rejected(error)),
        Begun::Answered(response) => {
            let support_code = visit.flows().support_code();
            let about =
                About { language: visit.language(), support_code: &support_code, theme: None, time_limit: None };
            let mut answer = visit.send_to_client(&response, &about);
            visit.keep_browser_state(answer.headers_mut()).await?;
            Ok(answer)
        }
        Begun::Login(pending) => {
            let id = pending.id.clone();
            let mut response = see_other(&visit.path(&paths::sign_in(&id)));
            visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(pending))?;
            Ok(response)
        }
    }
}

/// Answers 303 to the same request as GET: on a cross-site POST the browser keeps the Lax session cookie back (SR-3).
pub async fn post(visit: Visit, headers: HeaderMap, body: Bytes) -> Result<Response, PageFailure> {
    if !is_form(&headers) {
        return Err(PageFailure::rejected(OAuthError::new(
            ErrorCode::InvalidRequest,
            "the content type must be a form",
        )));
    }
    read(&body)?;
    let query = std::str::from_utf8(&body).map_err(|_| too_odd("the parameters are not ASCII"))?;
    if !query.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(too_odd("the parameters are not encoded"));
    }
    Ok(see_other(&visit.path(&format!("/authorize?{query}"))))
}

fn read(encoded: &[u8]) -> Result<Parameters, PageFailure> {
    if encoded.len() > MAX_QUERY {
        return Err(too_odd("the request is longer than 8 KiB"));
    }
    Parameters::parse(encoded)
        .map_err(|error| PageFailure::rejected(OAuthError::new(ErrorCode::InvalidRequest, error.to_string())))
}

fn too_odd(description: &'static str) -> PageFailure {
    PageFailure::rejected(OAuthError::new(ErrorCode::InvalidRequest, description))
}
