//! Who may come in: a key for each purpose, looked up at each request, so that a reload counts at once.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};

use crate::{
    domain::secret::{Secret, same_bytes, sha256},
    flows::Flows,
};

use super::problem::Problem;

/// What the admin listener's routes reach.
#[derive(Clone)]
pub struct Door {
    pub flows: Arc<dyn Fn() -> Flows + Send + Sync>,
    /// The key of a mail relay; none: nobody may report.
    pub report_key: Arc<dyn Fn() -> Option<Secret> + Send + Sync>,
}

impl Door {
    pub fn admit_relay(&self, headers: &HeaderMap) -> Result<(), Problem> {
        // Without a key the address does not exist.
        let Some(key) = (self.report_key)() else { return Err(Problem::of(StatusCode::NOT_FOUND, "no such address")) };
        if bearer(headers).is_some_and(|given| same_bytes(&sha256(given.as_bytes()), &sha256(key.expose().as_bytes())))
        {
            return Ok(());
        }
        metrics::counter!("idp_admin_refusals_total").increment(1);
        Err(Problem::of(StatusCode::UNAUTHORIZED, "the bearer key is missing or wrong"))
    }
}

/// RFC 6750 §2.1; exactly one header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (given.next()?, given.next());
    let (scheme, key) = first.to_str().ok()?.split_once(' ')?;
    (second.is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| key.trim())
}
