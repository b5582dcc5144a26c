//! Authorization requests: raw parameters to a valid request, one named check a rule, in the specification's order.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    acr::Acr,
    claims::ClaimsRequest,
    client::{Client, GrantType},
    ids::{ClientId, Subject},
    language::Language,
    oauth_error::{ErrorCode, OAuthError},
    parameters::Parameters,
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    scope::Scope,
    tenant::Tenant,
};

/// `state` and `nonce` may be this long (SR-57).
const MAX_STATE: usize = 2048;
const MAX_HINT: usize = 256;

/// A request that passed every check. It is stored and sealed, never read from the browser again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    #[serde(rename = "c")]
    pub client: ClientId,
    #[serde(rename = "r")]
    pub redirect_uri: RedirectUri,
    #[serde(rename = "m", default)]
    pub response_mode: ResponseMode,
    #[serde(rename = "s")]
    pub scope: Scope,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    #[serde(rename = "o", default)]
    pub prompt: Prompt,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Duration>,
    #[serde(rename = "k", default)]
    pub acr: AcrRequest,
    #[serde(rename = "q", default)]
    pub claims: ClaimsRequest,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// Whom `id_token_hint` or `claims.id_token.sub` names: the login must be theirs.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub ui_locale: Option<Language>,
    /// `prompt` contains `consent`: the person is asked again, where the client asks at all (SR-60).
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
    /// The protected resources that the access token is for (RFC 8707 §2).
    #[serde(rename = "z", default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The thumbprint of the only key that may redeem the code (RFC 9449 §10).
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// Where the request was pushed (RFC 9126): used up by the answer.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<String>,
}

/// Where the answer goes (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    #[default]
    #[serde(rename = "q")]
    Query,
    #[serde(rename = "f")]
    FormPost,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    #[default]
    #[serde(rename = "-")]
    Unset,
    #[serde(rename = "n")]
    None,
    #[serde(rename = "l")]
    Login,
    /// P-27, when there is a session.
    #[serde(rename = "s")]
    SelectAccount,
}

/// The classes asked for, first choice first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrRequest {
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Acr>,
    #[serde(rename = "e", default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
}

/// Why a request is refused, and who may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Client or redirect URI are not known: a page, never a redirect (SR-10).
    Page(OAuthError),
    /// The client is told at its redirect URI.
    Redirect { to: ErrorTarget, error: OAuthError },
}

/// Where an error for the client goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorTarget {
    pub redirect_uri: RedirectUri,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
}

impl AuthorizationRequest {
    /// Checks a request against its tenant. `hinted` reads an `id_token_hint` and gives the subject it names.
    pub fn check(
        parameters: &Parameters,
        tenant: &Tenant,
        hinted: impl Fn(&str, &Client) -> Option<Subject>,
    ) -> Result<Self, Refusal> {
        let client = client(parameters, tenant).map_err(Refusal::Page)?;
        let redirect_uri = redirect_uri(parameters, &client).map_err(Refusal::Page)?;
        let to = ErrorTarget {
            redirect_uri,
            response_mode: requested_response_mode(parameters).unwrap_or_default(),
            state: parameters.get("state").filter(|state| state.len() <= MAX_STATE).map(str::to_owned),
        };
        Self::check_rest(parameters, tenant, &client, to.redirect_uri.clone(), hinted)
            .map_err(|error| Refusal::Redirect { to, error })
    }

    fn check_rest(
        parameters: &Parameters,
        tenant: &Tenant,
        client: &Client,
        redirect_uri: RedirectUri,
        hinted: impl Fn(&str, &Client) -> Option<Subject>,
    ) -> Result<Self, OAuthError> {
        no_repetition(parameters)?;
        no_request_object(parameters)?;
        response_type(parameters, client)?;
        let response_mode = requested_response_mode(parameters)
            .ok_or_else(|| invalid_request("response_mode is not supported; use query or form_post"))?;
        let scope = scope(parameters, client)?;
        let state = bounded(parameters, "state")?;
        let nonce = bounded(parameters, "nonce")?;
        let code_challenge = code_challenge(parameters, client, nonce.as_deref())?;
        let prompt = prompt(parameters)?;
        let max_age = max_age(parameters)?;
        let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose().map_err(invalid_request)?;
        let claims = claims.unwrap_or_default();
        let acr = acr(parameters, &claims);
        let subject = subject(parameters, &claims, |hint| hinted(hint, client))?;
        Ok(Self {
            client: client.id.clone(),
            redirect_uri,
            response_mode,
            scope,
            state,
            nonce,
            code_challenge,
            prompt,
            max_age,
            acr,
            claims,
            login_hint: parameters.get("login_hint").map(|hint| hint.chars().take(MAX_HINT).collect()),
            subject,
            ui_locale: parameters.get("ui_locales").and_then(|tags| Language::first_of(tags, &tenant.languages)),
            consent: false,
            resources: Vec::new(),
            dpop_jkt: None,
            pushed: None,
        })
    }

