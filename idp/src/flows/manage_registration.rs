//! A registered client reads, replaces and ends its registration (RFC 7592 §2).

use serde_json::{Map, Value};

use crate::domain::{
    audit::{AuditEvent, Event},
    client_metadata::with_defaults,
    oauth_error::{ErrorCode, OAuthError},
    registered_client::RegisteredClient,
    secret::{Secret, TokenKey, random_text, same_bytes, sha256},
    tenant::Tenant,
};

use super::{
    FlowError, Flows, Registration, Visitor,
    register_client::{document, invalid_metadata, invalid_token, read},
};

/// What only we may say (RFC 7592 §2.2).
const OURS: [&str; 4] =
    ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

/// A request at a client's own registration: whose, and by which token.
#[derive(Debug)]
pub struct AtRegistration<'a> {
    pub client_id: &'a str,
    pub access_token: &'a str,
    pub visitor: &'a Visitor,
}

impl Flows {
    /// RFC 7592 §2.1.
    pub async fn read_registration(&self, tenant: &Tenant, at: &AtRegistration<'_>) -> Result<Registration, FlowError> {
        let client = self.registrant(tenant, at).await?;
        Ok(client.told(None, Secret::new(at.access_token)))
    }

    /// RFC 7592 §2.2: what is not said any more holds no more.
    pub async fn replace_registration(
        &self,
        tenant: &Tenant,
        at: &AtRegistration<'_>,
        body: &[u8],
    ) -> Result<Registration, FlowError> {
        let present = self.registrant(tenant, at).await?;
        self.count_registration(tenant, &present.access).await?;
        let document = document(body)?;
        says_nothing_of_ours(&document)?;
        names_itself(&document, &present)?;
        let shown = shown_secret(&document, &present)?;
        let metadata = with_defaults(read(&document)?);
        // A secret is made when there was none; the present one is kept, never replaced by one that the client chose.
        let made =
            (metadata.auth_method().has_secret() && present.secret.is_none()).then(|| random_text(&*self.entropy));
        let secret = match &made {
            Some(made) => Some(sha256(made.expose().as_bytes())),
            None => present.secret.filter(|_| metadata.auth_method().has_secret()),
        };
        let wanted = RegisteredClient { metadata, secret, ..present };
        self.refuse_unusable(&wanted).await?;
        let now = self.now();
        let audit = AuditEvent::new(now, Event::ClientRegistered, tenant.id.clone())
            .of_client(&wanted.id)
            .from(at.visitor.address_prefix().as_deref())
            .with("act", "replaced");
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut register = tx.client_register(&tenant.id).await?;
                let stored = tx.registered_client(&tenant.id, wanted.id.as_str()).await?;
                let stored = stored.filter(|stored| stored.removed_at.is_none()).ok_or_else(invalid_token)?;
                if stored.revision != wanted.revision {
                    return Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "it was changed just now").into());
                }
                let changed = RegisteredClient { revision: register.change(), ..wanted.clone() };
                tx.save_registered_client(&changed).await?;
                tx.save_client_register(&tenant.id, &register).await?;
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        self.learn_own_change(tenant).await;
        let told = made.or(shown.filter(|_| wanted.secret.is_some()));
        Ok(wanted.told(told, Secret::new(at.access_token)))
    }

    /// RFC 7592 §2.3.
    pub async fn end_registration(&self, tenant: &Tenant, at: &AtRegistration<'_>) -> Result<(), FlowError> {
        let client = self.registrant(tenant, at).await?;
        let audit = AuditEvent::new(self.now(), Event::ClientRegistered, tenant.id.clone())
            .from(at.visitor.address_prefix().as_deref());
        if self.remove_client(tenant, &client.id, audit).await? { Ok(()) } else { Err(invalid_token()) }
    }

    /// The client whose registration access token this is; of one that was removed nothing is told (RFC 7592 §2.1).
    async fn registrant(&self, tenant: &Tenant, at: &AtRegistration<'_>) -> Result<RegisteredClient, FlowError> {
        let found = match TokenKey::of(at.access_token) {
            Some(key) => {
                let client = self.store.registered_client(&tenant.id, at.client_id).await?;
                client.filter(|client| {
                    client.removed_at.is_none()
                        && same_bytes(client.access.as_str().as_bytes(), key.as_str().as_bytes())
                })
            }
            None => None,
        };
        if let Some(client) = found {
            return Ok(client);
        }
        let event = AuditEvent::new(self.now(), Event::ClientAuthenticationFailed, tenant.id.clone())
            .from(at.visitor.address_prefix().as_deref())
            .with("reason", "wrong registration access token");
        self.record_stranger(event).await;
        Err(invalid_token())
    }
}

fn says_nothing_of_ours(document: &Map<String, Value>) -> Result<(), OAuthError> {
    match OURS.into_iter().find(|name| document.contains_key(*name)) {
        Some(name) => Err(invalid_metadata(format!("{name} must not be sent"))),
        None => Ok(()),
    }
}

fn names_itself(document: &Map<String, Value>, present: &RegisteredClient) -> Result<(), OAuthError> {
    if document.get("client_id").and_then(Value::as_str) == Some(present.id.as_str()) {
        return Ok(());
    }
    Err(invalid_metadata("client_id must be the one that was issued"))
}

/// A client that sends its secret must send the one that was issued.
fn shown_secret(document: &Map<String, Value>, present: &RegisteredClient) -> Result<Option<Secret>, OAuthError> {
    let Some(shown) = document.get("client_secret") else { return Ok(None) };
    let text = shown.as_str().unwrap_or_default();
    match present.secret {
        Some(hash) if same_bytes(&hash, &sha256(text.as_bytes())) => Ok(Some(Secret::new(text))),
        _ => Err(invalid_metadata("client_secret must be the one that was issued")),
    }
}
