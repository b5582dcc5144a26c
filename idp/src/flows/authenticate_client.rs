//! A client shows who it is: the registered method only, one method a request (RFC 6749 §2.3, SR-56).

mod certificate;
mod client_assertion;

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        client::{Client, ClientAuthentication},
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
        secret::Secret,
        signing_key::SigningAlgorithm,
        tenant::Tenant,
    },
    keys,
    store::Won,
};

use certificate::CertificateProblem;
use client_assertion::{AssertionProblem, Expected, JWT_BEARER};

use super::{FlowError, Flows, Visitor};

/// What a request shows of its client.
#[derive(Debug)]
pub struct Presented {
    pub client_id: String,
    pub credentials: Credentials,
    /// The path of the endpoint that was asked.
    pub endpoint: String,
}

#[derive(Debug)]
pub enum Credentials {
    /// Nothing in the request itself: a public client, or one whose certificate says who it is.
    None,
    Basic(Secret),
    Post(Secret),
    /// RFC 7523 §2.2.
    Assertion(Secret),
}

impl Presented {
    /// Reads the `Authorization` header and the form; a second method is an error (RFC 6749 §2.3).
    pub fn read(authorization: Option<&str>, form: &Parameters, endpoint: &str) -> Result<Self, OAuthError> {
        let (posted, assertion) = (form.get("client_secret"), form.get("client_assertion"));
        let shown = [authorization, posted, assertion].into_iter().flatten().count();
        if shown > 1 {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "more than one client authentication method"));
        }
        let (owner, credentials) = match (authorization, posted, assertion) {
            (Some(header), ..) => {
                let parts = basic(header);
                let (id, secret) = parts.ok_or_else(|| invalid_client("the Authorization header is not HTTP Basic"))?;
                (Some(id), Credentials::Basic(secret))
            }
            (_, Some(secret), _) => (None, Credentials::Post(Secret::new(secret))),
            (.., Some(assertion)) => (Some(owner(assertion, form)?), Credentials::Assertion(Secret::new(assertion))),
            (None, None, None) => (None, Credentials::None),
        };
        let named = form.get("client_id");
        if let (Some(named), Some(owner)) = (named, &owner)
            && named != owner
        {
            return Err(invalid_client("client_id is not the client that authenticates"));
        }
        let client_id = owner.or_else(|| named.map(str::to_owned));
        let client_id = client_id.ok_or_else(|| invalid_client("the client did not authenticate"))?;
        Ok(Self { client_id, credentials, endpoint: endpoint.to_owned() })
    }
}

/// The client that an assertion is of, by its own word (RFC 7521 §4.2; RFC 7523 §3 no. 2 B).
fn owner(assertion: &str, form: &Parameters) -> Result<String, OAuthError> {
    if form.get("client_assertion_type") != Some(JWT_BEARER) {
        return Err(invalid_client("client_assertion_type is not jwt-bearer"));
    }
    keys::claimed(assertion, "sub").ok_or_else(|| invalid_client("client_assertion is no JWT of a client"))
}

fn invalid_client(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClient, description)
}

/// RFC 6749 §2.3.1: both parts are form-urlencoded, then joined and base64-encoded.
fn basic(header: &str) -> Option<(String, Secret)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let field = |text: &str| {
        let parameters = Parameters::parse(format!("v={}", text.replace('&', "%26")).as_bytes()).ok()?;
        Some(parameters.get("v").unwrap_or_default().to_owned())
    };
    Some((field(id)?, Secret::new(field(secret)?)))
}

/// Why nobody is authenticated; an outage is none of the client's doing.
enum Refusal {
    Reason(String),
    Outage(FlowError),
}

impl Flows {
    /// The client that a request speaks for. What fails here has changed nothing.
    pub async fn authenticate_client(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        visitor: &Visitor,
    ) -> Result<Arc<Client>, FlowError> {
        self.look_for_client(tenant, &presented.client_id).await;
        let known = tenant.client(&presented.client_id);
        let reason = match &known {
            None => "unknown client".to_owned(),
            Some(client) => match self.judge(tenant, client, presented, visitor).await {
                Ok(()) => return Ok(Arc::clone(client)),
                Err(Refusal::Outage(error)) => return Err(error),
                Err(Refusal::Reason(reason)) => reason,
            },
        };
        let mut event = AuditEvent::new(self.now(), Event::ClientAuthenticationFailed, tenant.id.clone())
            .from(visitor.address_prefix().as_deref())
            .with("reason", reason);
        if let Some(client) = known {
            event = event.of_client(&client.id);
        }
        self.record_stranger(event).await;
        Err(invalid_client("client authentication failed").into())
    }

