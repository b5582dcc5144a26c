//! GET /login/{login}/restart and …/next: begin anew with the same request, or go where the login stands. Both write nothing.

use axum::response::Response;

use crate::{
    domain::login::LoginTicket,
    http::{failure::PageFailure, paths, visit::see_other},
};

use super::{AtLogin, Standing};

/// ログインページへ移動, 戻る: a new login with a new support code; the old one can no longer be reached.
pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let (destination, begun_at, language) = match at.standing().await? {
        Standing::Pending(pending) => (pending.destination, pending.begun_at, pending.language),
        Standing::Row(current) if current.login.finished_at.is_none() => {
            (current.login.destination, current.login.begun_at, Some(current.login.language))
        }
        Standing::Row(_) => return Err(PageFailure::Elsewhere(at.path("already-signed-in"))),
    };
    let visit = &at.visit;
    let Some(pending) = visit.flows().restart_login(&destination, begun_at, language) else {
        return Err(PageFailure::TimedOut);
    };
    let mut response = see_other(&visit.path(&paths::sign_in(&pending.id)));
    visit.take_ticket(response.headers_mut(), &at.id);
    visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(Box::new(pending)))?;
    Ok(response)
}

/// The gate decides.
pub async fn next(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current().await?;
    Ok(see_other(&at.gate_path(&current.gate)))
}
