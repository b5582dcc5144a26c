//! A person who is signed in allows a device or refuses it (RFC 8628 §3.3, §5.4): asked always, whatever the client is.

use std::sync::Arc;

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        client::Client,
        clock::Timestamp,
        device_code::{DeviceCode, DeviceState, DeviceVisit},
        entropy,
        grant::{Grant, Terms},
        ids::{GrantId, LoginId, SessionId},
        login::{Destination, Gate, Login, Proofs},
        scope::Scope,
        session::is_fresh,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    FlowError, Flows, LiveSession, Visitor,
    begin_authorization::terms,
    current::{client_of, covers, need_of},
    issue_tokens::may_be_served,
};

/// What is asked about a device.
#[derive(Debug)]
pub struct DeviceQuestion {
    pub client: Arc<Client>,
    /// What the client will receive.
    pub scope: Scope,
    pub resources: Vec<String>,
    pub standing: DeviceStanding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStanding {
    Open,
    /// By this very account.
    Allowed,
    Denied,
    /// Expired, or somebody else was faster.
    Over,
}

/// A press of 接続する or 接続しない.
#[derive(Clone, Copy, Debug)]
pub struct DevicePress<'a> {
    pub login: &'a LoginId,
    pub begun_at: Timestamp,
    pub destination: &'a Destination,
    pub visit: &'a DeviceVisit,
    pub live: &'a LiveSession,
    pub allow: bool,
}

impl Flows {
    pub async fn device_question(
        &self,
        tenant: &Tenant,
        destination: &Destination,
        visit: &DeviceVisit,
        live: &LiveSession,
    ) -> Result<DeviceQuestion, FlowError> {
        let client = client_of(tenant, destination)?.ok_or(FlowError::LoginOver)?;
        let code = self.store.device_code(&visit.code).await?.ok_or(FlowError::LoginOver)?;
        let standing = self.device_standing(&code, live).await?;
        Ok(DeviceQuestion { client, scope: code.scope, resources: code.resources, standing })
    }

    /// [`FlowError::NotDue`]: the session is not enough for this device any more, or the code was answered already.
    pub async fn answer_device(
        &self,
        tenant: &Tenant,
        press: &DevicePress<'_>,
        visitor: &Visitor,
    ) -> Result<(), FlowError> {
        let now = self.now();
        let client = client_of(tenant, press.destination)?.ok_or(FlowError::LoginOver)?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (account, proofs) = present(tx, press.live).await?;
                if !self.is_enough_for_device(tenant, press, &account, &proofs)? || !may_be_served(tenant, &account) {
                    return Err(FlowError::NotDue);
                }
                let code = tx.device_code(&press.visit.code).await?.ok_or(FlowError::NotDue)?;
                let given = if press.allow {
                    Some(self.device_grant(tenant, &client, &code, (&account, &proofs), now)?)
                } else {
                    None
                };
                if !tx.answer_device_code(&code.key, given.as_ref(), now).await? {
                    return Err(FlowError::NotDue);
                }
                let event = if press.allow { Event::LoginCompleted } else { Event::RequestRejected };
                let audit = AuditEvent::new(now, event, tenant.id.clone())
                    .of_login(press.login)
                    .of_account(account.id)
                    .of_client(&client.id)
                    .from(visitor.address_prefix().as_deref())
                    .with("device", true);
                let audit = match &given {
                    Some(given) => audit.with("acr", given.terms.acr.urn()),
                    None => audit.with("error", "access_denied"),
                };
                tx.record(audit).await?;
                Ok(())
            })
            .await
    }

    /// A login for a device has ended in refusal, and the device learns of it when it asks next (RFC 8628 §3.5).
    ///
    /// So whoever typed the code ends it, also for somebody else who might have been let in. That is meant: RFC 8628 §3.3
    /// knows one person to a code, the one at the device; who got this far has read the code off it and signed in at the
    /// university, and could as well have pressed 接続しない. The loss is one code, which the device replaces at once; left
    /// open, it would keep the device waiting in silence, and itself worth passing on (§5.4), until it expires.
    pub(super) async fn refuse_device(
        &self,
        tx: &Tx,
        tenant: &Tenant,
        login: &LoginId,
        destination: &Destination,
    ) -> Result<(), FlowError> {
        let Destination::Device(visit) = destination else { return Ok(()) };
        let now = self.now();
        if tx.answer_device_code(&visit.code, None, now).await? {
            let audit = AuditEvent::new(now, Event::RequestRejected, tenant.id.clone())
                .of_login(login)
                .of_client(&visit.client)
                .with("device", true)
                .with("error", "access_denied");
            tx.record(audit).await?;
        }
        Ok(())
    }

    /// The same for a login that is a row.
    pub async fn refuse_device_of(&self, tenant: &Tenant, login: &Login) -> Result<(), FlowError> {
        if !matches!(login.destination, Destination::Device(_)) {
            return Ok(());
        }
        self.store.write(async |tx| self.refuse_device(&tx, tenant, &login.id, &login.destination).await).await
    }

    /// Asked again with each press: what the client and the tenant demand, of what is proven now.
    fn is_enough_for_device(
        &self,
        tenant: &Tenant,
        press: &DevicePress<'_>,
        account: &Account,
        proofs: &Proofs,
    ) -> Result<bool, FlowError> {
        let need = need_of(tenant, press.destination, account)?;
        // Whoever signed in for this very device has had to read the page.
        let proven_for_it = proofs.reach(account).is_some_and(|(_, oldest)| oldest >= press.begun_at);
        let prompt = press.destination.demand().prompt;
        let fresh = proven_for_it || is_fresh(proofs, account, &need, prompt, self.now());
        Ok(fresh && covers(tenant, &need, account, proofs) == Gate::Done)
    }

    async fn device_standing(&self, code: &DeviceCode, live: &LiveSession) -> Result<DeviceStanding, FlowError> {
        Ok(match code.state {
            DeviceState::Waiting if code.is_expired(self.now()) => DeviceStanding::Over,
            DeviceState::Waiting => DeviceStanding::Open,
            DeviceState::Denied => DeviceStanding::Denied,
            DeviceState::Allowed(grant) | DeviceState::Used(grant) => {
                let grant = self.store.grant(grant).await?;
                let ours = grant.is_some_and(|grant| grant.account == live.account.id);
                if ours { DeviceStanding::Allowed } else { DeviceStanding::Over }
            }
        })
    }

    /// A session of its own stands behind it: a logout at the browser that allowed the device is none at the device.
    fn device_grant(
        &self,
        tenant: &Tenant,
        client: &Client,
        code: &DeviceCode,
        (account, proofs): (&Account, &Proofs),
        now: Timestamp,
    ) -> Result<Grant, FlowError> {
        Ok(Grant {
            id: GrantId(entropy::uuid(&*self.entropy, now)),
            tenant: tenant.id.clone(),
            client: client.id.clone(),
            account: account.id,
            session: SessionId(entropy::uuid(&*self.entropy, now)),
            terms: Terms {
                resources: code.resources.clone(),
                ..terms(tenant, code.scope.clone(), &client.default_acr_values, (account, proofs))?
            },
            created_at: now,
            revoked_at: None,
        })
    }
}

/// The account and what its session has proven, as they are inside the transaction.
async fn present(tx: &Tx, live: &LiveSession) -> Result<(Account, Proofs), FlowError> {
    let account = tx.account(live.account.id).await?.ok_or(FlowError::NotDue)?;
    let session = tx.session_by_id(live.session.id).await?.filter(|session| session.ended_at.is_none());
    Ok((account, session.ok_or(FlowError::NotDue)?.proofs))
}
