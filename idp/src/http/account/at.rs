//! A request at an account page: a live session, the visit it is part of, and the form that came with it (J-13, J-19).

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{
        account::{Account, masked_user_id},
        account_visit::{AccountPage, AccountVisit},
        language::{Language, LanguageWishes},
        login::{Lock, LoginTicket},
        parameters::Parameters,
        secret::Secret,
    },
    flows::{Acting, FlowError, Flows, LiveSession},
    http::{
        csrf,
        failure::PageFailure,
        headers::ContentPolicy,
        oidc::is_form,
        paths,
        visit::{About, Flash, Visit, see_other},
    },
    theme::{Page, Problem, TimeLimit},
};

use super::locked;

/// Somebody signed in at an account page.
pub struct AtAccount {
    pub visit: Visit,
    /// Which page, from which service, and how back.
    pub wanted: AccountVisit,
    pub live: LiveSession,
    support_code: String,
    /// The path that was opened, below the issuer.
    opened: String,
}

/// The end of the path where a page asks for more time.
const EXTEND: &str = "/extend";

/// A form of an account page: sent from our own page, with the session's token.
pub struct AccountPress {
    pub at: AtAccount,
    pub form: Parameters,
}

impl<S: Send + Sync> FromRequestParts<S> for AtAccount {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let path = parts.uri.path();
        let path = path.strip_suffix(EXTEND).unwrap_or(path);
        let page = AccountPage::of_path(path).filter(|page| page.is_offered(&visit.tenant().policy));
        let page = page.ok_or_else(|| PageFailure::not_found().into_response())?;
        let wanted = wanted(&visit, page, parts);
        let opened = Self::open(visit, wanted).await.map_err(IntoResponse::into_response)?;
        opened.map(|at| Self { opened: path.to_owned(), ..at })
    }
}

/// What the address says of the visit; nonsense says nothing.
pub(super) fn wanted(visit: &Visit, page: AccountPage, parts: &Parts) -> AccountVisit {
    let query = parts.uri.query().unwrap_or_default();
    AccountVisit::read(page, &Parameters::parse(query.as_bytes()).unwrap_or_default(), visit.tenant())
}

impl<S: Send + Sync> FromRequest<S> for AccountPress {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        csrf::same_site(&visit, &parts.headers).map_err(IntoResponse::into_response)?;
        if !is_form(&parts.headers) {
            return Err(PageFailure::out_of_order().into_response());
        }
        // Whose session has ended signs in and finds the page empty (J-13): before the form is looked at.
        let at = AtAccount::from_request_parts(&mut parts, state).await?;
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let form = Parameters::parse(&body).ok().filter(|form| form.once().is_ok());
        let form = form.filter(|form| Flows::is_form_token(&at.form_token(), form.get("form_token")));
        form.map(|form| Self { at, form }).ok_or_else(|| PageFailure::out_of_order().into_response())
    }
}

impl AccountPress {
    pub fn text(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }

    pub fn secret(&self, name: &str) -> Secret {
        Secret::new(self.text(name))
    }
}

impl AtAccount {
    /// The page, or the answer that leads to it.
    async fn open(visit: Visit, wanted: AccountVisit) -> Result<Result<Self, Response>, PageFailure> {
        let flows = visit.flows();
        let live = visit.live_session().await?;
        let Some(live) = live.filter(|live| flows.is_enough_for_account_pages(visit.tenant(), live)) else {
            return Ok(Err(begin_login(&visit, wanted, false)?));
        };
        if flows.is_meant_for_another(&wanted, &live)? {
            return Ok(Err(begin_login(&visit, wanted, true)?));
        }
        let live = flows.note_use(live).await?;
        Ok(Ok(Self::after(visit, wanted, live)))
    }

    /// Whoever has just done something here, whatever the session is worth from now on.
    pub(super) fn after(visit: Visit, wanted: AccountVisit, live: LiveSession) -> Self {
        let known = live.session.login.as_ref().map(|login| login.as_str().to_owned());
        let support_code = known.unwrap_or_else(|| visit.flows().support_code());
        let opened = wanted.page.path().to_owned();
        Self { visit, wanted, live, support_code, opened }
    }

    pub fn account(&self) -> &Account {
        &self.live.account
    }

    pub fn user_id_masked(&self) -> String {
        masked_user_id(&self.account().user_id)
    }

    pub fn form_token(&self) -> String {
        self.visit.flows().account_form_token(&self.visit.tenant().id, self.live.session.id)
    }

    /// This page, with all that its visit carries: the `action` of its forms.
    pub fn path(&self) -> String {
        self.visit.path(&paths::account(&self.wanted))
    }

