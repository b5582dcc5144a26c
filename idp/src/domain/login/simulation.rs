//! Which gates a login would meet, and because of what: the same `next`, fed with proofs that are given one by one.

use crate::domain::{
    account::{Account, RegisteredEmail, SecondPasswordHash},
    acr::Acr,
    authorization_request::AuthorizationRequest,
    client::{Client, Consent},
    clock::Timestamp,
    policy::{Policy, TwoFactor},
    secret::Sealed,
};

use super::{Factor, Gate, Lock, Need, Proof, Proofs, Standing, Unmet, next, reachable};

/// One gate on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub gate: Gate,
    pub because: Vec<&'static str>,
}

/// A login from its beginning to the code, or to where it stops.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub need: Need,
    pub steps: Vec<Step>,
    /// Whether the client gets its code.
    pub ends_well: bool,
    pub amr: Vec<&'static str>,
}

/// More gates than there are, setting up included.
const MOST_STEPS: usize = 16;

/// `lock`: the one on the account's second password now.
pub fn simulate(
    policy: &Policy,
    client: &Client,
    request: &AuthorizationRequest,
    account: &Account,
    lock: Option<&Lock>,
) -> Result<Simulation, Unmet> {
    let need = Need::of(policy, Some(client), &request.demand(), Some(account))?;
    let mut walker =
        Walker { account: account.clone(), proofs: Proofs::default(), agreed: false, now: Timestamp::default() };
    let mut steps = Vec::new();
    for _ in 0..MOST_STEPS {
        let gate = next(&Standing {
            policy,
            need: &need,
            account: Some(&walker.account),
            proofs: &walker.proofs,
            email_pending: false,
            lock: lock.cloned(),
            key_asked: true,
            key_chosen: false,
            consent_due: client.consent == Consent::Ask && !walker.agreed,
        });
        let because = because(&gate, policy, client, request, &walker.account);
        let over = gate == Gate::Done || !walker.passes(&gate);
        steps.push(Step { gate, because });
        if over {
            break;
        }
    }
    let ends_well = steps.last().is_some_and(|step| step.gate == Gate::Done);
    let amr = walker.proofs.amr(&walker.account);
    Ok(Simulation { need, steps, ends_well, amr })
}

struct Walker {
    account: Account,
    proofs: Proofs,
    agreed: bool,
    /// Behind everything that the account knows of.
    now: Timestamp,
}

impl Walker {
    /// Does what the gate asks for; false if nothing can be done there.
    fn passes(&mut self, gate: &Gate) -> bool {
        let known = [
            self.account.email.as_ref().map(|email| email.registered_at.max(email.confirmed_at)),
            self.account.second_password.as_ref().map(|kept| kept.set_at.max(kept.changed_at)),
            self.proofs.newest(),
        ];
        self.now = known.into_iter().flatten().max().unwrap_or(self.now).plus(std::time::Duration::from_millis(1));
        match gate {
            Gate::SignIn if self.proofs.is_empty() => self.prove(Factor::University),
            Gate::SecondPassword => self.prove(Factor::SecondPassword),
            Gate::SendAuthKey | Gate::AuthKey => self.prove(Factor::AuthKey),
            Gate::Authenticator => self.prove(Factor::Authenticator),
            Gate::Consent => self.agreed = true,
            Gate::RegisterEmail => {
                self.account.email = Some(RegisteredEmail {
                    address: Sealed(Vec::new()),
                    index: String::new(),
                    registered_at: self.now,
                    confirmed_at: self.now,
                    undeliverable: false,
                });
            }
            Gate::SetSecondPassword => {
                self.account.second_password =
                    Some(SecondPasswordHash { hash: String::new(), set_at: self.now, changed_at: self.now });
            }
            // The login is restarted: the university is asked again.
            Gate::EmailRegistered | Gate::SecondPasswordSet => self.proofs = Proofs::default(),
            _ => return false,
        }
        true
    }

    fn prove(&mut self, factor: Factor) {
        let evidence = "simulated".to_owned();
        self.proofs.add(Proof { factor, account: self.account.id, at: self.now, evidence });
    }
}

