//! A device asks for a code pair: a long one for itself, a short one for the person (RFC 8628 §3.1, §3.2).

use crate::domain::{
    client::{Client, GrantType},
    device_code::{DEVICE_CODE_LIFETIME, DeviceCode, DeviceState, INTERVAL, MOST_ASKED_FOR, UserCode, WRONG_WINDOW},
    ids::TenantId,
    oauth_error::{ErrorCode, OAuthError},
    parameters::Parameters,
    secret::{Secret, token},
    tenant::Tenant,
};

use super::{
    FlowError, Flows, Visitor,
    forgot_second_password::source,
    issue_tokens::key_of,
    strangers_tries::{spend, within},
};

/// What the device is told.
#[derive(Debug)]
pub struct DeviceAuthorization {
    pub device_code: Secret,
    pub user_code: UserCode,
}

/// Two codes alike are rarer than any error; two in a row do not happen.
const DRAWS: usize = 3;

impl Flows {
    /// The client is authenticated before this.
    pub async fn authorize_device(
        &self,
        tenant: &Tenant,
        client: &Client,
        parameters: &Parameters,
        visitor: &Visitor,
    ) -> Result<DeviceAuthorization, FlowError> {
        may_use_devices(client)?;
        // As at the authorization endpoint.
        let scope = client.permitted_scope(parameters.get("scope"))?;
        let resources = client.permitted_resources(parameters.all("resource"))?;
        let now = self.now();
        let whose = format!("device-codes/{}/{}", tenant.id, client.id);
        let whose = self.vault.index(&whose, &source(visitor.address));
        for _ in 0..DRAWS {
            let user_code = UserCode::new(&*self.entropy);
            let device_code = token(&*self.entropy, now);
            let code = DeviceCode {
                key: key_of(&device_code)?,
                tenant: tenant.id.clone(),
                client: client.id.clone(),
                user_code: self.vault.index(&user_code_purpose(&tenant.id), user_code.letters()),
                scope: scope.clone(),
                resources: resources.clone(),
                state: DeviceState::Waiting,
                interval: INTERVAL,
                polled_at: None,
                expires_at: now.plus(DEVICE_CODE_LIFETIME),
            };
            let is_new = self.store.write(async |tx| {
                let tx = &tx;
                // Public clients prove nothing, so rows are counted by where they are asked for.
                spend(tx, &whose, &within(WRONG_WINDOW, MOST_ASKED_FOR), now).await?;
                Ok::<_, FlowError>(tx.insert_device_code(&code).await?)
            });
            if is_new.await? {
                return Ok(DeviceAuthorization { device_code, user_code });
            }
        }
        Err(FlowError::Busy)
    }
}

/// For what a user code is hashed.
pub(super) fn user_code_purpose(tenant: &TenantId) -> String {
    format!("user-code/{tenant}")
}

/// RFC 8628 §3.1: only for clients that may use the grant.
pub(super) fn may_use_devices(client: &Client) -> Result<(), OAuthError> {
    if client.may(GrantType::DeviceCode) {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use the device flow"))
}
