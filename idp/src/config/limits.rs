//! `[limits]` → the operator's limits (ranges: journeys 1.4).

use super::{
    checker::Checker,
    files::{
        AuthKeyLimitsTable, LimitsTable, LoginLimitsTable, OneTimeUrlLimitsTable, ResetLimitsTable,
        SecondPasswordLimitsTable,
    },
};
use crate::domain::limits::{AuthKeyLimits, Limits, LoginLimits, OneTimeUrlLimits, ResetLimits, SecondPasswordLimits};

/// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and two rounds.
const GOOD_MEMORY_KIB: u32 = 19456;
const GOOD_ITERATIONS: u32 = 2;

pub fn limits(table: &LimitsTable, checker: &mut Checker<'_>) -> Limits {
    let limits = Limits {
        connections: checker.number("limits.connections", &table.connections, 1..=1_000_000),
        connections_per_address: checker.number(
            "limits.connections_per_address",
            &table.connections_per_address,
            1..=1_000_000,
        ),
        anonymous_audit_per_minute: checker.number(
            "limits.anonymous_audit_per_minute",
            &table.anonymous_audit_per_minute,
            1..=100_000,
        ),
        pushed_requests_per_minute: checker.number(
            "limits.pushed_requests_per_minute",
            &table.pushed_requests_per_minute,
            10..=1_000_000,
        ),
        login: login(&table.login, checker),
        one_time_url: one_time_url(&table.one_time_url, checker),
        reset: reset(&table.reset, checker),
        auth_key: auth_key(&table.auth_key, checker),
        second_password: second_password(&table.second_password, checker),
    };
    checker.ordered(
        ("limits.connections_per_address", limits.connections_per_address),
        ("limits.connections", limits.connections),
        &table.connections,
    );
    limits
}

fn login(table: &LoginLimitsTable, checker: &mut Checker<'_>) -> LoginLimits {
    let login = LoginLimits {
        idle: checker.minutes("limits.login.idle", &table.idle, 15..=60),
        absolute: checker.minutes("limits.login.absolute", &table.absolute, 30..=120),
    };
    checker.ordered(("limits.login.idle", login.idle), ("limits.login.absolute", login.absolute), &table.absolute);
    login
}

fn one_time_url(table: &OneTimeUrlLimitsTable, checker: &mut Checker<'_>) -> OneTimeUrlLimits {
    let (hour, day) = ("limits.one_time_url.max_per_account_hour", "limits.one_time_url.max_per_account_day");
    let limits = OneTimeUrlLimits {
        resend_cooldown: checker.length("limits.one_time_url.resend_cooldown", &table.resend_cooldown, 30..=600),
        max_per_account_hour: checker.number(hour, &table.max_per_account_hour, 1..=1000),
        max_per_account_day: checker.number(day, &table.max_per_account_day, 1..=1000),
    };
    checker.ordered((hour, limits.max_per_account_hour), (day, limits.max_per_account_day), &table.max_per_account_day);
    limits
}

fn reset(table: &ResetLimitsTable, checker: &mut Checker<'_>) -> ResetLimits {
    ResetLimits {
        max_per_address_hour: checker.number(
            "limits.reset.max_per_address_hour",
            &table.max_per_address_hour,
            1..=1000,
        ),
        max_per_source_hour: checker.number("limits.reset.max_per_source_hour", &table.max_per_source_hour, 1..=1000),
    }
}

fn auth_key(table: &AuthKeyLimitsTable, checker: &mut Checker<'_>) -> AuthKeyLimits {
    let (hour, day) = ("limits.auth_key.max_per_account_hour", "limits.auth_key.max_per_account_day");
    let limits = AuthKeyLimits {
        reissue_cooldown: checker.length("limits.auth_key.reissue_cooldown", &table.reissue_cooldown, 30..=600),
        max_per_login: checker.number("limits.auth_key.max_per_login", &table.max_per_login, 2..=10),
        max_per_account_hour: checker.number(hour, &table.max_per_account_hour, 5..=1000),
        max_per_account_day: checker.number(day, &table.max_per_account_day, 5..=1000),
        max_wrong_in_a_row: checker.number("limits.auth_key.max_wrong_in_a_row", &table.max_wrong_in_a_row, 20..=100),
    };
    checker.ordered((hour, limits.max_per_account_hour), (day, limits.max_per_account_day), &table.max_per_account_day);
    limits
}

fn second_password(table: &SecondPasswordLimitsTable, checker: &mut Checker<'_>) -> SecondPasswordLimits {
    let (memory, iterations) = ("limits.second_password.argon2_memory_kib", "limits.second_password.argon2_iterations");
    let limits = SecondPasswordLimits {
        max_wrong_in_a_row: checker.number(
            "limits.second_password.max_wrong_in_a_row",
            &table.max_wrong_in_a_row,
            20..=100,
        ),
        argon2_memory_kib: checker.number(memory, &table.argon2_memory_kib, 8..=1_048_576),
        argon2_iterations: checker.number(iterations, &table.argon2_iterations, 1..=100),
    };
    let weak = |checker: &mut Checker<'_>, setting: &super::values::Setting<i64>, name: &str, good: u32| {
        if let Some(setting) = setting {
            checker.warning(&setting.span, format!("{name} is below {good}: second passwords are easier to guess"));
        }
    };
    if limits.argon2_memory_kib < GOOD_MEMORY_KIB {
        weak(checker, &table.argon2_memory_kib, memory, GOOD_MEMORY_KIB);
    }
    if limits.argon2_iterations < GOOD_ITERATIONS {
        weak(checker, &table.argon2_iterations, iterations, GOOD_ITERATIONS);
    }
    limits
}
