//! `clients/<client_id>.toml` → one client (RFC 7591 §2, OpenID Connect Registration §2, SR-49, SR-56).

use std::time::Duration;

use data_encoding::HEXLOWER;
use url::Url;

use super::{
    checker::{Checker, web_address},
    files::{AlgorithmName, AuthMethodName, ClientToml, GrantTypeName},
    finding::{Finding, Findings},
    read::nearest,
    source::Span,
    tenant,
    values::{Located, Setting},
};
use crate::domain::{
    acr::Acr,
    client::{Client, ClientAuthentication, ClientSecrets, FrontchannelLogout, GrantType, Menu},
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
    Client {
        id: ClientId::new(id),
        name: names(id, file),
        redirect_uris: redirect_uris(file, checker),
        post_logout_redirect_uris: uris("post_logout_redirect_uris", &file.post_logout_redirect_uris, checker),
        grant_types: grant_types(file, checker).into_iter().collect(),
        scope: scope(file, checker),
        require_pkce: require_pkce(file, &authentication, checker),
        authentication,
        id_token_signed_response_alg: match file.id_token_signed_response_alg.as_ref().map(|setting| setting.value) {
            Some(AlgorithmName::Es256) => SigningAlgorithm::Es256,
            Some(AlgorithmName::Rs256) | None => SigningAlgorithm::Rs256,
        },
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
    if file.redirect_uris.is_empty() {
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
    if !setting.value.contains(&GrantTypeName::AuthorizationCode) {
        checker.error(&setting.span, "grant_types must contain authorization_code: nothing else begins a login yet");
    }
    setting
        .value
        .iter()
        .map(|name| match name {
            GrantTypeName::AuthorizationCode => GrantType::AuthorizationCode,
            GrantTypeName::RefreshToken => GrantType::RefreshToken,
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
    let secrets = secrets(file, checker, samples);
    match method.map(|method| method.value) {
        Some(AuthMethodName::ClientSecretPost) => ClientAuthentication::SecretPost(secrets),
        _ => ClientAuthentication::SecretBasic(secrets),
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
