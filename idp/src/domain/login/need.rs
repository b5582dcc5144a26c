//! How much a login must prove: the highest of what tenant, client, request and the student's own switch demand.

use std::time::Duration;

use super::Demand;
use crate::domain::{
    account::Account,
    acr::Acr,
    client::Client,
    policy::{Policy, TwoFactor},
};

/// What a login must reach, and how fresh it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub acr: Acr,
    /// `max_age` or the client's default, the lower of both.
    pub max_age: Option<Duration>,
}

/// An `acr` was demanded that this tenant or this account cannot give (OpenID Connect Core §5.5.1.1).
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the demanded acr cannot be met")]
pub struct Unmet;

/// The highest class that a tenant's policy can reach.
pub fn reachable(policy: &Policy) -> Acr {
    if !policy.second_password.required {
        Acr::University
    } else if !policy.email.enrolment || policy.two_factor == TwoFactor::Off {
        Acr::SecondPassword
    } else if policy.allows_apps() {
        Acr::Authenticator
    } else {
        Acr::AuthKey
    }
}

/// The highest class that this account can reach: without an app of its own not the app's.
fn reachable_by(policy: &Policy, account: Option<&Account>) -> Acr {
    match account {
        Some(account) if account.authenticator.is_none() => reachable(policy).min(Acr::AuthKey),
        _ => reachable(policy),
    }
}

/// The class below which a client is given nothing today, whoever it is about and whatever was asked for (SR-6).
pub fn floor(policy: &Policy, client: Option<&Client>) -> Result<Acr, Unmet> {
    let ceiling = reachable(policy);
    let mut acr = if policy.second_password.required { Acr::SecondPassword } else { Acr::University };
    if ceiling >= Acr::AuthKey && policy.two_factor == TwoFactor::Required {
        acr = Acr::AuthKey;
    }
    match client.and_then(|client| client.minimum_acr) {
        Some(minimum) if minimum > ceiling => Err(Unmet),
        minimum => Ok(minimum.map_or(acr, |minimum| minimum.max(acr))),
    }
}

impl Need {
    /// `client` is none where no client is answered. `account` is none until the university has answered;
    /// the student's switch only raises (SR-32).
    pub fn of(
        policy: &Policy,
        client: Option<&Client>,
        demand: &Demand<'_>,
        account: Option<&Account>,
    ) -> Result<Self, Unmet> {
        let ceiling = reachable_by(policy, account);
        let mut acr = floor(policy, client)?;
        if acr > ceiling {
            return Err(Unmet);
        }
        if policy.two_factor == TwoFactor::UserChoice
            && ceiling >= Acr::AuthKey
            && account.is_some_and(|account| account.two_factor)
        {
            acr = acr.max(Acr::AuthKey);
        }
        let defaults = client.map(|client| client.default_acr_values.as_slice()).unwrap_or_default();
        let wanted = if demand.acr_values.is_empty() { defaults } else { demand.acr_values };
        match wanted.iter().find(|value| **value <= ceiling) {
            Some(value) => acr = acr.max(*value),
            None if demand.acr_is_essential => return Err(Unmet),
            None => {}
        }
        let max_age = demand.max_age.into_iter().chain(client.and_then(|client| client.default_max_age)).min();
        Ok(Self { acr, max_age })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{policy::AuthenticatorUse, samples};

    #[test]
    fn the_student_s_switch_raises_and_never_lowers() {
        let (mut policy, client, request) = (samples::policy(), samples::client(), samples::request());
        let mut account = samples::account();
        account.two_factor = true;
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), Some(&account)).unwrap().acr, Acr::AuthKey);
        account.two_factor = false;
        policy.two_factor = TwoFactor::Required;
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), Some(&account)).unwrap().acr, Acr::AuthKey);
    }

    #[test]
    fn the_first_value_that_can_be_reached_is_needed() {
        let (policy, client, mut request) = (samples::policy(), samples::client(), samples::request());
        request.acr.values = vec![Acr::Authenticator, Acr::AuthKey, Acr::University];
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), None).unwrap().acr, Acr::AuthKey);
    }

    #[test]
    fn what_is_merely_wished_for_is_left_aside_and_what_is_essential_is_not() {
        let (policy, client, mut request) = (samples::policy(), samples::client(), samples::request());
        request.acr.values = vec![Acr::Authenticator];
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), None).unwrap().acr, Acr::SecondPassword);
        request.acr.essential = true;
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), None), Err(Unmet));
    }

    #[test]
    fn only_an_account_with_an_app_can_be_asked_for_the_app() {
        let (mut policy, client, mut request) = (samples::policy(), samples::client(), samples::request());
        let mut account = samples::account();
        policy.authenticator = AuthenticatorUse::Allowed;
        request.acr.values = vec![Acr::Authenticator, Acr::AuthKey];
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), None).unwrap().acr, Acr::Authenticator);
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), Some(&account)).unwrap().acr, Acr::AuthKey);
        account.authenticator = Some(samples::authenticator(1));
        assert_eq!(
            Need::of(&policy, Some(&client), &request.demand(), Some(&account)).unwrap().acr,
            Acr::Authenticator
        );
        policy.authenticator = AuthenticatorUse::Off;
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), Some(&account)).unwrap().acr, Acr::AuthKey);
        (request.acr.values, request.acr.essential) = (vec![Acr::Authenticator], true);
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), Some(&account)), Err(Unmet));
        (policy.authenticator, account.authenticator) = (AuthenticatorUse::Allowed, None);
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), Some(&account)), Err(Unmet));
    }

    #[test]
    fn a_client_s_minimum_out_of_reach_is_refused() {
        let (mut policy, mut client, request) = (samples::policy(), samples::client(), samples::request());
        client.minimum_acr = Some(Acr::AuthKey);
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), None).unwrap().acr, Acr::AuthKey);
        policy.two_factor = TwoFactor::Off;
        assert_eq!(Need::of(&policy, Some(&client), &request.demand(), None), Err(Unmet));
    }

    #[test]
    fn the_floor_is_what_tenant_and_client_demand_of_everyone() {
        let (mut policy, mut client) = (samples::policy(), samples::client());
        client.default_acr_values = vec![Acr::AuthKey];
        assert_eq!(floor(&policy, Some(&client)), Ok(Acr::SecondPassword), "a default is a wish");
        client.minimum_acr = Some(Acr::AuthKey);
        assert_eq!(floor(&policy, Some(&client)), Ok(Acr::AuthKey));
        assert_eq!(floor(&policy, None), Ok(Acr::SecondPassword));
        policy.two_factor = TwoFactor::Required;
        assert_eq!(floor(&policy, None), Ok(Acr::AuthKey));
        policy.two_factor = TwoFactor::Off;
        assert_eq!(floor(&policy, Some(&client)), Err(Unmet));
        (policy.second_password.required, client.minimum_acr) = (false, None);
        assert_eq!(floor(&policy, Some(&client)), Ok(Acr::University));
    }

    #[test]
    fn the_lower_max_age_holds() {
        let (policy, mut client, mut request) = (samples::policy(), samples::client(), samples::request());
        client.default_max_age = Some(Duration::from_mins(10));
        request.max_age = Some(Duration::from_mins(15));
        assert_eq!(
            Need::of(&policy, Some(&client), &request.demand(), None).unwrap().max_age,
            Some(Duration::from_mins(10))
        );
    }
}