    /// The registered method, and no other.
    async fn judge(
        &self,
        tenant: &Tenant,
        client: &Client,
        presented: &Presented,
        visitor: &Visitor,
    ) -> Result<(), Refusal> {
        match (&client.authentication, &presented.credentials) {
            (ClientAuthentication::None, Credentials::None) => Ok(()),
            (ClientAuthentication::SecretBasic(secrets), Credentials::Basic(secret))
            | (ClientAuthentication::SecretPost(secrets), Credentials::Post(secret)) => {
                if secrets.admit(secret.expose()) { Ok(()) } else { Err(Refusal::Reason("wrong secret".into())) }
            }
            (ClientAuthentication::PrivateKeyJwt(registered), Credentials::Assertion(assertion)) => {
                let expected = Expected { tenant, client, endpoint: &presented.endpoint, now: self.now() };
                self.take_assertion(&expected, *registered, assertion).await
            }
            (ClientAuthentication::TlsClientAuth(subject), Credentials::None) => {
                let certificate = certificate::in_its_time(visitor.certificate.as_deref(), self.now())?;
                Ok(certificate::bears(&certificate, subject)?)
            }
            (ClientAuthentication::SelfSignedTlsClientAuth, Credentials::None) => {
                let certificate = certificate::in_its_time(visitor.certificate.as_deref(), self.now())?;
                let key = certificate::key(&certificate)?;
                let held = self.is_key_of_client(&tenant.id, client, key).await.map_err(CertificateProblem::from)?;
                Ok(certificate::is_registered(held)?)
            }
            _ => Err(Refusal::Reason("another method than the registered one".into())),
        }
    }

    /// Signature, claims, and only then the single use, so that a forged assertion uses nothing up.
    async fn take_assertion(
        &self,
        expected: &Expected<'_>,
        registered: Option<SigningAlgorithm>,
        assertion: &Secret,
    ) -> Result<(), Refusal> {
        let Expected { tenant, client, .. } = expected;
        let algorithms = client_assertion::algorithms(client, registered);
        let demand = client_assertion::demand(&algorithms);
        let signed = self.signed_by_client(&tenant.id, client, &demand, assertion.expose()).await;
        let claims = signed.map_err(AssertionProblem::from)?.claims;
        let used = client_assertion::check(&claims, expected)?;
        match self.store.use_token(used, expected.now).await {
            Ok(Won::Won) => Ok(()),
            Ok(Won::Lost) => Err(AssertionProblem::Rule("presented before").into()),
            Err(error) => Err(Refusal::Outage(error.into())),
        }
    }
}

impl From<CertificateProblem> for Refusal {
    fn from(problem: CertificateProblem) -> Self {
        Self::Reason(problem.to_string())
    }
}

impl From<AssertionProblem> for Refusal {
    fn from(problem: AssertionProblem) -> Self {
        Self::Reason(problem.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Parameters {
        Parameters::parse(text.as_bytes()).unwrap()
    }

    fn header(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    #[test]
    fn basic_credentials_are_form_decoded_after_base64() {
        let shown = Presented::read(Some(&header("my+client%3A1:a%26b%2Bc%25")), &form(""), "/token").unwrap();
        assert_eq!(shown.client_id, "my client:1");
        assert!(matches!(shown.credentials, Credentials::Basic(secret) if secret.expose() == "a&b+c%"));
    }

    #[test]
    fn two_methods_at_once_are_refused() {
        let error = Presented::read(Some(&header("rp:s")), &form("client_secret=s"), "/token").unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
    }

    #[test]
    fn what_cannot_be_read_is_an_unauthenticated_client() {
        for (authorization, body) in [
            (None, ""),
            (Some("Bearer x".to_owned()), ""),
            (Some("Basic ???".to_owned()), ""),
            (Some(header("no-colon")), ""),
            (Some(header("rp:s")), "client_id=other"),
        ] {
            let error = Presented::read(authorization.as_deref(), &form(body), "/token").unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClient, "{authorization:?} {body}");
        }
    }
}
