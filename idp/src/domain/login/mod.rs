//! A login: one sign-in attempt, from `/authorize` or an account page to its end, kept as facts.

mod attempts;
mod carried;
mod destination;
mod gates;
mod need;
mod pending;
mod proofs;
mod simulation;

pub use attempts::{Attempt, Ledger, Lock, Rules};
pub use carried::{CarriedTicket, PushedKey};
pub use destination::{Demand, Destination};
pub use gates::{Gate, Standing, next};
pub use need::{Need, Unmet, floor, reachable};
pub use pending::{Ineligible, LoginTicket, MAX_SEALED, PendingDeparture, PendingLogin};
pub use proofs::{Factor, Proof, Proofs};
pub use simulation::{Simulation, Step, simulate};

use super::{
    clock::Timestamp,
    ids::{AccountId, LoginId, SessionId, TenantId, UpstreamId},
    language::Language,
    limits::LoginLimits,
};

/// A login whose university proof (or live session) is known: a row of the store.
#[derive(Clone, Debug)]
pub struct Login {
    pub id: LoginId,
    pub tenant: TenantId,
    /// Raised at each save; a stale save is refused.
    pub version: i64,
    /// SHA-256 of the secret in the browser's cookie.
    pub secret_hash: String,
    pub account: AccountId,
    pub upstream: UpstreamId,
    pub destination: Destination,
    pub proofs: Proofs,
    /// The session that this login raises (step-up), if it began with one.
    pub session: Option<SessionId>,
    pub language: Language,
    pub begun_at: Timestamp,
    /// The last press; showing a page does not count.
    pub pressed_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl Login {
    pub fn is_expired(&self, limits: &LoginLimits, now: Timestamp) -> bool {
        is_over(limits, self.begun_at, self.pressed_at, now)
    }
}

/// Whether a login that began and was last pressed then has run out (journeys 1.4: `login.idle`, `login.absolute`).
pub fn is_over(limits: &LoginLimits, begun_at: Timestamp, pressed_at: Timestamp, now: Timestamp) -> bool {
    now > limits.deadlines(begun_at, pressed_at).nearest()
}
