//! A request at one login: the browser's ticket, the form that came with it, and where the login stands.

use std::collections::HashMap;

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{Method, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{
        authorization_response::AuthorizationResponse,
        clock::Timestamp,
        ids::LoginId,
        language::Language,
        login::{Gate, LoginTicket, PendingLogin},
        outbox::{LetterStanding, LetterState},
        parameters::Parameters,
        secret::Secret,
    },
    flows::{Current, Finished, FlowError, Flows, LiveSession},
    http::{
        account::two_factor,
        csrf,
        failure::PageFailure,
        paths,
        visit::{About, Flash, Visit, see_other},
    },
    theme::{MailStatus, Page, Problem, TimeLimit},
};

/// A login that this browser holds a ticket for.
pub struct AtLogin {
    pub visit: Visit,
    pub id: LoginId,
    pub ticket: LoginTicket,
}

/// What stands behind a ticket.
pub enum Standing {
    /// Only the browser knows of it yet.
    Pending(Box<PendingLogin>),
    Row(Box<Current>),
}

/// A form of a sign-in page: sent from our own page, with the login's token.
pub struct Press {
    pub at: AtLogin,
    pub form: Parameters,
}

impl<S: Send + Sync> FromRequestParts<S> for AtLogin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let Ok(Path(path)) = Path::<HashMap<String, String>>::from_request_parts(parts, state).await else {
            return Err(PageFailure::not_found().into_response());
        };
        let Some(id) = path.get("login").and_then(|text| LoginId::from_lower(text)) else {
            return Err(PageFailure::not_found().into_response());
        };
        let ticket = visit.ticket(&id).await.map_err(|error| PageFailure::from(error).into_response())?;
        match ticket {
            Some(ticket) => Ok(Self { visit, id, ticket }),
            None => Err(without_ticket(&visit, &id, parts)),
        }
    }
}

/// No live login here (J-14): a browser that refuses cookies is told so, an old P-01 leads to the login start.
fn without_ticket(visit: &Visit, id: &LoginId, parts: &Parts) -> Response {
    if visit.jar().is_empty() && (parts.method == Method::POST || visit.flows().has_just_begun(id)) {
        return PageFailure::no_cookies().into_response();
    }
    let path = parts.uri.path();
    let leads_to_sign_in = path == paths::sign_in(id) || path == paths::page(id, "restart");
    match visit.start() {
        Some(start) if leads_to_sign_in && parts.method != Method::POST => see_other(&start),
        _ => PageFailure::TimedOut.into_response(),
    }
}

impl<S: Send + Sync> FromRequest<S> for Press {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let at = AtLogin::from_request_parts(&mut parts, state).await?;
        let form = csrf::form_of(&at.visit, Request::from_parts(parts, body)).await?;
        let expected = at.form_token();
        if Flows::is_form_token(&expected, form.get("form_token")) {
            return Ok(Self { at, form });
        }
        // A page from before the university answered carries the older token: its press ends at the gate.
        let older = at.visit.flows().pending_form_token(&at.visit.tenant().id, &at.id);
        let was_ours = Flows::is_form_token(&older, form.get("form_token"));
        match at.ticket {
            LoginTicket::Row { .. } if was_ours => Err(see_other(&at.path("next"))),
            _ => Err(PageFailure::out_of_order().into_response()),
        }
    }
}

impl Press {
    pub fn text(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }

    pub fn secret(&self, name: &str) -> Secret {
        Secret::new(self.text(name))
    }
}

impl AtLogin {
    pub fn form_token(&self) -> String {
        self.visit.flows().login_form_token(&self.visit.tenant().id, &self.ticket)
    }

    /// A complete path below this login.
    pub fn path(&self, page: &str) -> String {
        self.visit.path(&paths::page(&self.id, page))
    }

    /// P-14, where the tenant asks for a second password.
    pub fn forgot(&self) -> Option<String> {
        let has = self.visit.tenant().policy.second_password.required;
        has.then(|| self.visit.path(&paths::forgot(&self.id)))
    }

