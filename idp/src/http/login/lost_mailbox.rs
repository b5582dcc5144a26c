//! GET /login/{login}/lost-mailbox: P-30 (journeys J-18 18.1).

use axum::response::Response;

use crate::{
    http::failure::PageFailure,
    theme::{LostMailbox, Page},
};

use super::AtLogin;

pub async fn get(at: AtLogin) -> Result<Response, PageFailure> {
    let current = at.current().await?;
    let back = at.gate_path(&current.gate);
    Ok(at.show(&current, &Page::LostMailbox(LostMailbox { back: Some(back) })))
}
