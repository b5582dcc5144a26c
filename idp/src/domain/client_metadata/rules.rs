//! Metadata → client: the checklist that files and registration share.

use std::time::Duration;

use crate::domain::{
    acr::Acr,
    client::{Client, ClientSecrets, GrantType, Origin, Profile},
    ids::ClientId,
    scope::{SUPPORTED, Scope},
    signing_key::SigningAlgorithm,
    tenant::LocalizedText,
};

use super::{
    addresses, credentials, fapi,
    metadata::{ApplicationType, AuthMethod, ClientMetadata, OwnSettings, ResponseType, SubjectKind},
    problem::Problems,
};

const MAX_AGE_SECONDS: i64 = 365 * 86400;
/// What people read on a page.
const LONGEST_NAME: usize = 128;
/// What a registered client may ask for if it named nothing; the rest of our scopes must be named.
const DEFAULT_REGISTERED_SCOPE: &str = "openid profile email address phone";

/// The client that this metadata describes; whatever rule it breaks is added to `problems`, and then it must not be used.
pub fn client(
    metadata: &ClientMetadata,
    (id, secrets): (ClientId, ClientSecrets),
    own: OwnSettings,
    origin: Origin,
    problems: &mut Problems,
) -> Client {
    let authentication = credentials::authentication(metadata, secrets, problems);
    let keys = credentials::keys(metadata, &authentication, origin, problems);
    let fapi = own.profile == Profile::Fapi2;
    // FAPI 2.0 §5.4.1 knows no RS256; everywhere else it is the default of OpenID Connect Registration §2.
    let default_algorithm = if fapi { SigningAlgorithm::Ps256 } else { SigningAlgorithm::Rs256 };
    let on = |setting: Option<bool>| setting.unwrap_or_default();
    fapi::check(metadata, &authentication, &own, problems);
    require_pkce(&own, metadata.auth_method(), problems);
    let mut address = |member, value: &Option<String>| addresses::web(member, value.as_deref(), origin, problems);
    let initiate_login_uri = address("initiate_login_uri", &metadata.initiate_login_uri);
    let backchannel_logout_uri = address("backchannel_logout_uri", &metadata.backchannel_logout_uri);
    let logo_uri = address("logo_uri", &metadata.logo_uri);
    let policy_uri = address("policy_uri", &metadata.policy_uri);
    let tos_uri = address("tos_uri", &metadata.tos_uri);
    address("client_uri", &metadata.client_uri);
    Client {
        name: names(metadata, &id, problems),
        id,
        origin,
        redirect_uris: addresses::redirect_uris(metadata, problems),
        post_logout_redirect_uris: addresses::uris(
            "post_logout_redirect_uris",
            &metadata.post_logout_redirect_uris,
            problems,
        ),
        grant_types: grant_types(metadata, problems).into_iter().collect(),
        scope: scope(metadata, problems),
        authentication,
        keys,
        subject_type: addresses::subject_type(metadata, origin, problems),
        id_token_signed_response_alg: metadata.id_token_signed_response_alg.unwrap_or(default_algorithm),
        userinfo_signed_response_alg: metadata.userinfo_signed_response_alg,
        introspection_signed_response_alg: metadata.introspection_signed_response_alg,
        authorization_signed_response_alg: metadata.authorization_signed_response_alg.unwrap_or(default_algorithm),
        request_object_signing_alg: metadata.request_object_signing_alg,
        require_signed_request_object: on(metadata.require_signed_request_object),
        require_pushed_authorization_requests: on(metadata.require_pushed_authorization_requests) || fapi,
        dpop_bound_access_tokens: on(metadata.dpop_bound_access_tokens),
        tls_client_certificate_bound_access_tokens: on(metadata.tls_client_certificate_bound_access_tokens),
        default_acr_values: default_acr_values(metadata, problems),
        default_max_age: default_max_age(metadata, problems),
        require_auth_time: on(metadata.require_auth_time),
        initiate_login_uri,
        backchannel_logout_uri,
        frontchannel_logout: addresses::frontchannel_logout(metadata, origin, problems),
        logo_uri,
        policy_uri,
        tos_uri,
        theme: own.theme,
        account_return_uris: own.account_return_uris,
        menu: own.menu,
        minimum_acr: own.minimum_acr,
        require_pkce: own.require_pkce,
        consent: own.consent,
        profile: own.profile,
        access_token_format: own.access_token_format,
        resources: own.resources,
    }
}

