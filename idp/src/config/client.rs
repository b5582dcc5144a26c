//! `clients/<client_id>.toml` → one client: what only a file can say, and where in it the shared rules are broken (SR-49, SR-56).

mod said;

use data_encoding::HEXLOWER;
use url::Url;

use super::{
    checker::{Checker, web_address},
    files::{AccessTokenFormatName, AuthMethodName, ClientToml, ConsentName},
    finding::{Finding, Findings},
    read::nearest,
    source::Span,
    tenant,
    values::{Located, Setting},
};
use crate::domain::{
    acr::Acr,
    client::{AccessTokenFormat, Client, ClientSecrets, Consent, Menu, Origin, Profile},
    client_metadata::{self, OwnSettings, Problem, Problems, Weight},
    ids::ClientId,
    secret::sha256,
};

/// The demo's secret: public knowledge.
pub const SAMPLE_SECRET: &str = "demo-secret";
/// Shorter ones can be guessed.
const MIN_SECRET_LEN: usize = 32;

/// `name` is the file's, without its ending.
pub fn client(name: &str, file: &ClientToml, checker: &mut Checker<'_>, samples: &mut Findings) -> Client {
    let id = file.client_id.as_ref().map_or(name, |id| id.value.as_str());
    if id.is_empty() || id.len() > 255 || !id.bytes().all(|b| b.is_ascii_graphic()) {
        match &file.client_id {
            Some(at) => checker.error(&at.span, "client_id must be 1 to 255 visible ASCII characters"),
            None => checker.missing("the name of this file cannot be a client_id; set one"),
        }
    }
    let secrets = credentials(file, checker, samples);
    let mut problems = Problems::default();
    let own = own_settings(file, checker, &mut problems);
    let metadata = said::metadata(file);
    let who = (ClientId::new(id), secrets);
    let client = client_metadata::client(&metadata, who, own, Origin::File, &mut problems);
    for problem in &problems.0 {
        tell(problem, file, checker);
    }
    client
}

/// A broken rule, at its place in the file.
fn tell(problem: &Problem, file: &ClientToml, checker: &mut Checker<'_>) {
    let hint = |value: &String| {
        nearest(value, &problem.choices).map_or_else(
            || format!("; known here: {}", problem.choices.join(", ")),
            |near| format!("; did you mean \"{near}\"?"),
        )
    };
    let hint = problem.value.as_ref().filter(|_| !problem.choices.is_empty()).map(hint).unwrap_or_default();
    let text = format!("{}{hint}", problem.text());
    match (problem.weight, said::place(file, problem.member, problem.index)) {
        (Weight::Missing, _) | (_, None) => checker.missing(text),
        (Weight::Error, Some(span)) => checker.error(span, text),
        (Weight::Warning, Some(span)) => checker.warning(span, text),
    }
}

/// Ours, beside the names of the specifications.
fn own_settings(file: &ClientToml, checker: &mut Checker<'_>, problems: &mut Problems) -> OwnSettings {
    OwnSettings {
        theme: tenant::theme(&file.theme, checker),
        account_return_uris: return_uris(file, checker),
        menu: Menu {
            top: checker.web_address("menu.top", &file.menu.top),
            manual: checker.web_address("menu.manual", &file.menu.manual),
        },
        minimum_acr: file
            .minimum_acr
            .as_ref()
            .and_then(|value| client_metadata::acr(("minimum_acr", None), &value.value, problems)),
        require_pkce: file.require_pkce.as_ref().is_none_or(|setting| setting.value),
        consent: match file.consent.as_ref().map(|setting| setting.value) {
            Some(ConsentName::Ask) => Consent::Ask,
            Some(ConsentName::None) | None => Consent::None,
        },
        profile: if file.profile.is_some() { Profile::Fapi2 } else { Profile::Plain },
        access_token_format: match file.access_token_format.as_ref().map(|setting| setting.value) {
            Some(AccessTokenFormatName::Jwt) => AccessTokenFormat::Jwt,
            Some(AccessTokenFormatName::Opaque) | None => AccessTokenFormat::Opaque,
        },
        resources: resources(file, checker),
    }
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

/// The secrets of a method that has some; a file with a secret that its method does not use is a mistake.
fn credentials(file: &ClientToml, checker: &mut Checker<'_>, samples: &mut Findings) -> ClientSecrets {
    if let Some(inline) = &file.client_secret {
        checker.error(
            &inline.span,
            "client_secret: no secrets in here; put its SHA-256 as client_secret_sha256, or the secret into a file named as client_secret_file",
        );
    }
    let says = match file.token_endpoint_auth_method.as_ref().map(|method| method.value) {
        Some(AuthMethodName::ClientSecretBasic | AuthMethodName::ClientSecretPost) | None => {
            return secrets(file, checker, samples);
        }
        Some(AuthMethodName::None) => "token_endpoint_auth_method \"none\" is for public clients, which have no secret",
        Some(_) => "token_endpoint_auth_method: a client that proves itself by a key has no secret",
    };
    if let Some(method) = &file.token_endpoint_auth_method
        && (file.client_secret_file.is_some() || file.client_secret_sha256.is_some())
    {
        checker.error(&method.span, says);
    }
    ClientSecrets::new(Vec::new())
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
