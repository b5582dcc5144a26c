//! The only error mapping: who is told what, and the cause is logged once (architecture.md, Style).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    domain::oauth_error::{ErrorCode, OAuthError},
    flows::FlowError,
    theme::{ErrorPage, Page, ProtocolError, TimedOut},
};

use super::{
    headers::ContentPolicy,
    visit::{About, Visit, see_other},
};

/// What a person is told: a themed page with a support code.
#[derive(Debug)]
pub enum PageFailure {
    /// P-22 with this code and status.
    Error {
        code: &'static str,
        status: StatusCode,
        protocol: Option<OAuthError>,
    },
    /// P-28.
    TimedOut,
    /// No failure to speak of: the browser belongs to another page (303).
    Elsewhere(String),
    Flow(FlowError),
}

impl PageFailure {
    /// The login request is not valid; the client's engineer finds the protocol's words in small type.
    pub fn rejected(error: OAuthError) -> Self {
        Self::Error { code: "E-01", status: StatusCode::BAD_REQUEST, protocol: Some(error) }
    }

    /// Expired, or used out of order.
    pub fn out_of_order() -> Self {
        Self::Error { code: "E-02", status: StatusCode::BAD_REQUEST, protocol: None }
    }

    pub fn no_cookies() -> Self {
        Self::Error { code: "E-03", status: StatusCode::BAD_REQUEST, protocol: None }
    }

    pub fn university_away() -> Self {
        Self::Error { code: "E-10", status: StatusCode::BAD_GATEWAY, protocol: None }
    }

    pub fn not_found() -> Self {
        Self::Error { code: "E-12", status: StatusCode::NOT_FOUND, protocol: None }
    }
}

impl From<FlowError> for PageFailure {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::LoginOver => Self::TimedOut,
            FlowError::OAuth(error) => Self::rejected(error),
            other => Self::Flow(other),
        }
    }
}

/// What a client is told: OAuth's JSON (RFC 6749 §5.2), or a Bearer challenge (RFC 6750 §3).
#[derive(Debug)]
pub enum EndpointFailure {
    Json(FlowError),
    /// Client authentication was tried by the `Authorization` header.
    Basic(FlowError),
    Bearer(FlowError),
}

impl From<FlowError> for EndpointFailure {
    fn from(error: FlowError) -> Self {
        Self::Json(error)
    }
}

impl From<OAuthError> for EndpointFailure {
    fn from(error: OAuthError) -> Self {
        Self::Json(FlowError::OAuth(error))
    }
}

/// Rides in the answer until [`tell`] knows whose site it is.
#[derive(Clone)]
struct Untold(std::sync::Arc<PageFailure>);

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        if let Self::Elsewhere(path) = &self {
            return see_other(path);
        }
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Untold(std::sync::Arc::new(self)));
        response
    }
}

/// Renders what a handler has failed with, in the visitor's language and the tenant's look.
pub fn tell(visit: &Visit, mut response: Response) -> Response {
    let Some(Untold(failure)) = response.extensions_mut().remove::<Untold>() else { return response };
    let support_code = visit.flows().support_code();
    let about = About { language: visit.language(), support_code: &support_code, theme: None };
    let (status, page) = match &*failure {
        PageFailure::TimedOut | PageFailure::Elsewhere(_) => {
            (StatusCode::BAD_REQUEST, Page::TimedOut(TimedOut { sign_in: visit.start() }))
        }
        PageFailure::Error { code, status, protocol } => {
            let protocol_error = protocol.as_ref().map(|error| ProtocolError {
                error: error.code.as_str().to_owned(),
                description: error.description.to_string(),
            });
            (*status, error_page(visit, code, protocol_error))
        }
        PageFailure::Flow(error) => {
            let (status, code) = outage(error, &support_code);
            (status, error_page(visit, code, None))
        }
    };
    tracing::info!(support_code, failure = ?failure, "a page told of a failure");
    let mut told = visit.page_with(status, ContentPolicy::PageThatLeaves, &page, &about);
    retry_after(&mut told);
    told
}

fn error_page(visit: &Visit, code: &str, protocol_error: Option<ProtocolError>) -> Page {
    let restarts = matches!(code, "E-01" | "E-02" | "E-03" | "E-10");
    Page::Error(ErrorPage {
        code: code.to_owned(),
        protocol_error,
        sign_in: if restarts { visit.start() } else { None },
        back: (!restarts).then(|| visit.path("/")),
    })
}

/// What stops the house, or only this moment; the cause is logged here and nowhere else.
fn outage(error: &FlowError, support_code: &str) -> (StatusCode, &'static str) {
    match error {
        FlowError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "E-04"),
        FlowError::NotDue => (StatusCode::CONFLICT, "E-02"),
        error => {
            tracing::error!(support_code, %error, "the house could not serve");
            metrics::counter!("idp_outages_total").increment(1);
            (StatusCode::SERVICE_UNAVAILABLE, "E-11")
        }
    }
}

fn retry_after(response: &mut Response) {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
}

impl IntoResponse for EndpointFailure {
    fn into_response(self) -> Response {
        let (error, challenge) = match self {
            Self::Json(error) => (error, Challenge::None),
            Self::Basic(error) => (error, Challenge::Basic),
            Self::Bearer(error) => (error, Challenge::Bearer),
        };
        let told = match error {
            FlowError::OAuth(error) => error,
            error => {
                tracing::error!(%error, "an endpoint could not serve");
                metrics::counter!("idp_outages_total").increment(1);
                OAuthError::new(ErrorCode::TemporarilyUnavailable, "try again in a moment")
            }
        };
        let status = match told.code {
            ErrorCode::TemporarilyUnavailable | ErrorCode::ServerError => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": told.code.as_str(), "error_description": told.description });
        let mut response = (status, axum::Json(body)).into_response();
        if let Some(value) = challenge.header(&told) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        retry_after(&mut response);
        response
    }
}

enum Challenge {
    None,
    Basic,
    Bearer,
}

impl Challenge {
    fn header(&self, told: &OAuthError) -> Option<HeaderValue> {
        match self {
            // RFC 6749 §5.2: a 401 answers the scheme that was tried; naming one where none was is allowed too.
            Self::None | Self::Basic if told.code == ErrorCode::InvalidClient => {
                Some(HeaderValue::from_static("Basic realm=\"token\""))
            }
            Self::None | Self::Basic => None,
            Self::Bearer => {
                let text =
                    format!("Bearer error=\"{}\", error_description=\"{}\"", told.code.as_str(), told.description);
                HeaderValue::try_from(text).ok()
            }
        }
    }
}
