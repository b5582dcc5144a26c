//! POST …/extend below every account page: more time for whoever asks for it (WCAG 2.2, 2.2.1). The press itself is the use that prolongs the session.

use axum::response::Response;

use crate::http::visit::see_other;

use super::AccountPress;

pub async fn post(press: AccountPress) -> Response {
    see_other(&press.at.here())
}
