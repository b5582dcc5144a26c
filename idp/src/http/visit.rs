//! One request as the handlers see it: whose site, which browser, in which language.

mod page;

pub use page::About;

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        browser::Browser,
        ids::{ClientId, LoginId, SessionId},
        language::{Language, LanguageWishes},
        login::{CarriedTicket, LoginTicket},
        secret::Secret,
        tenant::Tenant,
    },
    flows::{FlowError, Flows, LiveSession, SessionCookie, Visitor},
    theme::Problem,
};

use super::{
    client_address::ClientAddress,
    client_certificate::ShownCertificate,
    cookies::{self, CookieNames, Jar},
    paths,
    site::{House, Site},
};

const FLASH_LIFETIME: Duration = Duration::from_mins(1);
const LANGUAGE_LIFETIME: Duration = Duration::from_hours(8760);
/// A flash holds at most this much before sealing (architecture.md).
const MAX_FLASH: usize = 1024;

/// One request at one site; cheap to make, since most endpoints look at little of it, and to clone.
#[derive(Clone)]
pub struct Visit(Arc<Seen>);

/// What is known of a request before anything of it is read.
pub struct Seen {
    pub house: Arc<House>,
    pub site: Arc<Site>,
    pub visitor: Visitor,
    cookies: Vec<HeaderValue>,
    accept_language: Option<HeaderValue>,
    /// The page that the flash is for has read it.
    flash_read: AtomicBool,
}

impl Deref for Visit {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        &self.0
    }
}

/// What the next page must say of the POST before it; read once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flash {
    /// The page it is for: `<login>/<page>`.
    pub place: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Input that stays; never passwords or keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<Once>,
}

/// What the store cannot tell again, on its way to the one page that shows it: to the session that it was made for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Once {
    pub session: SessionId,
    pub texts: Vec<Secret>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::MISDIRECTED_REQUEST)
    }
}

impl Visit {
    pub fn of(house: Arc<House>, site: Arc<Site>, request: &Request) -> Self {
        let address = request.extensions().get::<ClientAddress>();
        let headers = request.headers();
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Self(Arc::new(Seen {
            house,
            site,
            visitor: Visitor {
                address: address.map(|address| address.0),
                browser: text(&header::USER_AGENT).and_then(Browser::of_user_agent),
                certificate: request.extensions().get::<ShownCertificate>().map(|shown| Arc::clone(&shown.0)),
            },
            cookies: headers.get_all(header::COOKIE).iter().cloned().collect(),
            accept_language: headers.get(header::ACCEPT_LANGUAGE).cloned(),
            flash_read: AtomicBool::new(false),
        }))
    }

    /// The cookies that came along.
    pub fn jar(&self) -> Jar {
        Jar::read(&self.cookies)
    }

    pub fn tenant(&self) -> &Tenant {
        &self.site.tenant
    }

    pub fn flows(&self) -> &Flows {
        &self.house.flows
    }

