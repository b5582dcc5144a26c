//! Which protected resource an access token is for (RFC 8707): one, and none that was not granted.

use super::{
    grant::Terms,
    oauth_error::{ErrorCode, OAuthError},
};

/// The audience of one access token: a granted resource, or none for this provider's own UserInfo.
/// `own` names UserInfo itself, which every grant with `openid` is for.
pub fn audience(asked: &[&str], terms: &Terms, own: &str) -> Result<Option<String>, OAuthError> {
    match (asked, terms.resources.as_slice()) {
        ([], []) => Ok(None),
        ([], [only]) => Ok(Some(only.clone())),
        ([], _) => Err(invalid_target("several resources were granted; name the one this token is for")),
        ([one], _) if *one == own && terms.scope.contains("openid") => Ok(None),
        ([one], granted) if granted.iter().any(|granted| granted == one) => Ok(Some((*one).to_owned())),
        ([_], _) => Err(invalid_target("the resource was not granted")),
        _ => Err(invalid_target("a token is for one resource")),
    }
}

/// The same for a client that speaks for itself: one of the resources that it is registered for.
pub fn own_audience(asked: &[&str], registered: &[String]) -> Result<Option<String>, OAuthError> {
    match (asked, registered) {
        ([], [only]) => Ok(Some(only.clone())),
        ([], _) => Ok(None),
        ([one], registered) if registered.iter().any(|registered| registered == one) => Ok(Some((*one).to_owned())),
        ([_], _) => Err(invalid_target("this client may not ask for that resource")),
        _ => Err(invalid_target("a token is for one resource")),
    }
}

fn invalid_target(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidTarget, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{acr::Acr, claims::ClaimsRequest, clock::Timestamp, scope::Scope};

    const OWN: &str = "https://id.example/userinfo";

    fn terms(resources: &[&str]) -> Terms {
        Terms {
            scope: Scope::parse("openid"),
            claims: ClaimsRequest::default(),
            nonce: None,
            acr: Acr::University,
            reached: None,
            amr: vec![],
            auth_time: Timestamp::from_seconds(0),
            resources: resources.iter().map(|resource| (*resource).to_owned()).collect(),
        }
    }

    /// What is asked for, what was granted, what comes of it.
    type Row<'a> = (&'a [&'a str], &'a [&'a str], Result<Option<String>, ErrorCode>);

    #[test]
    fn a_token_is_for_one_granted_resource_or_for_userinfo() {
        let for_a = Ok(Some("https://a".to_owned()));
        let table: [Row<'_>; 9] = [
            (&[], &[], Ok(None)),
            (&[OWN], &[], Ok(None)),
            (&["https://a"], &[], Err(ErrorCode::InvalidTarget)),
            (&[], &["https://a"], for_a.clone()),
            (&["https://a"], &["https://a", "https://b"], for_a),
            (&[OWN], &["https://a"], Ok(None)),
            (&["https://a/"], &["https://a"], Err(ErrorCode::InvalidTarget)),
            (&[], &["https://a", "https://b"], Err(ErrorCode::InvalidTarget)),
            (&["https://a", "https://b"], &["https://a", "https://b"], Err(ErrorCode::InvalidTarget)),
        ];
        for (asked, granted, expected) in table {
            assert_eq!(
                audience(asked, &terms(granted), OWN).map_err(|error| error.code),
                expected,
                "{asked:?} {granted:?}"
            );
        }
    }

    #[test]
    fn a_client_of_its_own_gets_what_it_is_registered_for() {
        let registered = ["https://a".to_owned(), "https://b".to_owned()];
        assert_eq!(own_audience(&[], &registered).unwrap(), None);
        assert_eq!(own_audience(&[], &registered[..1]).unwrap().as_deref(), Some("https://a"));
        assert_eq!(own_audience(&["https://b"], &registered).unwrap().as_deref(), Some("https://b"));
        for asked in [&["https://c"][..], &["https://a", "https://b"]] {
            assert_eq!(own_audience(asked, &registered).unwrap_err().code, ErrorCode::InvalidTarget);
        }
    }
}
