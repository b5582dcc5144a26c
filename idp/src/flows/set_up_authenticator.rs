//! A student sets up an authenticator app: nothing is kept of it until a code of it has come back (journeys P-35, P-36; SR-33).

use zeroize::Zeroizing;

use crate::domain::{
    audit::Event,
    authenticator::{Authenticator, SECRET_BYTES, SharedSecret, read},
    letter::{AppChange, Letter},
    login::Factor,
    recovery_code,
    secret::Secret,
    tenant::Tenant,
};

use super::{Acting, FlowError, Flows, LiveSession, prove_authenticator::secret_purpose};

/// What became of a code on P-35.
#[derive(Debug)]
pub enum Enrolment {
    /// The app is set up; these are its recovery codes, told this once.
    Done(Vec<Secret>),
    /// Wrong, or no code at all (E-71). Nothing is counted: whoever sees the page has the secret before them.
    Wrong,
}

impl Flows {
    /// The secret that P-35 offers in this session. It is derived and stored nowhere, so that a reload, a second tab and a
    /// mistyped code show the same one again (RFC 4226 §7.5); every change of the account's credentials brings another.
    pub fn offered_secret(&self, tenant: &Tenant, live: &LiveSession) -> Result<SharedSecret, FlowError> {
        let (account, session) = (&live.account, live.session.id);
        let version = account.credential_version.to_be_bytes();
        let parts: [&[u8]; 3] = [account.id.0.as_bytes(), session.0.as_bytes(), &version];
        let drawn = Zeroizing::new(self.vault.mac(&format!("offered-authenticator/{}", tenant.id), &parts));
        let secret = Zeroizing::new(drawn.iter().copied().take(SECRET_BYTES).collect::<Vec<u8>>());
        SharedSecret::new(secret).ok_or_else(|| FlowError::Stored("an authenticator's secret".into()))
    }

    /// 設定 on P-35.
    pub async fn set_up_authenticator(
        &self,
        tenant: &Tenant,
        acting: &Acting<'_>,
        typed: &str,
    ) -> Result<Enrolment, FlowError> {
        if !tenant.policy.allows_apps() || acting.account().authenticator.is_some() {
            return Err(FlowError::NotDue);
        }
        let now = self.now();
        let secret = self.offered_secret(tenant, acting.live)?;
        let step = read(typed).and_then(|code| secret.accepts(&code, 0, now));
        let Some(last_step) = step else { return Ok(Enrolment::Wrong) };
        let (codes, kept) = recovery_code::draw(&*self.entropy);
        let sealed = self.vault.seal(&secret_purpose(acting.account()), secret.as_bytes());
        let app = Authenticator { secret: sealed, enrolled_at: now, last_step };
        let letter = Letter::AuthenticatorChanged { change: AppChange::Enrolled, at: now };
        let notice = self.account_notice(tenant, acting, &letter)?;
        let audit = self.account_event(tenant, acting, Event::AuthenticatorEnrolled);
        self.store
            .write(async |tx| {
                let tx = &tx;
                let mut account = self.fresh_account(tx, acting).await?;
                // Another tab was faster, or the secret belongs to credentials that are no more.
                let seen = acting.account().credential_version;
                if account.authenticator.is_some() || account.credential_version != seen {
                    return Err(FlowError::NotDue);
                }
                account.authenticator = Some(app.clone());
                account.credential_version += 1;
                tx.save_account(&account).await?;
                tx.replace_recovery_codes(account.id, &kept).await?;
                let (mut ledger, version) = tx.ledger(account.id, Factor::Authenticator).await?;
                ledger.clear();
                tx.save_ledger(account.id, Factor::Authenticator, &ledger, version).await?;
                tx.record(audit.clone()).await?;
                if let Some(notice) = &notice {
                    tx.insert_letter(notice).await?;
                }
                Ok::<_, FlowError>(())
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(Enrolment::Done(codes))
    }
}