    pub fn error_target(&self) -> ErrorTarget {
        ErrorTarget {
            redirect_uri: self.redirect_uri.clone(),
            response_mode: self.response_mode,
            state: self.state.clone(),
        }
    }
}

fn invalid_request(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

/// RFC 6749 §4.1.1: `client_id` is required and must be known.
fn client(parameters: &Parameters, tenant: &Tenant) -> Result<Arc<Client>, OAuthError> {
    if parameters.is_repeated("client_id") {
        return Err(invalid_request("client_id is repeated"));
    }
    let id = parameters.get("client_id").ok_or_else(|| invalid_request("client_id is missing"))?;
    tenant.client(id).ok_or_else(|| OAuthError::new(ErrorCode::UnauthorizedClient, "client_id is not known here"))
}

/// OpenID Connect Core §3.1.2.1: `redirect_uri` is required and compared by bytes (SR-49).
fn redirect_uri(parameters: &Parameters, client: &Client) -> Result<RedirectUri, OAuthError> {
    if parameters.is_repeated("redirect_uri") {
        return Err(invalid_request("redirect_uri is repeated"));
    }
    let asked = parameters.get("redirect_uri").ok_or_else(|| invalid_request("redirect_uri is missing"))?;
    client.redirect_uri(asked).ok_or_else(|| invalid_request("redirect_uri is not registered for this client"))
}

/// OAuth 2.0 Multiple Response Types §2.1; the default of `code` is `query`.
fn requested_response_mode(parameters: &Parameters) -> Option<ResponseMode> {
    match parameters.get("response_mode") {
        None | Some("query") => Some(ResponseMode::Query),
        Some("form_post") => Some(ResponseMode::FormPost),
        Some(_) => None,
    }
}

/// RFC 6749 §3.1: no parameter may stand twice.
fn no_repetition(parameters: &Parameters) -> Result<(), OAuthError> {
    parameters.once().map_err(|repeated| OAuthError::new(ErrorCode::InvalidRequest, repeated.to_string()))
}

/// OpenID Connect Core §6: a request object is processed wholly or refused, never ignored (SR-58).
fn no_request_object(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.get("request").is_some() {
        return Err(OAuthError::new(ErrorCode::RequestNotSupported, "request objects are not supported"));
    }
    if parameters.get("request_uri").is_some() {
        return Err(OAuthError::new(ErrorCode::RequestUriNotSupported, "request_uri is not supported"));
    }
    if parameters.get("registration").is_some() {
        return Err(OAuthError::new(ErrorCode::RegistrationNotSupported, "registration is not supported"));
    }
    Ok(())
}

/// RFC 6749 §3.1.1: only `code` is spoken here, and only for clients that may use it.
fn response_type(parameters: &Parameters, client: &Client) -> Result<(), OAuthError> {
    match parameters.get("response_type") {
        None => Err(invalid_request("response_type is missing")),
        Some("code") if client.may(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => {
            Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use response_type code"))
        }
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "only response_type code is supported")),
    }
}

/// OpenID Connect Core §3.1.2.1: `openid` is required; what the client may not have is dropped (SR-59).
fn scope(parameters: &Parameters, client: &Client) -> Result<Scope, OAuthError> {
    let asked = Scope::parse(parameters.get("scope").unwrap_or_default());
    let mut scope = asked.intersection(&client.scope);
    if !scope.contains("openid") {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "scope must contain openid"));
    }
    // OpenID Connect Core §11: without refresh tokens offline_access means nothing.
    if !client.may(GrantType::RefreshToken) {
        scope = scope.without("offline_access");
    }
    Ok(scope)
}

