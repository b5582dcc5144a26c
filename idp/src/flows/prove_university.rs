//! The university says who: by its own page, or by a password typed here (journeys J-01 1.2 to 1.5).

use crate::{
    domain::{
        audit::{AuditEvent, Event},
        authorization_request::Prompt,
        ids::UpstreamId,
        language::LanguageWishes,
        login::{Ineligible, LoginTicket, PendingDeparture, PendingLogin},
        parameters::Parameters,
        secret::{Secret, random_text, same_bytes},
        tenant::{Tenant, Upstream as UpstreamSettings},
    },
    upstream::{Arrival, DepartureRequest, Kind, UpstreamError},
};

use super::{
    FlowError, Flows, Visitor,
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
