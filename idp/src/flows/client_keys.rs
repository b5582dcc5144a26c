//! The public keys of clients: read once, fetched from where they are published, and again for a name that is not known (protocol.md 10 no. 14).

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use http::{Request, header};
use serde_json::Value;

use crate::{
    domain::{
        client::{Client, ClientKeys, Origin},
        clock::{Clock, Timestamp},
        ids::{ClientId, KeyId, TenantId},
    },
    keys::{Demand, Foreign, JwkSet, JwkSetError, JwsError},
    upstream::outbound::{Outbound, OutboundError},
};

use super::Flows;

/// Clients whose keys are kept.
const CLIENTS: u64 = 10_000;
/// Published keys are asked for again after this time; their server may say less or more, within bounds.
const FRESH: Duration = Duration::from_mins(15);
const LEAST_FRESH: Duration = Duration::from_mins(1);
const MOST_FRESH: Duration = Duration::from_hours(1);
/// What was known keeps being used this long while its server is away.
const STALE: Duration = Duration::from_hours(24);
/// Between two fetches of one client's keys, whatever they are for.
const PAUSE: Duration = Duration::from_secs(30);

/// What is known of clients' keys; a reload of the configuration forgets nothing of it.
pub struct ClientKeyring(moka::sync::Cache<(TenantId, ClientId), Arc<Held>>);

/// One client's keys, and where they came from: of another source they are not taken.
enum Held {
    Inline { source: Arc<Value>, keys: Result<Arc<JwkSet>, JwkSetError> },
    Published(Published),
}

struct Published {
    uri: String,
    origin: Origin,
    known: ArcSwapOption<Reading>,
    /// The last try; held while fetching, so that many requests cause one call.
    tried_at: tokio::sync::Mutex<Option<Timestamp>>,
}

struct Reading {
    keys: Arc<JwkSet>,
    read_at: Timestamp,
    fresh_until: Timestamp,
}

/// Why nothing could be said of what a client signed or showed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeyError {
    #[error("the client has no keys")]
    None,
    #[error("the client's keys cannot be used: {0}")]
    Set(#[from] JwkSetError),
    #[error("the client's keys cannot be fetched: {0}")]
    Fetch(#[from] OutboundError),
    #[error("the client's keys could not be fetched a moment ago")]
    Away,
    #[error("{0}")]
    Jws(#[from] JwsError),
}

impl Default for ClientKeyring {
    fn default() -> Self {
        Self(moka::sync::Cache::new(CLIENTS))
    }
}

impl ClientKeyring {
    fn of(&self, tenant: &TenantId, client: &Client) -> Option<Arc<Held>> {
        let name = (tenant.clone(), client.id.clone());
        if let Some(held) = self.0.get(&name).filter(|held| held.is_from(client)) {
            return Some(held);
        }
        let held = Arc::new(Held::new(client)?);
        self.0.insert(name, Arc::clone(&held));
        Some(held)
    }
}

impl Held {
    fn new(client: &Client) -> Option<Self> {
        match &client.keys {
            ClientKeys::None => None,
            ClientKeys::Inline(set) => {
                let keys = JwkSet::from_value(set).map(Arc::new);
                Some(Self::Inline { source: Arc::clone(set), keys })
            }
            ClientKeys::Uri(uri) => Some(Self::Published(Published {
                uri: uri.clone(),
                origin: client.origin,
                known: ArcSwapOption::empty(),
                tried_at: tokio::sync::Mutex::default(),
            })),
        }
    }

    fn is_from(&self, client: &Client) -> bool {
        match (self, &client.keys) {
            (Self::Inline { source, .. }, ClientKeys::Inline(set)) => Arc::ptr_eq(source, set) || source == set,
            (Self::Published(published), ClientKeys::Uri(uri)) => {
                published.uri == *uri && published.origin == client.origin
            }
            _ => false,
        }
    }
}

impl Published {
    /// What is known, fetched anew when it is old; while its server is away, what was known is used for a day.
    async fn known(&self, outbound: &Outbound, clock: &dyn Clock) -> Result<Arc<Reading>, ClientKeyError> {
        let fresh = || self.known.load_full().filter(|known| clock.now() < known.fresh_until);
        if let Some(known) = fresh() {
            return Ok(known);
        }
        let mut tried_at = self.tried_at.lock().await;
        if let Some(known) = fresh() {
            return Ok(known);
        }
        let now = clock.now();
        let stale = self.known.load_full().filter(|known| now.since(known.read_at) < STALE);
        if tried_at.is_some_and(|at| now.since(at) < PAUSE) {
            return stale.ok_or(ClientKeyError::Away);
        }
        *tried_at = Some(now);
        self.fetch(outbound, now).await.or_else(|error| stale.ok_or(error))
    }

    /// Once more, for a key that `seen` does not hold; what was read meanwhile, or just now, is taken as it is.
    async fn newer(
        &self,
        seen: Arc<Reading>,
        outbound: &Outbound,
        clock: &dyn Clock,
    ) -> Result<Arc<Reading>, ClientKeyError> {
        let mut tried_at = self.tried_at.lock().await;
        let now = clock.now();
        if let Some(known) = self.known.load_full().filter(|known| !Arc::ptr_eq(known, &seen)) {
            return Ok(known);
        }
        if tried_at.is_some_and(|at| now.since(at) < PAUSE) {
            return Ok(seen);
        }
        *tried_at = Some(now);
        self.fetch(outbound, now).await
    }

    async fn fetch(&self, outbound: &Outbound, now: Timestamp) -> Result<Arc<Reading>, ClientKeyError> {
        let read = self.read(outbound, now).await;
        match &read {
            Ok(reading) => self.known.store(Some(Arc::clone(reading))),
            Err(error) => tracing::warn!(uri = %self.uri, %error, "a client's keys cannot be fetched"),
        }
        read
    }

    async fn read(&self, outbound: &Outbound, now: Timestamp) -> Result<Arc<Reading>, ClientKeyError> {
        let unusable = |what: &str| OutboundError::Unusable(what.to_owned());
        let request = Request::get(&self.uri).header(header::ACCEPT, "application/jwk-set+json, application/json");
        let request = request.body(Vec::new()).map_err(|_| unusable("not an address"))?;
        let answer = outbound.entry_of(self.origin, &self.uri)?.call(request).await?;
        if !answer.status().is_success() {
            return Err(OutboundError::Unusable(format!("it answers {}", answer.status())).into());
        }
        let keys = Arc::new(JwkSet::parse(answer.body())?);
        let cached = answer.headers().get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
        Ok(Arc::new(Reading { keys, read_at: now, fresh_until: now.plus(lifetime(cached)) }))
    }
}

/// How long an answer counts as fresh (RFC 9111 §5.2.2), within our bounds.
fn lifetime(cache_control: Option<&str>) -> Duration {
    let mut said = FRESH;
    for directive in cache_control.unwrap_or_default().split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return LEAST_FRESH;
        }
        if name.eq_ignore_ascii_case("max-age") {
            said = value.trim_matches('"').parse().map_or(FRESH, Duration::from_secs);
        }
    }
    said.clamp(LEAST_FRESH, MOST_FRESH)
}

