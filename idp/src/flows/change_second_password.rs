//! Somebody who is signed in changes their second password: the present one stands in the same press (journeys J-08; SR-18).

use crate::domain::{
    account::SecondPasswordHash, audit::Event, letter::Letter, one_time_url::Purpose, second_password::Unmet,
    secret::Secret, tenant::Tenant,
};

use super::{Acting, Confirmed, FlowError, Flows, SessionCookie, deliver_mail::withdraw, second_password_tries::Tried};

/// What became of the press on 変更.
#[derive(Debug)]
pub enum PasswordChange {
    /// This session goes on under this cookie.
    Changed(SessionCookie),
    /// Nothing was compared or counted.
    Broken(Vec<Unmet>),
    Not(Confirmed),
}

impl Flows {
    /// The new one's rules come first, so that a slip there costs no try; then the present one, counted as at a sign-in.
    pub async fn change_second_password(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        present: Secret,
        typed: (Secret, Secret),
    ) -> Result<PasswordChange, FlowError> {
        let account = acting.account();
        let mut broken = self.broken_rules(tenant, account, (&typed.0, &typed.1)).await?;
        // E-47 needs no compare with what is stored: the present one is typed beside it.
        if !typed.0.is_empty() && typed.0 == present {
            broken.push(Unmet::SameAsBefore);
        }
        if !broken.is_empty() {
            return Ok(PasswordChange::Broken(broken));
        }
        let renewed = match self.try_second_password(tenant, account, present).await? {
            Tried::Right { renewed } => renewed,
            tried => return self.not_right(tenant, acting, tried).await.map(PasswordChange::Not),
        };
        let hash = self.hasher.hash(typed.0).await?;
        let right = self.right_entry(tenant, acting, renewed)?;
        let letter = self.account_notice(tenant, acting, &Letter::SecondPasswordChanged { at: right.at })?;
        let audit = self.account_event(tenant, acting, Event::SecondPasswordChanged);
        let ended = self.account_event(tenant, acting, Event::SessionEnded).with("reason", "second password changed");
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut account, session) = right.write(self, tx, acting).await?;
                let set_at = account.second_password.as_ref().map_or(right.at, |kept| kept.set_at);
                // The session's own fresh proof is as old as the change, not older: it stays good.
                account.second_password = Some(SecondPasswordHash { hash: hash.clone(), set_at, changed_at: right.at });
                account.credential_version += 1;
                tx.save_account(&account).await?;
                let replaced = tx.replace_one_time_urls(account.id, Purpose::ResetSecondPassword).await?;
                withdraw(tx, replaced, right.at).await?;
                self.end_others(tx, tenant, &account, Some(session.id), &ended).await?;
                if let Some(letter) = &letter {
                    tx.insert_letter(letter).await?;
                }
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        self.logout_bell().notify_one();
        Ok(PasswordChange::Changed(right.cookie))
    }
}
