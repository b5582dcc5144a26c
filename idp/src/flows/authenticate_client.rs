//! A client shows who it is: the registered method only, one method a request (RFC 6749 §2.3, SR-56).

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::domain::{
    audit::{AuditEvent, Event},
    client::{Client, ClientAuthentication},
    oauth_error::{ErrorCode, OAuthError},
    parameters::Parameters,
    secret::Secret,
    tenant::Tenant,
};

use super::{FlowError, Flows, Visitor};

/// What a request shows of its client.
#[derive(Debug)]
pub struct Presented {
    pub client_id: String,
    pub credentials: Credentials,
}

#[derive(Debug)]
pub enum Credentials {
    None,
    Basic(Secret),
    Post(Secret),
}

impl Presented {
    /// Reads the `Authorization` header and the form; a second method is an error (RFC 6749 §2.3).
    pub fn read(authorization: Option<&str>, form: &Parameters) -> Result<Self, OAuthError> {
        let posted = form.get("client_secret").map(Secret::new);
        let client_id = form.get("client_id");
        let Some(header) = authorization else {
            let client_id = client_id.ok_or_else(|| invalid_client("the client did not authenticate"))?.to_owned();
            let credentials = posted.map_or(Credentials::None, Credentials::Post);
            return Ok(Self { client_id, credentials });
        };
        let (id, secret) = basic(header).ok_or_else(|| invalid_client("the Authorization header is not HTTP Basic"))?;
        if posted.is_some() || form.get("client_assertion").is_some() {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "more than one client authentication method"));
        }
        if client_id.is_some_and(|named| named != id) {
            return Err(invalid_client("client_id differs from the Authorization header"));
        }
        Ok(Self { client_id: id, credentials: Credentials::Basic(secret) })
    }
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

impl Flows {
    /// The client that a request speaks for.
    pub async fn authenticate_client(
        &self,
        tenant: &Tenant,
        presented: &Presented,
        visitor: &Visitor,
    ) -> Result<Arc<Client>, FlowError> {
        self.look_for_client(tenant, &presented.client_id).await;
        let known = tenant.client(&presented.client_id);
        let reason = match &known {
            None => "unknown client",
            Some(client) => match judge(client, &presented.credentials) {
                Ok(()) => return Ok(Arc::clone(client)),
                Err(reason) => reason,
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
}

fn judge(client: &Client, credentials: &Credentials) -> Result<(), &'static str> {
    match (&client.authentication, credentials) {
        (ClientAuthentication::None, Credentials::None) => Ok(()),
        (ClientAuthentication::SecretBasic(secrets), Credentials::Basic(secret))
        | (ClientAuthentication::SecretPost(secrets), Credentials::Post(secret)) => {
            if secrets.admit(secret.expose()) {
                Ok(())
            } else {
                Err("wrong secret")
            }
        }
        _ => Err("another method than the registered one"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn form(text: &str) -> Parameters {
        Parameters::parse(text.as_bytes()).unwrap()
    }

    fn header(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    #[test]
    fn basic_credentials_are_form_decoded_after_base64() {
        let shown = Presented::read(Some(&header("my+client%3A1:a%26b%2Bc%25")), &form("")).unwrap();
        assert_eq!(shown.client_id, "my client:1");
        assert!(matches!(shown.credentials, Credentials::Basic(secret) if secret.expose() == "a&b+c%"));
    }

    #[test]
    fn two_methods_at_once_are_refused() {
        let error = Presented::read(Some(&header("rp:s")), &form("client_secret=s")).unwrap_err();
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
            let error = Presented::read(authorization.as_deref(), &form(body)).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidClient, "{authorization:?} {body}");
        }
    }

    #[test]
    fn only_the_registered_method_with_the_right_secret_passes() {
        let client = samples::client();
        assert!(judge(&client, &Credentials::Basic(Secret::new("secret"))).is_ok());
        for wrong in
            [Credentials::None, Credentials::Post(Secret::new("secret")), Credentials::Basic(Secret::new("Secret"))]
        {
            assert!(judge(&client, &wrong).is_err(), "{wrong:?}");
        }
    }
}