impl Flows {
    /// Reads what a client signed with one of its keys. A key of an unknown name is looked for once more, after a pause.
    pub(super) async fn signed_by_client(
        &self,
        tenant: &TenantId,
        client: &Client,
        demand: &Demand<'_>,
        token: &str,
    ) -> Result<Foreign, ClientKeyError> {
        let held = self.client_keys.of(tenant, client).ok_or(ClientKeyError::None)?;
        match &*held {
            Held::Inline { keys, .. } => Ok(keys.as_ref().map_err(|error| *error)?.verify(demand, token)?),
            Held::Published(published) => {
                let known = published.known(&self.outbound, &*self.clock).await?;
                match known.keys.verify(demand, token) {
                    Err(JwsError::UnknownKey) => {
                        let newer = published.newer(known, &self.outbound, &*self.clock).await?;
                        Ok(newer.keys.verify(demand, token)?)
                    }
                    verdict => Ok(verdict?),
                }
            }
        }
    }

    /// Whether a public key, known by its thumbprint, is one of the client's.
    pub(super) async fn is_key_of_client(
        &self,
        tenant: &TenantId,
        client: &Client,
        thumbprint: &KeyId,
    ) -> Result<bool, ClientKeyError> {
        let held = self.client_keys.of(tenant, client).ok_or(ClientKeyError::None)?;
        match &*held {
            Held::Inline { keys, .. } => Ok(keys.as_ref().map_err(|error| *error)?.holds(thumbprint)),
            Held::Published(published) => {
                let known = published.known(&self.outbound, &*self.clock).await?;
                if known.keys.holds(thumbprint) {
                    return Ok(true);
                }
                Ok(published.newer(known, &self.outbound, &*self.clock).await?.keys.holds(thumbprint))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_how_long_its_keys_are_fresh_within_bounds() {
        let minutes = |said| lifetime(said).as_secs() / 60;
        assert_eq!(minutes(None), 15);
        assert_eq!(minutes(Some("public, max-age=600")), 10);
        assert_eq!(minutes(Some("Max-Age=\"600\"")), 10);
        assert_eq!(minutes(Some("max-age=0")), 1);
        assert_eq!(minutes(Some("no-store")), 1);
        assert_eq!(minutes(Some("max-age=600, no-cache")), 1);
        assert_eq!(minutes(Some("max-age=31536000")), 60);
        assert_eq!(minutes(Some("max-age=soon")), 15);
        assert_eq!(minutes(Some("private")), 15);
    }
}
