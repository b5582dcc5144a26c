//! `clients/<client_id>.toml` → one client (RFC 7591 §2, OpenID Connect Registration §2, SR-49, SR-56).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use data_encoding::HEXLOWER;
use serde_json::json;
use url::Url;

use super::{
    checker::{Checker, web_address},
    files::{
        AccessTokenFormatName, AlgorithmName, AuthMethodName, ClientToml, ConsentName, GrantTypeName, SubjectTypeName,
    },
    finding::{Finding, Findings},
    read::nearest,
    source::Span,
    tenant,
    values::{Located, Setting},
};
use crate::domain::{
    acr::Acr,
    client::{
        AccessTokenFormat, CertificateSubject, Client, ClientAuthentication, ClientKeys, ClientSecrets, Consent,
        FrontchannelLogout, GrantType, Menu, Profile, SubjectType,
    },
    ids::ClientId,
    redirect_uri::RedirectUri,
    scope::{SUPPORTED, Scope},
    secret::sha256,
    signing_key::SigningAlgorithm,
    tenant::LocalizedText,
};

/// The demo's secret: public knowledge.
pub const SAMPLE_SECRET: &str = "demo-secret";
/// Shorter ones can be guessed.
const MIN_SECRET_LEN: usize = 32;
const MAX_AGE_SECONDS: i64 = 365 * 86400;

/// `name` is the file's, without its ending.
pub fn client(name: &str, file: &ClientToml, checker: &mut Checker<'_>, samples: &mut Findings) -> Client {
    let id = file.client_id.as_ref().map_or(name, |id| id.value.as_str());
    if id.is_empty() || id.len() > 255 || !id.bytes().all(|b| b.is_ascii_graphic()) {
        match &file.client_id {
            Some(at) => checker.error(&at.span, "client_id must be 1 to 255 visible ASCII characters"),
            None => checker.missing("the name of this file cannot be a client_id; set one"),
        }
    }
    let authentication = authentication(file, checker, samples);
    let keys = keys(file, &authentication, checker);
    let profile = if file.profile.is_some() { Profile::Fapi2 } else { Profile::Plain };
    let algorithm = |setting: &Setting<AlgorithmName>| setting.as_ref().map(|setting| signing_algorithm(setting.value));
    // FAPI 2.0 §5.4.1 knows no RS256; everywhere else it is the default of OpenID Connect Registration §2.
    let default_algorithm = if profile == Profile::Fapi2 { SigningAlgorithm::Ps256 } else { SigningAlgorithm::Rs256 };
    let on = |setting: &Setting<bool>| setting.as_ref().is_some_and(|setting| setting.value);
    fapi2(file, &authentication, checker);
    Client {
        id: ClientId::new(id),
        name: names(id, file),
        redirect_uris: redirect_uris(file, checker),
        post_logout_redirect_uris: uris("post_logout_redirect_uris", &file.post_logout_redirect_uris, checker),
        grant_types: grant_types(file, checker).into_iter().collect(),
        scope: scope(file, checker),
        require_pkce: require_pkce(file, &authentication, checker),
        authentication,
        keys,
        subject_type: subject_type(file, checker),
        id_token_signed_response_alg: algorithm(&file.id_token_signed_response_alg).unwrap_or(default_algorithm),
        userinfo_signed_response_alg: algorithm(&file.userinfo_signed_response_alg),
        introspection_signed_response_alg: algorithm(&file.introspection_signed_response_alg),
        authorization_signed_response_alg: algorithm(&file.authorization_signed_response_alg)
            .unwrap_or(default_algorithm),
        request_object_signing_alg: algorithm(&file.request_object_signing_alg),
        require_signed_request_object: on(&file.require_signed_request_object),
        require_pushed_authorization_requests: on(&file.require_pushed_authorization_requests)
            || profile == Profile::Fapi2,
        dpop_bound_access_tokens: on(&file.dpop_bound_access_tokens),
        tls_client_certificate_bound_access_tokens: on(&file.tls_client_certificate_bound_access_tokens),
        default_acr_values: file
            .default_acr_values
            .iter()
            .filter_map(|value| acr("default_acr_values", value, checker))
            .collect(),
        default_max_age: file.default_max_age.as_ref().map(|_| {
            Duration::from_secs(checker.number("default_max_age", &file.default_max_age, 0..=MAX_AGE_SECONDS))
        }),
        require_auth_time: file.require_auth_time.as_ref().is_some_and(|setting| setting.value),
        initiate_login_uri: checker.web_address("initiate_login_uri", &file.initiate_login_uri),
        backchannel_logout_uri: checker.web_address("backchannel_logout_uri", &file.backchannel_logout_uri),
        frontchannel_logout: frontchannel_logout(file, checker),
        logo_uri: checker.web_address("logo_uri", &file.logo_uri),
        policy_uri: checker.web_address("policy_uri", &file.policy_uri),
        tos_uri: checker.web_address("tos_uri", &file.tos_uri),
        theme: tenant::theme(&file.theme, checker),
        account_return_uris: return_uris(file, checker),
        menu: Menu {
            top: checker.web_address("menu.top", &file.menu.top),
            manual: checker.web_address("menu.manual", &file.menu.manual),
        },
        minimum_acr: file.minimum_acr.as_ref().and_then(|value| acr("minimum_acr", value, checker)),
        consent: match file.consent.as_ref().map(|setting| setting.value) {
            Some(ConsentName::Ask) => Consent::Ask,
            Some(ConsentName::None) | None => Consent::None,
        },
        profile,
        access_token_format: match file.access_token_format.as_ref().map(|setting| setting.value) {
            Some(AccessTokenFormatName::Jwt) => AccessTokenFormat::Jwt,
            Some(AccessTokenFormatName::Opaque) | None => AccessTokenFormat::Opaque,
        },
        resources: resources(file, checker),
    }
}

