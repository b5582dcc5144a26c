//! A login's ticket as it rides in the cookie: of a pushed request, which is a row already, only the key (architecture.md).

use serde::{Deserialize, Serialize};

use super::{Destination, LoginTicket, PendingLogin};
use crate::domain::{
    authorization_request::{AuthorizationRequest, Prompt},
    ids::LoginId,
    secret::{Secret, TokenKey},
};

/// The same names as [`LoginTicket`] has, and one more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CarriedTicket {
    #[serde(rename = "p")]
    Pending(Box<PendingLogin>),
    #[serde(rename = "y")]
    Pushed(Box<PendingLogin<PushedKey>>),
    #[serde(rename = "r")]
    Row { id: LoginId, secret: Secret },
}

impl CarriedTicket {
    pub fn id(&self) -> &LoginId {
        match self {
            Self::Pending(pending) => &pending.id,
            Self::Pushed(pending) => &pending.id,
            Self::Row { id, .. } => id,
        }
    }
}

/// What stands for a pushed request in the cookie.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushedKey {
    #[serde(rename = "y")]
    pub key: TokenKey,
    /// As it is by now: what has been asked once is not asked again.
    #[serde(rename = "o", default)]
    pub prompt: Prompt,
}

impl PendingLogin {
    /// The login of a pushed request without the request.
    pub fn carried(&self) -> Option<PendingLogin<PushedKey>> {
        let request = self.destination.request()?;
        let key = request.pushed.clone()?;
        Some(self.leading_to(PushedKey { key, prompt: request.prompt }))
    }
}

impl PendingLogin<PushedKey> {
    /// The login with the request that the row holds.
    pub fn with(&self, request: AuthorizationRequest) -> LoginTicket {
        let request = AuthorizationRequest { prompt: self.destination.prompt, ..request };
        LoginTicket::Pending(Box::new(self.leading_to(Destination::Client(Box::new(request)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{clock::Timestamp, samples};

    fn pending(pushed: Option<TokenKey>) -> PendingLogin {
        let request = AuthorizationRequest { pushed, state: Some("s".repeat(2000)), ..samples::request() };
        PendingLogin {
            id: LoginId::new("ABCDEFGH"),
            destination: Destination::Client(Box::new(AuthorizationRequest {
                nonce: Some("n".repeat(2000)),
                ..request
            })),
            language: None,
            begun_at: Timestamp::from_seconds(1),
            pressed_at: Timestamp::from_seconds(1),
            departure: None,
            ineligible: None,
        }
    }

    #[test]
    fn a_pushed_request_fits_however_long_it_is_and_comes_back_whole() {
        let pushed = pending(Some(TokenKey::floor(Timestamp::from_seconds(1))));
        assert!(!pending(None).fits());
        assert!(pushed.fits());
        let text = serde_json::to_string(&CarriedTicket::Pushed(Box::new(pushed.carried().unwrap()))).unwrap();
        let CarriedTicket::Pushed(carried) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        let request = pushed.destination.request().unwrap().clone();
        let LoginTicket::Pending(opened) = carried.with(request.clone()) else { panic!("a row") };
        assert_eq!(opened.destination.request(), Some(&request));
    }

    #[test]
    fn what_was_asked_once_stays_asked() {
        let mut pushed = pending(Some(TokenKey::floor(Timestamp::from_seconds(1))));
        let asked =
            AuthorizationRequest { prompt: Prompt::SelectAccount, ..pushed.destination.request().unwrap().clone() };
        pushed.destination =
            Destination::Client(Box::new(AuthorizationRequest { prompt: Prompt::Unset, ..asked.clone() }));
        let LoginTicket::Pending(opened) = pushed.carried().unwrap().with(asked) else { panic!("a row") };
        assert_eq!(opened.destination.demand().prompt, Prompt::Unset);
    }

    #[test]
    fn tickets_read_as_they_were_written() {
        let row = LoginTicket::Row { id: LoginId::new("ABCDEFGH"), secret: Secret::new("s") };
        let text = serde_json::to_string(&row).unwrap();
        assert!(matches!(serde_json::from_str(&text).unwrap(), CarriedTicket::Row { .. }));
        let text = serde_json::to_string(&LoginTicket::Pending(Box::new(pending(None)))).unwrap();
        assert!(matches!(serde_json::from_str(&text).unwrap(), CarriedTicket::Pending(_)));
    }
}
