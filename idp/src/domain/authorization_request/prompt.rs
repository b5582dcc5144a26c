//! Whether the person must act, though there may be a session: `prompt` and `max_age` (OpenID Connect Core §3.1.2.1).

use std::time::Duration;

use super::{Prompt, checklist::Asked, refusal::invalid_request};
use crate::domain::oauth_error::OAuthError;

/// `none` stands alone. Values that nobody knows here are passed over, as extensions wish it.
pub(super) fn prompt(asked: &Asked<'_>) -> Result<Prompt, OAuthError> {
    let values: Vec<&str> = values(asked).collect();
    if values.contains(&"none") {
        return if values.len() == 1 { Ok(Prompt::None) } else { Err(invalid_request("prompt none stands alone")) };
    }
    Ok(if values.contains(&"login") {
        Prompt::Login
    } else if values.contains(&"select_account") {
        Prompt::SelectAccount
    } else {
        Prompt::Unset
    })
}

/// `consent` goes with the others. It shows no page to first-party clients (SR-60).
pub(super) fn asks_for_consent(asked: &Asked<'_>) -> bool {
    values(asked).any(|value| value == "consent")
}

fn values<'a>(asked: &Asked<'a>) -> impl Iterator<Item = &'a str> {
    asked.get("prompt").unwrap_or_default().split(' ').filter(|value| !value.is_empty())
}

pub(super) fn max_age(asked: &Asked<'_>) -> Result<Option<Duration>, OAuthError> {
    let parse = |text: &str| text.parse::<u32>().map(|seconds| Duration::from_secs(seconds.into()));
    asked.get("max_age").map(parse).transpose().map_err(|_| invalid_request("max_age is not a number of seconds"))
}
