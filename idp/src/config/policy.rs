//! `[policy]` → the domain's policy (ranges: journeys 1.4).

use super::{
    checker::Checker,
    files::{
        AfterSetupName, AuthKeyPolicyTable, AuthenticatorName, CarrierAddresses, EmailPolicyTable, Enrolment,
        MailFormatName, OnOff, OneTimeUrlPolicyTable, PolicyTable, SecondPasswordPolicyTable, SecondPasswordUse,
        SessionPolicyTable, TwoFactorName,
    },
    values::{Located, Setting},
};
use crate::domain::{
    acr::Acr,
    email_address::EmailAddress,
    login::reachable,
    policy::{
        AfterSetup, AuthKeyPolicy, AuthenticatorUse, EmailPolicy, MailFormat, OneTimeUrlPolicy, Policy,
        SecondPasswordPolicy, SessionPolicy, TwoFactor,
    },
};

/// All keys are there: the defaults are the lowest layer.
pub fn policy(table: &PolicyTable, checker: &mut Checker<'_>) -> Policy {
    let mut policy = Policy {
        after_setup: match value(&table.after_setup) {
            Some(AfterSetupName::Continue) => AfterSetup::Continue,
            Some(AfterSetupName::SignInAgain) | None => AfterSetup::SignInAgain,
        },
        two_factor: match value(&table.two_factor) {
            Some(TwoFactorName::Required) => TwoFactor::Required,
            Some(TwoFactorName::Off) => TwoFactor::Off,
            Some(TwoFactorName::UserChoice) | None => TwoFactor::UserChoice,
        },
        two_factor_default: value(&table.two_factor_default) == Some(OnOff::On),
        two_factor_confirm_enable: value(&table.two_factor_confirm_enable) == Some(true),
        authenticator: match value(&table.authenticator) {
            Some(AuthenticatorName::Allowed) => AuthenticatorUse::Allowed,
            Some(AuthenticatorName::Off) | None => AuthenticatorUse::Off,
        },
        step_up_age: checker.minutes("policy.step_up_age", &table.step_up_age, 0..=60),
        upstream_logout: value(&table.upstream_logout) == Some(true),
        dynamic_registration: value(&table.dynamic_registration) == Some(true),
        session_management: value(&table.session_management) == Some(true),
        mail_format: match value(&table.mail_format) {
            Some(MailFormatName::TextAndHtml) => MailFormat::TextAndHtml,
            Some(MailFormatName::Text) | None => MailFormat::Text,
        },
        email: email(&table.email, checker),
        second_password: second_password(&table.second_password, checker),
        auth_key: auth_key(&table.auth_key, checker),
        one_time_url: one_time_url(&table.one_time_url, checker),
        session: session(&table.session, checker),
    };
    if let Some(two_factor) = &table.two_factor
        && policy.two_factor == TwoFactor::Required
        && !(policy.second_password.required && policy.email.enrolment)
    {
        checker.error(
            &two_factor.span,
            "policy.two_factor: \"required\" needs policy.email.enrolment = \"free\" and policy.second_password.use = \"required\"",
        );
    }
    if let Some(authenticator) = &table.authenticator
        && policy.allows_apps()
        && reachable(&policy) != Acr::Authenticator
    {
        // No error: a tenant that only passes the university login on may stand below a house that allows apps.
        policy.authenticator = AuthenticatorUse::Off;
        checker.warning(
            &authenticator.span,
            "policy.authenticator: \"allowed\" does nothing without policy.email.enrolment = \"free\", policy.second_password.use = \"required\" and another policy.two_factor than \"off\"",
        );
    }
    policy
}

fn value<T: Copy>(setting: &Setting<T>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value)
}

fn email(table: &EmailPolicyTable, checker: &mut Checker<'_>) -> EmailPolicy {
    EmailPolicy {
        enrolment: value(&table.enrolment) != Some(Enrolment::Off),
        allow_domains: domains("policy.email.allow_domains", &table.allow_domains, checker),
        deny_domains: domains("policy.email.deny_domains", &table.deny_domains, checker),
        legacy_carrier_addresses: value(&table.legacy_carrier_addresses) != Some(CarrierAddresses::Refuse),
        legacy_carrier_domains: domains("policy.email.legacy_carrier_domains", &table.legacy_carrier_domains, checker),
    }
}

/// Lower case, as addresses are compared.
fn domains(key: &str, values: &[Located<String>], checker: &mut Checker<'_>) -> Vec<String> {
    let mut domains = Vec::new();
    for Located { value, span } in values {
        let domain = value.to_ascii_lowercase();
        if EmailAddress::read(&format!("x@{}", domain.strip_prefix("*.").unwrap_or(&domain))).is_ok() {
            domains.push(domain);
        } else {
            checker.error(span, format!("{key}: \"{value}\" is neither a domain nor \"*.\" and a domain"));
        }
    }
    domains
}

fn second_password(table: &SecondPasswordPolicyTable, checker: &mut Checker<'_>) -> SecondPasswordPolicy {
    SecondPasswordPolicy {
        required: value(&table.usage) != Some(SecondPasswordUse::Off),
        min_length: checker.number("policy.second_password.min_length", &table.min_length, 8..=64),
        max_length: checker.number("policy.second_password.max_length", &table.max_length, 64..=256),
        max_attempts: checker.number("policy.second_password.max_attempts", &table.max_attempts, 3..=10),
        window: checker.minutes("policy.second_password.window", &table.window, 5..=60),
        lock: checker.minutes("policy.second_password.lock", &table.lock, 5..=60),
    }
}

fn auth_key(table: &AuthKeyPolicyTable, checker: &mut Checker<'_>) -> AuthKeyPolicy {
    AuthKeyPolicy {
        digits: checker.number("policy.auth_key.digits", &table.digits, 6..=10),
        lifetime: checker.minutes("policy.auth_key.lifetime", &table.lifetime, 3..=10),
        max_attempts: checker.number("policy.auth_key.max_attempts", &table.max_attempts, 3..=10),
    }
}

fn one_time_url(table: &OneTimeUrlPolicyTable, checker: &mut Checker<'_>) -> OneTimeUrlPolicy {
    OneTimeUrlPolicy {
        lifetime: checker.minutes("policy.one_time_url.lifetime", &table.lifetime, 5..=60),
        code_digits: checker.number("policy.one_time_url.code_digits", &table.code_digits, 6..=10),
        code_max_attempts: checker.number("policy.one_time_url.code_max_attempts", &table.code_max_attempts, 3..=10),
    }
}

fn session(table: &SessionPolicyTable, checker: &mut Checker<'_>) -> SessionPolicy {
    let session = SessionPolicy {
        idle: checker.minutes("policy.session.idle", &table.idle, 5..=60),
        absolute: checker.minutes("policy.session.absolute", &table.absolute, 60..=24 * 60),
    };
    checker.ordered(
        ("policy.session.idle", session.idle),
        ("policy.session.absolute", session.absolute),
        &table.absolute,
    );
    session
}
