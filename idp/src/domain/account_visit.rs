//! A visit of an account page: which page, from which service, and how back (journeys J-19).

use serde::{Deserialize, Serialize};

use super::{
    account::Account,
    ids::ClientId,
    language::Language,
    parameters::{Parameters, encode},
    policy::{Policy, TwoFactor},
    tenant::Tenant,
};

/// A hint longer than this names nobody.
const MAX_HINT: usize = 256;

/// The pages below `/account` that a visit can be meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountPage {
    /// P-29.
    #[serde(rename = "m")]
    Menu,
    /// P-09, P-10, P-12.
    #[serde(rename = "e")]
    Email,
    /// P-13.
    #[serde(rename = "p")]
    SecondPassword,
    /// P-18.
    #[serde(rename = "t")]
    TwoFactor,
    /// P-33.
    #[serde(rename = "s")]
    Sessions,
    /// P-35.
    #[serde(rename = "a")]
    Authenticator,
}

impl AccountPage {
    pub const ALL: [Self; 6] =
        [Self::Menu, Self::Email, Self::SecondPassword, Self::TwoFactor, Self::Sessions, Self::Authenticator];

    /// Its path below the issuer (contract.md, URLs).
    pub const fn path(self) -> &'static str {
        match self {
            Self::Menu => "/account",
            Self::Email => "/account/email",
            Self::SecondPassword => "/account/second-password",
            Self::TwoFactor => "/account/two-factor",
            Self::Sessions => "/account/sessions",
            Self::Authenticator => "/account/authenticator",
        }
    }

    /// The page that a path belongs to: its own, or one below it.
    pub fn of_path(path: &str) -> Option<Self> {
        let own =
            |page: &Self| path.strip_prefix(page.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Self::ALL.into_iter().filter(own).max_by_key(|page| page.path().len()).filter(|page| {
            // Below the menu there are only the other pages.
            *page != Self::Menu || path == Self::Menu.path()
        })
    }

    /// Whether a tenant with this policy has the page at all.
    pub fn is_offered(self, policy: &Policy) -> bool {
        match self {
            Self::Menu | Self::Sessions => true,
            Self::Email => policy.email.enrolment,
            Self::SecondPassword => policy.second_password.required,
            Self::Authenticator => policy.allows_apps(),
            Self::TwoFactor => {
                policy.second_password.required && policy.email.enrolment && policy.two_factor != TwoFactor::Off
            }
        }
    }
}

/// What a login does on its way to an account page, once its key is proven (journeys J-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    #[serde(rename = "on")]
    EnableTwoFactor,
    #[serde(rename = "off")]
    DisableTwoFactor,
}

/// Why a browser is at an account page; what cannot be believed was left out when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountVisit {
    #[serde(rename = "p")]
    pub page: AccountPage,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// One of the client's `account_return_uris`, to the letter (SR-10).
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub ui_locale: Option<Language>,
    /// Whom the client has in mind.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// The university is asked again, session or not: a tenant without second passwords has no other fresh proof.
    #[serde(rename = "n", default, skip_serializing_if = "std::ops::Not::not")]
    pub anew: bool,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub errand: Option<Errand>,
}

impl AccountVisit {
    /// A visit of one page, with nothing else known.
    pub const fn of(page: AccountPage) -> Self {
        Self { page, client: None, return_to: None, ui_locale: None, login_hint: None, anew: false, errand: None }
    }

    /// Reads the parameters of an account page's address; a repeated one says nothing.
    pub fn read(page: AccountPage, parameters: &Parameters, tenant: &Tenant) -> Self {
        let get = |name: &str| parameters.get(name).filter(|_| !parameters.is_repeated(name));
        let client = get("client_id").and_then(|id| tenant.client(id));
        let registered =
            |uri: &&str| client.as_ref().is_some_and(|client| client.account_return_uris.iter().any(|own| own == uri));
        Self {
            return_to: get("return_to").filter(registered).map(str::to_owned),
            client: client.map(|client| client.id.clone()),
            ui_locale: get("ui_locales").and_then(|tags| Language::first_of(tags, &tenant.languages)),
            login_hint: get("login_hint").filter(|hint| hint.len() <= MAX_HINT).map(str::to_owned),
            ..Self::of(page)
        }
    }