/// The same metadata with what holds where nothing was said, as a registration is answered (RFC 7591 §3.2.1).
pub fn with_defaults(mut metadata: ClientMetadata) -> ClientMetadata {
    let method = metadata.auth_method();
    let grants = metadata.grants();
    let redirects = grants.contains(&GrantType::AuthorizationCode);
    let scope = || {
        let more = if grants.contains(&GrantType::RefreshToken) { " offline_access" } else { "" };
        format!("{DEFAULT_REGISTERED_SCOPE}{more}")
    };
    metadata.scope.get_or_insert_with(scope);
    metadata.response_types.get_or_insert_with(|| if redirects { vec![ResponseType::Code] } else { Vec::new() });
    metadata.grant_types.get_or_insert(grants);
    metadata.token_endpoint_auth_method.get_or_insert(method);
    metadata.application_type.get_or_insert(ApplicationType::Web);
    metadata.subject_type.get_or_insert(SubjectKind::Public);
    metadata.id_token_signed_response_alg.get_or_insert(SigningAlgorithm::Rs256);
    metadata.require_auth_time.get_or_insert(false);
    metadata
}

impl ClientMetadata {
    /// RFC 7591 §2: the default is `client_secret_basic`.
    pub fn auth_method(&self) -> AuthMethod {
        self.token_endpoint_auth_method.unwrap_or(AuthMethod::ClientSecretBasic)
    }

    /// RFC 7591 §2: the default is `authorization_code`.
    pub(super) fn grants(&self) -> Vec<GrantType> {
        self.grant_types.clone().unwrap_or_else(|| vec![GrantType::AuthorizationCode])
    }

    pub(super) fn redirects(&self) -> bool {
        self.grants().contains(&GrantType::AuthorizationCode)
    }
}

/// `client_name` for every language, `client_name#ja` for one (RFC 7591 §2.2); one line of plain text each (SR-60).
fn names(metadata: &ClientMetadata, id: &ClientId, problems: &mut Problems) -> LocalizedText {
    let plain = metadata.client_name.as_deref();
    for name in plain.into_iter().chain(metadata.client_names.values().map(String::as_str)) {
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(misleads) {
            let says = format!("client_name must be one line of 1 to {LONGEST_NAME} characters");
            problems.error("client_name", says);
        }
    }
    let mut names = match (plain, metadata.client_names.is_empty()) {
        (Some(plain), _) => LocalizedText::same(plain),
        (None, true) => LocalizedText::same(id.as_str()),
        (None, false) => LocalizedText::default(),
    };
    names.0.extend(metadata.client_names.clone());
    names
}

