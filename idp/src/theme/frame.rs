//! What stands around every page: header, contact block, support code.

use serde::Serialize;

use crate::domain::{
    clock::Timestamp,
    language::Language,
    tenant::{LocalizedText, Tenant},
};

/// What a page shows besides its own content (journeys 1.3, 1).
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    pub language: Language,
    /// The university's name in `language`.
    pub tenant: String,
    /// The service's name in `language`.
    pub service: String,
    pub support_code: String,
    /// Path of the issuer without a slash at its end (`""` or `/uni`): assets lie below it.
    pub base: String,
    pub contact: Contact,
    /// The domain that mails come from.
    pub mail_domain: String,
    /// Maintenance that is announced (journeys J-20).
    pub announcement: Option<Announcement>,
    /// None: the page lasts.
    pub time_limit: Option<TimeLimit>,
}

/// Whom to ask, in the language of the page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Contact {
    pub office: Option<String>,
    pub phone: Option<String>,
    pub hours: Option<String>,
    pub url: Option<String>,
    pub operator_name: Option<String>,
    pub operator_phone: Option<String>,
    pub operator_hours: Option<String>,
    pub chat_url: Option<String>,
    pub graduates_url: Option<String>,
    pub university_password_url: Option<String>,
}

/// A planned interruption.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Announcement {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// How long the page may be left alone, and where its button asks for more time (WCAG 2.2, 2.2.1).
#[derive(Clone, Debug, Serialize)]
pub struct TimeLimit {
    pub action: String,
    pub form_token: String,
    /// Seconds that are left without a press.
    pub idle: u64,
    /// Seconds that are left in any case.
    pub absolute: u64,
    /// The end that comes first.
    pub until: Timestamp,
}

impl Contact {
    /// A tenant's contact block in one language.
    pub fn of(tenant: &Tenant, language: Language) -> Self {
        let text = |text: &LocalizedText| text.in_language(language, tenant.default_language).map(str::to_owned);
        let contact = &tenant.contact;
        Self {
            office: text(&contact.office),
            phone: text(&contact.phone),
            hours: text(&contact.hours),
            url: text(&contact.url),
            operator_name: text(&contact.operator_name),
            operator_phone: text(&contact.operator_phone),
            operator_hours: text(&contact.operator_hours),
            chat_url: text(&contact.chat_url),
            graduates_url: text(&contact.graduates_url),
            university_password_url: text(&contact.university_password_url),
        }
    }
}
