//! POST /token (RFC 6749 §3.2).

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    domain::{
        client::{Client, GrantType},
        confirmation::Possession,
        oauth_error::{ErrorCode, OAuthError},
        secret::Secret,
    },
    flows::{CodeRedemption, DeviceRedemption, FlowError, OwnToken, Refreshment, TokenResponse},
};

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm, Sender, with_nonce,
};

pub async fn post(visit: Visit, sender: Sender, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = form.client(&visit).await?;
    let grant_type = grant_type(&form)?;
    let proven = sender.possession(&visit, "/token", None).await?;
    let request = TokenRequest { visit: &visit, form: &form, client: &client, possession: &proven.possession };
    let answer = match grant_type {
        GrantType::AuthorizationCode => request.authorization_code().await,
        GrantType::RefreshToken => request.refresh_token().await,
        GrantType::ClientCredentials => request.client_credentials().await,
        GrantType::DeviceCode => request.device_code().await,
    };
    let response = answer.map(|answer| json_of(&answer)).map_err(EndpointFailure::Json).into_response();
    Ok(with_nonce(response, proven.next_nonce))
}

/// RFC 6749 §4.1.3, §4.4.2, §6: which rules the rest of the form is read by.
fn grant_type(form: &OAuthForm) -> Result<GrantType, OAuthError> {
    let asked = form.required("grant_type")?;
    GrantType::ALL.into_iter().find(|grant_type| grant_type.name() == asked).ok_or_else(unsupported)
}

fn unsupported() -> OAuthError {
    OAuthError::new(ErrorCode::UnsupportedGrantType, "grant_type is not supported")
}

/// One request of an authenticated client.
struct TokenRequest<'a> {
    visit: &'a Visit,
    form: &'a OAuthForm,
    client: &'a Client,
    possession: &'a Possession,
}

impl TokenRequest<'_> {
    /// RFC 6749 §4.1.3.
    async fn authorization_code(&self) -> Result<TokenResponse, FlowError> {
        let asked = CodeRedemption {
            code: self.form.required("code")?,
            redirect_uri: self.form.parameters.get("redirect_uri"),
            code_verifier: self.form.parameters.get("code_verifier"),
            resources: self.resources(),
        };
        let Self { visit, client, possession, .. } = self;
        visit.flows().redeem_code(visit.tenant(), client, &asked, possession, &visit.visitor).await
    }

    /// RFC 6749 §6.
    async fn refresh_token(&self) -> Result<TokenResponse, FlowError> {
        let asked = Refreshment {
            refresh_token: self.form.required("refresh_token")?,
            scope: self.form.parameters.get("scope"),
            resources: self.resources(),
        };
        let Self { visit, client, possession, .. } = self;
        visit.flows().refresh_tokens(visit.tenant(), client, &asked, possession, &visit.visitor).await
    }

    /// RFC 6749 §4.4.2.
    async fn client_credentials(&self) -> Result<TokenResponse, FlowError> {
        let asked = OwnToken { scope: self.form.parameters.get("scope"), resources: self.resources() };
        let Self { visit, client, possession, .. } = self;
        visit.flows().speak_for_itself(visit.tenant(), client, &asked, possession).await
    }

    /// RFC 8628 §3.4.
    async fn device_code(&self) -> Result<TokenResponse, FlowError> {
        let asked = DeviceRedemption { device_code: self.form.required("device_code")?, resources: self.resources() };
        let Self { visit, client, possession, .. } = self;
        visit.flows().redeem_device_code(visit.tenant(), client, &asked, possession).await
    }

    /// RFC 8707 §2.2.
    fn resources(&self) -> Vec<&str> {
        self.form.parameters.all("resource").collect()
    }
}

/// RFC 6749 §5.1.
#[derive(Serialize)]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
}

fn json_of(answer: &TokenResponse) -> Response {
    let body = Answer {
        access_token: answer.access_token.expose(),
        token_type: answer.token_type,
        expires_in: answer.expires_in,
        scope: answer.scope.to_string(),
        refresh_token: answer.refresh_token.as_ref().map(Secret::expose),
        id_token: answer.id_token.as_deref(),
    };
    ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response()
}
