//! P-31: the person agrees that a client learns something, or does not (SR-60, OpenID Connect Core §3.1.2.4).

use crate::{
    domain::{
        account::Account,
        audit::{AuditEvent, Event},
        authorization_request::AuthorizationRequest,
        authorization_response::AuthorizationResponse,
        client::{Client, Consent},
        clock::Timestamp,
        consent::{GivenConsent, Shared, is_due},
        ids::AccountId,
        language::LanguageWishes,
        login::{Destination, Gate, Login, LoginTicket, PendingLogin},
        oauth_error::{ErrorCode, OAuthError},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Current, FlowError, Flows, LiveSession, Visitor,
    current::{Facts, fresh, gate_of},
};

impl Flows {
    /// Whether the person is to be asked before this client is answered.
    pub(super) async fn consent_due(
        &self,
        client: &Client,
        request: &AuthorizationRequest,
        account: AccountId,
    ) -> Result<bool, FlowError> {
        if client.consent == Consent::None {
            return Ok(false);
        }
        let given = self.store.consent(account, &client.id).await?;
        Ok(is_due(client, request, given.as_deref()))
    }

    /// 同意する: remembered, and this login owes nothing more.
    pub async fn give_consent(&self, tenant: &Tenant, current: &Current, visitor: &Visitor) -> Result<(), FlowError> {
        let now = self.now();
        let audit = self.event(tenant, current, Event::ConsentGiven, visitor);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut login, account) = fresh(tx, tenant, &current.login, now).await?;
                agree(tx, tenant, (&mut login, &account), &audit, now).await?;
                Ok::<_, FlowError>(tx.save_login(&login).await?)
            })
            .await
    }

    /// The same where a live session proves everything: the sealed login becomes a row that goes on from it.
    pub async fn give_consent_in_session(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        live: &LiveSession,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<LoginTicket, FlowError> {
        let now = self.now();
        let (raising, secret) = self.raising_login(tenant, pending, live, wishes);
        let audit = self.of_session(tenant, pending, live, Event::ConsentGiven, visitor);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let session = tx.session_by_id(live.session.id).await?;
                if session.is_none_or(|session| session.ended_at.is_some()) {
                    return Err(FlowError::NotDue);
                }
                let account = tx.account(live.account.id).await?.ok_or(FlowError::NotDue)?;
                let mut login = raising.clone();
                agree(tx, tenant, (&mut login, &account), &audit, now).await?;
                // A second press finds the row of the first.
                if tx.insert_login(&login).await? { Ok(()) } else { Err(FlowError::NotDue) }
            })
            .await?;
        Ok(LoginTicket::Row { id: pending.id.clone(), secret })
    }

    /// 同意しない: the client learns `access_denied` (RFC 6749 §4.1.2.1), and nothing is kept.
    pub async fn deny_consent(
        &self,
        tenant: &Tenant,
        current: &Current,
        live: Option<&LiveSession>,
        visitor: &Visitor,
    ) -> Result<AuthorizationResponse, FlowError> {
        self.store.record(self.event(tenant, current, Event::ConsentDenied, visitor)).await?;
        self.denied(tenant, &current.login.destination, live).await
    }

    pub async fn deny_consent_in_session(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        live: &LiveSession,
        visitor: &Visitor,
    ) -> Result<AuthorizationResponse, FlowError> {
        self.store.record(self.of_session(tenant, pending, live, Event::ConsentDenied, visitor)).await?;
        self.denied(tenant, &pending.destination, Some(live)).await
    }

    async fn denied(
        &self,
        tenant: &Tenant,
        destination: &Destination,
        live: Option<&LiveSession>,
    ) -> Result<AuthorizationResponse, FlowError> {
        let request = destination.request().ok_or(FlowError::NotDue)?;
        let error = OAuthError::new(ErrorCode::AccessDenied, "the person does not agree");
        self.answer_error(tenant, request, &error, live).await
    }

    /// A row of the trail for what is done in a session before its login is a row.
    fn of_session(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        live: &LiveSession,
        event: Event,
        visitor: &Visitor,
    ) -> AuditEvent {
        AuditEvent::new(self.now(), event, tenant.id.clone())
            .of_login(&pending.id)
            .of_account(live.account.id)
            .of_client(pending.destination.client())
            .from(visitor.address_prefix().as_deref())
    }
}

/// Keeps what is agreed to, if this very question is due.
async fn agree(
    tx: &Tx,
    tenant: &Tenant,
    (login, account): (&mut Login, &Account),
    audit: &AuditEvent,
    now: Timestamp,
) -> Result<(), FlowError> {
    let Destination::Client(request) = &login.destination else { return Err(FlowError::NotDue) };
    let (client, shared) = (request.client.clone(), Shared::of(request));
    let kept = tx.consent(account.id, &client).await?;
    let facts = Facts { consent: kept.clone(), ..Facts::default() };
    if login.finished_at.is_some() || gate_of(tenant, login, account, facts)? != Gate::Consent {
        return Err(FlowError::NotDue);
    }
    let audit = audit.clone().with("scope", shared.scope.to_string());
    let shared = kept.map(|kept| kept.shared).unwrap_or_default().with(shared);
    tx.save_consent(&GivenConsent { account: account.id, client, shared, given_at: now }).await?;
    tx.record(audit).await?;
    if let Destination::Client(request) = &mut login.destination {
        // It has been asked anew: this login does not ask again.
        request.consent = false;
    }
    Ok(())
}

/// What was agreed to before, for a client that people are asked about.
pub(super) async fn kept_consent(
    tx: &Tx,
    tenant: &Tenant,
    destination: &Destination,
    account: AccountId,
) -> Result<Option<GivenConsent>, FlowError> {
    let Some(request) = destination.request() else { return Ok(None) };
    match tenant.client(request.client.as_str()) {
        Some(client) if client.consent == Consent::Ask => Ok(tx.consent(account, &client.id).await?),
        _ => Ok(None),
    }
}
