//! The account's two-factor switch (journeys J-10; SR-30, SR-31). The page names the target, so pressing twice never flips back.

use crate::{
    domain::{
        account::Account,
        account_visit::Errand,
        audit::{AuditEvent, Event},
        clock::Timestamp,
        ids::SessionId,
        letter::Letter,
        login::{Factor, Proofs},
        outbox::OutboxLetter,
        policy::TwoFactor,
        secret::Secret,
        session::is_proven_lately,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Acting, Confirmed, Current, FlowError, Flows, LiveSession, SessionCookie, Visitor, second_password_tries::Tried,
};

/// What はい on D-05 led to.
#[derive(Debug, PartialEq, Eq)]
pub enum Enabled {
    /// It is on, now or already.
    On,
    /// The tenant wants a key entered first (`two_factor_confirm_enable`).
    KeyFirst,
}

/// What the second password on the way to D-08 led to.
#[derive(Debug)]
pub enum Disabled {
    /// It is off; the session goes on under this cookie.
    Off(SessionCookie),
    /// The login is old: the key must be shown as well. The second password was proven at this instant.
    KeyFirst {
        session: SessionCookie,
        proven_at: Timestamp,
    },
    Not(Confirmed),
}

impl Flows {
    /// Whether students may switch for themselves.
    pub fn may_switch_two_factor(&self, tenant: &Tenant) -> bool {
        tenant.policy.two_factor == TwoFactor::UserChoice
    }

    pub async fn enable_two_factor(&self, tenant: &Tenant, acting: &Acting<'_>) -> Result<Enabled, FlowError> {
        if !self.may_switch_two_factor(tenant) {
            return Err(FlowError::NotDue);
        }
        if acting.account().two_factor {
            return Ok(Enabled::On);
        }
        if tenant.policy.two_factor_confirm_enable {
            return Ok(Enabled::KeyFirst);
        }
        let switch = self.switch(tenant, acting, true)?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = self.fresh_account(tx, acting).await?;
                if switch.write(self, tx, tenant, &mut account).await? {
                    tx.save_account(&account).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(Enabled::On)
    }

    /// Off asks for the second password in the very same press, whatever was proven before.
    pub async fn disable_two_factor(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        candidate: Secret,
    ) -> Result<Disabled, FlowError> {
        if !self.may_switch_two_factor(tenant) || !acting.account().two_factor {
            return Err(FlowError::NotDue);
        }
        let renewed = match self.try_second_password(tenant, acting.account(), candidate).await? {
            Tried::Right { renewed } => renewed,
            tried => return self.not_right(tenant, acting, tried).await.map(Disabled::Not),
        };
        let right = self.right_entry(tenant, acting, renewed)?;
        let key_first = !self.key_is_recent(tenant, acting.account(), &right.session.proofs);
        let switch = self.switch(tenant, acting, false)?;
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut account, _) = right.write(self, tx, acting).await?;
                if !key_first {
                    switch.write(self, tx, tenant, &mut account).await?;
                }
                tx.save_account(&account).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        self.logout_bell().notify_one();
        let (session, proven_at) = (right.cookie, right.at);
        Ok(if key_first { Disabled::KeyFirst { session, proven_at } } else { Disabled::Off(session) })
    }

    /// J-10 10.3: whoever switches the key off must have shown it lately, unless the whole login is young.
    pub(super) fn key_is_recent(&self, tenant: &Tenant, account: &Account, proofs: &Proofs) -> bool {
        [Factor::AuthKey, Factor::RecoveryCode, Factor::Authenticator]
            .into_iter()
            .any(|factor| is_proven_lately(proofs, account, factor, tenant.policy.step_up_age, self.now()))
    }

    /// The errand of a login whose key was just proven. Only a login that builds on the session it was begun in runs it,
    /// and switching off only with a second password that was proven for it.
    pub(super) fn errand(
        &self,
        tenant: &Tenant,
        current: &Current,
        live: Option<&LiveSession>,
        visitor: &Visitor,
    ) -> Result<Option<Switch>, FlowError> {
        let (login, Some(live)) = (&current.login, live) else { return Ok(None) };
        let Some(errand) = login.destination.errand() else { return Ok(None) };
        if login.session != Some(live.session.id) || !self.may_switch_two_factor(tenant) {
            return Ok(None);
        }
        let proven_for_it =
            login.proofs.at(Factor::SecondPassword, &current.account).is_some_and(|at| at >= login.begun_at);
        if errand == Errand::DisableTwoFactor && !proven_for_it {
            return Ok(None);
        }
        let acting = Acting { live, client: login.destination.client(), language: login.language, visitor };
        let mut switch = self.switch(tenant, &acting, errand == Errand::EnableTwoFactor)?;
        switch.audit.login = Some(login.id.clone());
        Ok(Some(switch))
    }

    fn switch(&self, tenant: &Tenant, acting: &Acting<'_>, enabled: bool) -> Result<Switch, FlowError> {
        let now = self.now();
        let event = if enabled { Event::TwoFactorEnabled } else { Event::TwoFactorDisabled };
        Ok(Switch {
            enabled,
            kept: acting.live.session.id,
            audit: self.account_event(tenant, acting, event),
            ended: self.account_event(tenant, acting, Event::SessionEnded).with("reason", "two-factor disabled"),
            letter: self.account_notice(tenant, acting, &Letter::TwoFactorChanged { enabled, at: now })?,
        })
    }
}

/// A turn of the switch, ready to be written.
pub(super) struct Switch {
    enabled: bool,
    /// The session that goes on.
    kept: SessionId,
    audit: AuditEvent,
    ended: AuditEvent,
    letter: Option<OutboxLetter>,
}

impl Switch {
    /// False if it stands there already: no row, no mail. The account is still to be saved.
    pub(super) async fn write(
        &self,
        flows: &Flows,
        tx: &Tx,
        tenant: &Tenant,
        account: &mut Account,
    ) -> Result<bool, FlowError> {
        if account.two_factor == self.enabled {
            return Ok(false);
        }
        account.two_factor = self.enabled;
        if !self.enabled {
            // SR-11: whoever else is signed in was so under the stronger rule.
            flows.end_others(tx, tenant, account, Some(self.kept), &self.ended).await?;
        }
        if let Some(letter) = &self.letter {
            tx.insert_letter(letter).await?;
        }
        tx.record(self.audit.clone()).await?;
        Ok(true)
    }
}
