//! A key is made for one login and mailed (journeys J-05 5.1, J-06 6.3; SR-20 to SR-25).

use std::time::Duration;

use crate::{
    domain::{
        account::Account,
        audit::Event,
        auth_key::{AuthKey, AuthKeyState},
        clock::Timestamp,
        email_address::EmailAddress,
        entropy,
        ids::{AccountId, AuthKeyId, LoginId},
        language::LanguageWishes,
        letter::Letter,
        login::{Factor, Gate, Login, LoginTicket, PendingLogin},
        secret::{Secret, random_text, sha256_hex},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    Current, FlowError, Flows, LiveSession, Visitor,
    current::{counted, fresh},
    deliver_mail::{Post, withdraw},
};

/// What became of the wish for a key.
#[derive(Debug, PartialEq, Eq)]
pub enum KeySending {
    Sent,
    /// One went out a moment ago (E-63).
    CoolingDown(Duration),
    /// This login had its keys (E-64).
    LoginLimit,
    /// This account or address had its keys (E-65): when the next one may go.
    AccountLimit(Timestamp),
    /// Too many wrong ones in a row: only the office ends it (E-70).
    Stopped,
}

/// A second press this soon after a re-issue is the same press (J-14): it sees the first one's success.
const DOUBLE_CLICK: Duration = Duration::from_secs(2);
const HOUR: Duration = Duration::from_hours(1);
/// M-02 in the outbox.
const KIND: &str = "auth-key";
const DAY: Duration = Duration::from_hours(24);

impl Flows {
    /// 認証キー再発行 on P-08: a new key; the old one dies.
    pub async fn reissue_auth_key(
        &self,
        tenant: &Tenant,
        current: &Current,
        visitor: &Visitor,
    ) -> Result<KeySending, FlowError> {
        if current.gate != Gate::AuthKey {
            return Err(FlowError::NotDue);
        }
        let event = if current.auth_key.is_some() { Event::AuthKeyReissued } else { Event::AuthKeySent };
        self.send_auth_key(tenant, current, event, visitor).await
    }

    /// The button of P-17: the live session's login becomes a row, and its key is sent.
    pub async fn begin_step_up(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        live: &LiveSession,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<LoginTicket, FlowError> {
        let (login, secret) = self.raising_login(tenant, pending, live, wishes);
        let inserted = self.store.write(async |tx| Ok::<_, FlowError>(tx.insert_login(&login).await?)).await?;
        if !inserted {
            return Err(FlowError::NotDue);
        }
        self.send_first_key_if_due(tenant, &pending.id, visitor).await?;
        Ok(LoginTicket::Row { id: pending.id.clone(), secret })
    }

    /// The row of a login that goes on from a live session, and the secret that opens it.
    pub(super) fn raising_login(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        live: &LiveSession,
        wishes: &LanguageWishes<'_>,
    ) -> (Login, Secret) {
        let secret = random_text(&*self.entropy);
        let session = &live.session;
        let wishes = LanguageWishes { account: live.account.language, ..*wishes };
        let login = Login {
            id: pending.id.clone(),
            tenant: tenant.id.clone(),
            version: 0,
            secret_hash: sha256_hex(secret.expose().as_bytes()),
            account: live.account.id,
            upstream: live.account.upstream.clone(),
            destination: pending.destination.clone(),
            proofs: counted(&pending.destination, &session.proofs),
            session: Some(session.id),
            language: wishes.settle(&tenant.languages, tenant.default_language),
            begun_at: pending.begun_at,
            pressed_at: self.now(),
            finished_at: None,
        };
        (login, secret)
    }

    /// The first key of a login, sent by the press that passed the gate before it. A cap may keep it back: P-08 says so.
    pub(super) async fn send_first_key_if_due(
        &self,
        tenant: &Tenant,
        login: &LoginId,
        visitor: &Visitor,
    ) -> Result<(), FlowError> {
        let Some(login) = self.store.login(&tenant.id, login).await? else { return Ok(()) };
        let current = self.stand(tenant, login).await?;
        if current.gate == Gate::AuthKey && current.auth_key.is_none() {
            self.send_auth_key(tenant, &current, Event::AuthKeySent, visitor).await?;
        }
        Ok(())
    }

    /// What keeps the next key back, for the page to tell; none if it may go.
    pub async fn auth_key_hindrance(&self, current: &Current) -> Result<Option<KeySending>, FlowError> {
        let now = self.now();
        let (account, login) = (&current.account, &current.login);
        self.store.write(async |tx| self.key_limits(&tx, login, account, now).await).await
    }

    pub(super) async fn send_auth_key(
        &self,
        tenant: &Tenant,
        current: &Current,
        event: Event,
        visitor: &Visitor,
    ) -> Result<KeySending, FlowError> {
        let Some(address) = self.email(&current.account)? else { return Err(FlowError::NotDue) };
        let now = self.now();
        let made = self.new_key(tenant, current, &address, now)?;
        let audit = self.event(tenant, current, event, visitor);
        let notice = self.notice_of_failures(tenant, current, HOUR)?;
        let sending = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let (login, account) = fresh(tx, tenant, &current.login, now).await?;
                if let Some(hindrance) = self.key_limits(tx, &login, &account, now).await? {
                    // M-09 at the caps, at most once an hour (SR-27).
                    let capped = matches!(hindrance, KeySending::LoginLimit | KeySending::AccountLimit(_));
                    if let Some(notice) = notice.as_ref().filter(|_| capped)
                        && tx.letters_since(account.id, &notice.kind, now.minus(HOUR)).await? == 0
                    {
                        tx.insert_letter(notice).await?;
                    }
                    return Ok(hindrance);
                }
                withdraw(tx, tx.replace_auth_keys(&login).await?, now).await?;
                tx.insert_auth_key(&made.key).await?;
                tx.insert_letter(&made.letter).await?;
                tx.save_login(&login).await?;
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(KeySending::Sent)
            })
            .await?;
        self.outbox_bell().notify_one();
        Ok(sending)
    }

    /// The three levels of SR-24 and SR-25; a re-issue resets none of them.
    async fn key_limits(
        &self,
        tx: &Tx,
        login: &Login,
        account: &Account,
        now: Timestamp,
    ) -> Result<Option<KeySending>, FlowError> {
        let limits = &self.limits.auth_key;
        let (ledger, _) = tx.ledger(account.id, Factor::AuthKey).await?;
        if ledger.lock(&self.auth_key_rules(), now).is_some() {
            return Ok(Some(KeySending::Stopped));
        }
        let of_login = tx.auth_keys_of_login(login).await?;
        if let Some(newest) = of_login.newest_at {
            if of_login.count > 1 && now.since(newest) < DOUBLE_CLICK {
                return Ok(Some(KeySending::Sent));
            }
            let wait = now.until(newest.plus(limits.reissue_cooldown));
            if !wait.is_zero() {
                return Ok(Some(KeySending::CoolingDown(wait)));
            }
        }
        if of_login.count >= limits.max_per_login {
            return Ok(Some(KeySending::LoginLimit));
        }
        let indexes = match self.email_text(account)? {
            Some(address) => self.vault.indexes("email", &address),
            None => Vec::new(),
        };
        tx.hold_address(&login.tenant, &indexes).await?;
        for (window, most) in [(HOUR, limits.max_per_account_hour), (DAY, limits.max_per_account_day)] {
            let since = now.minus(window);
            let to_account = tx.auth_keys_since(account.id, since).await?;
            // Several accounts may have one address: its mailbox has the same limit (SR-25).
            let to_address = tx.letters_to_since(&login.tenant, &indexes, KIND, since).await?;
            if let Some(sent) = [to_account, to_address].into_iter().find(|sent| sent.count >= most) {
                return Ok(Some(KeySending::AccountLimit(sent.oldest_at.unwrap_or(now).plus(window))));
            }
        }
        Ok(None)
    }

    fn new_key(
        &self,
        tenant: &Tenant,
        current: &Current,
        to: &EmailAddress,
        now: Timestamp,
    ) -> Result<NewKey, FlowError> {
        let policy = &tenant.policy.auth_key;
        let digits = entropy::digits(&*self.entropy, policy.digits);
        let reference = entropy::code(&*self.entropy, 3);
        let id = AuthKeyId(entropy::uuid(&*self.entropy, now));
        let expires_at = now.plus(policy.lifetime);
        let letter = Letter::AuthKey {
            key: Secret::new(digits.as_str()),
            reference: reference.clone(),
            lifetime: policy.lifetime,
            expires_at,
            sent_at: now,
        };
        let post = Post {
            account: &current.account,
            login: Some(&current.login),
            language: current.login.language,
            to,
            letter: &letter,
            expires_at,
        };
        let outbox = self.outbox_letter(tenant, &post, now)?;
        let key = AuthKey {
            id,
            login: current.login.id.clone(),
            account: current.account.id,
            mac: data_encoding::HEXLOWER.encode(&self.vault.mac(
                &key_purpose(tenant),
                &[current.login.id.as_str().as_bytes(), id.0.as_bytes(), digits.as_bytes()],
            )),
            reference,
            tries: 0,
            state: AuthKeyState::Open,
            letter: outbox.id,
            created_at: now,
            expires_at,
        };
        Ok(NewKey { key, letter: outbox })
    }

    pub(super) fn is_key(&self, tenant: &Tenant, key: &AuthKey, digits: &str) -> bool {
        data_encoding::HEXLOWER.decode(key.mac.as_bytes()).is_ok_and(|mac| {
            let parts = [key.login.as_str().as_bytes(), key.id.0.as_bytes(), digits.as_bytes()];
            self.vault.is_mac(&key_purpose(tenant), &parts, &mac)
        })
    }
}

/// Open keys of all the account's logins die.
pub(super) async fn kill_auth_keys(tx: &Tx, account: AccountId, now: Timestamp) -> Result<(), FlowError> {
    withdraw(tx, tx.replace_auth_keys_of_account(account).await?, now).await
}

/// A key is bound to tenant, login and its own id: the same digits elsewhere have another MAC (SR-22).
fn key_purpose(tenant: &Tenant) -> String {
    format!("auth-key/{}", tenant.id)
}

struct NewKey {
    key: AuthKey,
    letter: crate::domain::outbox::OutboxLetter,
}
