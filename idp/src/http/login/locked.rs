//! GET /login/{login}/locked: P-25 (journeys J-04 4.2).

use axum::response::Response;

use crate::{
    domain::login::{Gate, Lock},
    http::failure::PageFailure,
    theme::{Locked, Page},
};

use super::AtLogin;

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current_at(|gate| matches!(gate, Gate::Locked(_))).await?;
    let now = at.visit.house.clock.now();
    let minutes = match &current.gate {
        Gate::Locked(Lock::Until(until)) => Some(now.until(*until).as_secs().div_ceil(60).max(1)),
        _ => None,
    };
    let page = Page::Locked(Locked { minutes, forgot: at.forgot(), sign_in: Some(at.path("restart")), back: None });
    Ok(at.show(&current, &page))
}
