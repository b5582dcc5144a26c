//! The only error mapping: who is told what, and the cause is logged once (architecture.md, Style).

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    domain::{
        acr::Acr,
        dpop,
        ids::LoginId,
        language::{Language, LanguageWishes},
        login::{Destination, Ineligible},
        oauth_error::{ErrorCode, OAuthError},
        signing_key::SigningAlgorithm,
    },
    flows::{FlowError, Scheme},
    theme::{ErrorPage, NotEligible, NotEligibleReason, Page, ProtocolError, TimedOut},
};

use super::{
    headers::ContentPolicy,
    oidc::with_nonce,
    paths,
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
    /// P-24: the account may not be served any more.
    NotServed(Ineligible),
    /// No failure to speak of: the browser belongs to another page (303).
    Elsewhere(String),
    /// Made by [`PageFailure::at`].
    Of(LoginId, Box<PageFailure>),
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

    /// At a login that the address does not name.
    pub fn at(self, login: &LoginId) -> Self {
        match self {
            Self::Elsewhere(_) | Self::Of(..) => self,
            failure => Self::Of(login.clone(), Box::new(failure)),
        }
    }

    /// Larger than any request of ours.
    pub fn too_large(status: StatusCode) -> Self {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "the request is too long");
        Self::Error { code: "E-01", status, protocol: Some(error) }
    }

    pub fn wrong_method() -> Self {
        Self::Error { code: "E-12", status: StatusCode::METHOD_NOT_ALLOWED, protocol: None }
    }

    pub fn not_found() -> Self {
        Self::Error { code: "E-12", status: StatusCode::NOT_FOUND, protocol: None }
    }
}

impl From<FlowError> for PageFailure {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::LoginOver => Self::TimedOut,
            FlowError::NotServed(reason) => Self::NotServed(reason),
            FlowError::OAuth(error) => Self::rejected(error),
            other => Self::Flow(other),
        }
    }
}

/// What a client is told: OAuth's JSON (RFC 6749 §5.2), at a protected resource with a challenge (RFC 6750 §3, RFC 9449 §7.1).
#[derive(Debug)]
pub enum EndpointFailure {
    Json(FlowError),
    /// Client authentication was tried by the `Authorization` header.
    Basic(FlowError),
    /// At a protected resource, which was tried by this scheme.
    Resource(Scheme, FlowError),
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

/// Renders what a handler has failed with, in the language, the look and with the support code of the login it failed at.
pub async fn tell(visit: &Visit, path: &str, mut response: Response) -> Response {
    let Some(Untold(failure)) = response.extensions_mut().remove::<Untold>() else { return response };
    let (login, failure) = match &*failure {
        PageFailure::Of(login, failure) => (Some(login.clone()), &**failure),
        failure => (login_in(path), failure),
    };
    let place = Place::of(visit, login).await;
    let (status, page) = match failure {
        PageFailure::Error { code, status, protocol } => (*status, place.error_page(visit, code, protocol.as_ref())),
        PageFailure::Flow(error) => {
            let (status, code) = outage(error, &place.support_code);
            (status, place.error_page(visit, code, None))
        }
        PageFailure::NotServed(reason) => {
            let reason = NotEligibleReason::from(reason);
            let page = NotEligible { reason, back_to_service: place.decline.clone(), retry: None };
            (StatusCode::FORBIDDEN, Page::NotEligible(page))
        }
        PageFailure::TimedOut | PageFailure::Elsewhere(_) | PageFailure::Of(..) => {
            (StatusCode::BAD_REQUEST, Page::TimedOut(TimedOut { sign_in: place.sign_in.clone() }))
        }
    };
    tracing::info!(support_code = place.support_code, ?failure, "a page told of a failure");
    let mut told = visit.page_with(status, ContentPolicy::PageThatLeaves, &page, &place.about());
    retry_after(&mut told);
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        told.headers_mut().insert(header::ALLOW, allow);
    }
    told
}

fn login_in(path: &str) -> Option<LoginId> {
    LoginId::from_lower(path.strip_prefix("/login/")?.split('/').next()?)
}

/// Where a failure is told of.
struct Place {
    language: Language,
    support_code: String,
    theme: Option<String>,
    /// To the sign-in: the same request anew if this browser still holds it, else the service's login start (J-01 1.0 d).
    sign_in: Option<String>,
    /// Back to the client with `access_denied`, if this browser holds an unfinished login.
    decline: Option<String>,
}

impl Place {
    async fn of(visit: &Visit, login: Option<LoginId>) -> Self {
        // A store that cannot be reached is no reason to say nothing.
        let ticket = match &login {
            Some(login) => visit.ticket(login).await.unwrap_or_default(),
            None => None,
        };
        let kept = match &ticket {
            Some(ticket) => visit.flows().remembered(visit.tenant(), ticket).await.unwrap_or_default(),
            None => None,
        };
        let destination = kept.as_ref().map(|kept| &kept.destination);
        let client = destination.and_then(Destination::client);
        let client = client.and_then(|client| visit.tenant().client(client.as_str()));
        let wishes = LanguageWishes {
            chosen: kept.as_ref().and_then(|kept| kept.language),
            requested: destination.and_then(Destination::ui_locale),
            ..visit.wishes()
        };
        let restarts = kept.as_ref().is_some_and(|kept| visit.flows().restart_login(kept).is_some());
        let sign_in = match (&login, destination, &client) {
            (Some(login), ..) if restarts => Some(visit.path(&paths::page(login, "restart"))),
            // The page itself begins its login.
            (_, Some(Destination::Account(wanted)), _) => Some(visit.path(&paths::account(wanted))),
            (_, Some(Destination::Device(_)), _) => Some(visit.path(paths::DEVICE)),
            (_, _, Some(client)) => visit.start_of(client.id.as_str(), destination.and_then(Destination::login_hint)),
            _ => visit.start(),
        };
        let held = login.as_ref().filter(|_| destination.is_some_and(|to| !matches!(to, Destination::Device(_))));
        Self {
            decline: held.map(|login| visit.path(&paths::page(login, "decline"))),
            language: visit.settle(&wishes),
            support_code: login.map_or_else(|| visit.flows().support_code(), |login| login.as_str().to_owned()),
            theme: client.and_then(|client| client.theme.clone()),
            sign_in,
        }
    }