    pub fn gate_path(&self, gate: &Gate) -> String {
        self.visit.path(&paths::of(&self.id, gate))
    }

    pub async fn standing(&self) -> Result<Standing, PageFailure> {
        match &self.ticket {
            LoginTicket::Pending(pending) => {
                let limits = &self.visit.flows().limits.login;
                if pending.is_expired(limits, self.visit.house.clock.now()) {
                    return Err(PageFailure::TimedOut);
                }
                Ok(Standing::Pending(pending.clone()))
            }
            LoginTicket::Row { secret, .. } => {
                let current = self.visit.flows().current(self.visit.tenant(), &self.id, secret).await?;
                Ok(Standing::Row(Box::new(current)))
            }
        }
    }

    /// The unfinished row of this login; whoever is not there yet, or through already, is sent where they belong.
    pub async fn current(&self) -> Result<Current, PageFailure> {
        match self.standing().await? {
            Standing::Pending(_) => Err(PageFailure::Elsewhere(self.gate_path(&Gate::SignIn))),
            Standing::Row(current) if current.login.finished_at.is_none() => Ok(*current),
            Standing::Row(_) => match self.visit.live_session().await? {
                Some(_) => Err(PageFailure::Elsewhere(self.path("already-signed-in"))),
                None => Err(PageFailure::TimedOut),
            },
        }
    }

    /// The row, if this very page is due.
    pub async fn current_at(&self, is_due: impl Fn(&Gate) -> bool) -> Result<Current, PageFailure> {
        let current = self.current().await?;
        if is_due(&current.gate) { Ok(current) } else { Err(PageFailure::Elsewhere(self.gate_path(&current.gate))) }
    }

    /// The row for a press. Another tab may have finished meanwhile (J-13): then it is P-27's turn.
    pub async fn pressed(&self) -> Result<Current, PageFailure> {
        let current = self.current().await?;
        self.unless_signed_in(current.login.begun_at).await?;
        self.visit.flows().note_press(self.visit.tenant(), &current).await?;
        Ok(current)
    }

    pub async fn unless_signed_in(&self, begun_at: Timestamp) -> Result<(), PageFailure> {
        match self.visit.live_session().await? {
            Some(live) if live.session.is_proven_after(begun_at) => {
                Err(PageFailure::Elsewhere(self.path("already-signed-in")))
            }
            _ => Ok(()),
        }
    }

    /// How long this login lasts that began and was last pressed then.
    pub fn time_limit(&self, begun_at: Timestamp, pressed_at: Timestamp) -> TimeLimit {
        let deadlines = self.visit.flows().limits.login.deadlines(begun_at, pressed_at);
        self.visit.time_limit(self.path("extend"), self.form_token(), deadlines)
    }

    /// What was not due any more ends at the gate: a double click, an older tab.
    pub fn due<T>(&self, result: Result<T, FlowError>) -> Result<T, PageFailure> {
        match result {
            Err(FlowError::NotDue) => Err(PageFailure::Elsewhere(self.path("next"))),
            other => Ok(other?),
        }
    }

    /// 303 to the gate that is due now, or the end of the login.
    pub fn onward(&self) -> Response {
        see_other(&self.path("next"))
    }

    /// The same page again, with what is to be said.
    pub fn again(&self, page: &str, flash: Flash) -> Result<Response, PageFailure> {
        let address = if page == "sign-in" { self.visit.path(&paths::sign_in(&self.id)) } else { self.path(page) };
        let mut response = see_other(&address);
        let place = self.place(page);
        self.visit.give_flash(response.headers_mut(), Flash { place, ..flash })?;
        Ok(response)
    }

    pub fn again_with(&self, page: &str, problems: Vec<Problem>) -> Result<Response, PageFailure> {
        self.again(page, Flash { problems, ..Flash::default() })
    }