/// Characters that break a line, or that turn the direction of what is written behind them.
fn misleads(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// RFC 7591 §2.1: grant types and response types belong together.
fn grant_types(metadata: &ClientMetadata, problems: &mut Problems) -> Vec<GrantType> {
    let grants = metadata.grants();
    if grants.iter().all(|grant| *grant == GrantType::RefreshToken) {
        let says = "grant_types: refresh_token alone begins nothing; add authorization_code";
        problems.error("grant_types", says);
    }
    let codes = metadata.response_types.as_ref().map(|types| types.contains(&ResponseType::Code));
    match (codes, metadata.redirects()) {
        (Some(true), false) => {
            problems.error("response_types", "response_types: code needs authorization_code in grant_types");
        }
        (Some(false), true) => {
            problems.error("response_types", "response_types: authorization_code in grant_types needs code");
        }
        _ => {}
    }
    grants
}

/// Only scopes that are known here, so that nothing is granted by a name that gets its meaning later.
fn scope(metadata: &ClientMetadata, problems: &mut Problems) -> Scope {
    let Some(text) = &metadata.scope else { return Scope::parse("openid") };
    for token in text.split(' ').filter(|token| !token.is_empty() && !SUPPORTED.contains(token)) {
        problems.unknown(("scope", None), token, ("is no scope of this provider", SUPPORTED.to_vec()));
    }
    let scope = Scope::parse(text);
    if scope.contains("offline_access") && !metadata.grants().contains(&GrantType::RefreshToken) {
        problems.warning("scope", "scope: offline_access does nothing without refresh_token in grant_types");
    }
    scope
}

/// SR-51: off only for a confidential client.
fn require_pkce(own: &OwnSettings, method: AuthMethod, problems: &mut Problems) {
    if own.require_pkce {
        return;
    }
    if method == AuthMethod::None {
        problems.error("require_pkce", "require_pkce: a public client cannot do without PKCE");
    } else {
        problems.warning("require_pkce", "require_pkce is off: this client must send a nonce instead");
    }
}

/// Only our own ordered names: never a level that this provider does not reach (SR-19).
pub fn acr(place: (&'static str, Option<usize>), value: &str, problems: &mut Problems) -> Option<Acr> {
    let known = Acr::from_urn(value);
    if known.is_none() {
        problems.unknown(place, value, ("is no acr of this provider", Acr::ALL.map(Acr::urn).to_vec()));
    }
    known
}

fn default_acr_values(metadata: &ClientMetadata, problems: &mut Problems) -> Vec<Acr> {
    let values = metadata.default_acr_values.iter().enumerate();
    values.filter_map(|(index, value)| acr(("default_acr_values", Some(index)), value, problems)).collect()
}

fn default_max_age(metadata: &ClientMetadata, problems: &mut Problems) -> Option<Duration> {
    let seconds = metadata.default_max_age?;
    if !(0..=MAX_AGE_SECONDS).contains(&seconds) {
        problems.error("default_max_age", format!("default_max_age must be 0 to {MAX_AGE_SECONDS}, not {seconds}"));
    }
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{
        client::{ClientAuthentication, Consent, SubjectType},
        client_metadata::{Weight, from_json},
    };

    fn check(said: Value, origin: Origin) -> (Client, Vec<(&'static str, Weight)>) {
        let mut json = json!({ "redirect_uris": ["https://rp.example/cb"], "token_endpoint_auth_method": "none" });
        let Value::Object(said) = said else { panic!("{said}") };
        json.as_object_mut().unwrap().extend(said);
        let mut problems = Problems::default();
        let metadata = from_json(json.as_object().unwrap(), &mut problems);
        let who = (ClientId::new("rp"), ClientSecrets::new(vec![]));
        let client = client(&metadata, who, OwnSettings::of_a_registered_client(), origin, &mut problems);
        (client, problems.0.iter().map(|problem| (problem.member, problem.weight)).collect())
    }

    #[test]
    fn what_a_stranger_names_is_https_and_a_file_may_say_http_on_loopback() {
        for member in ["initiate_login_uri", "jwks_uri", "backchannel_logout_uri", "logo_uri", "client_uri"] {
            let said = json!({ member: "http://127.0.0.1:9000/x" });
            assert_eq!(check(said.clone(), Origin::File).1, [], "{member}");
            assert_eq!(check(said, Origin::Registration).1, [(member, Weight::Error)]);
            let plain = json!({ member: "http://rp.example/x" });
            assert_eq!(check(plain, Origin::File).1, [(member, Weight::Error)]);
        }
        for uri in ["http://127.0.0.1/cb", "http://[::1]/cb"] {
            assert_eq!(check(json!({ "redirect_uris": [uri] }), Origin::Registration).1, [], "a native client's {uri}");
        }
    }

    #[test]
    fn grants_and_response_types_belong_together() {
        let check = |said| check(said, Origin::Registration).1;
        assert_eq!(check(json!({ "grant_types": ["client_credentials"], "response_types": [] })), []);
        assert_eq!(check(json!({ "grant_types": ["client_credentials"], "redirect_uris": [] })), []);
        let codes = json!({ "grant_types": ["client_credentials"], "response_types": ["code"] });
        assert_eq!(check(codes), [("response_types", Weight::Error)]);
        assert_eq!(check(json!({ "response_types": [] })), [("response_types", Weight::Error)]);
        assert_eq!(check(json!({ "grant_types": ["refresh_token"] })), [("grant_types", Weight::Error)]);
        assert_eq!(check(json!({ "redirect_uris": [] })), [("redirect_uris", Weight::Missing)]);
    }

    #[test]
    fn whoever_signs_needs_keys_and_a_certificate_has_one_name() {
        let check = |said| check(said, Origin::Registration).1;
        let signs = json!({ "token_endpoint_auth_method": "private_key_jwt" });
        assert_eq!(check(signs), [("jwks", Weight::Missing)]);
        assert_eq!(check(json!({ "request_object_signing_alg": "ES256" })), [("jwks", Weight::Missing)]);
        let named = json!({ "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "rp.example" });
        assert_eq!(check(named.clone()), []);
        let mut twice = named;
        twice["tls_client_auth_san_uri"] = json!("https://rp.example/");
        assert_eq!(check(twice), [("token_endpoint_auth_method", Weight::Error)]);
    }

    #[test]
    fn pairwise_clients_of_several_hosts_name_their_sector() {
        let uris = json!(["https://a.example/cb", "https://b.example/cb"]);
        let said = json!({ "redirect_uris": uris, "subject_type": "pairwise" });
        assert_eq!(check(said.clone(), Origin::Registration).1, [("subject_type", Weight::Error)]);
        let mut sector = said;
        sector["sector_identifier_uri"] = json!("https://c.example/sector.json");
        let (client, problems) = check(sector, Origin::Registration);
        assert_eq!(problems, []);
        assert_eq!(client.subject_type, SubjectType::Pairwise { sector: "c.example".into() });
    }

    #[test]
    fn nothing_of_ours_is_a_registered_client_s_to_choose() {
        let said = json!({ "consent": "none", "theme": "x", "require_pkce": false, "minimum_acr": "x", "menu": {} });
        let (client, problems) = check(said, Origin::Registration);
        assert_eq!(problems, []);
        assert!(client.consent == Consent::Ask && client.require_pkce && client.theme.is_none());
        assert!(client.minimum_acr.is_none() && client.menu.top.is_none() && client.account_return_uris.is_empty());
        assert!(matches!(client.authentication, ClientAuthentication::None));
    }

    #[test]
    fn defaults_are_those_of_the_specifications() {
        let told = with_defaults(ClientMetadata::default());
        assert_eq!(told.auth_method(), AuthMethod::ClientSecretBasic);
        assert_eq!(told.grant_types, Some(vec![GrantType::AuthorizationCode]));
        assert_eq!(told.response_types, Some(vec![ResponseType::Code]));
        assert_eq!(told.scope.as_deref(), Some("openid profile email address phone"));
        let refreshing = ClientMetadata {
            grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
            ..ClientMetadata::default()
        };
        assert!(with_defaults(refreshing).scope.unwrap().ends_with("offline_access"));
        let alone = ClientMetadata { grant_types: Some(vec![GrantType::DeviceCode]), ..ClientMetadata::default() };
        assert_eq!(with_defaults(alone).response_types, Some(vec![]));
    }
}