const fn signing_algorithm(name: AlgorithmName) -> SigningAlgorithm {
    match name {
        AlgorithmName::Rs256 => SigningAlgorithm::Rs256,
        AlgorithmName::Es256 => SigningAlgorithm::Es256,
        AlgorithmName::Ps256 => SigningAlgorithm::Ps256,
        AlgorithmName::EdDsa => SigningAlgorithm::EdDsa,
    }
}

/// RFC 7591 §2: `jwks` or `jwks_uri`, never both; whoever signs or shows a certificate of its own needs one.
fn keys(file: &ClientToml, authentication: &ClientAuthentication, checker: &mut Checker<'_>) -> ClientKeys {
    let uri = checker.web_address("jwks_uri", &file.jwks_uri);
    if let (Some(at), Some(_)) = (&file.jwks_uri, &file.jwks) {
        checker.error(&at.span, "jwks_uri: there is a jwks too; keep one of them");
    }
    let keys = match (&file.jwks, uri) {
        (Some(set), _) => ClientKeys::Inline(Arc::new(json!({ "keys": set.value.keys }))),
        (None, Some(uri)) => ClientKeys::Uri(uri),
        (None, None) => ClientKeys::None,
    };
    let needs = matches!(
        authentication,
        ClientAuthentication::PrivateKeyJwt(_) | ClientAuthentication::SelfSignedTlsClientAuth
    ) || file.request_object_signing_alg.is_some()
        || file.require_signed_request_object.as_ref().is_some_and(|setting| setting.value);
    if needs && keys == ClientKeys::None && file.jwks_uri.is_none() {
        checker.missing(
            "jwks or jwks_uri is missing: without its public keys nothing that this client signs can be checked",
        );
    }
    keys
}

/// OpenID Connect Core §8.1: the host of its redirect URIs, or the one of `sector_identifier_uri`.
fn subject_type(file: &ClientToml, checker: &mut Checker<'_>) -> SubjectType {
    let sector = checker.web_address("sector_identifier_uri", &file.sector_identifier_uri);
    let Some(Located { value: SubjectTypeName::Pairwise, span }) = &file.subject_type else {
        return SubjectType::Public;
    };
    let host = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    if let Some(sector) = sector.as_deref().and_then(host) {
        return SubjectType::Pairwise { sector };
    }
    let hosts: BTreeSet<String> = file.redirect_uris.iter().filter_map(|uri| host(&uri.value)).collect();
    if hosts.len() > 1 {
        checker.error(
            span,
            "subject_type: with redirect_uris on several hosts a sector_identifier_uri must say whose people these are",
        );
    }
    SubjectType::Pairwise { sector: hosts.into_iter().next().unwrap_or_default() }
}

/// RFC 8707 §2: absolute, without a fragment.
fn resources(file: &ClientToml, checker: &mut Checker<'_>) -> Vec<String> {
    let mut resources = Vec::new();
    for Located { value, span } in &file.resources {
        match Url::parse(value) {
            Ok(url) if url.fragment().is_none() => resources.push(value.clone()),
            _ => checker.error(span, format!("resources: \"{value}\" is no absolute URI without a fragment")),
        }
    }
    resources
}

