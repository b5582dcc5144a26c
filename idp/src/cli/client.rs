//! `idp client`: what clients there are, new ones, and their secrets.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    sync::Arc,
};

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::{Outcome, tenant::quoted};
use crate::{
    config::{ClientFile, Configuration, find_client, tenants_folder},
    domain::{
        client::{AccessTokenFormat, Client, ClientKeys, Consent, Profile, SubjectType},
        entropy::Entropy,
        language::Language,
        redirect_uri::RedirectUri,
        secret::{random_text, sha256_hex},
        signing_key::SigningAlgorithm,
        tenant::Tenant,
    },
};

const TEMPLATE: &str = include_str!("../../../config/examples/client.toml");

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print the clients of all tenants
    #[command(after_help = "Example: idp client list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one client as it is understood, defaults included
    #[command(after_help = "Example: idp client show certificate-service")]
    Show(Which),
    /// Write a commented file for a new client and print its secret, once
    #[command(after_help = "Example: idp client new certificate-service --redirect-uri https://rp.example.jp/callback")]
    New(New),
    /// Make a second secret beside the present one, or drop the older of two
    #[command(
        after_help = "Example: idp client rotate-secret certificate-service\nOnce the client uses the new one: idp client rotate-secret certificate-service --finish"
    )]
    RotateSecret {
        #[command(flatten)]
        which: Which,
        /// Keep the newest secret only
        #[arg(long)]
        finish: bool,
    },
    /// Print one client's metadata as RFC 7591 JSON, without secrets
    #[command(after_help = "Example: idp client export certificate-service > client.json")]
    Export(Which),
}

#[derive(Debug, clap::Args)]
pub struct Which {
    /// The client_id
    pub id: String,
    /// The tenant, if several have a client of this id
    #[arg(long)]
    pub tenant: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct New {
    /// The client_id; also the file's name
    pub id: String,
    /// The tenant, if there are several
    #[arg(long)]
    pub tenant: Option<String>,
    /// Its name for people [default: ID]
    #[arg(long)]
    pub name: Option<String>,
    /// Where answers go; several times for several
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    pub redirect_uris: Vec<String>,
    /// Without a secret: an app or a page in the browser
    #[arg(long)]
    pub public: bool,
}

pub fn run(
    command: &Command,
    config: &Path,
    environment: &[(String, String)],
    entropy: &dyn Entropy,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let load = || Configuration::load(config, environment.iter().cloned());
    match command {
        Command::List { json } => list(&load()?, *json, out)?,
        Command::Show(which) => show(&load()?, which, out)?,
        Command::Export(which) => {
            let configuration = load()?;
            let (_, client) = find(&configuration, which)?;
            serde_json::to_writer_pretty(&mut *out, &metadata(&client))?;
            writeln!(out)?;
        }
        Command::New(arguments) => new(&tenants_folder(config, environment)?, arguments, entropy, out)?,
        Command::RotateSecret { which, finish } => {
            let folder = tenants_folder(config, environment)?;
            let file = find_client(&folder, &which.id, which.tenant.as_deref())?;
            rotate(&file, *finish, entropy, out)?;
        }
    }
    Ok(Outcome::Fine)
}

fn list(configuration: &Configuration, as_json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let clients = configuration.tenants.iter().flat_map(|tenant| tenant.clients.values().map(move |c| (tenant, c)));
    if as_json {
        let clients: Vec<Value> =
            clients.map(|(tenant, client)| json!({ "tenant": tenant.id, "client": metadata(client) })).collect();
        serde_json::to_writer_pretty(&mut *out, &clients)?;
        writeln!(out)?;
        return Ok(());
    }
    for (tenant, client) in clients {
        let uris: Vec<&str> = client.redirect_uris.iter().map(RedirectUri::as_str).collect();
        let (tenant, id) = (tenant.id.as_str(), client.id.as_str());
        writeln!(out, "{tenant:<16} {id:<24} {:<20} {}", client.authentication.name(), uris.join(" "))?;
    }
    Ok(())
}

fn find<'c>(configuration: &'c Configuration, which: &Which) -> anyhow::Result<(&'c Tenant, Arc<Client>)> {
    let wanted = |tenant: &&Arc<Tenant>| which.tenant.as_deref().is_none_or(|id| tenant.id.as_str() == id);
    let mut found = configuration
        .tenants
        .iter()
        .filter(wanted)
        .filter_map(|tenant| tenant.client(&which.id).map(|client| (&**tenant, client)));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => bail!("several tenants have a client \"{}\"; say which with --tenant", which.id),
        (None, _) => bail!("there is no client \"{}\"", which.id),
    }
}

