//! A device asks whether it may go on, and gets its tokens once (RFC 8628 §3.4, §3.5).

use crate::{
    domain::{
        client::Client,
        confirmation::{Possession, binding},
        device_code::{DeviceCode, DeviceState},
        grant::Grant,
        oauth_error::{ErrorCode, OAuthError},
        resource,
        secret::TokenKey,
        tenant::Tenant,
    },
    store::{Redeem, Won},
};

use super::{
    FlowError, Flows, TokenResponse,
    access_tokens::own_resource,
    authorize_device::may_use_devices,
    issue_tokens::{TokenSubject, Wish, proven_enough},
};

/// What the token request says.
#[derive(Debug)]
pub struct DeviceRedemption<'a> {
    pub device_code: &'a str,
    pub resources: Vec<&'a str>,
}

impl Flows {
    /// The client is authenticated before this, and what it holds is proven.
    pub async fn redeem_device_code(
        &self,
        tenant: &Tenant,
        client: &Client,
        asked: &DeviceRedemption<'_>,
        possession: &Possession,
    ) -> Result<TokenResponse, FlowError> {
        may_use_devices(client)?;
        let confirmation = binding(client, possession)?;
        let key = TokenKey::of(asked.device_code).ok_or_else(unknown)?;
        let code = self.store.device_code(&key).await?.ok_or_else(unknown)?;
        issued_to(&code, tenant, client)?;
        match code.state {
            DeviceState::Denied => Err(refused(ErrorCode::AccessDenied, "the request was refused")),
            DeviceState::Used(_) => Err(used()),
            _ if code.is_expired(self.now()) => Err(refused(ErrorCode::ExpiredToken, "the device code has expired")),
            DeviceState::Waiting => Err(self.note_poll(&key).await?),
            DeviceState::Allowed(grant) => {
                let grant = self.store.grant(grant).await?.ok_or_else(unknown)?;
                let audience = resource::audience(&asked.resources, &grant.terms, &own_resource(tenant))?;
                let wish = Wish { scope: grant.terms.scope.clone(), audience, confirmation };
                self.device_tokens((tenant, client), key, &grant, wish).await
            }
        }
    }

    /// RFC 8628 §3.5: whoever asks too early waits longer from now on, restart or not.
    async fn note_poll(&self, key: &TokenKey) -> Result<FlowError, FlowError> {
        let now = self.now();
        let in_time = self.store.write(async |tx| {
            let tx = &tx;
            let mut code = tx.device_code(key).await?.ok_or_else(unknown)?;
            let in_time = code.poll(now);
            tx.save_device_poll(&code).await?;
            Ok::<_, FlowError>(in_time)
        });
        Ok(if in_time.await? {
            refused(ErrorCode::AuthorizationPending, "nobody has answered yet")
        } else {
            refused(ErrorCode::SlowDown, "the interval is five seconds longer from now on")
        })
    }

    async fn device_tokens(
        &self,
        (tenant, client): (&Tenant, &Client),
        code: TokenKey,
        grant: &Grant,
        wish: Wish,
    ) -> Result<TokenResponse, FlowError> {
        if grant.revoked_at.is_some() {
            return Err(refused(ErrorCode::InvalidGrant, "the device code was revoked"));
        }
        let account = self.grantee(tenant, grant).await?;
        let account = account.ok_or_else(|| refused(ErrorCode::InvalidGrant, "the account is not available"))?;
        proven_enough(tenant, client, grant)
            .map_err(|_| refused(ErrorCode::InvalidGrant, "more must be proven by now"))?;
        let now = self.now();
        let about = TokenSubject { tenant, client, account: &account, grant };
        let made = self.first_tokens(&about, wish, now).await?;
        let redeem = Redeem { code, now, access: made.access, refresh: made.refresh, audit: None };
        match self.store.redeem_device(redeem).await? {
            Won::Won => Ok(made.answer),
            Won::Lost => Err(used()),
        }
    }
}

fn refused(code: ErrorCode, description: &'static str) -> FlowError {
    OAuthError::new(code, description).into()
}

fn unknown() -> FlowError {
    refused(ErrorCode::InvalidGrant, "the device code is not known")
}

fn used() -> FlowError {
    refused(ErrorCode::InvalidGrant, "the device code was used before")
}

/// RFC 8628 §3.4: only the client that asked for the code.
fn issued_to(code: &DeviceCode, tenant: &Tenant, client: &Client) -> Result<(), FlowError> {
    if code.tenant == tenant.id && code.client == client.id {
        Ok(())
    } else {
        Err(refused(ErrorCode::InvalidGrant, "the device code was issued to another client"))
    }
}