    /// The same visit at another page.
    #[must_use]
    pub fn at(&self, page: AccountPage) -> Self {
        Self { page, login_hint: None, anew: false, errand: None, ..self.clone() }
    }

    /// What stands behind the page's path, from `?` on; empty if there is nothing to say.
    pub fn query(&self) -> String {
        let parameters = [
            ("client_id", self.client.as_ref().map(ClientId::as_str)),
            ("return_to", self.return_to.as_deref()),
            ("ui_locales", self.ui_locale.map(Language::tag)),
            ("login_hint", self.login_hint.as_deref()),
        ];
        let mut query = String::new();
        for (name, value) in parameters {
            let Some(value) = value else { continue };
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&encode(value));
        }
        query
    }

    /// Whether the hint, if there is one, names this account: by user ID, `sub` or address.
    pub fn is_meant_for(&self, account: &Account, email: Option<&str>) -> bool {
        let Some(hint) = &self.login_hint else { return true };
        *hint == account.user_id || **hint == *account.subject.0 || email.is_some_and(|email| email == hint)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{client::Client, samples};

    fn tenant() -> Tenant {
        let mut tenant = samples::tenant();
        let client = Client { account_return_uris: vec!["https://rp.example/?a=b c".into()], ..samples::client() };
        tenant.clients.insert(client.id.clone(), Arc::new(client));
        tenant
    }

    fn read(query: &str) -> AccountVisit {
        AccountVisit::read(AccountPage::Email, &Parameters::parse(query.as_bytes()).unwrap(), &tenant())
    }

    #[test]
    fn only_a_registered_return_address_of_this_very_client_counts() {
        let good = "client_id=rp&return_to=https%3A%2F%2Frp.example%2F%3Fa%3Db+c";
        assert_eq!(read(good).return_to.as_deref(), Some("https://rp.example/?a=b c"));
        for foreign in [
            "return_to=https%3A%2F%2Frp.example%2F%3Fa%3Db+c",
            "client_id=other&return_to=https%3A%2F%2Frp.example%2F%3Fa%3Db+c",
            "client_id=rp&return_to=https%3A%2F%2Frp.example%2F",
            "client_id=rp&return_to=https%3A%2F%2Frp.example%2F%3Fa%3Db+c%23x",
            "client_id=rp&return_to=HTTPS%3A%2F%2Frp.example%2F%3Fa%3Db+c",
            "client_id=rp&return_to=javascript%3Aalert(1)",
        ] {
            assert_eq!(read(foreign).return_to, None, "{foreign}");
        }
        assert_eq!(read(&format!("{good}&return_to=https%3A%2F%2Frp.example%2F%3Fa%3Db+c")).return_to, None);
    }

    #[test]
    fn what_was_read_is_what_stands_in_the_address_again() {
        let query = "client_id=rp&return_to=https%3A%2F%2Frp.example%2F%3Fa%3Db+c&ui_locales=fr+en-GB&login_hint=s%261";
        let visit = read(query);
        assert_eq!(visit.ui_locale, Some(Language::En));
        assert_eq!(read(visit.query().trim_start_matches('?')), visit);
        assert_eq!(AccountVisit::of(AccountPage::Menu).query(), "");
    }

    #[test]
    fn every_path_leads_to_its_page_and_no_other() {
        for page in AccountPage::ALL {
            assert_eq!(AccountPage::of_path(page.path()), Some(page));
        }
        assert_eq!(AccountPage::of_path("/account/two-factor/enabled"), Some(AccountPage::TwoFactor));
        for foreign in ["/accounts", "/account/emails", "/account/", "/account/x", "/login"] {
            assert_eq!(AccountPage::of_path(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_hint_names_by_user_id_subject_or_address() {
        let account = samples::account();
        let hinted = |hint: &str| AccountVisit { login_hint: Some(hint.into()), ..read("") };
        for mine in ["s2025001", "sub-1", "a@example.jp"] {
            assert!(hinted(mine).is_meant_for(&account, Some("a@example.jp")), "{mine}");
        }
        assert!(!hinted("s2025002").is_meant_for(&account, None));
        assert!(read("").is_meant_for(&account, None));
    }
}