fn bounded(parameters: &Parameters, name: &'static str) -> Result<Option<String>, OAuthError> {
    match parameters.get(name) {
        Some(value) if value.len() > MAX_STATE => {
            Err(OAuthError::new(ErrorCode::InvalidRequest, format!("{name} is longer than {MAX_STATE} bytes")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

/// RFC 7636 §4.4.1: S256 only; an exempted confidential client must send a nonce instead (SR-51).
fn code_challenge(
    parameters: &Parameters,
    client: &Client,
    nonce: Option<&str>,
) -> Result<Option<CodeChallenge>, OAuthError> {
    let method = parameters.get("code_challenge_method");
    let Some(challenge) = parameters.get("code_challenge") else {
        return match (method, client.require_pkce, nonce) {
            (Some(_), _, _) => Err(invalid_request("code_challenge_method without code_challenge")),
            (None, true, _) => Err(invalid_request("code_challenge is missing: PKCE with S256 is required")),
            (None, false, None) => Err(invalid_request("without PKCE a nonce is required")),
            (None, false, Some(_)) => Ok(None),
        };
    };
    CodeChallenge::parse(challenge, method)
        .map(Some)
        .map_err(|error| OAuthError::new(ErrorCode::InvalidRequest, error.to_string()))
}

/// OpenID Connect Core §3.1.2.1: `none` stands alone. `consent` shows no page to first-party clients (SR-60).
fn prompt(parameters: &Parameters) -> Result<Prompt, OAuthError> {
    let values: Vec<&str> = parameters.get("prompt").unwrap_or_default().split(' ').filter(|v| !v.is_empty()).collect();
    if values.contains(&"none") {
        return if values.len() == 1 { Ok(Prompt::None) } else { Err(invalid_request("prompt none stands alone")) };
    }
    Ok(if values.contains(&"login") {
        Prompt::Login
    } else if values.contains(&"select_account") {
        Prompt::SelectAccount
    } else {
        Prompt::Unset
    })
}

fn max_age(parameters: &Parameters) -> Result<Option<Duration>, OAuthError> {
    let parse = |text: &str| text.parse::<u32>().map(|seconds| Duration::from_secs(seconds.into()));
    parameters.get("max_age").map(parse).transpose().map_err(|_| invalid_request("max_age is not a number of seconds"))
}

/// OpenID Connect Core §5.5.1.1: `claims.id_token.acr` goes before the voluntary `acr_values`.
fn acr(parameters: &Parameters, claims: &ClaimsRequest) -> AcrRequest {
    if let Some((values, essential)) = &claims.acr {
        return AcrRequest { values: values.clone(), essential: *essential };
    }
    let values = parameters.get("acr_values").unwrap_or_default().split(' ').filter_map(Acr::from_urn).collect();
    AcrRequest { values, essential: false }
}

/// OpenID Connect Core §3.1.2.1 and §5.5.1: `id_token_hint` and `claims.id_token.sub` both name the person.
fn subject(
    parameters: &Parameters,
    claims: &ClaimsRequest,
    hinted: impl Fn(&str) -> Option<Subject>,
) -> Result<Option<Subject>, OAuthError> {
    let by_hint = match parameters.get("id_token_hint") {
        Some(hint) => Some(
            hinted(hint)
                .ok_or_else(|| invalid_request("id_token_hint is not an ID token issued here to this client"))?,
        ),
        None => None,
    };
    let by_claim = claims.subject.as_deref().map(|subject| Subject(subject.into()));
    match (by_hint, by_claim) {
        (Some(hint), Some(claim)) if hint != claim => {
            Err(invalid_request("id_token_hint and claims name different subjects"))
        }
        (hint, claim) => Ok(hint.or(claim)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn check(query: &str) -> Result<AuthorizationRequest, Refusal> {
        let tenant = samples::tenant();
        AuthorizationRequest::check(&Parameters::parse(query.as_bytes()).unwrap(), &tenant, |hint, _| {
            (hint == "good").then(|| Subject("them".into()))
        })
    }

    const GOOD: &str = "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb&response_type=code&scope=openid+email\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=xyz";

    fn error(query: &str) -> ErrorCode {
        match check(query) {
            Err(Refusal::Redirect { error, .. }) => error.code,
            other => panic!("not redirected: {other:?}"),
        }
    }

    #[test]
    fn a_good_request_keeps_what_it_asked_for() {
        let request = check(&format!("{GOOD}&max_age=10&ui_locales=fr+en-GB&extra=1&nonce=n")).unwrap();
        assert_eq!(request.max_age, Some(Duration::from_secs(10)));
        assert_eq!(request.ui_locale, Some(Language::En));
        assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("xyz"), Some("n")));
    }

    #[test]
    fn an_unknown_client_or_redirect_uri_is_never_redirected() {
        for query in [
            "",
            "client_id=nobody&redirect_uri=https%3A%2F%2Frp.example%2Fcb",
            "client_id=rp",
            "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb%2Fx",
            "client_id=rp&client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb",
            "client_id=rp&redirect_uri=https%3A%2F%2Frp.example%2Fcb&redirect_uri=https%3A%2F%2Frp.example%2Fcb",
        ] {
            assert!(matches!(check(query), Err(Refusal::Page(_))), "{query}");
        }
    }

    #[test]
    fn each_wrong_parameter_has_its_error() {
        use ErrorCode::*;
        let without = |name: &str| {
            GOOD.split('&')
                .filter(|pair| !pair.trim_start().starts_with(&format!("{name}=")))
                .collect::<Vec<_>>()
                .join("&")
        };
        for (query, code) in [
            (without("response_type"), InvalidRequest),
            (GOOD.replace("response_type=code", "response_type=token"), UnsupportedResponseType),
            (GOOD.replace("response_type=code", "response_type=code+id_token"), UnsupportedResponseType),
            (GOOD.replace("openid+", ""), InvalidScope),
            (without("scope"), InvalidScope),
            (without("code_challenge"), InvalidRequest),
            (without("code_challenge_method"), InvalidRequest),
            (GOOD.replace("S256", "plain"), InvalidRequest),
            (GOOD.replace("E9M", "E9"), InvalidRequest),
            (format!("{GOOD}&state=again"), InvalidRequest),
            (format!("{GOOD}&extra=1&extra=2"), InvalidRequest),
            (format!("{GOOD}&nonce={}", "n".repeat(2049)), InvalidRequest),
            (format!("{GOOD}&prompt=none+login"), InvalidRequest),
            (format!("{GOOD}&max_age=-1"), InvalidRequest),
            (format!("{GOOD}&max_age=x"), InvalidRequest),
            (format!("{GOOD}&claims=nonsense"), InvalidRequest),
            (format!("{GOOD}&request=e30."), RequestNotSupported),
            (format!("{GOOD}&request_uri=https://x.example/"), RequestUriNotSupported),
            (format!("{GOOD}&registration=%7B%7D"), RegistrationNotSupported),
            (format!("{GOOD}&response_mode=fragment"), InvalidRequest),
            (format!("{GOOD}&id_token_hint=bad"), InvalidRequest),
        ] {
            assert_eq!(error(&query), code, "{query}");
        }
    }

    #[test]
    fn an_error_goes_where_the_response_mode_says_with_the_state() {
        match check(&format!("{GOOD}&response_mode=form_post&prompt=none+login")) {
            Err(Refusal::Redirect { to, .. }) => {
                assert_eq!((to.response_mode, to.state.as_deref()), (ResponseMode::FormPost, Some("xyz")));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn prompt_login_goes_before_select_account_and_consent_asks_nothing() {
        for (prompt, kept) in [
            ("login+select_account", Prompt::Login),
            ("select_account+consent", Prompt::SelectAccount),
            ("consent", Prompt::Unset),
            ("", Prompt::Unset),
        ] {
            assert_eq!(check(&format!("{GOOD}&prompt={prompt}")).unwrap().prompt, kept, "{prompt}");
        }
    }

    #[test]
    fn a_stored_request_reads_back_as_it_was() {
        let request =
            check(&format!("{GOOD}&id_token_hint=good&acr_values=urn:idp:acr:auth-key&prompt=login")).unwrap();
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<AuthorizationRequest>(&text).unwrap(), request);
    }
}
