//! A request in an object that its client has signed: the checks, in their order (RFC 9101 §6, OpenID Connect Core §6, FAPI 2.0 Message Signing §5.3).

use std::time::Duration;

use crate::{
    domain::{
        authorization_request::Asked,
        client::{Client, Profile},
        clock::Timestamp,
        oauth_error::{ErrorCode, OAuthError},
        parameters::Parameters,
        signing_key::SigningAlgorithm,
    },
    keys::{ClaimError, Demand, TokenClaims, TypRule},
};

use super::{Flows, client_keys::ClientKeyError};

/// RFC 9101 §10.8; elder clients write what any JWT says, or nothing.
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "JWT"];
/// FAPI 2.0 Message Signing §5.3.1: what RS256 signs is not believed.
const FAPI2_ALGORITHMS: [SigningAlgorithm; 3] =
    [SigningAlgorithm::Ps256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa];
/// How far the client's clock may be off.
const SKEW: Duration = Duration::from_secs(10);
/// FAPI 2.0 Message Signing §5.3.1: how long an object may be good, and how old it may be.
const FAPI2_LIFETIME: Duration = Duration::from_hours(1);
/// What says something of the object and is no parameter of the request (RFC 7519 §4.1).
const OF_THE_OBJECT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

impl Flows {
    /// The parameters that the object holds; nothing from outside joins them (RFC 9101 §6.3).
    pub(super) async fn open_request_object(
        &self,
        outside: &Asked<'_>,
        object: &str,
    ) -> Result<Parameters, OAuthError> {
        let (client, issuer) = (outside.client, outside.tenant.issuer.as_str());
        if object.ends_with('.') {
            return Err(unsupported(outside, "request objects must be signed"));
        }
        let demand = Demand { algorithms: &algorithms(client), typ: TypRule::AbsentOr(&TYPES) };
        let claims = match self.signed_by_client(&outside.tenant.id, client, &demand, object).await {
            Ok(foreign) => foreign.claims,
            Err(ClientKeyError::None) => return Err(unsupported(outside, "this client has registered no keys")),
            Err(error) => return Err(invalid(error.to_string())),
        };
        check(&claims, client, issuer, self.now())?;
        let parameters = parameters(claims)?;
        says_the_same(&parameters, outside)?;
        Ok(parameters)
    }
}

/// OpenID Connect Core §3.1.2.6 has a word for what is not spoken here at all; at `/par` it is the object that is wrong.
fn unsupported(outside: &Asked<'_>, description: &'static str) -> OAuthError {
    let code = if outside.way.pushed { ErrorCode::InvalidRequestObject } else { ErrorCode::RequestNotSupported };
    OAuthError::new(code, description)
}

fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequestObject, format!("request object: {}", description.into()))
}

/// RFC 9101 §10.5: the registered one only, where one is registered.
fn algorithms(client: &Client) -> Vec<SigningAlgorithm> {
    let allowed: &[SigningAlgorithm] =
        if client.profile == Profile::Fapi2 { &FAPI2_ALGORITHMS } else { &SigningAlgorithm::ALL };
    let pinned = client.request_object_signing_alg;
    allowed.iter().copied().filter(|algorithm| pinned.is_none_or(|pinned| pinned == *algorithm)).collect()
}

fn check(claims: &TokenClaims, client: &Client, issuer: &str, now: Timestamp) -> Result<(), OAuthError> {
    is_of_the_client(claims, client)?;
    is_for_this_issuer(claims, issuer)?;
    is_no_assertion(claims, client)?;
    is_of_this_time(claims, now)?;
    if client.profile == Profile::Fapi2 {
        is_short_lived(claims, now)?;
    }
    Ok(())
}

/// RFC 9101 §4.
fn is_of_the_client(claims: &TokenClaims, client: &Client) -> Result<(), OAuthError> {
    match claims.text("iss").map_err(mistyped)? {
        Some(iss) if iss == client.id.as_str() => Ok(()),
        _ => Err(invalid("iss is not the client_id")),
    }
}

/// RFC 9101 §4: among others, where there are several.
fn is_for_this_issuer(claims: &TokenClaims, issuer: &str) -> Result<(), OAuthError> {
    match claims.audience().map_err(mistyped)? {
        Some(audience) if audience.names(issuer) => Ok(()),
        _ => Err(invalid("aud is not this issuer")),
    }
}

/// RFC 9101 §10.8: what could be shown as a client assertion was never meant for a browser.
fn is_no_assertion(claims: &TokenClaims, client: &Client) -> Result<(), OAuthError> {
    match claims.text("sub").map_err(mistyped)? {
        Some(sub) if sub == client.id.as_str() => Err(invalid("sub must not be the client_id")),
        _ => Ok(()),
    }
}

/// RFC 7519 §4.1.4 to §4.1.6: what is said of its time holds.
fn is_of_this_time(claims: &TokenClaims, now: Timestamp) -> Result<(), OAuthError> {
    let instant = |name| claims.instant(name).map_err(mistyped);
    if instant("exp")?.is_some_and(|exp| exp <= now) {
        return Err(invalid("it has expired"));
    }
    for name in ["nbf", "iat"] {
        if instant(name)?.is_some_and(|from| from > now.plus(SKEW)) {
            return Err(invalid(format!("{name} is yet to come")));
        }
    }
    Ok(())
}

