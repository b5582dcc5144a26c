//! GET /login/{login}/finish: every gate is passed, and the client gets its answer.

use axum::response::Response;

use crate::{domain::login::Gate, http::failure::PageFailure};

use super::AtLogin;

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| *gate == Gate::Done).await?;
    at.finish(&current).await
}
