//! What is known of one provider: metadata and keys, kept fresh, kept for a day when it is away (SR-78).

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use futures_util::future::BoxFuture;
use openidconnect::{
    AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
        CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};

use super::{UpstreamError, endpoint};
use crate::{
    domain::clock::{Clock, Timestamp},
    upstream::{breaker::Breaker, outbound::Entry},
};

/// Metadata and keys older than this are asked for again.
const FRESH: Duration = Duration::from_mins(15);
/// What was known keeps being used this long while the provider is away.
const STALE: Duration = Duration::from_hours(24);
/// Between two tries to renew them while they are stale, and between two looks for an unknown key.
const PAUSE: Duration = Duration::from_mins(1);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MoreMetadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for MoreMetadata {}

pub(super) type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

pub(super) type Request = http::Request<Vec<u8>>;
pub(super) type Response = http::Response<Vec<u8>>;

/// One reading of the provider's metadata and keys.
pub(super) struct Known {
    pub metadata: Metadata,
    pub keys: CoreJsonWebKeySet,
    read_at: Timestamp,
}

impl Known {
    /// RFC 9207 §3.
    pub fn sends_issuer(&self) -> bool {
        self.metadata.additional_metadata().authorization_response_iss_parameter_supported == Some(true)
    }
}

pub(super) struct Provider {
    issuer: IssuerUrl,
    caller: Arc<Caller>,
    clock: Arc<dyn Clock>,
    known: ArcSwapOption<Known>,
    /// Held while reading, so that many logins cause one call.
    reading: tokio::sync::Mutex<LastTries>,
}

/// The provider's guarded client with its breaker.
struct Caller {
    entry: Entry,
    clock: Arc<dyn Clock>,
    breaker: Breaker,
}

#[derive(Default)]
struct LastTries {
    renewal: Option<Timestamp>,
    keys: Option<Timestamp>,
}

impl Provider {
    pub fn new(issuer: String, entry: Entry, clock: Arc<dyn Clock>) -> Result<Self, UpstreamError> {
        let issuer = IssuerUrl::new(issuer).map_err(|_| UpstreamError::Unusable("the issuer is no address".into()))?;
        let caller = Arc::new(Caller { entry, clock: Arc::clone(&clock), breaker: Breaker::default() });
        Ok(Self { issuer, caller, clock, known: ArcSwapOption::empty(), reading: tokio::sync::Mutex::default() })
    }

    /// Metadata and keys, read anew when they are old.
    pub async fn known(&self) -> Result<Arc<Known>, UpstreamError> {
        if let Some(known) = self.within(FRESH) {
            return Ok(known);
        }
        let mut tries = self.reading.lock().await;
        if let Some(known) = self.within(FRESH) {
            return Ok(known);
        }
        let now = self.clock.now();
        let stale = self.within(STALE);
        if let (Some(known), Some(at)) = (&stale, tries.renewal)
            && now.since(at) < PAUSE
        {
            return Ok(Arc::clone(known));
        }
        tries.renewal = Some(now);
        match self.read().await {
            Ok(known) => Ok(known),
            Err(error) => {
                tracing::warn!(issuer = %*self.issuer, %error, "the upstream's metadata cannot be read");
                stale.ok_or(error)
            }
        }
    }

    /// The keys once more, for a key that `seen` does not hold; at most once a minute.
    pub async fn newer_keys(&self, seen: &Known) -> Result<CoreJsonWebKeySet, UpstreamError> {
        let mut tries = self.reading.lock().await;
        let now = self.clock.now();
        if let Some(known) = self.known.load_full()
            && (known.read_at > seen.read_at || tries.keys.is_some_and(|at| now.since(at) < PAUSE))
        {
            return Ok(known.keys.clone());
        }
        tries.keys = Some(now);
        let keys =
            CoreJsonWebKeySet::fetch_async(seen.metadata.jwks_uri(), &self.client()).await.map_err(discovery_error)?;
        let known = Known { metadata: seen.metadata.clone(), keys: keys.clone(), read_at: now };
        self.known.store(Some(Arc::new(known)));
        Ok(keys)
    }

    /// The guarded client in the form that the protocol crate takes.
    pub fn client(
        &self,
    ) -> impl Fn(Request) -> BoxFuture<'static, Result<Response, UpstreamError>> + Send + Sync + use<> {
        let caller = Arc::clone(&self.caller);
        move |request| {
            let caller = Arc::clone(&caller);
            Box::pin(async move { caller.call(request).await })
        }
    }

    fn within(&self, age: Duration) -> Option<Arc<Known>> {
        self.known.load_full().filter(|known| self.clock.now().since(known.read_at) < age)
    }

    async fn read(&self) -> Result<Arc<Known>, UpstreamError> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.client()).await.map_err(discovery_error)?;
        // The browser goes there by itself, so our own calls' guard would not see it.
        self.caller.entry.permit(&endpoint(metadata.authorization_endpoint().as_str())?)?;
        let keys = metadata.jwks().clone();
        let known = Arc::new(Known { metadata, keys, read_at: self.clock.now() });
        self.known.store(Some(Arc::clone(&known)));
        Ok(known)
    }
}

impl Caller {
    /// One guarded call; while the provider is known to be away it fails at once.
    pub async fn call(&self, request: Request) -> Result<Response, UpstreamError> {
        self.breaker.admit(self.clock.now())?;
        let result = self.entry.call(request).await.map_err(UpstreamError::from);
        self.breaker.note(matches!(result, Err(UpstreamError::Unreachable(_))), self.clock.now());
        result
    }
}

fn discovery_error(error: DiscoveryError<UpstreamError>) -> UpstreamError {
    match error {
        DiscoveryError::Request(error) => error,
        DiscoveryError::Response(status, _, _) => UpstreamError::Unusable(format!("its metadata or keys: {status}")),
        DiscoveryError::Parse(error) => UpstreamError::Unusable(format!("its metadata or keys: {}", error.path())),
        DiscoveryError::Validation(_) => UpstreamError::Unusable("its metadata name another issuer".into()),
        other => UpstreamError::Unusable(other.to_string()),
    }
}