    pub fn flash(&self, page: &str) -> Flash {
        self.visit.flash(&self.place(page))
    }

    fn place(&self, page: &str) -> String {
        format!("{}/{page}", self.id)
    }

    /// A page of a login that is a row.
    pub fn show(&self, current: &Current, page: &Page) -> Response {
        self.visit.page(page, &self.about(current))
    }

    /// The language of a login that is a row.
    pub fn language(&self, current: &Current) -> Language {
        let wished = current.login.language;
        let offered = self.visit.site.languages.contains(&wished);
        if offered { wished } else { self.visit.tenant().default_language }
    }

    fn about<'a>(&'a self, current: &'a Current) -> About<'a> {
        About {
            language: self.language(current),
            support_code: self.id.as_str(),
            theme: current.client.as_ref().and_then(|client| client.theme.as_deref()),
            time_limit: waits_for_the_person(current)
                .then(|| self.time_limit(current.login.begun_at, current.login.pressed_at)),
        }
    }

    /// The client is told how this login ended, and the browser forgets it.
    pub fn answer(&self, current: &Current, response: &AuthorizationResponse) -> Response {
        let mut answer = self.visit.send_to_client(response, &self.about(current));
        self.visit.take_ticket(answer.headers_mut(), &self.id);
        answer
    }

    /// Every gate is passed: the client's answer or the account page, and the browser's session.
    pub async fn finish(&self, current: &Current) -> Result<Response, PageFailure> {
        let visit = &self.visit;
        let live = visit.live_session().await?;
        if other_account(live.as_ref(), current) {
            return Ok(see_other(&self.path("already-signed-in")));
        }
        let finished = visit.flows().finish_login(visit.tenant(), current, live.as_ref(), &visit.visitor).await;
        match self.due(finished)? {
            Finished::Answered { response, session } => {
                let mut answer = visit.send_to_client(&response, &self.about(current));
                visit.give_session(answer.headers_mut(), &session);
                Ok(answer)
            }
            Finished::Entered { visit: wanted, done, session } => {
                let open = done.map_or_else(|| paths::account(&wanted), |done| two_factor::done_at(&wanted, done));
                let mut answer = see_other(&visit.path(&open));
                visit.give_session(answer.headers_mut(), &session);
                Ok(answer)
            }
            Finished::AtDevice(session) => {
                let mut answer = see_other(&self.path("device"));
                visit.give_session(answer.headers_mut(), &session);
                Ok(answer)
            }
            Finished::OtherSubject(response) => Ok(self.answer(current, &response)),
        }
    }
}

/// Whether something would be lost with the login: at the other gates it has done its part, and a new one begins.
fn waits_for_the_person(current: &Current) -> bool {
    let has_done_its_part =
        matches!(current.gate, Gate::EmailRegistered | Gate::SecondPasswordSet | Gate::Locked(_) | Gate::Unmet);
    current.login.finished_at.is_none() && !has_done_its_part
}

/// Somebody else is signed in here: two people are never mixed (J-13).
pub fn other_account(live: Option<&LiveSession>, current: &Current) -> bool {
    live.is_some_and(|live| live.account.id != current.account.id)
}

/// What a waiting page says of its mail (journeys 1.3, 14).
pub fn mail_status(letter: Option<&LetterStanding>) -> MailStatus {
    let Some(letter) = letter else { return MailStatus::Queued };
    match letter.state {
        LetterState::Queued => MailStatus::Queued,
        LetterState::Delayed => MailStatus::Delayed,
        LetterState::Sent if letter.is_delayed => MailStatus::Delayed,
        LetterState::Sent => MailStatus::Sent(letter.sent_at.unwrap_or(letter.changed_at)),
        LetterState::Delivered => MailStatus::Delivered(letter.changed_at),
        LetterState::Refused => MailStatus::Refused,
        LetterState::Unsent | LetterState::Expired => MailStatus::Failed,
    }
}
