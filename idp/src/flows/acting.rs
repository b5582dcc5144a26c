//! Somebody who is signed in acts on their own account: by which session, from which service, in which language.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        account::Account,
        account_visit::{AccountPage, AccountVisit},
        audit::{AuditEvent, Event},
        ids::{ClientId, LoginId},
        language::Language,
        letter::Letter,
        login::{Destination, Factor, Gate, Lock, Need, PendingLogin},
        outbox::OutboxLetter,
        session::{Session, is_proven_lately},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{FlowError, Flows, LiveSession, Visitor, current::covers, deliver_mail::Post};

const DAY: Duration = Duration::from_hours(24);

/// A press on an account page.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    pub live: &'a LiveSession,
    /// The service that the person comes from.
    pub client: Option<&'a ClientId>,
    pub language: Language,
    pub visitor: &'a Visitor,
}

impl<'a> Acting<'a> {
    pub(super) fn account(&self) -> &'a Account {
        &self.live.account
    }

    /// The login that began the session: its support code leads to whatever is done here.
    pub(super) fn login(&self) -> Option<&'a LoginId> {
        self.live.session.login.as_ref()
    }
}

impl Flows {
    /// A login that ends at an account page: nothing is stored, it rides in the browser's sealed cookie (J-19, 19.5).
    pub fn begin_account_login(&self, visit: AccountVisit) -> PendingLogin {
        let mut pending = self.new_pending(Destination::Account(Box::new(visit.clone())));
        if !pending.fits() {
            // A return address that no cookie holds: the page works, and 戻る leads to the menu.
            pending.destination = Destination::Account(Box::new(AccountVisit { return_to: None, ..visit }));
        }
        self.note_begun(&pending.id);
        pending
    }

    /// Whether a session is enough for account pages: whatever the tenant asks of every login today.
    /// The account's own switch is left out: it is on "from the next login" (J-10 10.2), and turning it off asks for the key itself.
    pub fn is_enough_for_account_pages(&self, tenant: &Tenant, live: &LiveSession) -> bool {
        let need = Need::of(&tenant.policy, None, &crate::domain::login::Demand::default(), None);
        need.is_ok_and(|need| covers(tenant, &need, &live.account, &live.session.proofs) == Gate::Done)
    }

    /// Whether the visit's hint names somebody else than who is signed in (J-19, 19.4).
    pub fn is_meant_for_another(&self, visit: &AccountVisit, live: &LiveSession) -> Result<bool, FlowError> {
        if visit.login_hint.is_none() {
            return Ok(false);
        }
        let email = self.email_text(&live.account)?;
        Ok(!visit.is_meant_for(&live.account, email.as_deref()))
    }

    /// Whether a page that changes something may be used at once, or P-19 comes first (SR-34).
    pub fn is_proven_lately(&self, tenant: &Tenant, live: &LiveSession) -> bool {
        let age = tenant.policy.step_up_age;
        is_proven_lately(&live.session.proofs, &live.account, Factor::SecondPassword, age, self.now())
    }

    /// Notes a session's use, at most once a minute, and gives the session back as it stands then.
    pub async fn note_use(&self, live: LiveSession) -> Result<LiveSession, FlowError> {
        let now = self.now();
        if !live.session.wants_touch(now) {
            return Ok(live);
        }
        self.store.touch_session(live.session.key.clone(), now).await?;
        Ok(LiveSession { session: Arc::new(Session { used_at: now, ..(*live.session).clone() }), ..live })
    }

    /// What keeps the account's second password from being tried now.
    pub async fn second_password_lock(&self, tenant: &Tenant, account: &Account) -> Result<Option<Lock>, FlowError> {
        let ledger = self.store.ledger(account.id, Factor::SecondPassword).await?;
        Ok(ledger.lock(&self.second_password_rules(tenant), self.now()))
    }

    pub(super) fn account_event(&self, tenant: &Tenant, acting: &Acting<'_>, event: Event) -> AuditEvent {
        let mut audit = AuditEvent::new(self.now(), event, tenant.id.clone())
            .of_account(acting.account().id)
            .of_client(acting.client)
            .from(acting.visitor.address_prefix().as_deref())
            .with("session", acting.live.session.id.to_string());
        audit.login = acting.login().cloned();
        audit
    }

    /// A letter to the account's confirmed address, if it has one, that tells of what is done here.
    pub(super) fn account_notice(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        letter: &Letter,
    ) -> Result<Option<OutboxLetter>, FlowError> {
        let account = acting.account();
        let Some(to) = self.email(account)? else { return Ok(None) };
        let now = self.now();
        let post = Post { account, login: None, language: acting.language, to: &to, letter, expires_at: now.plus(DAY) };
        let letter = self.outbox_letter(tenant, &post, now)?;
        Ok(Some(OutboxLetter { login: acting.login().cloned(), ..letter }))
    }

    /// The account inside a transaction, for a deed that is about to change it; not due any more once the session has ended.
    pub(super) async fn fresh_account(&self, tx: &Tx, acting: &Acting<'_>) -> Result<Account, FlowError> {
        let account = tx.account(acting.account().id).await?.ok_or(FlowError::NotDue)?;
        let session = tx.session_by_id(acting.live.session.id).await?;
        if session.is_none_or(|session| session.ended_at.is_some()) {
            return Err(FlowError::NotDue);
        }
        Ok(account)
    }
}

/// Where a visit goes on once its login is done: the same page, with nothing more to do on the way.
pub(super) fn entered(visit: &AccountVisit, language: Language) -> AccountVisit {
    let page: AccountPage = visit.page;
    AccountVisit { login_hint: visit.login_hint.clone(), ui_locale: Some(language), ..visit.at(page) }
}
