//! What a client is still to be told: a session of its user has ended (OpenID Connect Back-Channel Logout §2).

use std::time::Duration;

use super::{
    clock::Timestamp,
    ids::{ClientId, LogoutNoticeId, SessionId, Subject, TenantId},
};

/// How long a client is tried: the sessions that it should end have run out by then.
pub const KEPT: Duration = Duration::from_hours(24);
/// A logout token says of itself that it is good for this long (Back-Channel Logout §2.4: at most two minutes).
pub const TOKEN_LIFETIME: Duration = Duration::from_mins(2);

/// One client's notice of one session's end.
#[derive(Clone, Debug)]
pub struct LogoutNotice {
    pub id: LogoutNoticeId,
    pub tenant: TenantId,
    pub client: ClientId,
    /// The account's own; the client is told of the person as it knows them.
    pub subject: Subject,
    pub session: SessionId,
    /// Tries so far; whoever raises it has the notice to itself for a while.
    pub attempts: u32,
    pub next_attempt_at: Timestamp,
    pub created_at: Timestamp,
}

/// What a client made of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It has ended its session.
    Done,
    /// It will not understand the same thing better later (Back-Channel Logout §2.8).
    Refused,
    /// No answer, or none of its own: to be tried again.
    Unheard,
}

impl Told {
    /// By the status of the answer.
    pub fn by_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Done,
            408 | 425 | 429 | 500..=599 => Self::Unheard,
            _ => Self::Refused,
        }
    }

    /// For a metric's label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Unheard => "unheard",
        }
    }
}

impl LogoutNotice {
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.created_at.plus(KEPT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_says_no_is_left_alone_and_one_that_cannot_answer_is_asked_again() {
        assert_eq!([200, 204].map(Told::by_status), [Told::Done; 2]);
        assert_eq!([301, 400, 401, 404, 501].map(Told::by_status)[..4], [Told::Refused; 4]);
        assert_eq!([408, 429, 500, 503, 504].map(Told::by_status), [Told::Unheard; 5]);
    }
}
