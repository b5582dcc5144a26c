//! Clients that registered themselves, and the tokens that let them (RFC 7591 §3, RFC 7592).

use std::{fmt, time::Duration};

use super::{
    client::{Client, ClientSecrets, Origin},
    client_metadata::{self, ClientMetadata, OwnSettings, Problem, Problems},
    clock::Timestamp,
    ids::{ClientId, RegistrationTokenId, TenantId},
    secret::TokenKey,
};

/// Clients that a tenant holds at most: all of them lie in memory.
pub const MOST_CLIENTS: u32 = 1000;
/// Registrations of a tenant within one window, whoever's.
pub const MOST_IN_WINDOW: u32 = 200;
/// Requests that one token may be sent with within a window, whatever comes of them: a refused one costs work too.
pub const MOST_TRIES: u32 = 200;
pub const WINDOW: Duration = Duration::from_hours(1);
/// What one initial access token may be good for.
pub const MOST_USES: u32 = 1000;

/// A client as its registration left it. A removed one stays as a name that is never given again.
#[derive(Clone, Debug)]
pub struct RegisteredClient {
    pub tenant: TenantId,
    pub id: ClientId,
    pub metadata: ClientMetadata,
    /// SHA-256 of its secret, if its method has one.
    pub secret: Option<[u8; 32]>,
    /// Of its registration access token (RFC 7592 §1.2).
    pub access: TokenKey,
    /// Grows with every change in its tenant.
    pub revision: i64,
    pub issued_at: Timestamp,
    pub removed_at: Option<Timestamp>,
}

impl RegisteredClient {
    /// The client as flows know it; an error if a rule of today refuses what was registered once.
    pub fn client(&self) -> Result<Client, Problem> {
        let mut problems = Problems::default();
        let secrets = ClientSecrets::new(self.secret.into_iter().collect());
        let (who, own) = ((self.id.clone(), secrets), OwnSettings::of_a_registered_client());
        let client = client_metadata::client(&self.metadata, who, own, Origin::Registration, &mut problems);
        match problems.first_error() {
            None => Ok(client),
            Some(problem) => Err(problem.clone()),
        }
    }
}

/// An initial access token (RFC 7591 §1.2): made by an operator, limited in uses and time.
#[derive(Clone, Debug)]
pub struct RegistrationToken {
    pub id: RegistrationTokenId,
    pub key: TokenKey,
    pub tenant: TenantId,
    pub uses: u32,
    pub uses_left: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl RegistrationToken {
    pub fn standing(&self, now: Timestamp) -> TokenStanding {
        if self.revoked_at.is_some() {
            TokenStanding::Revoked
        } else if now >= self.expires_at {
            TokenStanding::Expired
        } else if self.uses_left == 0 {
            TokenStanding::UsedUp
        } else {
            TokenStanding::Good
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStanding {
    Good,
    UsedUp,
    Expired,
    Revoked,
}

impl fmt::Display for TokenStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Good => "good",
            Self::UsedUp => "used up",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        })
    }
}

/// How many clients a tenant holds, how fast they come, and the number of its last change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    pub revision: i64,
    pub clients: u32,
    pub window_began_at: Timestamp,
    pub in_window: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterFull {
    /// No more clients until some are removed.
    Clients,
    /// No more within this window.
    Window,
}

impl Register {
    /// Makes room for one more, as a change of its own.
    pub fn add(&mut self, now: Timestamp) -> Result<i64, RegisterFull> {
        if self.clients >= MOST_CLIENTS {
            return Err(RegisterFull::Clients);
        }
        if now >= self.window_began_at.plus(WINDOW) {
            (self.window_began_at, self.in_window) = (now, 0);
        }
        if self.in_window >= MOST_IN_WINDOW {
            return Err(RegisterFull::Window);
        }
        self.clients += 1;
        self.in_window += 1;
        Ok(self.change())
    }

    pub fn remove(&mut self) -> i64 {
        self.clients = self.clients.saturating_sub(1);
        self.change()
    }

    /// The number of the next change.
    pub fn change(&mut self) -> i64 {
        self.revision += 1;
        self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_takes_so_many_in_a_window_and_so_many_in_all() {
        let mut register = Register::default();
        let mut now = Timestamp::from_seconds(1_800_000_000);
        for taken in 0..MOST_CLIENTS {
            if taken > 0 && taken % MOST_IN_WINDOW == 0 {
                assert_eq!(register.add(now), Err(RegisterFull::Window));
                now = now.plus(WINDOW);
            }
            assert_eq!(register.add(now), Ok(i64::from(taken) + 1));
        }
        now = now.plus(WINDOW);
        assert_eq!(register.add(now), Err(RegisterFull::Clients));
        let before = register.revision;
        assert_eq!(register.remove(), before + 1);
        assert_eq!(register.add(now), Ok(before + 2));
    }

    #[test]
    fn a_token_is_good_until_it_is_used_up_over_or_revoked() {
        let at = Timestamp::from_seconds;
        let token = RegistrationToken {
            id: RegistrationTokenId(uuid::Uuid::nil()),
            key: TokenKey::floor(at(1)),
            tenant: TenantId::new("uni"),
            uses: 2,
            uses_left: 1,
            created_at: at(1),
            expires_at: at(10),
            revoked_at: None,
        };
        assert_eq!(token.standing(at(9)), TokenStanding::Good);
        assert_eq!(token.standing(at(10)), TokenStanding::Expired);
        assert_eq!(RegistrationToken { uses_left: 0, ..token.clone() }.standing(at(9)), TokenStanding::UsedUp);
        assert_eq!(RegistrationToken { revoked_at: Some(at(2)), ..token }.standing(at(9)), TokenStanding::Revoked);
    }
}
