//! A student who came back under another account of a university keeps what was registered before (journeys J-17).

use crate::domain::{
    account::{Account, AccountStatus},
    audit::{AuditEvent, Event},
    letter::Letter,
    login::Ineligible,
    tenant::Tenant,
};

use super::{FlowError, Flows, help_desk::Warrant};

#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("both names are of the same account")]
    Same,
    #[error("{0} has registered neither an address nor a second password: there is nothing to move")]
    Nothing(String),
    #[error("{0} is suspended")]
    Suspended(String),
    #[error("{0} may not sign in itself: nothing is moved to it")]
    NotServed(String),
    #[error("what {0} has registered itself would be dropped")]
    Registered(String),
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl Flows {
    /// `from`, with its subject and all that is registered, belongs from now on to the university's account that `to` came
    /// with; `to` is no more, nor what was registered under it, which only `drop_registered` allows. What is open at either
    /// ends; the address learns of it.
    /// Accounts that were changed since they were seen are [`FlowError::NotDue`].
    pub async fn move_registration(
        &self,
        tenant: &Tenant,
        from: &Account,
        to: &Account,
        drop_registered: bool,
        warrant: &Warrant,
    ) -> Result<(), MoveError> {
        may_move(tenant, from, to)?;
        if !drop_registered && has_registered(to) {
            return Err(MoveError::Registered(to.user_id.clone()));
        }
        let now = self.now();
        let letter = self.office_notice(tenant, from, &Letter::RegistrationMoved { at: now })?;
        let event = |event: Event, account: &Account| {
            warrant.sign(AuditEvent::new(now, event, tenant.id.clone()).of_account(account.id))
        };
        let moved = event(Event::AccountMoved, from).with("taken_over", to.id.to_string());
        let erased = event(Event::AccountErased, to).with("moved_to", from.id.to_string());
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = tx.account(from.id).await?.ok_or(FlowError::NotDue)?;
                let mut newcomer = tx.account(to.id).await?.ok_or(FlowError::NotDue)?;
                if account.version != from.version || newcomer.version != to.version {
                    return Err(FlowError::NotDue);
                }
                self.close(tx, tenant, &mut newcomer).await?;
                tx.drop_account(&newcomer, now).await?;
                self.close(tx, tenant, &mut account).await?;
                // Whoever holds the former account of the university gets no further with what it has proven.
                tx.remove_logins_of_account(account.id).await?;
                account.upstream = newcomer.upstream;
                account.upstream_subject = newcomer.upstream_subject;
                account.user_id = newcomer.user_id;
                account.attributes = newcomer.attributes;
                account.status = AccountStatus::Active;
                tx.save_account(&account).await?;
                tx.record(erased.clone()).await?;
                tx.record(moved.clone()).await?;
                if let Some(letter) = &letter {
                    tx.insert_letter(letter).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(())
    }
}

fn may_move(tenant: &Tenant, from: &Account, to: &Account) -> Result<(), MoveError> {
    if from.id == to.id {
        return Err(MoveError::Same);
    }
    if !has_registered(from) {
        return Err(MoveError::Nothing(from.user_id.clone()));
    }
    // An enrolment that has ended goes on under the other account; a suspension was meant for the person.
    if from.status == AccountStatus::Suspended {
        return Err(MoveError::Suspended(from.user_id.clone()));
    }
    if Ineligible::of(tenant, to).is_some() {
        return Err(MoveError::NotServed(to.user_id.clone()));
    }
    Ok(())
}

fn has_registered(account: &Account) -> bool {
    account.email.is_some() || account.second_password.is_some()
}
