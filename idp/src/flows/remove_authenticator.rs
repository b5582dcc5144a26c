//! An authenticator app is removed, with its recovery codes (journeys P-35; SR-11, SR-30).

use crate::{
    domain::{
        account::Account,
        audit::Event,
        letter::{AppChange, Letter},
        login::{Factor, Ledger},
        secret::Secret,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{Acting, Confirmed, FlowError, Flows, LiveSession, SessionCookie, second_password_tries::Tried};

/// What the second password on the way to the removal led to.
#[derive(Debug)]
pub enum Removal {
    /// It is gone; the session goes on under this cookie.
    Done(SessionCookie),
    Not(Confirmed),
}

impl Flows {
    /// Whether a removal may be asked for, or the whole login comes first: whoever takes the app away must have shown it lately,
    /// as for switching the key off (SR-30).
    pub fn may_remove_authenticator(&self, tenant: &Tenant, live: &LiveSession) -> bool {
        self.key_is_recent(tenant, &live.account, &live.session.proofs)
    }

    /// Asks for the second password in the very same press, whatever was proven before (SR-18).
    pub async fn remove_authenticator(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        candidate: Secret,
    ) -> Result<Removal, FlowError> {
        if acting.account().authenticator.is_none() || !self.may_remove_authenticator(tenant, acting.live) {
            return Err(FlowError::NotDue);
        }
        let renewed = match self.try_second_password(tenant, acting.account(), candidate).await? {
            Tried::Right { renewed } => renewed,
            tried => return self.not_right(tenant, acting, tried).await.map(Removal::Not),
        };
        let right = self.right_entry(tenant, acting, renewed)?;
        let letter = Letter::AuthenticatorChanged { change: AppChange::Removed, at: right.at };
        let notice = self.account_notice(tenant, acting, &letter)?;
        let audit = self.account_event(tenant, acting, Event::AuthenticatorRemoved);
        let ended = self.account_event(tenant, acting, Event::SessionEnded).with("reason", "authenticator removed");
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut account, session) = right.write(self, tx, acting).await?;
                take_authenticator(tx, &mut account).await?;
                tx.save_account(&account).await?;
                // SR-11: whoever else is signed in was so under the stronger rule.
                self.end_others(tx, tenant, &account, Some(session.id), &ended).await?;
                tx.record(audit.clone()).await?;
                if let Some(notice) = &notice {
                    tx.insert_letter(notice).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(Removal::Done(right.cookie))
    }
}

/// Takes the app, its recovery codes and its tries; the account is still to be saved.
pub(super) async fn take_authenticator(tx: &Tx, account: &mut Account) -> Result<(), FlowError> {
    account.authenticator = None;
    account.credential_version += 1;
    tx.replace_recovery_codes(account.id, &[]).await?;
    let (_, version) = tx.ledger(account.id, Factor::Authenticator).await?;
    tx.save_ledger(account.id, Factor::Authenticator, &Ledger::default(), version).await?;
    Ok(())
}
