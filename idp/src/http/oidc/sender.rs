//! What a request shows of its sender: `DPoP` headers (RFC 9449 §4.1), and the nonce that an answer brings (§8).

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, Method, request::Parts},
    response::Response,
};

use crate::flows::{FlowError, Proven, Shown};

use super::super::visit::Visit;

static DPOP: HeaderName = HeaderName::from_static("dpop");
static DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

pub struct Sender {
    proofs: Vec<HeaderValue>,
    method: Method,
}

impl<S: Send + Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let proofs = parts.headers.get_all(&DPOP).iter().cloned().collect();
        Ok(Self { proofs, method: parts.method.clone() })
    }
}

impl Sender {
    /// What it holds, proven for the endpoint at `path`; with the access token where one came along.
    pub async fn possession(&self, visit: &Visit, path: &str, access_token: Option<&str>) -> Result<Proven, FlowError> {
        // What is no ASCII is no JWT either.
        let proofs: Vec<&str> = self.proofs.iter().map(|value| value.to_str().unwrap_or_default()).collect();
        let shown = Shown { proofs: &proofs, method: self.method.as_str(), path, access_token };
        visit.flows().prove_possession(visit.tenant(), &shown, &visit.visitor).await
    }

    /// The same sender with its certificate alone.
    pub fn without_proof(&self) -> Self {
        Self { proofs: Vec::new(), method: self.method.clone() }
    }

    pub fn has_proof(&self) -> bool {
        !self.proofs.is_empty()
    }
}

/// RFC 9449 §8.2: an answer may bring the nonce for the next proof.
pub fn with_nonce(mut response: Response, next: Option<String>) -> Response {
    if let Some(nonce) = next.and_then(|nonce| HeaderValue::try_from(nonce).ok()) {
        response.headers_mut().insert(DPOP_NONCE.clone(), nonce);
    }
    response
}
