//! The page that a visit gets, in its frame.

use std::sync::atomic::Ordering;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{
        authorization_response::AuthorizationResponse, language::Language, limits::Deadlines, tenant::LocalizedText,
    },
    theme::{Announcement, Contact, FormPost, Frame, HiddenField, Page, TimeLimit},
};

use super::{
    super::{cookies, headers::ContentPolicy},
    Visit, append, see_other,
};

/// Whose page it is: its language, its support code, the client's theme if it has one, and how long it lasts if it does not for ever.
#[derive(Clone, Debug)]
pub struct About<'a> {
    pub language: Language,
    pub support_code: &'a str,
    pub theme: Option<&'a str>,
    pub time_limit: Option<TimeLimit>,
}

impl Visit {
    pub fn page(&self, page: &Page, about: &About<'_>) -> Response {
        self.page_with(StatusCode::OK, ContentPolicy::PageThatLeaves, page, about)
    }

    pub fn page_with(&self, status: StatusCode, policy: ContentPolicy, page: &Page, about: &About<'_>) -> Response {
        let tenant = self.tenant();
        let theme = about.theme.unwrap_or(&tenant.theme);
        match self.house.themes.page(theme, &self.frame(page, about), page) {
            Ok(html) => {
                let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
                response.extensions_mut().insert(policy);
                if self.flash_read.load(Ordering::Relaxed) {
                    append(response.headers_mut(), cookies::remove(tenant, &self.cookies().flash()));
                }
                response
            }
            Err(error) => {
                tracing::error!(page = page.id(), %error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// What a page says of its end, from now on (WCAG 2.2, 2.2.1).
    pub fn time_limit(&self, action: String, form_token: String, deadlines: Deadlines) -> TimeLimit {
        let now = self.house.clock.now();
        TimeLimit {
            action,
            form_token,
            idle: now.until(deadlines.idle).as_secs(),
            absolute: now.until(deadlines.absolute).as_secs(),
            until: deadlines.nearest(),
        }
    }

    fn frame(&self, page: &Page, about: &About<'_>) -> Frame {
        let (tenant, language) = (self.tenant(), about.language);
        let text =
            |text: &LocalizedText| text.in_language(language, tenant.default_language).unwrap_or_default().to_owned();
        let announced = tenant.maintenance.as_ref().filter(|planned| planned.is_announced(self.house.clock.now()));
        Frame {
            language,
            tenant: text(&tenant.name),
            service: text(&tenant.service_name),
            support_code: about.support_code.to_owned(),
            base: tenant.issuer.path().to_owned(),
            contact: Contact::of(tenant, language),
            mail_domain: tenant.mail_from.rsplit('@').next().unwrap_or_default().to_owned(),
            announcement: announced.map(|planned| Announcement { from: planned.from, until: planned.until }),
            time_limit: about.time_limit.clone().filter(|_| page.takes_time()),
        }
    }

    /// A client's answer on its way through this browser.
    pub fn send_to_client(&self, response: &AuthorizationResponse, about: &About<'_>) -> Response {
        if !response.by_form_post {
            return see_other(&response.location());
        }
        let field =
            |(name, value): &(&'static str, String)| HiddenField { name: (*name).to_owned(), value: value.clone() };
        let fields = response.parameters.iter().map(field).collect();
        let page = Page::FormPost(FormPost { action: response.redirect_uri.as_str().to_owned(), fields });
        self.page(&page, about)
    }
}
