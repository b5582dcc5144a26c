//! GET and POST /account/two-factor, with D-06 and D-08 beside it: P-18 (journeys J-10).

use axum::response::Response;

use crate::{
    domain::{
        account_visit::{AccountVisit, Errand},
        clock::Timestamp,
        language::LanguageWishes,
        login::{LoginTicket, PendingLogin},
        policy::TwoFactor as Rule,
    },
    flows::{Disabled, Enabled},
    http::{failure::PageFailure, headers::ContentPolicy, paths, visit::see_other},
    theme::{Message, Page, TwoFactor},
};

use super::{AccountPress, AtAccount, confirm};

const ENABLED: &str = "/enabled";
const DISABLED: &str = "/disabled";

/// Where D-06 or D-08 stands.
pub fn done_at(visit: &AccountVisit, done: Errand) -> String {
    let below = if done == Errand::EnableTwoFactor { ENABLED } else { DISABLED };
    paths::account_below(visit, below)
}

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    let forced = at.visit.tenant().policy.two_factor == Rule::Required;
    let email = at.visit.flows().email(at.account())?;
    let page = Page::TwoFactor(TwoFactor {
        action: at.path(),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        enabled: forced || at.account().two_factor,
        forced,
        email_masked: email.map(|email| email.masked()),
        back: at.back(),
    });
    // いいえ is a press, and may lead to the service.
    let leaves = at.wanted.return_to.is_some() && !forced;
    let policy = if leaves { ContentPolicy::IsolatedPageThatLeaves } else { ContentPolicy::IsolatedPage };
    Ok(at.show_with(policy, &page))
}

pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    match (press.text("action"), press.text("target")) {
        ("no", _) => Ok(see_other(&at.back())),
        ("yes", "on") => enable(at).await,
        ("yes", "off") if !at.visit.flows().may_switch_two_factor(at.visit.tenant()) => Ok(see_other(&at.path())),
        ("yes", "off") if at.account().two_factor => Ok(see_other(&at.below(confirm::BELOW))),
        // Off already: the second press sees what the first one did.
        ("yes", "off") => Ok(see_other(&at.below(DISABLED))),
        _ => Err(PageFailure::out_of_order()),
    }
}

async fn enable(at: &AtAccount) -> Result<Response, PageFailure> {
    let visit = &at.visit;
    match at.due(visit.flows().enable_two_factor(visit.tenant(), &at.acting()).await)? {
        Enabled::On => Ok(see_other(&at.below(ENABLED))),
        Enabled::KeyFirst => {
            let pending = for_errand(at, Errand::EnableTwoFactor, visit.house.clock.now());
            let wishes = LanguageWishes { chosen: pending.language, ..LanguageWishes::default() };
            let begun = visit.flows().begin_step_up(visit.tenant(), &pending, &at.live, &wishes, &visit.visitor).await;
            let ticket = at.due(begun)?;
            let mut response = see_other(&visit.path(&paths::page(ticket.id(), "next")));
            visit.give_ticket(response.headers_mut(), &ticket)?;
            Ok(response)
        }
    }
}

/// The second password on the way to off (P-19), and what comes after it.
pub(super) async fn disable(press: &AccountPress) -> Result<Response, PageFailure> {
    let (at, visit) = (&press.at, &press.at.visit);
    let candidate = press.secret("second_password");
    match at.due(visit.flows().disable_two_factor(visit.tenant(), &at.acting(), candidate).await)? {
        Disabled::Off(session) => {
            let mut response = see_other(&at.below(DISABLED));
            visit.give_session(response.headers_mut(), &session);
            Ok(response)
        }
        Disabled::KeyFirst { session, proven_at } => {
            let pending = for_errand(at, Errand::DisableTwoFactor, proven_at);
            let mut response = see_other(&visit.path(&paths::page(&pending.id, "send-auth-key")));
            visit.give_session(response.headers_mut(), &session);
            visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(Box::new(pending)))?;
            Ok(response)
        }
        Disabled::Not(confirmed) => confirm::not_right(at, &confirmed),
    }
}

/// A login that builds on this session and does the errand once its key is proven.
fn for_errand(at: &AtAccount, errand: Errand, begun_at: Timestamp) -> PendingLogin {
    let wanted = AccountVisit { login_hint: None, errand: Some(errand), ..at.wanted.clone() };
    PendingLogin { begun_at, language: Some(at.language()), ..at.visit.flows().begin_account_login(wanted) }
}

/// D-06.
pub async fn enabled(at: AtAccount) -> Result<Response, PageFailure> {
    told(&at, at.account().two_factor, Message::TwoFactorEnabled { ok: at.back() })
}

/// D-08.
pub async fn disabled(at: AtAccount) -> Result<Response, PageFailure> {
    told(&at, !at.account().two_factor, Message::TwoFactorDisabled { ok: at.back() })
}

/// The dialog, as long as it is true.
fn told(at: &AtAccount, is_true: bool, message: Message) -> Result<Response, PageFailure> {
    if is_true { Ok(at.show(&Page::Message(message))) } else { Err(PageFailure::Elsewhere(at.path())) }
}
