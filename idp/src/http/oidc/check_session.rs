//! GET /check-session: the page that clients hold in a frame (OpenID Connect Session Management 1.0 §3.2). The only one that may be framed.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use super::super::{failure::PageFailure, headers::ContentPolicy, visit::Visit};

/// Where no theme can reach it.
const THEME: &str = "default";
const SCRIPT: &str = "check-session.js";

pub async fn get(visit: Visit) -> Result<Response, PageFailure> {
    let script = visit.house.themes.hashed_name(THEME, SCRIPT).filter(|_| visit.tenant().policy.session_management);
    let script = script.ok_or_else(PageFailure::not_found)?;
    let address = visit.path(&format!("/assets/{THEME}/{script}")).replace('&', "&amp;");
    let cookie = visit.cookies().session_state();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Session</title>\n\
         <script src=\"{address}\" data-cookie=\"{cookie}\"></script>\n"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    let mut response = (headers, html).into_response();
    response.extensions_mut().insert(ContentPolicy::SessionFrame);
    Ok(response)
}
