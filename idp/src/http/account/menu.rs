//! GET /account: P-29, the menu (journeys J-19 19.3).

use axum::response::Response;

use crate::{
    domain::{
        account_visit::{AccountPage, AccountVisit},
        policy::TwoFactor,
    },
    http::failure::PageFailure,
    theme::{AccountMenu, Page, TwoFactorItem},
};

use super::AtAccount;

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    let tenant = at.visit.tenant();
    let client = at.wanted.client.as_ref().or(tenant.default_client.as_ref());
    let client = client.and_then(|client| tenant.client(client.as_str()));
    let menu = client.as_ref().map(|client| &client.menu);
    let offered = |page: AccountPage| page.is_offered(&tenant.policy).then(|| at.path_of(page));
    let enabled = tenant.policy.two_factor == TwoFactor::Required || at.account().two_factor;
    let out = AccountVisit { return_to: None, ..at.wanted.at(AccountPage::Menu) };
    let page = Page::Account(AccountMenu {
        user_id_masked: at.user_id_masked(),
        top: menu.and_then(|menu| menu.top.clone()),
        manual: menu.and_then(|menu| menu.manual.clone()),
        email: offered(AccountPage::Email),
        second_password: offered(AccountPage::SecondPassword),
        two_factor: offered(AccountPage::TwoFactor).map(|href| TwoFactorItem { href, enabled }),
        logout: at.visit.path(&format!("/logout{}", out.query())),
        authenticator: offered(AccountPage::Authenticator),
        sessions: at.path_of(AccountPage::Sessions),
    });
    Ok(at.show(&page))
}
