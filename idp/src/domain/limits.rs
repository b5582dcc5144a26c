//! The operator's limits, the same for every tenant (contract.md, Settings `[limits]`).

use std::time::Duration;

use super::clock::Timestamp;

#[derive(Clone, Debug)]
pub struct Limits {
    pub connections: usize,
    /// A whole campus may stand behind one address.
    pub connections_per_address: usize,
    /// Audit rows that strangers' failures may cause.
    pub anonymous_audit_per_minute: u32,
    /// Of one client, in this process.
    pub pushed_requests_per_minute: u32,
    pub login: LoginLimits,
    pub one_time_url: OneTimeUrlLimits,
    pub reset: ResetLimits,
    pub auth_key: AuthKeyLimits,
    pub second_password: SecondPasswordLimits,
}

#[derive(Clone, Debug)]
pub struct LoginLimits {
    /// Since the last press.
    pub idle: Duration,
    pub absolute: Duration,
}

impl LoginLimits {
    /// When a login ends that began and was last pressed then (journeys 1.4).
    pub fn deadlines(&self, begun_at: Timestamp, pressed_at: Timestamp) -> Deadlines {
        Deadlines { idle: pressed_at.plus(self.idle), absolute: begun_at.plus(self.absolute) }
    }
}

/// When a login or a session ends by itself.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For want of a press: each one moves it.
    pub idle: Timestamp,
    /// In any case.
    pub absolute: Timestamp,
}

impl Deadlines {
    pub fn nearest(&self) -> Timestamp {
        self.idle.min(self.absolute)
    }
}

#[derive(Clone, Debug)]
pub struct OneTimeUrlLimits {
    pub resend_cooldown: Duration,
    pub max_per_account_hour: u32,
    pub max_per_account_day: u32,
}

#[derive(Clone, Debug)]
pub struct ResetLimits {
    pub max_per_address_hour: u32,
    pub max_per_source_hour: u32,
}

#[derive(Clone, Debug)]
pub struct AuthKeyLimits {
    /// Within one login.
    pub reissue_cooldown: Duration,
    pub max_per_login: u32,
    pub max_per_account_hour: u32,
    pub max_per_account_day: u32,
    pub max_wrong_in_a_row: u32,
}

#[derive(Clone, Debug)]
pub struct SecondPasswordLimits {
    pub max_wrong_in_a_row: u32,
    pub argon2_memory_kib: u32,
    pub argon2_iterations: u32,
}
