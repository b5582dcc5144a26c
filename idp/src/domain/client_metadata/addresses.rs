//! Rules of the addresses that a client names: where answers go, what is called, what is shown.

use std::collections::BTreeSet;

use url::Url;

use crate::domain::{
    client::{FrontchannelLogout, Origin, SubjectType},
    redirect_uri::RedirectUri,
};

use super::{
    metadata::{ClientMetadata, SubjectKind},
    problem::Problems,
    web_address::web_address,
};

/// RFC 7591 §2: whoever is answered by a redirect names where to.
pub fn redirect_uris(metadata: &ClientMetadata, problems: &mut Problems) -> Vec<RedirectUri> {
    if metadata.redirects() && metadata.redirect_uris.is_empty() {
        problems.missing("redirect_uris", "redirect_uris is missing");
    }
    uris("redirect_uris", &metadata.redirect_uris, problems)
}

/// SR-49.
pub fn uris(member: &'static str, values: &[String], problems: &mut Problems) -> Vec<RedirectUri> {
    let mut uris = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let place = (member, Some(index));
        match RedirectUri::register(value) {
            Ok(uri) => {
                if value.starts_with("http://localhost") {
                    problems.doubtful(place, value, "localhost is whatever a machine says; better 127.0.0.1");
                }
                uris.push(uri);
            }
            Err(error) => problems.value(place, value, error.to_string()),
        }
    }
    uris
}

/// Parameters are added to these, or they are posted to (Back-Channel Logout §2.2, Front-Channel Logout §2, Core §4).
const EXTENDED: [&str; 3] = ["initiate_login_uri", "backchannel_logout_uri", "frontchannel_logout_uri"];

/// An address that a browser is sent to, or that we call. A stranger's is https, without exception (OpenID Connect Registration §2).
pub fn web(member: &'static str, value: Option<&str>, origin: Origin, problems: &mut Problems) -> Option<String> {
    let value = value?;
    match web_address(value) {
        Ok(url) if origin == Origin::Registration && url.scheme() != "https" => {
            problems.value((member, None), value, "must be https");
        }
        Ok(url) if url.fragment().is_some() && EXTENDED.contains(&member) => {
            problems.value((member, None), value, "must not have a fragment");
        }
        Ok(_) => return Some(value.to_owned()),
        Err(says) => problems.value((member, None), value, says),
    }
    None
}

/// Its page must lie where its redirect URIs do (OpenID Connect Front-Channel Logout §2): same scheme, host and port.
pub fn frontchannel_logout(
    metadata: &ClientMetadata,
    origin: Origin,
    problems: &mut Problems,
) -> Option<FrontchannelLogout> {
    let uri = web("frontchannel_logout_uri", metadata.frontchannel_logout_uri.as_deref(), origin, problems)?;
    let at = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    if !metadata.redirect_uris.iter().any(|redirect| at(redirect) == at(&uri)) {
        let says = "frontchannel_logout_uri must have the scheme, host and port of one of the redirect_uris";
        problems.error("frontchannel_logout_uri", says);
    }
    let session_required = metadata.frontchannel_logout_session_required.unwrap_or_default();
    Some(FrontchannelLogout { uri, session_required })
}

/// OpenID Connect Core §8.1: the host of its redirect URIs, or the one of `sector_identifier_uri`.
pub fn subject_type(metadata: &ClientMetadata, origin: Origin, problems: &mut Problems) -> SubjectType {
    let sector = web("sector_identifier_uri", metadata.sector_identifier_uri.as_deref(), origin, problems);
    if metadata.subject_type != Some(SubjectKind::Pairwise) {
        return SubjectType::Public;
    }
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    if let Some(sector) = sector.as_deref().and_then(host) {
        return SubjectType::Pairwise { sector };
    }
    let hosts: BTreeSet<String> = metadata.redirect_uris.iter().filter_map(|uri| host(uri)).collect();
    if hosts.len() > 1 {
        let says =
            "subject_type: with redirect_uris on several hosts a sector_identifier_uri must say whose people these are";
        problems.error("subject_type", says);
    }
    SubjectType::Pairwise { sector: hosts.into_iter().next().unwrap_or_default() }
}
