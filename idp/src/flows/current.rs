//! Where a login stands now: its row, its account and the gate that is due.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        account::Account,
        acr::Acr,
        auth_key::AuthKey,
        client::Client,
        clock::Timestamp,
        consent::{GivenConsent, is_due},
        email_address::EmailAddress,
        ids::LoginId,
        login::{Destination, Factor, Gate, Ineligible, Lock, Login, Need, Proofs, Rules, Standing, next},
        one_time_url::{OneTimeUrl, Purpose},
        outbox::LetterStanding,
        secret::{Secret, same_bytes, sha256_hex},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{FlowError, Flows};

const PRESS_EVERY: Duration = Duration::from_mins(1);

/// A login of this browser, with all that its pages show.
#[derive(Debug)]
pub struct Current {
    pub login: Login,
    pub account: Arc<Account>,
    /// The service that the person comes from; an account page may be visited without one.
    pub client: Option<Arc<Client>>,
    pub gate: Gate,
    /// The address that waits for its confirmation.
    pub pending_url: Option<OneTimeUrl>,
    /// The newest key of this login.
    pub auth_key: Option<AuthKey>,
    /// Whether a mailed key (or a recovery code) would do where the app is asked for.
    pub key_suffices: bool,
    /// What became of the mail that this page waits for.
    pub letter: Option<LetterStanding>,
}

impl Flows {
    /// The login that a browser's ticket opens; over, unknown and foreign ones are all the same to it.
    pub async fn current(&self, tenant: &Tenant, id: &LoginId, secret: &Secret) -> Result<Current, FlowError> {
        let login = self.store.login(&tenant.id, id).await?.ok_or(FlowError::LoginOver)?;
        opened_by(&login, secret)?;
        if login.finished_at.is_none() && login.is_expired(&self.limits.login, self.now()) {
            return Err(FlowError::LoginOver);
        }
        self.stand(tenant, login).await
    }

    /// Whether a mailed key (or a recovery code) is enough for what a request asks of this account.
    pub fn key_suffices(&self, tenant: &Tenant, destination: &Destination, account: &Account) -> bool {
        need_of(tenant, destination, account).is_ok_and(|need| need.acr <= Acr::AuthKey)
    }

    /// A press prolongs its login, whatever comes of it; written when the last written one is a minute old.
    pub async fn note_press(&self, tenant: &Tenant, current: &Current) -> Result<(), FlowError> {
        let now = self.now();
        if now.since(current.login.pressed_at) < PRESS_EVERY {
            return Ok(());
        }
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (login, _) = fresh(tx, tenant, &current.login, now).await?;
                tx.save_login(&login).await?;
                Ok::<_, FlowError>(())
            })
            .await
    }

    pub(super) async fn stand(&self, tenant: &Tenant, login: Login) -> Result<Current, FlowError> {
        let account = self.store.account(login.account).await?.ok_or(FlowError::LoginOver)?;
        let client = client_of(tenant, &login.destination)?;
        if login.finished_at.is_none()
            && let Some(reason) = Ineligible::of(tenant, &account)
        {
            self.refuse_device_of(tenant, &login).await?;
            return Err(FlowError::NotServed(reason));
        }
        let now = self.now();
        let pending_url =
            if account.email.is_none() { self.store.pending_url(&login, Purpose::RegisterEmail).await? } else { None };
        let ledger = self.store.ledger(account.id, Factor::SecondPassword).await?;
        let mut facts = Facts {
            email_pending: pending_url.is_some(),
            lock: ledger.lock(&self.second_password_rules(tenant), now),
            ..Facts::default()
        };
        let mut gate = gate_of(tenant, &login, &account, facts.clone())?;
        let keyed = matches!(gate, Gate::AuthKey | Gate::Authenticator);
        let auth_key = if keyed { self.store.latest_auth_key(&login).await? } else { None };
        if auth_key.is_some() {
            facts.key_chosen = true;
            gate = gate_of(tenant, &login, &account, facts.clone())?;
        }
        if let (Gate::Consent, Some(client)) = (&gate, &client) {
            facts.consent = self.store.consent(account.id, &client.id).await?.as_deref().cloned();
            gate = gate_of(tenant, &login, &account, facts)?;
        }
        let key_suffices = self.key_suffices(tenant, &login.destination, &account);
        let awaited = match gate {
            Gate::EmailSent => pending_url.as_ref().map(|url| url.letter),
            Gate::AuthKey => auth_key.as_ref().map(|key| key.letter),
            _ => None,
        };
        let letter = match awaited {
            Some(id) => self.store.letter_state(id).await?,
            None => None,
        };
        Ok(Current { login, account, client, gate, pending_url, auth_key, key_suffices, letter })
    }

    /// The numbers of the second password's ledger.
    pub fn second_password_rules(&self, tenant: &Tenant) -> Rules {
        let policy = &tenant.policy.second_password;
        Rules {
            max_attempts: policy.max_attempts,
            window: policy.window,
            lock: policy.lock,
            max_in_a_row: self.limits.second_password.max_wrong_in_a_row,
            slows_down: true,
        }
    }

    /// The numbers of the app's ledger: the second password's, on a count of its own; recovery codes share it.
    pub(super) fn authenticator_rules(&self, tenant: &Tenant) -> Rules {
        self.second_password_rules(tenant)
    }

    /// The numbers of the auth key's ledger: only the row of wrong ones counts, each key has its own tries.
    pub fn auth_key_rules(&self) -> Rules {
        Rules {
            max_attempts: u32::MAX,
            window: std::time::Duration::MAX,
            lock: std::time::Duration::ZERO,
            max_in_a_row: self.limits.auth_key.max_wrong_in_a_row,
            slows_down: false,
        }
    }

    /// The account's confirmed address, opened.
    pub fn email(&self, account: &Account) -> Result<Option<EmailAddress>, FlowError> {
        let Some(text) = self.email_text(account)? else { return Ok(None) };
        EmailAddress::read(&text).map(Some).map_err(|_| FlowError::Stored("an address".into()))
    }

    /// The confirmed address as text.
    pub(super) fn email_text(&self, account: &Account) -> Result<Option<String>, FlowError> {
        let Some(email) = &account.email else { return Ok(None) };
        let opened = self.vault.open(&email_purpose(account), &email.address)?;
        String::from_utf8(opened.to_vec()).map(Some).map_err(|_| FlowError::Stored("an address".into()))
    }

    /// The address a link was sent to, opened.
    pub fn pending_address(&self, url: &OneTimeUrl) -> Result<EmailAddress, FlowError> {
        let opened = self.vault.open(&link_purpose(&url.key), &url.address)?;
        let text = String::from_utf8(opened.to_vec()).map_err(|_| FlowError::Stored("an address".into()))?;
        EmailAddress::read(&text).map_err(|_| FlowError::Stored("an address".into()))
    }
}

