//! Forms of clients: read strictly, and refused in OAuth's words.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};

use crate::{
    domain::{
        client::Client,
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
    },
    flows::{FlowError, Presented},
};
use std::sync::Arc;

use super::super::{failure::EndpointFailure, visit::Visit};

/// The body of a client's POST: `application/x-www-form-urlencoded`, no name twice (RFC 6749 §3.2).
pub struct OAuthForm {
    pub parameters: Parameters,
    authorization: Option<String>,
    /// The path of the endpoint, below the issuer.
    endpoint: String,
}

impl<S: Send + Sync> FromRequest<S> for OAuthForm {
    type Rejection = EndpointFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, EndpointFailure> {
        if !is_form(request.headers()) {
            return Err(invalid_request("the content type must be application/x-www-form-urlencoded").into());
        }
        let authorization =
            request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let endpoint = request.uri().path().to_owned();
        let body = Bytes::from_request(request, state).await.map_err(|_| invalid_request("the body cannot be read"))?;
        let parameters =
            Parameters::parse(&body).map_err(|error| OAuthError::new(ErrorCode::InvalidRequest, error.to_string()))?;
        parameters.once().map_err(|error| OAuthError::new(ErrorCode::InvalidRequest, error.to_string()))?;
        Ok(Self { parameters, authorization, endpoint })
    }
}

impl OAuthForm {
    /// The client that this form speaks for, authenticated.
    pub async fn client(&self, visit: &Visit) -> Result<Arc<Client>, EndpointFailure> {
        let tried = |error: FlowError| {
            if self.authorization.is_some() { EndpointFailure::Basic(error) } else { EndpointFailure::Json(error) }
        };
        let presented = Presented::read(self.authorization.as_deref(), &self.parameters, &self.endpoint)
            .map_err(|error| tried(error.into()))?;
        visit.flows().authenticate_client(visit.tenant(), &presented, &visit.visitor).await.map_err(tried)
    }

    pub fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.parameters
            .get(name)
            .ok_or_else(|| OAuthError::new(ErrorCode::InvalidRequest, format!("{name} is missing")))
    }
}

pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn invalid_request(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}
