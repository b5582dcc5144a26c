//! GET / and everything that is not there: the front door leads to the service (J-01 1.0).

use axum::response::Response;

use crate::http::{
    failure::PageFailure,
    visit::{Visit, see_other},
};

pub async fn get(visit: Visit) -> Result<Response, PageFailure> {
    visit.start().map(|start| see_other(&start)).ok_or(PageFailure::TimedOut)
}

/// E-12.
pub async fn not_found() -> PageFailure {
    PageFailure::not_found()
}