/// For what an account's address is sealed.
pub(super) fn email_purpose(account: &Account) -> String {
    format!("account.email/{}", account.id)
}

/// For what a link's address is sealed.
pub(super) fn link_purpose(key: &str) -> String {
    format!("one-time-url.address/{key}")
}

/// What the gate depends on besides login and account.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub email_pending: bool,
    pub lock: Option<Lock>,
    /// This login was sent a key.
    pub key_chosen: bool,
    /// What the person agreed to before that the login's client learns.
    pub consent: Option<GivenConsent>,
}

/// The gate of a login, from its present facts.
pub(super) fn gate_of(tenant: &Tenant, login: &Login, account: &Account, facts: Facts) -> Result<Gate, FlowError> {
    let need = match need_of(tenant, &login.destination, account) {
        Err(FlowError::OAuth(_)) => return Ok(Gate::Unmet),
        need => need?,
    };
    Ok(next(&Standing {
        policy: &tenant.policy,
        need: &need,
        account: Some(account),
        proofs: &login.proofs,
        email_pending: facts.email_pending,
        lock: facts.lock,
        key_asked: true,
        key_chosen: facts.key_chosen,
        consent_due: consent_due(tenant, &login.destination, facts.consent.as_ref()),
    }))
}

/// An account page tells no client anything.
fn consent_due(tenant: &Tenant, destination: &Destination, given: Option<&GivenConsent>) -> bool {
    let Destination::Client(request) = destination else { return false };
    tenant.client(request.client.as_str()).is_none_or(|client| is_due(&client, request, given))
}

/// What a login to this destination owes. An account page gives the client nothing, so what the client demands of its own logins is left aside.
pub(super) fn need_of(tenant: &Tenant, destination: &Destination, account: &Account) -> Result<Need, FlowError> {
    use crate::domain::oauth_error::{ErrorCode, OAuthError};
    let served = if destination.served_client().is_some() { client_of(tenant, destination)? } else { None };
    Need::of(&tenant.policy, served.as_deref(), &destination.demand(), Some(account)).map_err(|_| {
        OAuthError::new(ErrorCode::UnmetAuthenticationRequirements, "the acr asked for cannot be met here").into()
    })
}

/// The service that a login is for; one that is to be given something must still be registered.
pub(super) fn client_of(tenant: &Tenant, destination: &Destination) -> Result<Option<Arc<Client>>, FlowError> {
    let client = destination.client().and_then(|client| tenant.client(client.as_str()));
    if client.is_none() && destination.served_client().is_some() {
        return Err(FlowError::LoginOver);
    }
    Ok(client)
}

/// The ticket's secret against the row's hash.
pub(super) fn opened_by(login: &Login, secret: &Secret) -> Result<(), FlowError> {
    if same_bytes(sha256_hex(secret.expose().as_bytes()).as_bytes(), login.secret_hash.as_bytes()) {
        Ok(())
    } else {
        Err(FlowError::LoginOver)
    }
}

/// The same login and account inside a transaction, for a deed that is about to change them.
pub(super) async fn fresh(
    tx: &Tx,
    tenant: &Tenant,
    login: &Login,
    now: Timestamp,
) -> Result<(Login, Account), FlowError> {
    let mut login = tx.login(&tenant.id, &login.id).await?.ok_or(FlowError::LoginOver)?;
    let account = tx.account(login.account).await?.ok_or(FlowError::LoginOver)?;
    login.pressed_at = now;
    Ok((login, account))
}

/// What a session's proofs are worth for its account at this moment; whether the person has agreed is another question.
pub(super) fn covers(tenant: &Tenant, need: &Need, account: &Account, proofs: &Proofs) -> Gate {
    next(&Standing {
        policy: &tenant.policy,
        need,
        account: Some(account),
        proofs,
        email_pending: false,
        lock: None,
        key_asked: false,
        key_chosen: false,
        consent_due: false,
    })
}

/// What of a session's proofs counts for a login to this destination.
pub(super) fn counted(destination: &Destination, proofs: &Proofs) -> Proofs {
    let proofs = proofs.clone();
    if !destination.demand().key_anew {
        return proofs;
    }
    [Factor::AuthKey, Factor::RecoveryCode, Factor::Authenticator].into_iter().fold(proofs, Proofs::without)
}
