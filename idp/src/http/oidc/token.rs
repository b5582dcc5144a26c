//! POST /token (RFC 6749 §3.2).

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    domain::oauth_error::{ErrorCode, OAuthError},
    flows::{CodeRedemption, Refreshment, TokenResponse},
};

use super::{
    super::{failure::EndpointFailure, visit::Visit},
    OAuthForm,
};

pub async fn post(visit: Visit, form: OAuthForm) -> Result<Response, EndpointFailure> {
    let client = form.client(&visit).await?;
    let (flows, tenant) = (visit.flows(), visit.tenant());
    let answer = match form.required("grant_type")? {
        "authorization_code" => {
            let asked = CodeRedemption {
                code: form.required("code")?,
                redirect_uri: form.parameters.get("redirect_uri"),
                code_verifier: form.parameters.get("code_verifier"),
            };
            flows.redeem_code(tenant, &client, &asked, &visit.visitor).await?
        }
        "refresh_token" => {
            let asked =
                Refreshment { refresh_token: form.required("refresh_token")?, scope: form.parameters.get("scope") };
            flows.refresh_tokens(tenant, &client, &asked, &visit.visitor).await?
        }
        _ => {
            let error = OAuthError::new(ErrorCode::UnsupportedGrantType, "use authorization_code or refresh_token");
            return Err(error.into());
        }
    };
    Ok(json_of(&answer))
}

/// RFC 6749 §5.1.
fn json_of(answer: &TokenResponse) -> Response {
    let mut body = json!({
        "access_token": answer.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": answer.expires_in,
        "scope": answer.scope.to_string(),
    });
    if let Value::Object(members) = &mut body {
        if let Some(token) = &answer.refresh_token {
            members.insert("refresh_token".into(), token.expose().into());
        }
        if let Some(token) = &answer.id_token {
            members.insert("id_token".into(), token.as_str().into());
        }
    }
    ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response()
}
