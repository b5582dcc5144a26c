//! Where a finished login leads, and what that asks of it (architecture.md, A login from cookie to code).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{
    account_visit::{AccountVisit, Errand},
    acr::Acr,
    authorization_request::{AuthorizationRequest, Prompt},
    device_code::DeviceVisit,
    ids::{ClientId, Subject},
    language::Language,
};

/// Where a finished login leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// To a client, with a code.
    #[serde(rename = "c")]
    Client(Box<AuthorizationRequest>),
    /// To an account page, without one.
    #[serde(rename = "a")]
    Account(Box<AccountVisit>),
    /// To the page that asks whether a device may go on (RFC 8628 §3.3); the device fetches its tokens itself.
    #[serde(rename = "d")]
    Device(Box<DeviceVisit>),
}

/// What a destination asks of its login, beyond what tenant, client and account do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand<'a> {
    /// First choice first; empty: the client's defaults.
    pub acr_values: &'a [Acr],
    pub acr_is_essential: bool,
    pub max_age: Option<Duration>,
    pub prompt: Prompt,
    /// Whose login it must be.
    pub subject: Option<&'a Subject>,
    /// An auth key proven before this login counts for nothing.
    pub key_anew: bool,
}

impl Destination {
    /// The client's request, if a client is to be answered.
    pub fn request(&self) -> Option<&AuthorizationRequest> {
        match self {
            Self::Client(request) => Some(request),
            Self::Account(_) | Self::Device(_) => None,
        }
    }

    /// The service that the person comes from, if it is known.
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Client(request) => Some(&request.client),
            Self::Account(visit) => visit.client.as_ref(),
            Self::Device(visit) => Some(&visit.client),
        }
    }

    /// The client that this login is to give something, so what it demands of logins counts.
    pub fn served_client(&self) -> Option<&ClientId> {
        match self {
            Self::Client(_) | Self::Device(_) => self.client(),
            Self::Account(_) => None,
        }
    }

    pub fn demand(&self) -> Demand<'_> {
        match self {
            Self::Client(request) => request.demand(),
            Self::Account(visit) => Demand {
                acr_values: if visit.errand.is_some() { &[Acr::AuthKey] } else { &[] },
                acr_is_essential: visit.errand.is_some(),
                prompt: if visit.anew { Prompt::Login } else { Prompt::Unset },
                key_anew: visit.errand.is_some(),
                ..Demand::default()
            },
            // The client's own settings say what it needs.
            Self::Device(_) => Demand::default(),
        }
    }

    pub fn ui_locale(&self) -> Option<Language> {
        match self {
            Self::Client(request) => request.ui_locale,
            Self::Account(visit) => visit.ui_locale,
            Self::Device(_) => None,
        }
    }

    pub fn login_hint(&self) -> Option<&str> {
        match self {
            Self::Client(request) => request.login_hint.as_deref(),
            Self::Account(visit) => visit.login_hint.as_deref(),
            Self::Device(_) => None,
        }
    }

    pub fn errand(&self) -> Option<Errand> {
        match self {
            Self::Client(_) | Self::Device(_) => None,
            Self::Account(visit) => visit.errand,
        }
    }

    /// The same without its errand: what was begun in a session is not gone on with in another login.
    #[must_use]
    pub fn without_errand(self) -> Self {
        match self {
            Self::Account(mut visit) => {
                visit.errand = None;
                Self::Account(visit)
            }
            other => other,
        }
    }
}

impl AuthorizationRequest {
    pub fn demand(&self) -> Demand<'_> {
        Demand {
            acr_values: &self.acr.values,
            acr_is_essential: self.acr.essential,
            max_age: self.max_age,
            prompt: self.prompt,
            subject: self.subject.as_ref(),
            key_anew: false,
        }
    }
}
