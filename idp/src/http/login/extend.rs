//! POST /login/{login}/extend: more time for whoever asks for it (WCAG 2.2, 2.2.1). A press like every other, and nothing but a press.

use axum::response::Response;

use crate::{
    domain::login::{LoginTicket, PendingLogin},
    http::{failure::PageFailure, paths, visit::see_other},
};

use super::{Press, Standing};

pub async fn post(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let Standing::Pending(pending) = at.standing().await? else {
        let current = at.current().await?;
        at.visit.flows().note_press(at.visit.tenant(), &current).await?;
        return Ok(at.onward());
    };
    let pressed = PendingLogin { pressed_at: at.visit.house.clock.now(), ..*pending };
    let mut response = see_other(&at.visit.path(&paths::sign_in(&at.id)));
    at.visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(Box::new(pressed)))?;
    Ok(response)
}