/// FAPI 2.0 Message Signing §5.3.1.
fn is_short_lived(claims: &TokenClaims, now: Timestamp) -> Result<(), OAuthError> {
    let instant = |name| claims.instant(name).map_err(mistyped)?.ok_or_else(|| invalid(format!("{name} is missing")));
    let (nbf, exp) = (instant("nbf")?, instant("exp")?);
    if exp > nbf.plus(FAPI2_LIFETIME) {
        return Err(invalid("exp is more than 60 minutes after nbf"));
    }
    if nbf < now.minus(FAPI2_LIFETIME) {
        return Err(invalid("nbf is more than 60 minutes ago"));
    }
    Ok(())
}

fn mistyped(error: ClaimError) -> OAuthError {
    invalid(error.to_string())
}

fn parameters(claims: TokenClaims) -> Result<Parameters, OAuthError> {
    let mut members = claims.into_inner();
    members.retain(|name, _| !OF_THE_OBJECT.contains(&name.as_str()));
    Parameters::of_object(&members).map_err(|error| invalid(error.to_string()))
}

/// RFC 9101 §5, OpenID Connect Core §6.1: what stands on both sides is the same on both.
fn says_the_same(inside: &Parameters, outside: &Asked<'_>) -> Result<(), OAuthError> {
    if inside.get("client_id").is_some_and(|id| id != outside.client.id.as_str()) {
        return Err(invalid("client_id is another one"));
    }
    // A pushed object has no outside but the client's authentication (RFC 9126 §3).
    let beside = if outside.way.pushed { None } else { outside.parameters.get("response_type") };
    match (inside.get("response_type"), beside) {
        (Some(inside), Some(outside)) if inside != outside => Err(invalid("response_type is another one outside")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::samples;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://id.example";

    fn judge(profile: Profile, change: (&str, Value)) -> Result<(), ErrorCode> {
        let mut claims = json!({ "iss": "rp", "aud": ISSUER, "nbf": NOW, "exp": NOW + 60, "iat": NOW });
        claims[change.0] = change.1;
        let Value::Object(mut members) = claims else { unreachable!("an object") };
        members.retain(|_, value| !value.is_null());
        let client = Client { profile, ..samples::client() };
        check(&TokenClaims::new(members), &client, ISSUER, Timestamp::from_seconds(NOW)).map_err(|error| error.code)
    }

    #[test]
    fn what_is_the_clients_for_this_issuer_and_of_this_time_is_good() {
        for profile in [Profile::Plain, Profile::Fapi2] {
            for change in [
                ("jti", json!("j")),
                ("aud", json!(["https://other.example", ISSUER])),
                ("nbf", json!(NOW + 8)),
                ("nbf", json!(NOW - 3540)),
                ("exp", json!(NOW + 3600)),
                ("exp", json!(NOW + 1)),
                ("iat", json!(NOW + 10)),
                ("sub", json!("somebody")),
            ] {
                assert_eq!(judge(profile, change.clone()), Ok(()), "{profile:?} {change:?}");
            }
        }
    }

    #[test]
    fn what_is_not_is_an_invalid_request_object() {
        for profile in [Profile::Plain, Profile::Fapi2] {
            for change in [
                ("iss", Value::Null),
                ("iss", json!("another")),
                ("iss", json!(["rp"])),
                ("aud", Value::Null),
                ("aud", json!("https://id.example/")),
                ("aud", json!("https://id.example/par")),
                ("aud", json!([])),
                ("aud", json!({ "0": ISSUER })),
                ("sub", json!("rp")),
                ("sub", json!(7)),
                ("exp", json!(NOW)),
                ("exp", json!(NOW - 300)),
                ("exp", json!("tomorrow")),
                ("nbf", json!(NOW + 61)),
                ("nbf", json!("now")),
                ("iat", json!(NOW + 3600)),
            ] {
                assert_eq!(
                    judge(profile, change.clone()),
                    Err(ErrorCode::InvalidRequestObject),
                    "{profile:?} {change:?}"
                );
            }
        }
    }

    #[test]
    fn an_object_of_fapi2_says_when_it_begins_and_ends_within_an_hour() {
        for change in
            [("nbf", Value::Null), ("exp", Value::Null), ("exp", json!(NOW + 3601)), ("nbf", json!(NOW - 3601))]
        {
            assert_eq!(judge(Profile::Fapi2, change.clone()), Err(ErrorCode::InvalidRequestObject), "{change:?}");
            assert_eq!(judge(Profile::Plain, change.clone()), Ok(()), "{change:?}");
        }
    }

    #[test]
    fn only_the_registered_algorithm_counts_and_none_that_the_profile_forbids() {
        let of =
            |profile, pinned| algorithms(&Client { profile, request_object_signing_alg: pinned, ..samples::client() });
        assert_eq!(of(Profile::Plain, None), SigningAlgorithm::ALL);
        assert_eq!(of(Profile::Fapi2, None), FAPI2_ALGORITHMS);
        assert_eq!(of(Profile::Plain, Some(SigningAlgorithm::Rs256)), [SigningAlgorithm::Rs256]);
        assert_eq!(of(Profile::Fapi2, Some(SigningAlgorithm::Rs256)), []);
    }
}
