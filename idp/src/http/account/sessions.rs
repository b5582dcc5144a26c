//! GET and POST /account/sessions: P-33, where one is signed in and who receives what (SR-11, SR-60).

use axum::response::Response;
use uuid::Uuid;

use crate::{
    domain::ids::SessionId,
    flows::Ended,
    http::{failure::PageFailure, visit::see_other},
    theme::{Page, ServiceItem, SessionItem, Sessions},
};

use super::{AccountPress, AtAccount};

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    let (visit, language) = (&at.visit, at.language());
    let tenant = visit.tenant();
    let overview = visit.flows().overview(tenant, at.account()).await?;
    let here = at.live.session.id;
    let sessions = overview.sessions.iter().map(|session| SessionItem {
        id: session.id.to_string(),
        browser: session.browser.map(|browser| browser.to_string()),
        since: session.created_at,
        here: session.id == here,
    });
    let services = overview.clients.iter().filter_map(|id| tenant.client(id.as_str())).map(|client| ServiceItem {
        client: client.id.to_string(),
        name: client.name.in_language(language, tenant.default_language).unwrap_or(client.id.as_str()).to_owned(),
    });
    let page = Page::Sessions(Sessions {
        action: at.path(),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        others: overview.sessions.iter().any(|session| session.id != here),
        sessions: sessions.collect(),
        services: services.collect(),
        back: at.back(),
    });
    Ok(at.show(&page))
}

pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    let (flows, tenant, acting) = (at.visit.flows(), at.visit.tenant(), at.acting());
    let mut response = see_other(&at.path());
    match press.text("action") {
        "end" => {
            let session = Uuid::try_parse(press.text("session")).map_err(|_| PageFailure::out_of_order())?;
            if at.due(flows.end_one_session(tenant, &acting, SessionId(session)).await)? == Ended::Here {
                at.visit.take_session(response.headers_mut());
            }
        }
        "end-others" => at.due(flows.end_other_sessions(tenant, &acting).await)?,
        "revoke" => {
            let client = tenant.client(press.text("client")).ok_or_else(PageFailure::out_of_order)?;
            at.due(flows.stop_sharing(tenant, &acting, &client.id).await)?;
        }
        _ => return Err(PageFailure::out_of_order()),
    }
    Ok(response)
}