    pub fn cookies(&self) -> CookieNames<'_> {
        CookieNames(&self.site.tenant)
    }

    pub fn session_cookie(&self) -> Option<SessionCookie> {
        self.jar().get(&self.cookies().session()).map(SessionCookie::new)
    }

    pub async fn live_session(&self) -> Result<Option<LiveSession>, FlowError> {
        match self.session_cookie() {
            Some(cookie) => self.flows().live_session(self.tenant(), &cookie).await,
            None => Ok(None),
        }
    }

    /// Whether this browser holds a ticket of this login.
    pub fn holds_ticket(&self, id: &LoginId) -> bool {
        let name = self.cookies().login(id);
        let jar = self.jar();
        let sealed = jar.get(&name).and_then(|value| value.split_once('.'));
        let ticket: Option<CarriedTicket> =
            sealed.and_then(|(_, sealed)| self.flows().open_cookie(&self.tenant().id, &name, sealed));
        ticket.is_some_and(|ticket| ticket.id() == id)
    }

    /// The ticket of a login, if this browser holds it.
    pub async fn ticket(&self, id: &LoginId) -> Result<Option<LoginTicket>, FlowError> {
        let name = self.cookies().login(id);
        let jar = self.jar();
        let Some((_, sealed)) = jar.get(&name).and_then(|value| value.split_once('.')) else { return Ok(None) };
        let ticket = self.flows().open_ticket(&self.tenant().id, &name, sealed).await?;
        Ok(ticket.filter(|ticket| ticket.id() == id))
    }

    /// `Set-Cookie` headers that give this browser a ticket, and take the oldest ones if there are too many.
    pub fn give_ticket(&self, headers: &mut HeaderMap, ticket: &LoginTicket) -> Result<(), FlowError> {
        let name = self.cookies().login(ticket.id());
        let sealed = self.flows().seal_ticket(&self.tenant().id, &name, ticket)?;
        let value = format!("{:012x}.{sealed}", self.house.clock.now().as_millis());
        for surplus in self.jar().surplus_logins(self.cookies(), &name, &value) {
            append(headers, cookies::remove(self.tenant(), &surplus));
        }
        // Longer than the login: its end is told as such (P-28) and not taken for refused cookies (E-03).
        let lifetime = self.flows().limits.login.absolute * 2;
        append(headers, cookies::set(self.tenant(), &name, &value, Some(lifetime)));
        Ok(())
    }

    pub fn take_ticket(&self, headers: &mut HeaderMap, id: &LoginId) {
        append(headers, cookies::remove(self.tenant(), &self.cookies().login(id)));
    }

    pub fn give_session(&self, headers: &mut HeaderMap, session: &SessionCookie) {
        append(headers, cookies::set(self.tenant(), &self.cookies().session(), session.0.expose(), None));
        self.show_browser_state(headers, session);
    }

    /// Where clients' frames may watch: what they read of this session.
    fn show_browser_state(&self, headers: &mut HeaderMap, session: &SessionCookie) {
        if let Some(state) = self.flows().browser_state(self.tenant(), session) {
            append(headers, cookies::set_readable(self.tenant(), &self.cookies().session_state(), &state, None));
        }
    }

    fn hide_browser_state(&self, headers: &mut HeaderMap) {
        if self.tenant().policy.session_management {
            let gone = Some(Duration::ZERO);
            append(headers, cookies::set_readable(self.tenant(), &self.cookies().session_state(), "", gone));
        }
    }

    /// What frames read is brought into step with the session: one that ended by itself has left it behind.
    pub async fn keep_browser_state(&self, headers: &mut HeaderMap) -> Result<(), FlowError> {
        if !self.tenant().policy.session_management {
            return Ok(());
        }
        match (self.live_session().await?, self.session_cookie()) {
            (Some(_), Some(session)) => self.show_browser_state(headers, &session),
            _ => self.hide_browser_state(headers),
        }
        Ok(())
    }

    pub fn take_session(&self, headers: &mut HeaderMap) {
        append(headers, cookies::remove(self.tenant(), &self.cookies().session()));
        self.hide_browser_state(headers);
    }

    pub fn give_language(&self, headers: &mut HeaderMap, language: Language) {
        append(
            headers,
            cookies::set(self.tenant(), &self.cookies().language(), language.tag(), Some(LANGUAGE_LIFETIME)),
        );
    }

    pub fn give_flash(&self, headers: &mut HeaderMap, mut flash: Flash) -> Result<(), FlowError> {
        let name = self.cookies().flash();
        if serde_json::to_vec(&flash).map_or(usize::MAX, |bytes| bytes.len()) > MAX_FLASH {
            flash.kept.clear();
        }
        let sealed = self.flows().seal_cookie(&self.tenant().id, &name, &flash)?;
        append(headers, cookies::set(self.tenant(), &name, &sealed, Some(FLASH_LIFETIME)));
        Ok(())
    }

    /// `Set-Cookie` with a sealed value.
    pub fn give_sealed(
        &self,
        headers: &mut HeaderMap,
        name: &str,
        value: &impl Serialize,
        lifetime: Duration,
    ) -> Result<(), FlowError> {
        let sealed = self.flows().seal_cookie(&self.tenant().id, name, value)?;
        append(headers, cookies::set(self.tenant(), name, &sealed, Some(lifetime)));
        Ok(())
    }

    /// What the POST before has left for this page.
    pub fn flash(&self, place: &str) -> Flash {
        let name = self.cookies().flash();
        let jar = self.jar();
        let text = jar.get(&name);
        let flash: Option<Flash> = text.and_then(|text| self.flows().open_cookie(&self.tenant().id, &name, text));
        let flash = flash.filter(|flash| flash.place == place);
        if flash.is_some() {
            self.flash_read.store(true, Ordering::Relaxed);
        }
        flash.unwrap_or_default()
    }

    /// What speaks for a language, besides what a login knows.
    pub fn wishes(&self) -> LanguageWishes<'_> {
        LanguageWishes {
            cookie: self.jar().get(&self.cookies().language()).and_then(Language::from_tag),
            accept_language: self.accept_language.as_ref().and_then(|value| value.to_str().ok()),
            ..LanguageWishes::default()
        }
    }

    pub fn settle(&self, wishes: &LanguageWishes<'_>) -> Language {
        wishes.settle(&self.site.languages, self.tenant().default_language)
    }

    /// The language of a page outside of any login.
    pub fn language(&self) -> Language {
        self.settle(&self.wishes())
    }

    /// Where orphaned links lead (J-14): the login start of the tenant's default client.
    pub fn start(&self) -> Option<String> {
        let tenant = self.tenant();
        let client = tenant.default_client.as_ref().and_then(|id| tenant.client(id.as_str()))?;
        client.initiate_login_uri.as_ref().map(|uri| initiated(uri, tenant, None))
    }

    /// The login start of one client, or else the default one's. The hint is the client's own, of a request that ran out.
    pub fn start_of(&self, client: &str, login_hint: Option<&str>) -> Option<String> {
        let client = self.tenant().client(client);
        let uri = client.as_ref().and_then(|client| client.initiate_login_uri.as_ref());
        uri.map(|uri| initiated(uri, self.tenant(), login_hint)).or_else(|| self.start())
    }

    /// The look of a client's pages, if its file names one.
    pub fn theme_of(&self, client: Option<&ClientId>) -> Option<&str> {
        client.and_then(|client| self.tenant().clients.get(client)).and_then(|client| client.theme.as_deref())
    }

    /// P-14, where the tenant asks for a second password.
    pub fn forgot(&self) -> Option<String> {
        self.tenant().policy.second_password.required.then(|| self.path(paths::FORGOT))
    }

    pub fn path(&self, path: &str) -> String {
        self.site.path(path)
    }
}

/// OpenID Connect Core §4: the client learns which issuer to come back to, and who is meant, as far as it said so itself.
/// Where to at the client (`target_link_uri`) is never known here.
fn initiated(uri: &str, tenant: &Tenant, login_hint: Option<&str>) -> String {
    use crate::domain::parameters::encode;
    let separator = if uri.contains('?') { '&' } else { '?' };
    let mut address = format!("{uri}{separator}iss={}", encode(tenant.issuer.as_str()));
    if let Some(hint) = login_hint {
        address.push_str("&login_hint=");
        address.push_str(&encode(hint));
    }
    address
}

fn append(headers: &mut HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// 303, always (SR-9).
pub fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
