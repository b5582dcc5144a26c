//! GET /login/{login}/restart and …/next: begin anew with the same request, or go where the login stands. Both write nothing.

use axum::response::Response;

use crate::{
    domain::login::LoginTicket,
    http::{failure::PageFailure, paths, visit::see_other},
};

use super::AtLogin;

/// ログインページへ移動, 戻る: a new login with a new support code; the old one can no longer be reached.
pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    let Some(kept) = visit.flows().remembered(visit.tenant(), &at.ticket).await? else {
        return Err(PageFailure::Elsewhere(at.path("next")));
    };
    let pending = visit.flows().restart_login(&kept).ok_or(PageFailure::TimedOut)?;
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
