//! `client_id` is required and must be known (RFC 6749 §4.1.1).

use std::sync::Arc;

use super::refusal::invalid_request;
use crate::domain::{
    client::Client,
    oauth_error::{ErrorCode, OAuthError},
    parameters::Parameters,
    tenant::Tenant,
};

pub fn is_known(parameters: &Parameters, tenant: &Tenant) -> Result<Arc<Client>, OAuthError> {
    if parameters.is_repeated("client_id") {
        return Err(invalid_request("client_id is repeated"));
    }
    let id = parameters.get("client_id").ok_or_else(|| invalid_request("client_id is missing"))?;
    tenant.client(id).ok_or_else(|| OAuthError::new(ErrorCode::UnauthorizedClient, "client_id is not known here"))
}
