//! GET /login/{login}/status: what the waiting tab asks every few seconds; it counts as no activity.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{domain::login::Gate, http::failure::PageFailure};

use super::{AtLogin, Standing, at::mail_status, email_registered};

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let Standing::Row(current) = at.standing().await? else {
        return Ok(Json(json!({ "page": "sign-in" })).into_response());
    };
    let page = match &current.gate {
        _ if current.login.finished_at.is_some() => "already-signed-in",
        _ if email_registered::is_shown(&current) => "email-registered",
        Gate::SignIn => "sign-in",
        Gate::RegisterEmail => "register-email",
        Gate::EmailSent => "email-sent",
        Gate::EmailRegistered => "email-registered",
        Gate::SetSecondPassword => "set-second-password",
        Gate::SecondPasswordSet => "message",
        Gate::SecondPassword => "second-password",
        Gate::Locked(_) => "locked",
        Gate::SendAuthKey => "send-auth-key",
        Gate::AuthKey => "auth-key",
        Gate::Authenticator => "authenticator",
        Gate::Consent => "consent",
        Gate::Unmet => "unmet",
        Gate::Done => "finish",
    };
    let mail = mail_status(current.letter.as_ref()).tag();
    Ok(Json(json!({ "page": page, "mail": mail })).into_response())
}