/// What FAPI 2.0 Security Profile §5.3.2 leaves no choice in.
fn fapi2(file: &ClientToml, authentication: &ClientAuthentication, checker: &mut Checker<'_>) {
    let Some(profile) = &file.profile else { return };
    let on = |setting: &Setting<bool>| setting.as_ref().is_some_and(|setting| setting.value);
    let off = |setting: &Setting<bool>| setting.as_ref().is_some_and(|setting| !setting.value);
    if !matches!(
        authentication,
        ClientAuthentication::PrivateKeyJwt(_)
            | ClientAuthentication::TlsClientAuth(_)
            | ClientAuthentication::SelfSignedTlsClientAuth
    ) {
        checker.error(
            &profile.span,
            "profile: fapi2 needs token_endpoint_auth_method private_key_jwt, tls_client_auth or self_signed_tls_client_auth",
        );
    }
    if !on(&file.dpop_bound_access_tokens) && !on(&file.tls_client_certificate_bound_access_tokens) {
        checker.error(
            &profile.span,
            "profile: fapi2 needs dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens",
        );
    }
    if off(&file.require_pkce) || off(&file.require_pushed_authorization_requests) {
        checker.error(&profile.span, "profile: fapi2 cannot do without PKCE and pushed requests");
    }
    for algorithm in [
        &file.id_token_signed_response_alg,
        &file.userinfo_signed_response_alg,
        &file.introspection_signed_response_alg,
        &file.authorization_signed_response_alg,
        &file.request_object_signing_alg,
        &file.token_endpoint_auth_signing_alg,
    ] {
        if let Some(Located { value: AlgorithmName::Rs256, span }) = algorithm {
            checker.error(span, "RS256 is no algorithm of fapi2; use PS256, ES256 or EdDSA");
        }
    }
}

/// `client_name` for every language, `client_name#ja` for one (RFC 7591 §2.2).
fn names(id: &str, file: &ClientToml) -> LocalizedText {
    use crate::domain::language::Language;
    let plain = file.client_name.as_ref().map(|name| name.value.as_str());
    let tagged = [
        (Language::Ja, &file.client_name_ja),
        (Language::En, &file.client_name_en),
        (Language::ZhCn, &file.client_name_zh_cn),
        (Language::Ko, &file.client_name_ko),
    ];
    let tagged: Vec<(Language, &str)> =
        tagged.iter().filter_map(|(language, name)| Some((*language, name.as_ref()?.value.as_str()))).collect();
    let mut names = match (plain, tagged.is_empty()) {
        (Some(plain), _) => LocalizedText::same(plain),
        (None, true) => LocalizedText::same(id),
        (None, false) => LocalizedText::default(),
    };
    names.0.extend(tagged.into_iter().map(|(language, name)| (language, name.to_owned())));
    names
}

fn redirect_uris(file: &ClientToml, checker: &mut Checker<'_>) -> Vec<RedirectUri> {
    let redirects =
        file.grant_types.as_ref().is_none_or(|grants| grants.value.contains(&GrantTypeName::AuthorizationCode));
    if redirects && file.redirect_uris.is_empty() {
        checker.missing("redirect_uris is missing");
    }
    uris("redirect_uris", &file.redirect_uris, checker)
}

/// Held to the same rules as registration (SR-49).
fn uris(key: &str, values: &[Located<String>], checker: &mut Checker<'_>) -> Vec<RedirectUri> {
    let mut uris = Vec::new();
    for Located { value, span } in values {
        match RedirectUri::register(value) {
            Ok(uri) => {
                if value.starts_with("http://localhost") {
                    checker.warning(
                        span,
                        format!("{key}: \"{value}\": localhost is whatever a machine says; better 127.0.0.1"),
                    );
                }
                uris.push(uri);
            }
            Err(error) => checker.error(span, format!("{key}: \"{value}\" {error}")),
        }
    }
    uris
}

fn return_uris(file: &ClientToml, checker: &mut Checker<'_>) -> Vec<String> {
    let mut uris = Vec::new();
    for Located { value, span } in &file.account_return_uris {
        match web_address(value) {
            Ok(_) => uris.push(value.clone()),
            Err(problem) => checker.error(span, format!("account_return_uris: \"{value}\" {problem}")),
        }
    }
    uris
}

/// Its page must lie where its redirect URIs do (OpenID Connect Front-Channel Logout §2): same scheme, host and port.
fn frontchannel_logout(file: &ClientToml, checker: &mut Checker<'_>) -> Option<FrontchannelLogout> {
    let uri = checker.web_address("frontchannel_logout_uri", &file.frontchannel_logout_uri)?;
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    let known = file.redirect_uris.iter().any(|redirect| origin(&redirect.value) == origin(&uri));
    if let Some(setting) = file.frontchannel_logout_uri.as_ref().filter(|_| !known) {
        checker.error(
            &setting.span,
            "frontchannel_logout_uri must have the scheme, host and port of one of the redirect_uris",
        );
    }
    let session_required = file.frontchannel_logout_session_required.as_ref().is_some_and(|setting| setting.value);
    Some(FrontchannelLogout { uri, session_required })
}

