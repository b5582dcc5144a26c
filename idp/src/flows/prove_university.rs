//! The university says who: by its own page, or by a password typed here (journeys J-01 1.2 to 1.5).

use crate::{
    domain::{
        account::{Account, AccountStatus, Identity},
        audit::{AuditEvent, Event},
        authorization_request::Prompt,
        eligibility::{Eligibility, eligibility},
        entropy,
        ids::{AccountId, Subject, UpstreamId},
        language::LanguageWishes,
        login::{Factor, Ineligible, Login, LoginTicket, PendingDeparture, PendingLogin, Proof, Proofs},
        parameters::Parameters,
        policy::TwoFactor,
        secret::{Secret, random_text, same_bytes, sha256_hex},
        tenant::{Tenant, Upstream as UpstreamSettings},
    },
    store::Tx,
    upstream::{Arrival, DepartureRequest, Kind, UpstreamError},
};

use super::{
    FlowError, Flows, Visitor,
    issue_tokens::may_be_served,
    strangers_tries::{clear_stranger, refund_stranger, stranger_rules},
};

/// How a sign-in at the university ended.
#[derive(Debug)]
pub enum Arrived {
    /// The login is a row now.
    Proven(LoginTicket),
    /// Not done there, or cancelled: E-08.
    NotCompleted,
    /// The answer is too old or not this browser's: E-09.
    Foreign,
    /// The university cannot be reached, or its answer cannot be believed: E-10.
    Unusable,
    /// User ID or password wrong: E-06.
    WrongPassword,
    /// A field is empty: E-05.
    Incomplete,
    /// Too many tries: E-07.
    Throttled {
        wait: std::time::Duration,
    },
    NotEligible(Ineligible),
}