fn show(configuration: &Configuration, which: &Which, out: &mut dyn Write) -> anyhow::Result<()> {
    let (tenant, client) = find(configuration, which)?;
    writeln!(out, "tenant: {}", tenant.id)?;
    for (name, value) in metadata(&client) {
        match value {
            Value::String(text) => writeln!(out, "{name}: {text}")?,
            other => writeln!(out, "{name}: {other}")?,
        }
    }
    Ok(())
}

/// RFC 7591 §2 and OpenID Connect Registration §2 names; ours behind them.
fn metadata(client: &Client) -> Map<String, Value> {
    let uris = |uris: &[RedirectUri]| Value::from(uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>());
    let grants = client.grant_types.iter().map(|grant| grant.name());
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    put("client_id", Some(client.id.as_str().into()));
    let english = client.name.in_language(Language::En, Language::Ja);
    put("client_name", english.map(Value::from));
    for (language, name) in client.name.0.iter().filter(|(_, name)| Some(name.as_str()) != english) {
        put(&format!("client_name#{language}"), Some(name.as_str().into()));
    }
    put("redirect_uris", Some(uris(&client.redirect_uris)));
    let after = &client.post_logout_redirect_uris;
    put("post_logout_redirect_uris", (!after.is_empty()).then(|| uris(after)));
    put("grant_types", Some(grants.collect::<Vec<_>>().into()));
    put("response_types", Some(vec!["code"].into()));
    put("scope", Some(client.scope.to_string().into()));
    put("token_endpoint_auth_method", Some(client.authentication.name().into()));
    put("id_token_signed_response_alg", Some(client.id_token_signed_response_alg.name().into()));
    let algorithm = |algorithm: Option<SigningAlgorithm>| algorithm.map(|algorithm| algorithm.name().into());
    put("userinfo_signed_response_alg", algorithm(client.userinfo_signed_response_alg));
    put("introspection_signed_response_alg", algorithm(client.introspection_signed_response_alg));
    put("authorization_signed_response_alg", algorithm(Some(client.authorization_signed_response_alg)));
    put("request_object_signing_alg", algorithm(client.request_object_signing_alg));
    match &client.keys {
        ClientKeys::None => {}
        ClientKeys::Inline(set) => put("jwks", Some((**set).clone())),
        ClientKeys::Uri(uri) => put("jwks_uri", Some(uri.as_str().into())),
    }
    let pairwise = matches!(client.subject_type, SubjectType::Pairwise { .. });
    put("subject_type", Some(if pairwise { "pairwise" } else { "public" }.into()));
    for (name, on) in [
        ("require_signed_request_object", client.require_signed_request_object),
        ("require_pushed_authorization_requests", client.require_pushed_authorization_requests),
        ("dpop_bound_access_tokens", client.dpop_bound_access_tokens),
        ("tls_client_certificate_bound_access_tokens", client.tls_client_certificate_bound_access_tokens),
    ] {
        put(name, on.then(|| true.into()));
    }
    let acrs: Vec<&str> = client.default_acr_values.iter().map(|acr| acr.urn()).collect();
    put("default_acr_values", (!acrs.is_empty()).then(|| acrs.into()));
    put("default_max_age", client.default_max_age.map(|age| age.as_secs().into()));
    put("require_auth_time", client.require_auth_time.then(|| true.into()));
    put("initiate_login_uri", client.initiate_login_uri.clone().map(Value::from));
    put("logo_uri", client.logo_uri.clone().map(Value::from));
    put("policy_uri", client.policy_uri.clone().map(Value::from));
    put("tos_uri", client.tos_uri.clone().map(Value::from));
    put("theme", client.theme.clone().map(Value::from));
    let returns = &client.account_return_uris;
    put("account_return_uris", (!returns.is_empty()).then(|| returns.clone().into()));
    put("minimum_acr", client.minimum_acr.map(|acr| acr.urn().into()));
    put("require_pkce", Some(client.require_pkce.into()));
    put("consent", (client.consent == Consent::Ask).then(|| "ask".into()));
    put("profile", (client.profile == Profile::Fapi2).then(|| "fapi2".into()));
    put("access_token_format", (client.access_token_format == AccessTokenFormat::Jwt).then(|| "jwt".into()));
    put("resources", (!client.resources.is_empty()).then(|| client.resources.clone().into()));
    map
}

