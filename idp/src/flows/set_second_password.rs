//! A student sets the second password (journeys J-03; SR-13, SR-14).

use std::time::Duration;

use crate::{
    domain::{
        account::{Account, SecondPasswordHash},
        audit::{AuditEvent, Event},
        language::Language,
        letter::Letter,
        login::{Factor, Gate, Proof},
        policy::AfterSetup,
        second_password::{Unmet, unmet},
        secret::Secret,
        tenant::{LocalizedText, Tenant},
    },
    upstream::{Kind, UpstreamError},
};

use super::{Current, FlowError, Flows, Visitor, current::fresh, deliver_mail::Post};

/// An address confirmed longer ago than this is told of the new second password.
const SETTLED: Duration = Duration::from_hours(24);

impl Flows {
    /// 設定 on P-06: every rule that is not met, or none when it is set.
    pub async fn set_second_password(
        &self,
        tenant: &Tenant,
        current: &Current,
        typed: (Secret, Secret),
        visitor: &Visitor,
    ) -> Result<Vec<Unmet>, FlowError> {
        if current.gate != Gate::SetSecondPassword {
            return Err(FlowError::NotDue);
        }
        let account = &current.account;
        let mut broken = self.broken_rules(tenant, account, (&typed.0, &typed.1)).await?;
        if broken.is_empty() && self.is_university_password(tenant, account, &typed.0).await? {
            broken.push(Unmet::Guessable);
        }
        if !broken.is_empty() {
            return Ok(broken);
        }
        let hash = self.hasher.hash(typed.0).await?;
        let now = self.now();
        let letter = self.notice_of_setting(tenant, current)?;
        let audit = AuditEvent::new(now, Event::SecondPasswordSet, tenant.id.clone())
            .of_login(&current.login.id)
            .of_account(account.id)
            .of_client(current.login.destination.client())
            .from(visitor.address_prefix().as_deref());
        self.store
            .write(async |tx| {
                let tx = &tx;
                let (mut login, mut account) = fresh(tx, tenant, &current.login, now).await?;
                if account.second_password.is_some() {
                    return Err(FlowError::NotDue);
                }
                account.second_password = Some(SecondPasswordHash { hash: hash.clone(), set_at: now, changed_at: now });
                account.credential_version += 1;
                tx.save_account(&account).await?;
                if tenant.policy.after_setup == AfterSetup::Continue {
                    // D-01, `continue`: setting it counts as having proven it, for this login.
                    login.proofs.add(Proof {
                        factor: Factor::SecondPassword,
                        account: account.id,
                        at: now,
                        evidence: "set".into(),
                    });
                }
                tx.save_login(&login).await?;
                if let Some(letter) = &letter {
                    tx.insert_letter(letter).await?;
                }
                tx.record(audit.clone()).await?;
                Ok::<_, FlowError>(())
            })
            .await?;
        if letter.is_some() {
            self.outbox_bell().notify_one();
        }
        if tenant.policy.after_setup == AfterSetup::Continue {
            self.send_first_key_if_due(tenant, &current.login.id, visitor).await?;
        }
        Ok(broken)
    }

    /// Every rule that an entry and its confirmation break, wherever a second password is chosen.
    pub(super) async fn broken_rules(
        &self,
        tenant: &Tenant,
        account: &Account,
        (entry, confirmation): (&Secret, &Secret),
    ) -> Result<Vec<Unmet>, FlowError> {
        let mut broken = unmet(&tenant.policy.second_password, entry.expose(), confirmation.expose(), &account.user_id);
        if broken.is_empty() && self.is_guessable(tenant, account, entry).await? {
            broken.push(Unmet::Guessable);
        }
        Ok(broken)
    }

    /// SR-14: zxcvbn's lists with what is known of the person.
    async fn is_guessable(&self, tenant: &Tenant, account: &Account, entry: &Secret) -> Result<bool, FlowError> {
        let mut context = vec![account.user_id.clone()];
        context.extend(account.attributes.text("name").map(str::to_owned));
        context.extend(words(&tenant.name).chain(words(&tenant.service_name)));
        if let Some(email) = self.email(account)? {
            context.push(email.local().to_owned());
        }
        let candidate = entry.clone();
        tokio::task::spawn_blocking(move || {
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            zxcvbn::zxcvbn(candidate.expose(), &context).score() < zxcvbn::Score::Two
        })
        .await
        .map_err(|error| FlowError::Stored(error.to_string()))
    }

    /// SR-14: the password that was just used at the university. Asked only of who has proven it in this login:
    /// anywhere else the answer would let somebody try university passwords uncounted.
    async fn is_university_password(
        &self,
        tenant: &Tenant,
        account: &Account,
        entry: &Secret,
    ) -> Result<bool, FlowError> {
        let Some(upstream) = self.upstreams.get(&tenant.id, &account.upstream) else { return Ok(false) };
        match upstream.kind() {
            Kind::Asking(asking) => match asking.is_own_password(account, entry).await {
                Err(UpstreamError::Busy) => Err(FlowError::Busy),
                answer => Ok(answer.unwrap_or(false)),
            },
            Kind::Redirecting(_) => Ok(false),
        }
    }

    /// M-07, if the address was confirmed long enough ago to belong to somebody who should know.
    fn notice_of_setting(
        &self,
        tenant: &Tenant,
        current: &Current,
    ) -> Result<Option<crate::domain::outbox::OutboxLetter>, FlowError> {
        let now = self.now();
        let account = &current.account;
        if account.email.as_ref().is_none_or(|email| now.since(email.confirmed_at) < SETTLED) {
            return Ok(None);
        }
        let Some(to) = self.email(account)? else { return Ok(None) };
        let letter = Letter::SecondPasswordSet { at: now };
        let post = Post {
            account,
            login: Some(&current.login),
            language: current.login.language,
            to: &to,
            letter: &letter,
            expires_at: now.plus(SETTLED),
        };
        self.outbox_letter(tenant, &post, now).map(Some)
    }
}

fn words(text: &LocalizedText) -> impl Iterator<Item = String> {
    Language::ALL.into_iter().filter_map(|language| text.0.get(&language).cloned())
}