    /// A page below it: `/confirm`.
    pub fn below(&self, below: &str) -> String {
        self.visit.path(&paths::account_below(&self.wanted, below))
    }

    /// The very page that was opened.
    pub fn here(&self) -> String {
        self.visit.path(&format!("{}{}", self.opened, self.wanted.query()))
    }

    /// Another account page in the same visit.
    pub fn path_of(&self, page: AccountPage) -> String {
        self.visit.path(&paths::account(&self.wanted.at(page)))
    }

    /// 戻る, いいえ and OK: to the service, if its return address is registered, else P-29 (J-19 19.2).
    pub fn back(&self) -> String {
        self.wanted.return_to.clone().unwrap_or_else(|| self.path_of(AccountPage::Menu))
    }

    pub fn language(&self) -> Language {
        let wishes = LanguageWishes {
            requested: self.wanted.ui_locale,
            account: self.account().language,
            ..self.visit.wishes()
        };
        self.visit.settle(&wishes)
    }

    /// What flows need to know of a press.
    pub fn acting(&self) -> Acting<'_> {
        Acting {
            live: &self.live,
            client: self.wanted.client.as_ref(),
            language: self.language(),
            visitor: &self.visit.visitor,
        }
    }

    /// For a page that changes something: P-19 first, if the second password was proven too long ago (J-07 7.0).
    pub fn proven_lately(&self) -> Result<(), PageFailure> {
        if self.visit.flows().is_proven_lately(self.visit.tenant(), &self.live) {
            return Ok(());
        }
        Err(PageFailure::Elsewhere(self.below("/confirm")))
    }

    /// The university is asked again, and the visit goes on here.
    pub fn sign_in_anew(&self) -> Result<Response, PageFailure> {
        begin_login(&self.visit, AccountVisit { anew: true, ..self.wanted.clone() }, false)
    }

    /// What was not due any more ends at the page itself: a double click, an older tab, a session that has just ended.
    pub fn due<T>(&self, result: Result<T, FlowError>) -> Result<T, PageFailure> {
        match result {
            Err(FlowError::NotDue) => Err(PageFailure::Elsewhere(self.path())),
            other => Ok(other?),
        }
    }

    /// The page, or one below it (`""`, `/confirm`), again, with what is to be said.
    pub fn again(&self, below: &str, flash: Flash) -> Result<Response, PageFailure> {
        let mut response = see_other(&self.below(below));
        self.visit.give_flash(response.headers_mut(), Flash { place: self.place(below), ..flash })?;
        Ok(response)
    }

    pub fn again_with(&self, below: &str, problems: Vec<Problem>) -> Result<Response, PageFailure> {
        self.again(below, Flash { problems, ..Flash::default() })
    }

    pub fn flash(&self, below: &str) -> Flash {
        self.visit.flash(&self.place(below))
    }

    fn place(&self, below: &str) -> String {
        format!("{}{below}", self.wanted.page.path())
    }

    /// The session ended with the last wrong entry: P-25.
    pub fn locked_out(&self, lock: &Lock) -> Result<Response, PageFailure> {
        let mut response = see_other(&self.visit.path(&locked::path(&self.wanted)));
        self.visit.take_session(response.headers_mut());
        self.visit.give_flash(response.headers_mut(), locked::flash(&self.visit, lock))?;
        Ok(response)
    }

    pub fn show(&self, page: &Page) -> Response {
        self.show_with(ContentPolicy::IsolatedPage, page)
    }

    pub fn show_with(&self, policy: ContentPolicy, page: &Page) -> Response {
        let theme = self.visit.theme_of(self.wanted.client.as_ref());
        let time_limit = Some(self.time_limit());
        let about = About { language: self.language(), support_code: &self.support_code, theme, time_limit };
        self.visit.page_with(StatusCode::OK, policy, page, &about)
    }

    fn time_limit(&self) -> TimeLimit {
        let session = &self.live.session;
        let deadlines = self.visit.tenant().policy.session.deadlines(session.created_at, session.used_at);
        let action = self.visit.path(&format!("{}{EXTEND}{}", self.opened, self.wanted.query()));
        self.visit.time_limit(action, self.form_token(), deadlines)
    }
}

/// J-01, then back to the page; for somebody else than was meant, P-27 first (19.4).
fn begin_login(visit: &Visit, wanted: AccountVisit, for_another: bool) -> Result<Response, PageFailure> {
    let pending = visit.flows().begin_account_login(wanted);
    let first = if for_another { paths::page(&pending.id, "already-signed-in") } else { paths::sign_in(&pending.id) };
    let mut response = see_other(&visit.path(&first));
    visit.give_ticket(response.headers_mut(), &LoginTicket::Pending(Box::new(pending)))?;
    Ok(response)
}