fn because(
    gate: &Gate,
    policy: &Policy,
    client: &Client,
    request: &AuthorizationRequest,
    account: &Account,
) -> Vec<&'static str> {
    match gate {
        Gate::SignIn => vec!["every login begins at the university"],
        Gate::RegisterEmail if account.second_password.is_some() => vec!["the address was cleared"],
        Gate::RegisterEmail => vec!["no address is registered (policy.email.enrolment)"],
        Gate::SetSecondPassword => vec!["no second password is set (policy.second_password.use)"],
        Gate::EmailRegistered | Gate::SecondPasswordSet => vec!["policy.after_setup = \"sign-in-again\""],
        Gate::SecondPassword if account.email.is_none() => {
            vec!["policy.second_password.use", "asked before a new address may be registered"]
        }
        Gate::SecondPassword => vec!["policy.second_password.use"],
        Gate::Locked(Lock::Until(_)) => vec!["too many wrong second passwords"],
        Gate::Locked(Lock::UntilReset) => vec!["too many wrong second passwords in a row"],
        Gate::Consent => vec!["the client's consent = \"ask\"", "passed over where the same was agreed to before"],
        Gate::SendAuthKey | Gate::AuthKey | Gate::Authenticator => because_of_key(policy, client, request, account),
        _ => Vec::new(),
    }
}

fn because_of_key(
    policy: &Policy,
    client: &Client,
    request: &AuthorizationRequest,
    account: &Account,
) -> Vec<&'static str> {
    let ceiling = reachable(policy);
    // The first that can be reached is what counts (`Need::of`).
    let asked =
        |values: &[Acr]| values.iter().find(|value| **value <= ceiling).is_some_and(|value| *value >= Acr::AuthKey);
    let default = request.acr.values.is_empty() && asked(&client.default_acr_values);
    [
        (policy.two_factor == TwoFactor::Required, "policy.two_factor = \"required\""),
        (policy.two_factor == TwoFactor::UserChoice && account.two_factor, "the account turned two-factor on"),
        (client.minimum_acr.is_some_and(|acr| acr >= Acr::AuthKey), "the client's minimum_acr"),
        (asked(&request.acr.values), "the request's acr_values"),
        (default, "the client's default_acr_values"),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{policy::AfterSetup, samples};

    fn gates(policy: &Policy, account: &Account, request: &AuthorizationRequest) -> Vec<Gate> {
        let simulation = simulate(policy, &samples::client(), request, account, None).unwrap();
        assert!(simulation.ends_well);
        simulation.steps.into_iter().map(|step| step.gate).collect()
    }

    #[test]
    fn a_first_visit_is_three_logins_with_the_manual_s_setting() {
        let gates = gates(&samples::policy(), &samples::account(), &samples::request());
        assert_eq!(
            gates,
            [
                Gate::SignIn,
                Gate::RegisterEmail,
                Gate::EmailRegistered,
                Gate::SignIn,
                Gate::SetSecondPassword,
                Gate::SecondPasswordSet,
                Gate::SignIn,
                Gate::SecondPassword,
                Gate::Done
            ]
        );
        let policy = Policy { after_setup: AfterSetup::Continue, ..samples::policy() };
        assert!(super::simulate(&policy, &samples::client(), &samples::request(), &samples::account(), None).is_ok());
    }

    fn settled() -> Account {
        let mut account = samples::account();
        account.email = Some(samples::email(5));
        account.second_password = Some(samples::second_password(6));
        account
    }

    #[test]
    fn each_reason_for_the_key_is_told() {
        let (mut policy, mut client, mut request, mut account) =
            (samples::policy(), samples::client(), samples::request(), settled());
        let key = |policy: &Policy, client: &Client, request: &AuthorizationRequest, account: &Account| {
            let simulation = simulate(policy, client, request, account, None).unwrap();
            simulation.steps.into_iter().find(|step| step.gate == Gate::AuthKey).map(|step| step.because)
        };
        assert_eq!(key(&policy, &client, &request, &account), None);
        account.two_factor = true;
        assert_eq!(key(&policy, &client, &request, &account).unwrap(), ["the account turned two-factor on"]);
        account.two_factor = false;
        client.minimum_acr = Some(Acr::AuthKey);
        assert_eq!(key(&policy, &client, &request, &account).unwrap(), ["the client's minimum_acr"]);
        client.minimum_acr = None;
        request.acr.values = vec![Acr::AuthKey];
        assert_eq!(key(&policy, &client, &request, &account).unwrap(), ["the request's acr_values"]);
        policy.two_factor = TwoFactor::Required;
        assert_eq!(key(&policy, &client, &request, &account).unwrap().len(), 2);
    }

    #[test]
    fn a_cleared_address_and_a_lock_are_seen() {
        let mut account = settled();
        account.email = None;
        let seen = gates(&samples::policy(), &account, &samples::request());
        assert_eq!(seen[..3], [Gate::SignIn, Gate::SecondPassword, Gate::RegisterEmail]);
        let locked =
            simulate(&samples::policy(), &samples::client(), &samples::request(), &account, Some(&Lock::UntilReset));
        let locked = locked.unwrap();
        assert!(!locked.ends_well);
        assert_eq!(locked.steps.last().unwrap().gate, Gate::Locked(Lock::UntilReset));
    }
}
