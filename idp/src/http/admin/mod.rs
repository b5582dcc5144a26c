//! What machines ask of the admin listener: JSON with a bearer key, never a cookie (SR-7, SR-88, SR-89).

mod door;
mod mail_reports;
mod problem;

pub use door::Door;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::post,
};

use super::{
    client_certificate::Proxies,
    headers,
    limits::{self, BodyLimit, Guard, RequestLimits},
};

/// `/admin/api/v1/…`, for `admin_listen` only, any Host: the key is what counts.
pub fn router(door: Door) -> Router {
    Router::new()
        .route("/admin/api/v1/mail/reports", post(mail_reports::post).fallback(problem::wrong_method))
        .with_state(door)
        .layer(from_fn_with_state(BodyLimit::ADMIN, limits::body))
        .layer(from_fn_with_state(Guard::new(RequestLimits::default(), Proxies::default()), limits::guard))
        .layer(from_fn(headers::secure))
}
