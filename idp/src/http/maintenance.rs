//! Planned closures: while one lasts, every page is P-26 (journeys J-20).

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::theme::{Maintenance, Page};

use super::{
    headers::ContentPolicy,
    visit::{About, Visit},
};

pub async fn close(visit: Visit, request: Request, next: Next) -> Response {
    let now = visit.house.clock.now();
    let Some(planned) = visit.tenant().maintenance.as_ref().filter(|planned| planned.is_on(now)) else {
        return next.run(request).await;
    };
    let page = Page::Maintenance(Maintenance { from: planned.from, until: planned.until });
    let support_code = visit.flows().support_code();
    let about = About { language: visit.language(), support_code: &support_code, theme: None, time_limit: None };
    let mut response = visit.page_with(StatusCode::SERVICE_UNAVAILABLE, ContentPolicy::Page, &page, &about);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(now.until(planned.until).as_secs()));
    response
}