    fn about(&self) -> About<'_> {
        About {
            language: self.language,
            support_code: &self.support_code,
            theme: self.theme.as_deref(),
            time_limit: None,
        }
    }

    fn error_page(&self, visit: &Visit, code: &str, protocol: Option<&OAuthError>) -> Page {
        let restarts = matches!(code, "E-01" | "E-02" | "E-03" | "E-10");
        Page::Error(ErrorPage {
            code: code.to_owned(),
            protocol_error: protocol.map(|error| ProtocolError {
                error: error.code.as_str().to_owned(),
                description: error.description.to_string(),
            }),
            sign_in: if restarts { self.sign_in.clone() } else { None },
            back: (!restarts).then(|| visit.path("/")),
        })
    }
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
            Self::Resource(scheme, error) => (error, Challenge::Of(scheme)),
        };
        if matches!(error, FlowError::TooMany) {
            return too_many();
        }
        let nonce = if let FlowError::UseNonce(nonce) = &error { Some(nonce.clone()) } else { None };
        let acr = if let FlowError::TooLittleProven(acr) = error { Some(acr) } else { None };
        let told = told_to_clients(error);
        let body = json!({ "error": told.code.as_str(), "error_description": told.description });
        let mut response = (challenge.status(told.code), axum::Json(body)).into_response();
        if let Some(value) = challenge.header(&told, acr) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        retry_after(&mut response);
        with_nonce(response, nonce)
    }
}

/// In OAuth's words; a cause of our own is logged here and nowhere else.
fn told_to_clients(error: FlowError) -> OAuthError {
    match error {
        FlowError::OAuth(error) => error,
        FlowError::UseNonce(_) => {
            OAuthError::new(ErrorCode::UseDpopNonce, "the DPoP proof needs the nonce of DPoP-Nonce")
        }
        FlowError::TooLittleProven(_) => {
            OAuthError::new(ErrorCode::InsufficientUserAuthentication, "more must be proven by now than this login did")
        }
        error => {
            tracing::error!(%error, "an endpoint could not serve");
            metrics::counter!("idp_outages_total").increment(1);
            OAuthError::new(ErrorCode::TemporarilyUnavailable, "try again in a moment")
        }
    }
}

/// RFC 9126 §2.3, RFC 6585 §4.
fn too_many() -> Response {
    let error = ErrorCode::TemporarilyUnavailable.as_str();
    let body = json!({ "error": error, "error_description": "this client asks too often" });
    let headers = [(header::RETRY_AFTER, "60")];
    (StatusCode::TOO_MANY_REQUESTS, headers, axum::Json(body)).into_response()
}

enum Challenge {
    None,
    Basic,
    Of(Scheme),
}

/// RFC 9449 §7.1: what proofs may be signed with.
static ALGORITHMS: LazyLock<String> = LazyLock::new(|| dpop::ALGORITHMS.map(SigningAlgorithm::name).join(" "));

/// For whoever comes without a token.
pub fn dpop_challenge() -> HeaderValue {
    let text = format!("DPoP algs=\"{}\"", *ALGORITHMS);
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("DPoP"))
}

impl Challenge {
    /// RFC 6749 §5.2; at a protected resource RFC 6750 §3.1, RFC 9449 §7.1, RFC 9470 §3.
    fn status(&self, code: ErrorCode) -> StatusCode {
        let at_resource = matches!(self, Self::Of(_));
        match code {
            ErrorCode::TemporarilyUnavailable | ErrorCode::ServerError => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::InvalidClient | ErrorCode::InvalidToken | ErrorCode::InsufficientUserAuthentication => {
                StatusCode::UNAUTHORIZED
            }
            ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce if at_resource => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn header(&self, told: &OAuthError, acr: Option<Acr>) -> Option<HeaderValue> {
        match self {
            // RFC 6749 §5.2: a 401 answers the scheme that was tried; naming one where none was is allowed too.
            Self::None | Self::Basic if told.code == ErrorCode::InvalidClient => {
                Some(HeaderValue::from_static("Basic realm=\"token\""))
            }
            Self::None | Self::Basic => None,
            Self::Of(_) if told.code == ErrorCode::TemporarilyUnavailable => None,
            Self::Of(scheme) => {
                let name = if *scheme == Scheme::Dpop { "DPoP" } else { "Bearer" };
                let (error, description) = (told.code.as_str(), &told.description);
                let mut text = format!("{name} error=\"{error}\", error_description=\"{description}\"");
                let mut more = |name: &str, value: &str| text.extend([", ", name, "=\"", value, "\""]);
                if let Some(acr) = acr {
                    more("acr_values", acr.urn());
                }
                if *scheme == Scheme::Dpop {
                    more("algs", &ALGORITHMS);
                }
                HeaderValue::try_from(text).ok()
            }
        }
    }
}
