//! GET /upstream/{upstream}/callback: the browser is back from the university (journeys J-01 1.3; SR-73).

use axum::{
    extract::{Path, RawQuery, rejection::PathRejection},
    response::Response,
};

use crate::{
    domain::{
        ids::{LoginId, UpstreamId},
        language::LanguageWishes,
        login::LoginTicket,
        parameters::Parameters,
    },
    http::{
        failure::PageFailure,
        paths,
        visit::{Visit, see_other},
    },
};

use super::{AtLogin, sign_in};

pub async fn get(
    visit: Visit,
    upstream: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFailure> {
    let Path(upstream) = upstream.map_err(|_| PageFailure::not_found())?;
    let query = query.unwrap_or_default();
    let parameters = Parameters::parse(query.as_bytes()).map_err(|_| PageFailure::out_of_order())?;
    // `state` names the login it belongs to; without that login's ticket this answer is not this browser's.
    let named = parameters.get("state").and_then(|state| state.split_once('.'));
    let id = named.and_then(|(login, _)| LoginId::from_lower(login)).ok_or_else(PageFailure::out_of_order)?;
    let pending = match visit.ticket(&id).await? {
        Some(LoginTicket::Pending(pending)) => *pending,
        // The answer has been read before: a double click, a reload, the back button.
        Some(LoginTicket::Row { .. }) => return Ok(see_other(&visit.path(&paths::page(&id, "next")))),
        None => return Err(PageFailure::TimedOut),
    };
    let requested = pending.destination.ui_locale();
    let wishes = LanguageWishes { chosen: pending.language, requested, ..visit.wishes() };
    let upstream = UpstreamId::new(upstream);
    let arrived = visit.flows().arrive(visit.tenant(), &upstream, &parameters, &pending, &wishes, &visit.visitor).await;
    let at = AtLogin { ticket: LoginTicket::Pending(Box::new(pending.clone())), id, visit: visit.clone() };
    let ended = at.due(arrived).and_then(|arrived| sign_in::ended(&at, pending, arrived, None));
    ended.map_err(|failure| failure.at(&at.id))
}
