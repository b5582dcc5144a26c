//! /account/authenticator, with the removal and P-36 below it: P-35, an app is set up or removed.

use axum::response::Response;

use crate::{
    domain::recovery_code::grouped,
    flows::{Confirmed, Enrolment, PasswordEntry, Removal},
    http::{
        failure::PageFailure,
        login::second_password::entry_problem,
        visit::{Flash, Once, see_other},
    },
    theme::{AppOffer, ConfirmSecondPassword, Locked, Page, Picture, Problem, RecoveryCodes, SetUpAuthenticator},
};

use super::{AccountPress, AtAccount, locked::minutes_left};

const CODES: &str = "/recovery-codes";
const REMOVE: &str = "/remove";
/// In the flash of the page that follows a removal.
const REMOVED: &str = "removed";

pub async fn get(at: AtAccount) -> Result<Response, PageFailure> {
    at.proven_lately()?;
    let flash = at.flash("");
    let offer = if at.account().authenticator.is_none() { Some(offer(&at)?) } else { None };
    let page = Page::SetUpAuthenticator(SetUpAuthenticator {
        action: at.path(),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        removed: flash.kept.contains_key(REMOVED),
        remove: at.below(REMOVE),
        offer,
        back: at.back(),
        errors: flash.problems,
    });
    Ok(at.show(&page))
}

fn offer(at: &AtAccount) -> Result<AppOffer, PageFailure> {
    let (tenant, language) = (at.visit.tenant(), at.language());
    let secret = at.visit.flows().offered_secret(tenant, &at.live)?;
    // One name only: every character of it is eighteen in the picture.
    let service = tenant.service_name.in_language(language, tenant.default_language).unwrap_or_default();
    let uri = secret.uri(service, &at.account().user_id);
    let uri = uri.ok_or_else(PageFailure::out_of_order)?;
    let picture = Picture::of(uri.expose()).ok_or_else(PageFailure::out_of_order)?;
    Ok(AppOffer { picture, secret: secret.groups().expose().to_owned(), uri: uri.expose().to_owned() })
}

/// 設定: a code shows that the app has the secret.
pub async fn post(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    at.proven_lately()?;
    let flows = at.visit.flows();
    let enrolment = flows.set_up_authenticator(at.visit.tenant(), &at.acting(), press.text("code")).await;
    match at.due(enrolment)? {
        Enrolment::Wrong => at.again_with("", vec![Problem::field("code", "E-71")]),
        Enrolment::Done(codes) => {
            let once = Once { session: at.live.session.id, texts: codes };
            at.again(CODES, Flash { once: Some(once), ..Flash::default() })
        }
    }
}

/// P-36: in this one answer only.
pub async fn recovery_codes(at: AtAccount) -> Result<Response, PageFailure> {
    let once = at.flash(CODES).once.filter(|once| once.session == at.live.session.id);
    let Some(once) = once else { return Err(PageFailure::Elsewhere(at.path())) };
    let page = Page::RecoveryCodes(RecoveryCodes {
        action: at.below(CODES),
        form_token: at.form_token(),
        codes: once.texts.iter().map(grouped).collect(),
    });
    Ok(at.show(&page))
}

/// 保管しました.
pub async fn stored(press: AccountPress) -> Result<Response, PageFailure> {
    Ok(see_other(&press.at.path()))
}

/// The second password once more, always; before it a new login, if the last one is old.
pub async fn ask_removal(at: AtAccount) -> Result<Response, PageFailure> {
    if at.account().authenticator.is_none() {
        return Err(PageFailure::Elsewhere(at.path()));
    }
    if !at.visit.flows().may_remove_authenticator(at.visit.tenant(), &at.live) {
        return at.sign_in_anew();
    }
    if let Some(lock) = at.visit.flows().second_password_lock(at.visit.tenant(), at.account()).await? {
        let minutes = minutes_left(&lock, at.visit.house.clock.now());
        return Ok(at.show(&Page::Locked(Locked { minutes, forgot: None, sign_in: None, back: Some(at.back()) })));
    }
    let page = Page::ConfirmSecondPassword(ConfirmSecondPassword {
        action: at.below(REMOVE),
        form_token: at.form_token(),
        user_id_masked: at.user_id_masked(),
        back: at.path(),
        errors: at.flash(REMOVE).problems,
    });
    Ok(at.show(&page))
}

pub async fn remove(press: AccountPress) -> Result<Response, PageFailure> {
    let at = &press.at;
    let candidate = press.secret("second_password");
    let removal = at.visit.flows().remove_authenticator(at.visit.tenant(), &at.acting(), candidate).await;
    match at.due(removal)? {
        Removal::Done(session) => {
            let kept = [(REMOVED.to_owned(), String::new())].into();
            let mut response = at.again("", Flash { kept, ..Flash::default() })?;
            at.visit.give_session(response.headers_mut(), &session);
            Ok(response)
        }
        Removal::Not(Confirmed::LockedOut(lock)) => at.locked_out(&lock),
        Removal::Not(Confirmed::Not(PasswordEntry::Locked(_)) | Confirmed::Right(_)) => {
            Ok(see_other(&at.below(REMOVE)))
        }
        Removal::Not(Confirmed::Not(entry)) => {
            at.again_with(REMOVE, entry_problem(&entry, "second_password", "E-50").into_iter().collect())
        }
    }
}