impl Flows {
    /// Sends the browser to the university: where to, and the login with what it must bring back.
    pub async fn depart(
        &self,
        tenant: &Tenant,
        mut pending: PendingLogin,
        upstream: &UpstreamId,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<Result<(String, PendingLogin), Arrived>, FlowError> {
        let Some(settings) = tenant.upstream(upstream.as_str()) else { return Ok(Err(Arrived::NotCompleted)) };
        let Some(upstream) = self.upstreams.get(&tenant.id, &settings.id) else { return Ok(Err(Arrived::Unusable)) };
        let Kind::Redirecting(redirecting) = upstream.kind() else { return Ok(Err(Arrived::NotCompleted)) };
        let now = self.now();
        let state = Secret::new(format!("{}.{}", pending.id.lower(), random_text(&*self.entropy).expose()));
        let nonce = random_text(&*self.entropy);
        let demand = pending.destination.demand();
        let asked = redirecting
            .depart(DepartureRequest {
                callback: &callback(tenant, settings),
                state: state.expose(),
                nonce: nonce.expose(),
                ui_locale: wishes.settle(&tenant.languages, tenant.default_language),
                login_hint: pending.destination.login_hint(),
                reauthenticate: demand.prompt == Prompt::Login,
                max_age: demand.max_age,
            })
            .await;
        match asked {
            Ok(departure) => {
                pending.pressed_at = now;
                pending.departure = Some(PendingDeparture {
                    upstream: settings.id.clone(),
                    state,
                    nonce,
                    verifier: departure.verifier,
                    sent_at: now,
                });
                Ok(Ok((departure.location, pending)))
            }
            Err(error) => self.upstream_failed(tenant, &pending, &error, visitor).await.map(Err),
        }
    }

    /// The browser is back from the university.
    pub async fn arrive(
        &self,
        tenant: &Tenant,
        upstream: &UpstreamId,
        parameters: &Parameters,
        pending: &PendingLogin,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<Arrived, FlowError> {
        let Some(departure) = matching_departure(pending, upstream, parameters) else { return Ok(Arrived::Foreign) };
        if pending.is_expired(&self.limits.login, self.now()) {
            return Ok(Arrived::Foreign);
        }
        let Some(settings) = tenant.upstream(upstream.as_str()) else { return Ok(Arrived::Unusable) };
        let Some(upstream) = self.upstreams.get(&tenant.id, &settings.id) else { return Ok(Arrived::Unusable) };
        let Kind::Redirecting(redirecting) = upstream.kind() else { return Ok(Arrived::Foreign) };
        let demand = pending.destination.demand();
        let arrival = Arrival {
            callback: &callback(tenant, settings),
            parameters,
            nonce: departure.nonce.expose(),
            verifier: &departure.verifier,
            sent_at: departure.sent_at,
            reauthenticate: demand.prompt == Prompt::Login,
            max_age: demand.max_age,
        };
        match redirecting.arrive(arrival).await {
            Ok(identity) => self.admit(tenant, settings, identity, pending, wishes, visitor).await,
            Err(error) => self.upstream_failed(tenant, pending, &error, visitor).await,
        }
    }

    /// User ID and password were typed on our own page (`ldap`, `directory`; decision 6 and SR-45, SR-77).
    pub async fn prove_university_password(
        &self,
        tenant: &Tenant,
        upstream: &UpstreamId,
        typed: (&str, Secret),
        pending: &PendingLogin,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<Arrived, FlowError> {
        let (user_id, password) = typed;
        if user_id.trim().is_empty() || password.is_empty() {
            return Ok(Arrived::Incomplete);
        }
        let Some(settings) = tenant.upstream(upstream.as_str()) else { return Ok(Arrived::NotCompleted) };
        let Some(upstream) = self.upstreams.get(&tenant.id, &settings.id) else { return Ok(Arrived::Unusable) };
        let Kind::Asking(asking) = upstream.kind() else { return Ok(Arrived::NotCompleted) };
        let key = self.stranger_key(tenant, settings, user_id);
        let now = self.now();
        if let Some(wait) = self.count_stranger(settings, &key).await? {
            return Ok(Arrived::Throttled { wait });
        }
        match asking.check_password(user_id, password).await {
            Ok(identity) => {
                self.store.write(async |tx| Ok::<_, FlowError>(clear_stranger(&tx, &key, now).await?)).await?;
                self.admit(tenant, settings, identity, pending, wishes, visitor).await
            }
            Err(error) => {
                if let Some(rules) = stranger_rules(settings).filter(|_| error.spared_the_password()) {
                    self.store
                        .write(async |tx| Ok::<_, FlowError>(refund_stranger(&tx, &key, &rules, now).await?))
                        .await?;
                }
                self.upstream_failed(tenant, pending, &error, visitor).await
            }
        }
    }

    /// The university knows the person: eligible? Then the login becomes a row, in one transaction with its account.
    async fn admit(
        &self,
        tenant: &Tenant,
        settings: &UpstreamSettings,
        identity: Identity,
        pending: &PendingLogin,
        wishes: &LanguageWishes<'_>,
        visitor: &Visitor,
    ) -> Result<Arrived, FlowError> {
        let event = |event: Event| {
            AuditEvent::new(self.now(), event, tenant.id.clone())
                .of_login(&pending.id)
                .of_client(pending.destination.client())
                .from(visitor.address_prefix().as_deref())
                .with("upstream", settings.id.as_str())
        };
        let ineligible = match eligibility(&settings.eligible, &identity.attributes) {
            Eligibility::Eligible => None,
            Eligibility::NotEligible => Some(Ineligible::Graduate),
            Eligibility::Missing(names) => Some(Ineligible::Missing(names)),
        };
        if let Some(reason) = ineligible {
            let refused = event(Event::NotEligible).with("reason", format!("{reason:?}"));
            self.store
                .write(async |tx| {
                    let tx = &tx;
                    tx.record(refused.clone()).await?;
                    // What was not sent can be sent yet: P-24 leads to another try.
                    if !matches!(reason, Ineligible::Missing(_)) {
                        self.refuse_device(tx, tenant, &pending.id, &pending.destination).await?;
                    }
                    Ok::<_, FlowError>(())
                })
                .await?;
            return Ok(Arrived::NotEligible(reason));
        }
        let now = self.now();
        let secret = random_text(&*self.entropy);
        let newcomer = self.newcomer(tenant, settings, &identity);
        let proven = event(Event::UniversityProven);
        let created = event(Event::AccountCreated).of_account(newcomer.id);
        let suspended = self
            .store
            .write(async |tx| {
                let tx = &tx;
                let known = tx.account_by_upstream(&tenant.id, &settings.id, &identity.subject).await?;
                let account = if let Some(mut account) = known {
                    account.user_id.clone_from(&identity.user_id);
                    account.attributes = identity.attributes.clone();
                    tx.save_account(&account).await?;
                    account
                } else {
                    self.first_visit(tx, &newcomer, &created).await?
                };
                if !may_be_served(tenant, &account) {
                    let status = format!("{:?}", account.status);
                    tx.record(event(Event::NotEligible).of_account(account.id).with("reason", status)).await?;
                    self.refuse_device(tx, tenant, &pending.id, &pending.destination).await?;
                    return Ok(Some(account.status));
                }
                let mut proofs = Proofs::default();
                proofs.add(Proof {
                    factor: Factor::University,
                    account: account.id,
                    at: now,
                    evidence: settings.id.to_string(),
                });
                let wishes = LanguageWishes { account: account.language, ..*wishes };
                let login = Login {
                    id: pending.id.clone(),
                    tenant: tenant.id.clone(),
                    version: 0,
                    secret_hash: sha256_hex(secret.expose().as_bytes()),
                    account: account.id,
                    upstream: settings.id.clone(),
                    destination: pending.destination.clone(),
                    proofs,
                    session: None,
                    language: wishes.settle(&tenant.languages, tenant.default_language),
                    begun_at: pending.begun_at,
                    pressed_at: now,
                    finished_at: None,
                };
                if tx.insert_login(&login).await? {
                    tx.record(proven.clone().of_account(account.id)).await?;
                    Ok(None)
                } else {
                    // A second arrival of the same answer: the first one holds the row and its secret.
                    Err(FlowError::NotDue)
                }
            })
            .await?;
        Ok(match suspended {
            Some(status) => Arrived::NotEligible(Ineligible::of(status)),
            None => Arrived::Proven(LoginTicket::Row { id: pending.id.clone(), secret }),
        })
    }

    /// Makes the account, or takes the one that somebody faster has just made of the same person.
    async fn first_visit(&self, tx: &Tx, newcomer: &Account, created: &AuditEvent) -> Result<Account, FlowError> {
        if tx.insert_account(newcomer).await? {
            tx.record(created.clone()).await?;
            return Ok(newcomer.clone());
        }
        let known = tx.account_by_upstream(&newcomer.tenant, &newcomer.upstream, &newcomer.upstream_subject).await?;
        known.ok_or(FlowError::NotDue)
    }

    fn newcomer(&self, tenant: &Tenant, settings: &UpstreamSettings, identity: &Identity) -> Account {
        let now = self.now();
        Account {
            id: AccountId(entropy::uuid(&*self.entropy, now)),
            tenant: tenant.id.clone(),
            upstream: settings.id.clone(),
            upstream_subject: identity.subject.clone(),
            subject: Subject(entropy::opaque_uuid(&*self.entropy).to_string().into()),
            user_id: identity.user_id.clone(),
            attributes: identity.attributes.clone(),
            email: None,
            second_password: None,
            authenticator: None,
            two_factor: tenant.policy.two_factor == TwoFactor::UserChoice && tenant.policy.two_factor_default,
            language: None,
            status: AccountStatus::Active,
            credential_version: 0,
            version: 0,
            created_at: now,
        }
    }

    async fn upstream_failed(
        &self,
        tenant: &Tenant,
        pending: &PendingLogin,
        error: &UpstreamError,
        visitor: &Visitor,
    ) -> Result<Arrived, FlowError> {
        let arrived = match error {
            UpstreamError::Cancelled(_) | UpstreamError::NotFresh => Arrived::NotCompleted,
            UpstreamError::Refused => Arrived::WrongPassword,
            UpstreamError::Busy => return Err(FlowError::Busy),
            UpstreamError::Missing(names) => Arrived::NotEligible(Ineligible::Missing(names.clone())),
            UpstreamError::Unreachable(_) | UpstreamError::Undecided(_) | UpstreamError::Unusable(_) => {
                Arrived::Unusable
            }
        };
        if matches!(arrived, Arrived::Unusable) {
            tracing::error!(tenant = %tenant.id, login = %pending.id, %error, "the university's login failed");
        }
        let event = AuditEvent::new(self.now(), Event::UpstreamFailed, tenant.id.clone())
            .of_login(&pending.id)
            .of_client(pending.destination.client())
            .from(visitor.address_prefix().as_deref())
            .with("reason", error.to_string());
        self.record_stranger(event).await;
        Ok(arrived)
    }
}

/// One callback address per upstream (RFC 9700 §4.4).
fn callback(tenant: &Tenant, settings: &UpstreamSettings) -> String {
    tenant.issuer.join(&format!("/upstream/{}/callback", settings.id))
}

/// The departure that an answer belongs to: same upstream, same `state`, to the byte.
fn matching_departure<'a>(
    pending: &'a PendingLogin,
    upstream: &UpstreamId,
    parameters: &Parameters,
) -> Option<&'a PendingDeparture> {
    let departure = pending.departure.as_ref()?;
    let state = parameters.get("state")?;
    (departure.upstream == *upstream
        && !parameters.is_repeated("state")
        && same_bytes(state.as_bytes(), departure.state.expose().as_bytes()))
    .then_some(departure)
}