fn grant_types(file: &ClientToml, checker: &mut Checker<'_>) -> Vec<GrantType> {
    let Some(setting) = &file.grant_types else { return vec![GrantType::AuthorizationCode] };
    if setting.value.iter().all(|name| *name == GrantTypeName::RefreshToken) {
        checker.error(&setting.span, "grant_types: refresh_token alone begins nothing; add authorization_code");
    }
    setting
        .value
        .iter()
        .map(|name| match name {
            GrantTypeName::AuthorizationCode => GrantType::AuthorizationCode,
            GrantTypeName::RefreshToken => GrantType::RefreshToken,
            GrantTypeName::ClientCredentials => GrantType::ClientCredentials,
            GrantTypeName::DeviceCode => GrantType::DeviceCode,
        })
        .collect()
}

fn scope(file: &ClientToml, checker: &mut Checker<'_>) -> Scope {
    let Some(Located { value, span }) = &file.scope else { return Scope::parse("openid") };
    for token in value.split(' ').filter(|token| !token.is_empty() && !SUPPORTED.contains(token)) {
        let hint = nearest(token, &SUPPORTED).map_or_else(
            || format!("known here: {}", SUPPORTED.join(", ")),
            |near| format!("did you mean \"{near}\"?"),
        );
        checker.error(span, format!("scope: unknown \"{token}\"; {hint}"));
    }
    let scope = Scope::parse(value);
    let refreshes = file.grant_types.as_ref().is_some_and(|grants| grants.value.contains(&GrantTypeName::RefreshToken));
    if scope.contains("offline_access") && !refreshes {
        checker.warning(span, "scope: offline_access does nothing without refresh_token in grant_types");
    }
    scope
}

/// Only our own ordered names: never a level that this provider does not reach (SR-19).
fn acr(key: &str, value: &Located<String>, checker: &mut Checker<'_>) -> Option<Acr> {
    let urns = Acr::ALL.map(Acr::urn);
    let known = Acr::from_urn(&value.value);
    if known.is_none() {
        let hint = nearest(&value.value, &urns)
            .map_or_else(|| format!("known here: {}", urns.join(", ")), |near| format!("did you mean \"{near}\"?"));
        checker.error(&value.span, format!("{key}: \"{}\" is no acr of this provider; {hint}", value.value));
    }
    known
}

/// SR-51: off only for a confidential client.
fn require_pkce(file: &ClientToml, authentication: &ClientAuthentication, checker: &mut Checker<'_>) -> bool {
    let Some(Located { value: false, span }) = &file.require_pkce else { return true };
    if authentication.is_public() {
        checker.error(span, "require_pkce: a public client cannot do without PKCE");
    } else {
        checker.warning(span, "require_pkce is off: this client must send a nonce instead");
    }
    false
}

fn authentication(file: &ClientToml, checker: &mut Checker<'_>, samples: &mut Findings) -> ClientAuthentication {
    if let Some(inline) = &file.client_secret {
        checker.error(
            &inline.span,
            "client_secret: no secrets in here; put its SHA-256 as client_secret_sha256, or the secret into a file named as client_secret_file",
        );
    }
    let method = file.token_endpoint_auth_method.as_ref();
    if let Some(method) = method.filter(|method| method.value == AuthMethodName::None) {
        if file.client_secret_file.is_some() || file.client_secret_sha256.is_some() {
            checker
                .error(&method.span, "token_endpoint_auth_method \"none\" is for public clients, which have no secret");
        }
        return ClientAuthentication::None;
    }
    let algorithm = file.token_endpoint_auth_signing_alg.as_ref().map(|setting| signing_algorithm(setting.value));
    if let Some(method) = method.filter(|method| {
        matches!(
            method.value,
            AuthMethodName::PrivateKeyJwt | AuthMethodName::TlsClientAuth | AuthMethodName::SelfSignedTlsClientAuth
        )
    }) {
        if file.client_secret_file.is_some() || file.client_secret_sha256.is_some() {
            checker
                .error(&method.span, "token_endpoint_auth_method: a client that proves itself by a key has no secret");
        }
        return match method.value {
            AuthMethodName::TlsClientAuth => certificate_subject(file, method, checker),
            AuthMethodName::SelfSignedTlsClientAuth => ClientAuthentication::SelfSignedTlsClientAuth,
            _ => ClientAuthentication::PrivateKeyJwt(algorithm),
        };
    }
    let secrets = secrets(file, checker, samples);
    match method.map(|method| method.value) {
        Some(AuthMethodName::ClientSecretPost) => ClientAuthentication::SecretPost(secrets),
        _ => ClientAuthentication::SecretBasic(secrets),
    }
}

