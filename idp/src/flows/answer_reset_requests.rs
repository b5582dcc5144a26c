//! Reset requests are looked up behind the answer: links and a mail for whoever is known, nothing for anybody else (journeys J-09 9.1).

use std::{sync::Arc, time::Duration};

use crate::{
    domain::{
        account::{Account, masked_user_id},
        audit::{AuditEvent, Event},
        clock::Timestamp,
        email_address::EmailAddress,
        letter::{Letter, ResetLink},
        one_time_url::{OneTimeUrl, Purpose},
        outbox::OutboxLetter,
        reset::{ResetCode, ResetRequest, ResetState},
        secret::{random_text, sha256_hex},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{
    FlowError, Flows,
    deliver_mail::{Post, withdraw},
    forgot_second_password::address_purpose,
    issue_tokens::may_be_served,
    links::{LinkSecrets, LinkTarget},
};

/// How long a worker may keep a request to itself before another one takes it.
const LEASE: Duration = Duration::from_secs(30);
const BATCH: u64 = 16;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What a request will be answered with, made before the transaction that decides.
struct Plan {
    request: ResetRequest,
    /// All spellings of the address's index, for a master key that is being replaced.
    indexes: Vec<String>,
    /// Served accounts of the address, by their id.
    accounts: Vec<Account>,
    codes: Vec<ResetCode>,
    urls: Vec<OneTimeUrl>,
    letter: Option<OutboxLetter>,
    expires_at: Timestamp,
    /// A row of the trail may be spent on somebody unknown.
    may_note: bool,
}

impl Flows {
    /// One round of the worker; false when nothing waited. A request that fails waits for its lease to end.
    pub async fn answer_reset_requests(&self, tenants: &[Arc<Tenant>]) -> Result<bool, FlowError> {
        let requests = self.store.lease_reset_requests(self.now(), LEASE, BATCH).await?;
        let worked = !requests.is_empty();
        for request in requests {
            let Some(tenant) = tenants.iter().find(|tenant| tenant.id == request.tenant) else { continue };
            let login = request.login.clone();
            if let Err(error) = self.answer_reset_request(tenant, request).await {
                tracing::error!(support_code = %login, %error, "a reset request could not be looked up");
            }
        }
        Ok(worked)
    }

    async fn answer_reset_request(&self, tenant: &Tenant, request: ResetRequest) -> Result<(), FlowError> {
        let now = self.now();
        let plan = self.plan(tenant, request, now).await?;
        let mailed = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let mailed = plan.letter.is_some() && !self.is_beyond_limits(tx, &plan, now).await?;
                if !tx.answer_reset_request(&self.answered(&plan, mailed), now).await? {
                    return Ok(false);
                }
                if mailed {
                    hand_out(tx, &plan, now).await?;
                }
                self.note(tx, &plan, mailed, now).await?;
                Ok::<_, FlowError>(mailed)
            })
            .await?;
        if mailed {
            self.outbox_bell().notify_one();
        }
        Ok(())
    }

    async fn plan(&self, tenant: &Tenant, request: ResetRequest, now: Timestamp) -> Result<Plan, FlowError> {
        let unreadable = || FlowError::Stored("a reset request's address".into());
        let opened = self.vault.open(&address_purpose(&request.key), &request.address)?;
        let text = std::str::from_utf8(&opened).map_err(|_| unreadable())?;
        let address = EmailAddress::read(text).map_err(|_| unreadable())?;
        let indexes = self.vault.indexes("email", &address.as_text());
        let mut accounts = self.store.accounts_by_email(&tenant.id, &indexes).await?;
        accounts.retain(|account| may_be_served(tenant, account));
        let lifetime = tenant.policy.one_time_url.lifetime;
        let expires_at = now.plus(lifetime);
        let mut plan = Plan {
            indexes,
            accounts,
            codes: Vec::new(),
            urls: Vec::new(),
            letter: None,
            expires_at,
            may_note: self.may_note_stranger(now),
            request,
        };
        let links = self.new_links(tenant, &plan)?;
        let Some(first) = plan.accounts.first() else { return Ok(plan) };
        let mailed: Vec<ResetLink> = links
            .iter()
            .map(|(account, secrets)| ResetLink {
                user_id_masked: masked_user_id(&account.user_id),
                url: secrets.url.clone(),
                code: secrets.code.clone(),
            })
            .collect();
        let letter = if mailed.is_empty() {
            Letter::NoSecondPasswordYet
        } else {
            Letter::ResetSecondPassword { links: mailed, lifetime, expires_at }
        };
        let language = plan.request.language;
        let post = Post { account: first, login: None, language, to: &address, letter: &letter, expires_at };
        let letter = self.outbox_letter(tenant, &post, now)?;
        let (mut codes, mut urls) = (Vec::new(), Vec::new());
        for (account, secrets) in links {
            let mac = self.reset_code_mac(&plan.request.key, secrets.code.expose());
            codes.push(ResetCode { mac: mac.clone(), link: secrets.key.clone() });
            let target = LinkTarget {
                purpose: Purpose::ResetSecondPassword,
                account,
                login: Some(&plan.request.login),
                session: None,
                language,
                address: &address,
                code_mac: mac,
            };
            urls.push(self.new_url(tenant, target, secrets.key, letter.id, now));
        }
        (plan.codes, plan.urls, plan.letter) = (codes, urls, Some(letter));
        Ok(plan)
    }

    /// One link for each account that has a second password.
    fn new_links<'a>(&self, tenant: &Tenant, plan: &'a Plan) -> Result<Vec<(&'a Account, LinkSecrets)>, FlowError> {
        let with_password = plan.accounts.iter().filter(|account| account.second_password.is_some());
        with_password.map(|account| Ok((account, self.link_secrets(tenant)?))).collect()
    }

    /// The silent limits of an address and of its accounts. Whoever else is at it waits for these accounts.
    async fn is_beyond_limits(&self, tx: &Tx, plan: &Plan, now: Timestamp) -> Result<bool, FlowError> {
        for planned in &plan.accounts {
            let account = tx.account(planned.id).await?.ok_or(FlowError::NotDue)?;
            if account.credential_version != planned.credential_version || account.status != planned.status {
                // What the mail says is not so any more: looked up anew when the lease is over.
                return Err(FlowError::NotDue);
            }
            let links = tx.one_time_urls_since(account.id, &[Purpose::ResetSecondPassword], now.minus(DAY)).await?;
            if links.count >= self.limits.one_time_url.max_per_account_day {
                return Ok(true);
            }
        }
        let mails = tx.reset_mails_since(&plan.request.tenant, &plan.indexes, now.minus(HOUR)).await?;
        Ok(mails >= self.limits.reset.max_per_address_hour)
    }

    /// The row as it stands from now on. A code is there for every address, so that comparing costs the same.
    fn answered(&self, plan: &Plan, mailed: bool) -> ResetRequest {
        let mut codes = if mailed { plan.codes.clone() } else { Vec::new() };
        if codes.is_empty() {
            let nothing = || sha256_hex(random_text(&*self.entropy).expose().as_bytes());
            codes.push(ResetCode { mac: nothing(), link: nothing() });
        }
        let state = if mailed { ResetState::Mailed } else { ResetState::Silent };
        ResetRequest { state, codes, expires_at: plan.expires_at, ..plan.request.clone() }
    }

    /// What the help desk finds under the support code; never the address.
    async fn note(&self, tx: &Tx, plan: &Plan, mailed: bool, now: Timestamp) -> Result<(), FlowError> {
        let request = &plan.request;
        let event = AuditEvent::new(now, Event::SecondPasswordResetRequested, request.tenant.clone())
            .of_login(&request.login)
            .from(request.address_prefix.as_deref());
        let kind = plan.letter.as_ref().filter(|_| mailed).map_or("none", |letter| letter.kind.as_str());
        let event = event.with("mail", kind);
        if mailed {
            for account in &plan.accounts {
                tx.record(event.clone().of_account(account.id)).await?;
            }
        } else if plan.may_note {
            let reason = if plan.accounts.is_empty() { "unknown" } else { "limit" };
            tx.record(event.with("reason", reason)).await?;
        }
        Ok(())
    }
}

/// The newest mail's links are the ones that work (SR-39).
async fn hand_out(tx: &Tx, plan: &Plan, now: Timestamp) -> Result<(), FlowError> {
    for url in &plan.urls {
        withdraw(tx, tx.replace_one_time_urls(url.account, Purpose::ResetSecondPassword).await?, now).await?;
        tx.insert_one_time_url(url).await?;
    }
    if let Some(letter) = &plan.letter {
        tx.insert_letter(letter).await?;
    }
    Ok(())
}
