//! GET and POST /device and /login/{login}/device: P-32, a device is connected (RFC 8628 §3.3).

use axum::{
    extract::{RawQuery, Request},
    response::Response,
};

use crate::{
    domain::{
        account::masked_user_id,
        clock::Timestamp,
        device_code::DeviceVisit,
        language::{Language, LanguageWishes},
        login::{Destination, Gate, LoginTicket},
        parameters::Parameters,
        scope::SUPPORTED,
    },
    flows::{DevicePress, DeviceQuestion, DeviceStanding, Flows, LiveSession, UserCodeEntry},
    http::{
        csrf,
        failure::PageFailure,
        paths,
        visit::{About, Flash, Visit, see_other},
    },
    theme::{ConfirmDevice, Device, DeviceAnswered, Page, Problem},
};

use super::{AtLogin, Press, Standing};

const PAGE: &str = "device";
const FIELD: &str = "user_code";
/// Longer input is no code.
const MOST_KEPT: usize = 32;

/// The number may come with the address (RFC 8628 §3.3.1): it stands in the field, and the person presses.
pub async fn get(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let query = Parameters::parse(query.unwrap_or_default().as_bytes()).ok().filter(|query| query.once().is_ok());
    let query = query.unwrap_or_default();
    let flash = visit.flash(PAGE);
    let typed = flash.kept.get(FIELD).map(String::as_str).or(query.get(FIELD)).unwrap_or_default();
    let page = Page::Device(Device {
        action: visit.path(paths::DEVICE),
        form_token: form_token(&visit),
        user_code: typed.chars().take(MOST_KEPT).collect(),
        errors: flash.problems,
    });
    let support_code = visit.flows().support_code();
    visit.page(&page, &About { language: visit.language(), support_code: &support_code, theme: None, time_limit: None })
}

pub async fn post(visit: Visit, request: Request) -> Result<Response, Response> {
    use axum::response::IntoResponse;
    let form = csrf::form_of(&visit, request).await?;
    entered(&visit, &form).await.map_err(IntoResponse::into_response)
}

async fn entered(visit: &Visit, form: &Parameters) -> Result<Response, PageFailure> {
    let typed = form.get(FIELD).unwrap_or_default();
    // The session that the page was made for has ended or is another one: nothing is lost but the press.
    if !Flows::is_form_token(&form_token(visit), form.get("form_token")) {
        return again(visit, typed, Vec::new());
    }
    match visit.flows().enter_user_code(visit.tenant(), typed, &visit.visitor).await? {
        UserCodeEntry::Right(pending) => {
            // With a session that is enough, the sign-in page leads on by itself.
            let mut response = see_other(&visit.path(&paths::sign_in(&pending.id)));
            visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(pending))?;
            Ok(response)
        }
        UserCodeEntry::Wrong => again(visit, typed, vec![Problem::field(FIELD, "E-72")]),
        UserCodeEntry::Throttled => again(visit, typed, vec![Problem::page("E-04")]),
    }
}

fn again(visit: &Visit, typed: &str, problems: Vec<Problem>) -> Result<Response, PageFailure> {
    let kept = [(FIELD.to_owned(), typed.chars().take(MOST_KEPT).collect())].into();
    let mut response = see_other(&visit.path(paths::DEVICE));
    let flash = Flash { place: PAGE.to_owned(), problems, kept, ..Flash::default() };
    visit.give_flash(response.headers_mut(), flash)?;
    Ok(response)
}

fn form_token(visit: &Visit) -> String {
    let cookie = visit.session_cookie();
    visit.flows().session_form_token(&visit.tenant().id, cookie.as_ref().map(|cookie| cookie.0.expose()))
}

/// Somebody signed in at the page that asks about one device.
struct AtDevice {
    destination: Destination,
    visit: DeviceVisit,
    begun_at: Timestamp,
    language: Option<Language>,
    live: LiveSession,
}

/// Whoever is not there yet is sent to their gate; whoever cannot go on with this login types the number again.
async fn at_device(at: &AtLogin) -> Result<AtDevice, PageFailure> {
    let live = at.visit.live_session().await?;
    let (destination, begun_at, language) = match at.standing().await? {
        Standing::Pending(pending) => {
            let gate = at.visit.flows().pending_gate(at.visit.tenant(), &pending, live.as_ref()).await?;
            if gate != Gate::Done {
                return Err(PageFailure::Elsewhere(at.gate_path(&gate)));
            }
            (pending.destination, pending.begun_at, pending.language)
        }
        Standing::Row(current) if current.login.finished_at.is_none() => {
            return Err(PageFailure::Elsewhere(at.gate_path(&current.gate)));
        }
        Standing::Row(current) => (current.login.destination, current.login.begun_at, Some(current.login.language)),
    };
    let (Destination::Device(visit), Some(live)) = (&destination, live) else {
        return Err(PageFailure::Elsewhere(at.visit.path(paths::DEVICE)));
    };
    Ok(AtDevice { visit: (**visit).clone(), destination, begun_at, language, live })
}

pub async fn ask(at: AtLogin) -> Result<Response, PageFailure> {
    let here = at_device(&at).await?;
    let flows = at.visit.flows();
    let question = flows.device_question(at.visit.tenant(), &here.destination, &here.visit, &here.live).await?;
    let language = language(&at, &here);
    let page = match question.standing {
        DeviceStanding::Open => Page::ConfirmDevice(confirm(&at, &here, &question, language)),
        DeviceStanding::Allowed => answered(&at, true),
        DeviceStanding::Denied => answered(&at, false),
        DeviceStanding::Over => return again(&at.visit, "", vec![Problem::field(FIELD, "E-72")]),
    };
    let theme = question.client.theme.as_deref();
    Ok(at.visit.page(&page, &About { language, support_code: at.id.as_str(), theme, time_limit: None }))
}

fn confirm(at: &AtLogin, here: &AtDevice, question: &DeviceQuestion, language: Language) -> ConfirmDevice {
    let default = at.visit.tenant().default_language;
    ConfirmDevice {
        action: at.path(PAGE),
        form_token: at.form_token(),
        client: question.client.name.in_language(language, default).unwrap_or_default().to_owned(),
        // Everybody who signs in gives `openid`; the longest-lasting stands last.
        scopes: SUPPORTED.into_iter().filter(|one| *one != "openid" && question.scope.contains(one)).collect(),
        resources: question.resources.clone(),
        user_id_masked: masked_user_id(&here.live.account.user_id),
    }
}

fn answered(at: &AtLogin, allowed: bool) -> Page {
    Page::DeviceAnswered(DeviceAnswered { allowed, another: at.visit.path(paths::DEVICE) })
}

/// 接続する, 接続しない. Whatever was not due any more is told by the page itself.
pub async fn answer(press: Press) -> Result<Response, PageFailure> {
    let at = &press.at;
    let here = at_device(at).await?;
    let device = DevicePress {
        login: &at.id,
        begun_at: here.begun_at,
        destination: &here.destination,
        visit: &here.visit,
        live: &here.live,
        allow: press.text("action") == "allow",
    };
    let answer = at.visit.flows().answer_device(at.visit.tenant(), &device, &at.visit.visitor).await;
    match answer {
        Err(crate::flows::FlowError::NotDue) => Err(PageFailure::Elsewhere(at.path(PAGE))),
        answered => {
            answered?;
            Ok(see_other(&at.path(PAGE)))
        }
    }
}

fn language(at: &AtLogin, here: &AtDevice) -> Language {
    let wishes = LanguageWishes { chosen: here.language, account: here.live.account.language, ..at.visit.wishes() };
    at.visit.settle(&wishes)
}
