//! Names of things: each kind of id is its own type, so that none is taken for another.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}

text_id!(
    /// A university: `[a-z0-9-]`, at most 32.
    TenantId
);
text_id!(
    /// A relying party within its tenant.
    ClientId
);
text_id!(
    /// An upstream within its tenant.
    UpstreamId
);
text_id!(
    /// One sign-in attempt: its support code (eight characters of A–Z and 2–9 without I and O). It opens nothing by itself.
    LoginId
);
text_id!(
    /// `kid` of a signing key: its RFC 7638 thumbprint.
    KeyId
);
uuid_id!(
    /// A student as this provider knows them.
    AccountId
);
uuid_id!(
    /// What a client was given: parent of code, access and refresh tokens.
    GrantId
);
uuid_id!(
    /// A browser's single sign-on; goes out as `sid`.
    SessionId
);
uuid_id!(
    /// An e-mailed key for one login.
    AuthKeyId
);
uuid_id!(
    /// A mail in the outbox.
    LetterId
);
uuid_id!(
    /// What one client is still to be told of one session's end.
    LogoutNoticeId
);

uuid_id!(
    /// An initial access token, as its operator calls it.
    RegistrationTokenId
);

impl LoginId {
    /// As it stands in addresses and cookie names.
    pub fn lower(&self) -> String {
        self.as_str().to_ascii_lowercase()
    }

    /// From an address or cookie name; none if it cannot be one.
    pub fn from_lower(text: &str) -> Option<Self> {
        let ours =
            text.len() == 8 && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'9') && b != b'i' && b != b'o');
        ours.then(|| Self::new(text.to_ascii_uppercase()))
    }
}

/// What a client calls an account (`sub`): opaque, never reused (OpenID Connect Core §8).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(pub Arc<str>);

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
