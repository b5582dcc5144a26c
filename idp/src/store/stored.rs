//! How values are written into columns and read back; what cannot be read back is an error, never a default.

use sea_orm::{ConnectionTrait, EntityTrait, Select};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::domain::{
    account::AccountStatus,
    auth_key::AuthKeyState,
    clock::Timestamp,
    language::Language,
    login::Factor,
    one_time_url::{OneTimeUrlState, Purpose},
    outbox::LetterState,
    reset::ResetState,
    signing_key::KeyState,
};

use super::StoreError;

/// A value that is stored as a short text; the texts are forever.
pub trait Word: Copy + 'static {
    const WORDS: &'static [(Self, &'static str)];

    fn word(self) -> &'static str
    where
        Self: PartialEq,
    {
        Self::WORDS.iter().find(|(value, _)| *value == self).map_or("", |(_, word)| word)
    }

    fn read(text: &str, what: &'static str) -> Result<Self, StoreError> {
        let found = Self::WORDS.iter().find(|(_, word)| *word == text);
        found.map(|(value, _)| *value).ok_or(StoreError::Corrupt { what })
    }
}

macro_rules! words {
    ($($kind:ident { $($value:ident = $word:literal),* $(,)? })*) => {
        $(impl Word for $kind {
            const WORDS: &'static [(Self, &'static str)] = &[$((Self::$value, $word)),*];
        })*
    };
}

words! {
    AccountStatus { Active = "active", Suspended = "suspended", Ended = "ended" }
    AuthKeyState { Open = "open", Used = "used", Dead = "dead", Replaced = "replaced" }
    OneTimeUrlState { Open = "open", Used = "used", Replaced = "replaced" }
    Purpose {
        RegisterEmail = "register-email",
        ChangeEmail = "change-email",
        ResetSecondPassword = "reset-second-password",
    }
    ResetState { Waiting = "waiting", Mailed = "mailed", Silent = "silent" }
    LetterState {
        Queued = "queued",
        Delayed = "delayed",
        Unsent = "unsent",
        Sent = "sent",
        Delivered = "delivered",
        Refused = "refused",
        Expired = "expired",
    }
    Factor {
        University = "university",
        SecondPassword = "second-password",
        AuthKey = "auth-key",
        Authenticator = "authenticator",
        RecoveryCode = "recovery-code",
    }
    KeyState { Next = "next", Active = "active", Retired = "retired" }
    Language { Ja = "ja", En = "en", ZhCn = "zh-CN", Ko = "ko" }
}

/// States of codes and tokens.
pub const OPEN: &str = "open";
pub const USED: &str = "used";
pub const REVOKED: &str = "revoked";

pub fn uuid(text: &str, what: &'static str) -> Result<Uuid, StoreError> {
    Uuid::try_parse(text).map_err(|_| StoreError::Corrupt { what })
}

pub fn count(number: i64, what: &'static str) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Corrupt { what })
}

pub fn json<T: Serialize>(value: &T, what: &'static str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Corrupt { what })
}

pub fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt { what })
}

pub fn instant(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

pub fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

/// The one row that a unique key leads to. Never `.one()`: its bound `LIMIT` makes SQLite prepare the statement anew each time.
pub async fn only<E: EntityTrait, C: ConnectionTrait>(
    db: &C,
    select: Select<E>,
) -> Result<Option<E::Model>, StoreError> {
    Ok(select.all(db).await?.pop())
}