fn new(folder: &Path, arguments: &New, entropy: &dyn Entropy, out: &mut dyn Write) -> anyhow::Result<()> {
    let id = &arguments.id;
    if id.is_empty()
        || id.len() > 128
        || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        || id.starts_with('.')
    {
        bail!("as the name of its file a client_id must be of A-Z, a-z, 0-9, -, _ and .");
    }
    for uri in &arguments.redirect_uris {
        RedirectUri::register(uri).with_context(|| format!("redirect URI \"{uri}\""))?;
    }
    let home = match &arguments.tenant {
        Some(tenant) => folder.join(tenant),
        None => only_tenant(folder)?,
    };
    if !home.join("tenant.toml").is_file() {
        bail!("there is no tenant at {}", home.display());
    }
    let path = home.join("clients").join(format!("{id}.toml"));
    let secret = (!arguments.public).then(|| random_text(entropy));
    let uris: Vec<String> = arguments.redirect_uris.iter().map(|uri| quoted(uri)).collect();
    let line = match &secret {
        Some(secret) => format!("client_secret_sha256 = \"{}\"", sha256_hex(secret.expose().as_bytes())),
        None => "# A public client has no secret; PKCE is what protects it.".to_owned(),
    };
    let text = TEMPLATE
        .replace("\"@NAME@\"", &quoted(arguments.name.as_deref().unwrap_or(id)))
        .replace("@REDIRECT_URIS@", &uris.join(", "))
        .replace("@AUTH_METHOD@", if arguments.public { "none" } else { "client_secret_basic" })
        .replace("@SECRET@", &line);
    fs::create_dir_all(home.join("clients"))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(text.as_bytes())?;
    writeln!(out, "{}", path.display())?;
    if let Some(secret) = secret {
        writeln!(
            out,
            "client_id: {id}\nclient_secret: {}\nThe secret is shown this once; the file holds its SHA-256.",
            secret.expose()
        )?;
    }
    Ok(())
}

fn only_tenant(folder: &Path) -> anyhow::Result<std::path::PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut homes = entries.flatten().map(|entry| entry.path()).filter(|path| path.join("tenant.toml").is_file());
    match (homes.next(), homes.next()) {
        (Some(home), None) => Ok(home),
        (None, _) => bail!("there is no tenant yet: idp tenant new ID"),
        _ => bail!("there are several tenants; say which with --tenant"),
    }
}

/// The newest secret stands first. The rest of the file stays as it was written.
fn rotate(file: &ClientFile, finish: bool, entropy: &dyn Entropy, out: &mut dyn Write) -> anyhow::Result<()> {
    let shown = file.path.display();
    let Some((span, hashes)) = &file.secret_sha256 else {
        bail!("{shown} has no client_secret_sha256: its secret, if it has one, lies in a file of its own");
    };
    let Some(present) = hashes.first() else { bail!("{shown}: client_secret_sha256 is empty") };
    let (value, secret) = if finish {
        (format!("\"{present}\""), None)
    } else {
        let secret = random_text(entropy);
        let hash = sha256_hex(secret.expose().as_bytes());
        (format!("[\"{hash}\", \"{present}\"]"), Some(secret))
    };
    let mut text = file.text.clone();
    text.replace_range(span.clone(), &value);
    let beside = file.path.with_extension("toml.new");
    fs::write(&beside, text).with_context(|| format!("{} cannot be written", beside.display()))?;
    fs::rename(&beside, &file.path).with_context(|| format!("{shown} cannot be replaced"))?;
    match secret {
        Some(secret) => writeln!(
            out,
            "{shown}\nclient_secret: {}\nThe secret is shown this once. Reload (SIGHUP); the one before works on until rotate-secret --finish.",
            secret.expose()
        )?,
        None => writeln!(out, "{shown}\nOnly the newest secret is left. Reload (SIGHUP) to make it so.")?,
    }
    Ok(())
}
