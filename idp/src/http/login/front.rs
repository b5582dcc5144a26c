//! GET / and everything that is not there: the front door leads to the service (J-01 1.0).

use axum::{
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};

use crate::http::{
    failure::PageFailure,
    visit::{Visit, see_other},
};

pub async fn get(visit: Visit) -> Result<Response, PageFailure> {
    visit.start().map(|start| see_other(&start)).ok_or(PageFailure::TimedOut)
}

/// HEAD where a GET would write: nothing changes (J-16).
pub async fn untouched() -> StatusCode {
    StatusCode::OK
}

/// OPTIONS is told what there is (J-16); another method is no page of ours.
pub async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    PageFailure::wrong_method().into_response()
}

/// The same for clients.
pub async fn other_endpoint_method(method: Method) -> StatusCode {
    if method == Method::OPTIONS { StatusCode::NO_CONTENT } else { StatusCode::METHOD_NOT_ALLOWED }
}

/// E-12.
pub async fn not_found() -> PageFailure {
    PageFailure::not_found()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn options_is_answered_everywhere_and_changes_nothing() {
        assert_eq!(other_method(Method::OPTIONS).await.status(), StatusCode::NO_CONTENT);
        assert_eq!(other_endpoint_method(Method::OPTIONS).await, StatusCode::NO_CONTENT);
        assert_eq!(other_endpoint_method(Method::PUT).await, StatusCode::METHOD_NOT_ALLOWED);
    }
}
