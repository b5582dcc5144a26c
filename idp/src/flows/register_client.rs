//! A client registers itself with an operator's initial access token (RFC 7591 §3, OpenID Connect Registration §3).

use serde_json::{Map, Value};

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        client_metadata::{ClientMetadata, MOST_BYTES, Problem, Problems, from_json, to_json, with_defaults},
        clock::Timestamp,
        entropy,
        ids::ClientId,
        oauth_error::{ErrorCode, OAuthError},
        registered_client::{MOST_TRIES, RegisterFull, RegisteredClient, TokenStanding, WINDOW},
        secret::{Secret, TokenKey, random_text, sha256, token},
        tenant::Tenant,
    },
    keys::{JwkSet, strict_json},
};

use super::{
    FlowError, Flows, Visitor,
    issue_tokens::key_of,
    strangers_tries::{spend, within},
};

/// What a client is told of itself (RFC 7591 §3.2.1, RFC 7592 §3).
#[derive(Debug)]
pub struct Registration {
    pub client: ClientId,
    /// All that is registered, defaults included.
    pub metadata: Map<String, Value>,
    pub issued_at: Timestamp,
    /// Only its hash is kept: told when it was made, or to whoever has just shown it.
    pub secret: Option<Secret>,
    pub access_token: Secret,
}

impl Flows {
    pub async fn register_client(
        &self,
        tenant: &Tenant,
        initial_token: &str,
        body: &[u8],
        visitor: &Visitor,
    ) -> Result<Registration, FlowError> {
        let initial = self.good_registration_token(tenant, initial_token, visitor).await?;
        self.count_registration(tenant, &initial).await?;
        let metadata = with_defaults(read(&document(body)?)?);
        let now = self.now();
        let secret = metadata.auth_method().has_secret().then(|| random_text(&*self.entropy));
        let access_token = token(&*self.entropy, now);
        let client = RegisteredClient {
            tenant: tenant.id.clone(),
            id: ClientId::new(entropy::opaque_uuid(&*self.entropy).to_string()),
            secret: secret.as_ref().map(|secret| sha256(secret.expose().as_bytes())),
            access: key_of(&access_token)?,
            revision: 0,
            issued_at: now,
            removed_at: None,
            metadata,
        };
        self.refuse_unusable(&client).await?;
        let audit = AuditEvent::new(now, Event::ClientRegistered, tenant.id.clone())
            .of_client(&client.id)
            .from(visitor.address_prefix().as_deref())
            .with("act", "registered");
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut register = tx.client_register(&tenant.id).await?;
                let revision = register.add(now).map_err(full)?;
                if !tx.consume_registration_token(&tenant.id, &initial, now).await? {
                    return Err(invalid_token());
                }
                tx.insert_registered_client(&RegisteredClient { revision, ..client.clone() }).await?;
                tx.save_client_register(&tenant.id, &register).await?;
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        self.learn_own_change(tenant).await;
        Ok(client.told(secret, access_token))
    }

    /// The key of an initial access token that may be used now; its use is counted when something came of it.
    async fn good_registration_token(
        &self,
        tenant: &Tenant,
        presented: &str,
        visitor: &Visitor,
    ) -> Result<TokenKey, FlowError> {
        let found = match TokenKey::of(presented) {
            Some(key) => self.store.registration_token(&key).await?,
            None => None,
        };
        let reason = match found.filter(|token| token.tenant == tenant.id) {
            None => "unknown registration token".to_owned(),
            Some(token) => match token.standing(self.now()) {
                TokenStanding::Good => return Ok(token.key),
                standing => format!("registration token is {standing}"),
            },
        };
        let event = AuditEvent::new(self.now(), Event::ClientAuthenticationFailed, tenant.id.clone())
            .from(visitor.address_prefix().as_deref())
            .with("reason", reason);
        self.record_stranger(event).await;
        Err(invalid_token())
    }

    /// Before anything is looked at: whoever stole a token keeps neither us nor whom we call for it busy.
    pub(super) async fn count_registration(&self, tenant: &Tenant, token: &TokenKey) -> Result<(), FlowError> {
        let whose = self.vault.index(&format!("registrations/{}", tenant.id), token.as_str());
        let now = self.now();
        self.store.write(async |tx| spend(&tx, &whose, &within(WINDOW, MOST_TRIES), now).await).await
    }

