//! The conversation with the identity provider: discovery, the code's redemption, UserInfo, logout.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AdditionalClaims, AdditionalProviderMetadata, AuthenticationContextClass, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, LanguageTag, LoginHint, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, Scope,
    SignatureVerificationError, SubjectIdentifier, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
        CoreGenderClaim, CoreGrantType, CoreIdToken, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::{
    CertificateService,
    session::{Claims, Session, Userinfo},
};
use crate::domain::{
    acr::Acr,
    clock::{Clock, Timestamp},
    language::Language,
    secret::Secret,
};

/// What the metadata says beyond OpenID Connect Discovery: RP-Initiated Logout §2.1, RFC 9207 §3.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Further {
    end_session_endpoint: Option<openidconnect::EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

type Metadata = ProviderMetadata<
    Further,
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

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Every claim that is not a standard one, as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Others(Map<String, Value>);

impl AdditionalClaims for Others {}

/// What a login asks for beyond the usual.
#[derive(Default)]
pub struct Wishes {
    pub language: Option<Language>,
    pub acr: Option<Acr>,
    pub login_hint: Option<String>,
}

/// The three secrets of one login attempt.
#[derive(Serialize, Deserialize)]
pub struct Marks {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

pub struct Provider {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_uri: RedirectUrl,
    signed_out: PostLogoutRedirectUrl,
    metadata: Mutex<Option<Arc<Metadata>>>,
}

impl Provider {
    pub fn new(settings: &CertificateService, http: reqwest::Client, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        Ok(Self {
            http,
            clock,
            issuer: IssuerUrl::new(issuer_text(&settings.issuer))?,
            client_id: ClientId::new(settings.client_id.clone()),
            client_secret: ClientSecret::new(settings.client_secret.expose().to_owned()),
            redirect_uri: RedirectUrl::from_url(settings.page("/callback")),
            signed_out: PostLogoutRedirectUrl::from_url(settings.page("/signed-out")),
            metadata: Mutex::default(),
        })
    }

    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Where to send the browser (OpenID Connect Core §3.1.2.1).
    pub async fn authorization_url(&self, marks: &Marks, wishes: Wishes) -> anyhow::Result<Url> {
        let client = self.client(&*self.metadata().await?);
        let (state, nonce) = (CsrfToken::new(marks.state.clone()), Nonce::new(marks.nonce.clone()));
        let verifier = PkceCodeVerifier::new(marks.verifier.clone());
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(["profile", "email", "student", "account"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(language) = wishes.language {
            request = request.add_ui_locale(LanguageTag::new(language.tag().to_owned()));
        }
        if let Some(acr) = wishes.acr {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.urn().to_owned()));
        }
        if let Some(hint) = wishes.login_hint {
            request = request.set_login_hint(LoginHint::new(hint));
        }
        Ok(request.url().0)
    }

    /// Whether an answer's `iss` is the one it must be (RFC 9207 §2.4).
    pub async fn is_from_issuer(&self, iss: Option<&str>) -> anyhow::Result<bool> {
        match iss {
            Some(iss) => Ok(iss == self.issuer.as_str()),
            None => Ok(!self.metadata().await?.additional_metadata().authorization_response_iss_parameter_supported),
        }
    }