/// RFC 8705 §2.1.2: exactly one name.
fn certificate_subject(
    file: &ClientToml,
    method: &Located<AuthMethodName>,
    checker: &mut Checker<'_>,
) -> ClientAuthentication {
    let text = |setting: &Setting<String>| setting.as_ref().map(|setting| setting.value.clone());
    let ip = file.tls_client_auth_san_ip.as_ref().and_then(|Located { value, span }| {
        let ip = value.parse().ok();
        if ip.is_none() {
            checker.error(span, format!("tls_client_auth_san_ip: \"{value}\" is no IP address"));
        }
        ip
    });
    let named: Vec<CertificateSubject> = [
        text(&file.tls_client_auth_subject_dn).map(CertificateSubject::DistinguishedName),
        text(&file.tls_client_auth_san_dns).map(CertificateSubject::Dns),
        text(&file.tls_client_auth_san_uri).map(CertificateSubject::Uri),
        ip.map(CertificateSubject::Ip),
        text(&file.tls_client_auth_san_email).map(CertificateSubject::Email),
    ]
    .into_iter()
    .flatten()
    .collect();
    match <[CertificateSubject; 1]>::try_from(named) {
        Ok([subject]) => ClientAuthentication::TlsClientAuth(subject),
        Err(_) => {
            checker.error(
                &method.span,
                "token_endpoint_auth_method: tls_client_auth needs exactly one of tls_client_auth_subject_dn, tls_client_auth_san_dns, tls_client_auth_san_uri, tls_client_auth_san_ip and tls_client_auth_san_email",
            );
            ClientAuthentication::TlsClientAuth(CertificateSubject::Dns(String::new()))
        }
    }
}

fn secrets(file: &ClientToml, checker: &mut Checker<'_>, samples: &mut Findings) -> ClientSecrets {
    let mut hashes = Vec::new();
    match (&file.client_secret_file, &file.client_secret_sha256) {
        (None, None) if file.client_secret.is_none() => {
            checker.missing(
                "client_secret_sha256 or client_secret_file is missing (or token_endpoint_auth_method = \"none\")",
            );
        }
        (Some(at), Some(_)) => {
            checker.error(&at.span, "client_secret_file: there is a client_secret_sha256 too; keep one of them");
        }
        _ => {}
    }
    if let Some(at) = &file.client_secret_file
        && let Some(secret) = checker.secret_file("client_secret_file", &file.client_secret_file)
    {
        if secret.expose().len() < MIN_SECRET_LEN {
            checker.warning(
                &at.span,
                format!("client_secret_file: the secret is shorter than {MIN_SECRET_LEN} characters"),
            );
        }
        hashes.push((sha256(secret.expose().as_bytes()), at.span.clone()));
    }
    let written: &[Located<String>] = file.client_secret_sha256.as_ref().map_or(&[], |list| &list.0);
    for (index, Located { value, span }) in written.iter().enumerate() {
        match HEXLOWER.decode(value.as_bytes()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            Some(_) if index >= 2 => checker.error(span, "client_secret_sha256: at most two, while they are rotated"),
            Some(hash) => hashes.push((hash, span.clone())),
            None => checker.error(span, "client_secret_sha256 must be 64 lower-case hexadecimal digits"),
        }
    }
    note_samples(&hashes, checker, samples);
    ClientSecrets::new(hashes.into_iter().map(|(hash, _)| hash).collect())
}

fn note_samples(hashes: &[([u8; 32], Span)], checker: &Checker<'_>, samples: &mut Findings) {
    let sample = sha256(SAMPLE_SECRET.as_bytes());
    for (_, span) in hashes.iter().filter(|(hash, _)| *hash == sample) {
        samples.push(Finding::error(
            checker.sources.place(span),
            "this secret is the demo's, which everybody knows; make one with idp client rotate-secret",
        ));
    }
}

/// What a client demands must be in reach of its tenant's policy.
pub fn fits(minimum_acr: &Setting<String>, ceiling: Acr, checker: &mut Checker<'_>) {
    if let Some(Located { value, span }) = minimum_acr
        && Acr::from_urn(value).is_some_and(|minimum| minimum > ceiling)
    {
        let ceiling = ceiling.urn();
        checker.error(
            span,
            format!("minimum_acr: this tenant's policy reaches no more than {ceiling}: nobody could sign in"),
        );
    }
}
