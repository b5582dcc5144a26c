//! A student enters a code of the authenticator app, or a recovery code in its place (journeys P-34; SR-29).

use std::time::Duration;

use zeroize::Zeroizing;

use crate::{
    domain::{
        account::Account,
        audit::Event,
        authenticator::{self, SharedSecret},
        clock::Timestamp,
        letter::{AppChange, Letter},
        login::{Attempt, Factor, Gate, Lock, Proof},
        outbox::OutboxLetter,
        recovery_code,
        secret::Secret,
        tenant::Tenant,
    },
    store::Tx,
};

use super::{Current, FlowError, Flows, KeySending, Visitor, current::fresh, deliver_mail::Post};

const HOUR: Duration = Duration::from_hours(1);

/// What became of an entry.
#[derive(Debug, PartialEq, Eq)]
pub enum AppEntry {
    Right,
    Wrong,
    /// Not what a code looks like: not counted.
    Unreadable,
    /// Neither compared nor counted (E-53): a wait after wrong ones, or the lock.
    TooEarly {
        wait: Duration,
    },
    /// Too many wrong ones in a row: only the office ends it (E-70).
    Stopped,
}

/// What was typed, once it can be one.
enum Typed {
    Code(String),
    RecoveryCode(Secret),
}

impl Flows {
    /// 認証 on P-34.
    pub async fn prove_authenticator(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<AppEntry, FlowError> {
        match authenticator::read(typed) {
            Some(code) => self.try_app(tenant, current, &Typed::Code(code), visitor).await,
            None => Ok(AppEntry::Unreadable),
        }
    }

    /// 認証 on P-34, asked for a recovery code: only where a mailed key would do as well.
    pub async fn prove_recovery_code(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<AppEntry, FlowError> {
        if !current.key_suffices {
            return Err(FlowError::NotDue);
        }
        match recovery_code::read(typed) {
            Some(code) => self.try_app(tenant, current, &Typed::RecoveryCode(code), visitor).await,
            None => Ok(AppEntry::Unreadable),
        }
    }

    /// メールの認証キーを使う on P-34: from here on this login goes by the mailed key.
    pub async fn choose_mailed_key(
        &self,
        tenant: &Tenant,
        current: &Current,
        visitor: &Visitor,
    ) -> Result<KeySending, FlowError> {
        if current.gate != Gate::Authenticator || !current.key_suffices {
            return Err(FlowError::NotDue);
        }
        self.send_auth_key(tenant, current, Event::AuthKeySent, visitor).await
    }

    /// What keeps the next try back, for the page to tell; none if there may be one.
    pub async fn authenticator_hindrance(
        &self,
        tenant: &Tenant,
        account: &Account,
    ) -> Result<Option<AppEntry>, FlowError> {
        let now = self.now();
        let ledger = self.store.ledger(account.id, Factor::Authenticator).await?;
        Ok(ledger.lock(&self.authenticator_rules(tenant), now).map(|lock| locked(&lock, now)))
    }

    /// Counted, compared and used up in one transaction; both kinds of code share one count (SR-29).
    async fn try_app(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: &Typed,
        visitor: &Visitor,
    ) -> Result<AppEntry, FlowError> {
        if current.gate != Gate::Authenticator {
            return Err(FlowError::NotDue);
        }
        let (now, rules) = (self.now(), self.authenticator_rules(tenant));
        let event = |event: Event| self.event(tenant, current, event, visitor).with("by", typed.name());
        let warning = self.notice_of_failures(tenant, current, rules.lock)?;
        let notice = self.notice_of_use(tenant, current, typed)?;
        let entry = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (mut login, mut account) = fresh(tx, tenant, &current.login, now).await?;
                // A form sent twice: the first one has passed, and its code is used up.
                if login.proofs.at(typed.factor(), &account).is_some() {
                    return Err(FlowError::NotDue);
                }
                let (mut ledger, version) = tx.ledger(account.id, Factor::Authenticator).await?;
                let last = match ledger.spend(&rules, now) {
                    Attempt::Counted { last_before_lock } => last_before_lock,
                    Attempt::TooEarly { wait } => return Ok(AppEntry::TooEarly { wait }),
                    Attempt::Locked(lock) => return Ok(locked(&lock, now)),
                };
                let Some(proof) = self.use_up(tx, &mut account, typed, now).await? else {
                    tx.save_ledger(account.id, Factor::Authenticator, &ledger, version).await?;
                    tx.save_login(&login).await?;
                    tx.record(event(Event::AuthenticatorFailed).with("locked", last)).await?;
                    if last && let Some(warning) = &warning {
                        warn_once_an_hour(tx, &account, warning, now).await?;
                    }
                    return Ok(AppEntry::Wrong);
                };
                ledger.clear();
                tx.save_ledger(account.id, Factor::Authenticator, &ledger, version).await?;
                login.proofs.add(proof);
                tx.save_login(&login).await?;
                tx.record(event(Event::AuthenticatorProven)).await?;
                if let Some(notice) = &notice {
                    tx.insert_letter(notice).await?;
                }
                Ok::<_, FlowError>(AppEntry::Right)
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(entry)
    }

    /// The proof that a code gives by being used up; none if it is wrong, or was used before.
    async fn use_up(
        &self,
        tx: &Tx,
        account: &mut Account,
        typed: &Typed,
        now: Timestamp,
    ) -> Result<Option<Proof>, FlowError> {
        let evidence = match typed {
            Typed::Code(code) => {
                let secret = self.shared_secret(account)?;
                let Some(app) = &mut account.authenticator else { return Err(FlowError::NotDue) };
                let Some(step) = secret.accepts(code, app.last_step, now) else { return Ok(None) };
                app.last_step = step;
                // By compare-and-swap: of two that bring the same code one comes too late and finds it used.
                tx.save_account(account).await?;
                step.to_string()
            }
            Typed::RecoveryCode(code) => {
                let kept = tx.recovery_codes(account.id).await?;
                let Some(one) = recovery_code::find(&kept, code) else { return Ok(None) };
                if !tx.consume_recovery_code(account.id, one, now).await? {
                    return Ok(None);
                }
                one.number.to_string()
            }
        };
        Ok(Some(Proof { factor: typed.factor(), account: account.id, at: now, evidence }))
    }

    /// The account's secret, opened.
    pub(super) fn shared_secret(&self, account: &Account) -> Result<SharedSecret, FlowError> {
        let app = account.authenticator.as_ref().ok_or(FlowError::NotDue)?;
        let opened: Zeroizing<Vec<u8>> = self.vault.open(&secret_purpose(account), &app.secret)?;
        SharedSecret::new(opened).ok_or_else(|| FlowError::Stored("an authenticator's secret".into()))
    }

    /// M-11: whoever uses a recovery code is told so (SR-29).
    fn notice_of_use(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: &Typed,
    ) -> Result<Option<OutboxLetter>, FlowError> {
        let Typed::RecoveryCode(_) = typed else { return Ok(None) };
        let Some(to) = self.email(&current.account)? else { return Ok(None) };
        let now = self.now();
        let post = Post {
            account: &current.account,
            login: Some(&current.login),
            language: current.login.language,
            to: &to,
            letter: &Letter::AuthenticatorChanged { change: AppChange::RecoveryCodeUsed, at: now },
            expires_at: now.plus(HOUR * 24),
        };
        self.outbox_letter(tenant, &post, now).map(Some)
    }
}

impl Typed {
    const fn factor(&self) -> Factor {
        match self {
            Self::Code(_) => Factor::Authenticator,
            Self::RecoveryCode(_) => Factor::RecoveryCode,
        }
    }

    /// For the trail.
    const fn name(&self) -> &'static str {
        match self {
            Self::Code(_) => "app",
            Self::RecoveryCode(_) => "recovery-code",
        }
    }
}

/// For what an app's secret is sealed.
pub(super) fn secret_purpose(account: &Account) -> String {
    format!("account.authenticator/{}", account.id)
}

fn locked(lock: &Lock, now: Timestamp) -> AppEntry {
    match lock {
        Lock::Until(until) => AppEntry::TooEarly { wait: now.until(*until) },
        Lock::UntilReset => AppEntry::Stopped,
    }
}

/// M-09 (SR-27).
async fn warn_once_an_hour(
    tx: &Tx,
    account: &Account,
    warning: &OutboxLetter,
    now: Timestamp,
) -> Result<(), FlowError> {
    if tx.letters_since(account.id, &warning.kind, now.minus(HOUR)).await? == 0 {
        tx.insert_letter(warning).await?;
    }
    Ok(())
}