    /// Turns a code into a session (OpenID Connect Core §3.1.3).
    pub async fn redeem(&self, code: String, marks: Marks) -> anyhow::Result<Session> {
        let metadata = self.metadata().await?;
        let client = self.client(&metadata);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))?
            .set_pkce_verifier(PkceCodeVerifier::new(marks.verifier))
            .request_async(&self.caller())
            .await?;
        let id_token = tokens.id_token().ok_or_else(|| anyhow::anyhow!("the token answer has no ID token"))?;
        let nonce = Nonce::new(marks.nonce);
        match self.verify(&client, id_token, &nonce) {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let fresh = self.client(&*self.discover().await?);
                self.verify(&fresh, id_token, &nonce)?;
            }
            verdict => verdict?,
        }
        let now = self.clock.now();
        let mut session = Session {
            claims: payload(id_token)?,
            id_token: Secret::new(id_token.to_string()),
            access_token: Secret::new(tokens.access_token().secret().clone()),
            access_ends_at: tokens.expires_in().map(|lifetime| now.plus(lifetime)),
            userinfo: None,
            began_at: now,
        };
        session.userinfo = self.userinfo(&session).await.inspect_err(|error| tracing::warn!(%error, "UserInfo")).ok();
        Ok(session)
    }

    /// What UserInfo says now; refused when it speaks of somebody else (OpenID Connect Core §5.3.2).
    pub async fn userinfo(&self, session: &Session) -> anyhow::Result<Userinfo> {
        let client = self.client(&*self.metadata().await?);
        let token = AccessToken::new(session.access_token.expose().to_owned());
        let subject = SubjectIdentifier::new(session.subject().to_owned());
        let request = client.user_info(token, Some(subject))?;
        let claims: UserInfoClaims<Others, CoreGenderClaim> = request.request_async(&self.caller()).await?;
        match serde_json::to_value(claims)? {
            Value::Object(claims) => Ok(Userinfo { claims, read_at: self.clock.now() }),
            _ => anyhow::bail!("UserInfo is no object"),
        }
    }

    /// Where to end the session at the provider too (RP-Initiated Logout §2); none if it has no such place.
    pub async fn logout_url(&self, id_token: &Secret, state: &str, language: Option<Language>) -> Option<Url> {
        let metadata = self.metadata().await.ok()?;
        let id_token: CoreIdToken = id_token.expose().parse().ok()?;
        let mut request = LogoutRequest::from(metadata.additional_metadata().end_session_endpoint.clone()?)
            .set_id_token_hint(&id_token)
            .set_post_logout_redirect_uri(self.signed_out.clone())
            .set_state(CsrfToken::new(state.to_owned()));
        if let Some(language) = language {
            request = request.add_ui_locale(LanguageTag::new(language.tag().to_owned()));
        }
        Some(request.http_get_url())
    }

    fn verify(&self, client: &Client, id_token: &CoreIdToken, nonce: &Nonce) -> Result<(), ClaimsVerificationError> {
        let now = self.clock.now();
        let verifier = client.id_token_verifier().set_time_fn(move || instant(now));
        id_token.claims(&verifier, nonce).map(drop)
    }

    fn client(&self, metadata: &Metadata) -> Client {
        CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), Some(self.client_secret.clone()))
            .set_redirect_uri(self.redirect_uri.clone())
    }

    async fn metadata(&self) -> anyhow::Result<Arc<Metadata>> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(metadata) => Ok(metadata),
            None => self.discover().await,
        }
    }

    /// Reads metadata and keys anew; a failure is not remembered, the next visitor tries again.
    async fn discover(&self) -> anyhow::Result<Arc<Metadata>> {
        let metadata = Arc::new(Metadata::discover_async(self.issuer.clone(), &self.caller()).await?);
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&metadata));
        Ok(metadata)
    }

    /// Our HTTP client in the form that openidconnect takes.
    fn caller(&self) -> impl Fn(HttpRequest) -> Answer + use<> {
        let http = self.http.clone();
        move |request| {
            let http = http.clone();
            Box::pin(async move {
                let answer = http.execute(request.try_into()?).await?;
                let mut response = http::Response::new(Vec::new());
                *response.status_mut() = answer.status();
                *response.headers_mut() = answer.headers().clone();
                *response.body_mut() = answer.bytes().await?.into();
                Ok(response)
            })
        }
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send>>;

/// An issuer is compared letter for letter; a bare origin is written without its slash.
fn issuer_text(issuer: &Url) -> String {
    let text = issuer.as_str();
    if issuer.path() == "/" { text.trim_end_matches('/').to_owned() } else { text.to_owned() }
}

fn instant(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default()
}

/// All claims of a verified ID token.
fn payload(id_token: &CoreIdToken) -> anyhow::Result<Claims> {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    Ok(serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload)?)?)
}