    /// The checks of one registration, whether it is new or replaces another.
    pub(super) async fn refuse_unusable(&self, client: &RegisteredClient) -> Result<(), FlowError> {
        let metadata = &client.metadata;
        client.client().map_err(|problem| refusal(&problem))?;
        keys_can_be_used(metadata)?;
        self.calls_nothing_inside(metadata)?;
        is_not_too_much(metadata)?;
        self.sector_lists_redirect_uris(metadata).await
    }

    /// SR-80: what we will call later must lie outside, as far as its text tells.
    fn calls_nothing_inside(&self, metadata: &ClientMetadata) -> Result<(), OAuthError> {
        for (member, address) in [
            ("jwks_uri", &metadata.jwks_uri),
            ("sector_identifier_uri", &metadata.sector_identifier_uri),
            ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ] {
            if address.as_ref().is_some_and(|address| self.outbound.strangers_entry(address).is_err()) {
                return Err(invalid_metadata(format!("{member} is no address that is called from here")));
            }
        }
        Ok(())
    }

    /// OpenID Connect Core §8.1: the document lists every redirect URI. What it says otherwise is told to nobody (SR-80).
    async fn sector_lists_redirect_uris(&self, metadata: &ClientMetadata) -> Result<(), FlowError> {
        let Some(address) = &metadata.sector_identifier_uri else { return Ok(()) };
        let listed = match self.outbound.read_strangers(address).await {
            Ok(body) => serde_json::from_slice::<Vec<String>>(&body).unwrap_or_default(),
            Err(error) => {
                tracing::info!(%error, "a sector_identifier_uri cannot be read");
                Vec::new()
            }
        };
        if metadata.redirect_uris.iter().all(|uri| listed.contains(uri)) {
            return Ok(());
        }
        Err(invalid_metadata("the document at sector_identifier_uri does not list every redirect URI").into())
    }
}

impl RegisteredClient {
    pub(super) fn told(self, secret: Option<Secret>, access_token: Secret) -> Registration {
        let metadata = to_json(&self.metadata);
        Registration { client: self.id, metadata, issued_at: self.issued_at, secret, access_token }
    }
}

/// One JSON object, strictly (SR-66).
pub(super) fn document(body: &[u8]) -> Result<Map<String, Value>, OAuthError> {
    strict_json::object(body).ok_or_else(|| {
        OAuthError::new(ErrorCode::InvalidRequest, "the body must be one JSON object without repeated names")
    })
}

pub(super) fn read(document: &Map<String, Value>) -> Result<ClientMetadata, OAuthError> {
    let mut problems = Problems::default();
    let metadata = from_json(document, &mut problems);
    match problems.first_error() {
        Some(problem) => Err(refusal(problem)),
        None => Ok(metadata),
    }
}

/// RFC 7591 §3.2.2.
fn refusal(problem: &Problem) -> OAuthError {
    if problem.member == "redirect_uris" {
        return OAuthError::new(ErrorCode::InvalidRedirectUri, problem.description());
    }
    invalid_metadata(problem.description())
}

/// A set without a key that is spoken here would leave the client outside for good.
fn keys_can_be_used(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    match metadata.jwks.as_ref().map(JwkSet::from_value) {
        Some(Err(error)) => Err(invalid_metadata(format!("jwks: {error}"))),
        Some(Ok(set)) if set.is_empty() => Err(invalid_metadata("jwks: no key of it can be used here")),
        _ => Ok(()),
    }
}

/// All registered clients lie in memory.
fn is_not_too_much(metadata: &ClientMetadata) -> Result<(), OAuthError> {
    if Value::Object(to_json(metadata)).to_string().len() > MOST_BYTES {
        return Err(invalid_metadata(format!("a client is kept with at most {MOST_BYTES} bytes of metadata")));
    }
    Ok(())
}

pub(super) fn invalid_metadata(description: impl Into<std::borrow::Cow<'static, str>>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidClientMetadata, description)
}

/// RFC 6750 §3.1.
pub(super) fn invalid_token() -> FlowError {
    OAuthError::new(ErrorCode::InvalidToken, "the token is not valid here").into()
}

fn full(full: RegisterFull) -> FlowError {
    let description = match full {
        RegisterFull::Clients => "as many clients are registered here as may be; the operator must remove some",
        RegisterFull::Window => "too many clients were registered within this hour",
    };
    OAuthError::new(ErrorCode::TemporarilyUnavailable, description).into()
}
