//! An OpenID Connect provider as upstream: we are its relying party (SR-73, SR-78).

mod id_token;
mod provider;

use std::{borrow::Cow, sync::Arc, time::Duration};

use async_trait::async_trait;
use http::{Method, StatusCode, header};
use openidconnect::{
    AccessToken, AuthType, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, LanguageTag,
    LoginHint, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    TokenResponse,
    core::{CoreAuthPrompt, CoreClient, CoreIdToken, CoreResponseType, CoreTokenResponse},
};
use serde_json::{Map, Value};
use url::Url;

use self::{
    id_token::{Claims, Expected, TokenProblem},
    provider::{Known, Provider},
};
use super::{
    Arrival, Departure, DepartureRequest, Kind, Redirecting, Upstream, UpstreamError,
    attributes::{Mapping, USER_ID},
    outbound::{Outbound, OutboundError},
    strict_json,
};
use crate::domain::{
    account::Identity,
    clock::{Clock, Timestamp},
    entropy::Entropy,
    ids::UpstreamId,
    parameters::Parameters,
    secret::random_text,
    tenant,
};

/// How far two clocks may differ.
const SKEW: Duration = Duration::from_mins(1);

pub struct Oidc {
    id: UpstreamId,
    settings: tenant::OidcUpstream,
    mapping: Mapping,
    provider: Provider,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Oidc {
    /// Nothing is called yet: the provider's metadata is read when the first browser departs.
    pub fn new(
        configured: &tenant::Upstream,
        settings: tenant::OidcUpstream,
        outbound: &Outbound,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, UpstreamError> {
        let entry = outbound.entry(&settings.issuer)?;
        let provider = Provider::new(settings.issuer.clone(), entry, Arc::clone(&clock))?;
        let mapping = Mapping::new(&configured.attributes);
        Ok(Self { id: configured.id.clone(), settings, mapping, provider, clock, entropy })
    }

    fn forces(&self, reauthenticate: bool) -> bool {
        reauthenticate && self.settings.force_reauthentication
    }

    /// RFC 9207 §2.4: a wrong `iss` is refused always, a missing one where the provider says that it sends it.
    fn check_issuer(&self, parameters: &Parameters, required: bool) -> Result<(), UpstreamError> {
        match parameters.get("iss") {
            Some(issuer) if issuer != self.settings.issuer => {
                Err(UpstreamError::Unusable("the answer comes from another issuer".into()))
            }
            None if required => Err(UpstreamError::Unusable("the answer does not name its issuer".into())),
            _ => Ok(()),
        }
    }

    async fn redeem(
        &self,
        known: &Known,
        code: &str,
        arrival: &Arrival<'_>,
    ) -> Result<CoreTokenResponse, UpstreamError> {
        let callback = redirect_url(arrival.callback)?;
        let client =
            CoreClient::from_provider_metadata(known.metadata.clone(), self.client_id(), Some(self.client_secret()))
                .set_auth_type(AuthType::BasicAuth);
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| UpstreamError::Unusable("its metadata name no token endpoint".into()))?
            .set_redirect_uri(Cow::Owned(callback))
            .set_pkce_verifier(PkceCodeVerifier::new(arrival.verifier.expose().to_owned()));
        request.request_async(&self.provider.client()).await.map_err(token_error)
    }

    /// Verified claims; keys that are not known yet are looked up once (SR-78).
    async fn verified(
        &self,
        known: &Known,
        token: &CoreIdToken,
        access_token: &AccessToken,
        nonce: &str,
    ) -> Result<Claims, UpstreamError> {
        let nonce = Nonce::new(nonce.to_owned());
        let client_id = self.client_id();
        let expected = Expected {
            issuer: known.metadata.issuer(),
            client_id: &client_id,
            nonce: &nonce,
            access_token,
            now: self.clock.now(),
        };
        match id_token::verify(token, &known.keys, &expected) {
            Err(TokenProblem::UnknownKey) => {
                let keys = self.provider.newer_keys(known).await?;
                id_token::verify(token, &keys, &expected)
            }
            other => other,
        }
        .map_err(|problem| UpstreamError::Unusable(problem.to_string()))
    }

    /// The userinfo answer; it must speak of the same person (OpenID Connect Core §5.3.2).
    async fn userinfo(
        &self,
        known: &Known,
        access_token: &AccessToken,
        subject: &str,
    ) -> Result<Map<String, Value>, UpstreamError> {
        let Some(endpoint) = known.metadata.userinfo_endpoint() else {
            return Ok(Map::new());
        };
        let request = http::Request::builder()
            .method(Method::GET)
            .uri(endpoint.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", access_token.secret()))
            .body(Vec::new())
            .map_err(|_| UpstreamError::Unusable("the userinfo request cannot be written".into()))?;
        let response = (self.provider.client())(request).await?;
        if response.status() != StatusCode::OK {
            return Err(UpstreamError::Unusable(format!("userinfo answers {}", response.status())));
        }
        let claims = strict_json::object(response.body())
            .map_err(|reason| UpstreamError::Unusable(format!("the userinfo answer: {reason}")))?;
        if claims.get("sub").and_then(Value::as_str) != Some(subject) {
            return Err(UpstreamError::Unusable("userinfo speaks of another person".into()));
        }
        Ok(claims)
    }

    fn check_freshness(&self, auth_time: Option<Timestamp>, arrival: &Arrival<'_>) -> Result<(), UpstreamError> {
        let oldest = match (self.forces(arrival.reauthenticate), arrival.max_age) {
            (true, _) => arrival.sent_at,
            (false, Some(max_age)) if self.settings.force_reauthentication => arrival.sent_at.minus(max_age),
            _ => return Ok(()),
        };
        match auth_time {
            Some(at) if at < oldest.minus(SKEW) => Err(UpstreamError::NotFresh),
            _ => Ok(()),
        }
    }

    /// What the ID token says wins over userinfo: it is signed.
    fn identity(&self, claims: Claims, userinfo: Map<String, Value>) -> Result<Identity, UpstreamError> {
        let mut merged = userinfo;
        merged.extend(claims.all);
        let attributes = self.mapping.read(&merged);
        let user_id = attributes.text(USER_ID).ok_or_else(|| UpstreamError::Missing(vec![USER_ID.to_owned()]))?;
        Ok(Identity { subject: claims.subject, user_id: user_id.to_owned(), attributes, auth_time: claims.auth_time })
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    fn client_secret(&self) -> ClientSecret {
        ClientSecret::new(self.settings.client_secret.expose().to_owned())
    }
}

impl Upstream for Oidc {
    fn id(&self) -> &UpstreamId {
        &self.id
    }

    fn kind(&self) -> Kind<'_> {
        Kind::Redirecting(self)
    }
}

#[async_trait]
impl Redirecting for Oidc {
    async fn depart(&self, request: DepartureRequest<'_>) -> Result<Departure, UpstreamError> {
        let known = self.provider.known().await?;
        let callback = redirect_url(request.callback)?;
        let verifier = random_text(self.entropy.as_ref());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.expose().to_owned()));
        let (state, nonce) = (CsrfToken::new(request.state.to_owned()), Nonce::new(request.nonce.to_owned()));
        let client = CoreClient::from_provider_metadata(known.metadata.clone(), self.client_id(), None);
        let mut to = client
            .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, || state, || nonce)
            .set_redirect_uri(Cow::Owned(callback))
            .set_pkce_challenge(challenge)
            .add_ui_locale(LanguageTag::new(request.ui_locale.tag().to_owned()));
        for scope in self.settings.scope.split_ascii_whitespace().filter(|scope| *scope != "openid") {
            to = to.add_scope(Scope::new(scope.to_owned()));
        }
        if let Some(hint) = request.login_hint {
            to = to.set_login_hint(LoginHint::new(hint.to_owned()));
        }
        if self.forces(request.reauthenticate) {
            to = to.add_prompt(CoreAuthPrompt::Login);
        }
        if let Some(max_age) = request.max_age.filter(|_| self.settings.force_reauthentication) {
            to = to.set_max_age(max_age);
        }
        let (location, _, _) = to.url();
        Ok(Departure { location: location.into(), verifier })
    }

    async fn arrive(&self, arrival: Arrival<'_>) -> Result<Identity, UpstreamError> {
        let parameters = arrival.parameters;
        if let Err(repeated) = parameters.once() {
            return Err(UpstreamError::Unusable(repeated.to_string()));
        }
        self.check_issuer(parameters, false)?;
        if let Some(error) = parameters.get("error") {
            return Err(UpstreamError::Cancelled(printable(error)));
        }
        let known = self.provider.known().await?;
        self.check_issuer(parameters, known.sends_issuer())?;
        let code = parameters.get("code").ok_or_else(|| UpstreamError::Unusable("neither code nor error".into()))?;
        let response = self.redeem(&known, code, &arrival).await?;
        let token = response.id_token().ok_or_else(|| UpstreamError::Unusable("no ID token".into()))?;
        let claims = self.verified(&known, token, response.access_token(), arrival.nonce).await?;
        self.check_freshness(claims.auth_time, &arrival)?;
        let userinfo = self.userinfo(&known, response.access_token(), &claims.subject).await?;
        self.identity(claims, userinfo)
    }
}

impl From<OutboundError> for UpstreamError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Unreachable(reason) => Self::Unreachable(reason),
            OutboundError::Forbidden(_) | OutboundError::Unusable(_) => Self::Unusable(error.to_string()),
        }
    }
}

fn redirect_url(callback: &str) -> Result<RedirectUrl, UpstreamError> {
    RedirectUrl::new(callback.to_owned()).map_err(|_| UpstreamError::Unusable("our callback is no address".into()))
}

/// What the token endpoint's refusal means: a code that is no good is worth another try by the person.
fn token_error<E>(error: RequestTokenError<UpstreamError, E>) -> UpstreamError
where
    E: openidconnect::ErrorResponse + serde::Serialize,
{
    match error {
        RequestTokenError::ServerResponse(refusal) => {
            let refusal = serde_json::to_value(&refusal).unwrap_or_default();
            let code = printable(refusal.get("error").and_then(Value::as_str).unwrap_or("unknown"));
            if code == "invalid_grant" {
                return UpstreamError::Cancelled(code);
            }
            UpstreamError::Unusable(format!("the token endpoint answers {code}"))
        }
        RequestTokenError::Request(error) => error,
        // The parser's words may quote the answer, which holds tokens.
        RequestTokenError::Parse(..) => UpstreamError::Unusable("the token answer cannot be read".into()),
        RequestTokenError::Other(_) => UpstreamError::Unusable("the token answer is empty or no JSON".into()),
    }
}

/// A foreign error code for log and audit (RFC 6749 §4.1.2.1 allows these characters only).
fn printable(code: &str) -> String {
    code.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).take(64).collect()
}

/// The address of an endpoint the browser is sent to, or that we call, must be one that may be called.
fn endpoint(text: &str) -> Result<Url, UpstreamError> {
    Url::parse(text).map_err(|_| UpstreamError::Unusable("an endpoint of its metadata is no address".into()))
}

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
