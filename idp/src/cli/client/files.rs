//! `idp client new / rotate-secret`: what writes a client's file.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use anyhow::{Context, bail};

use super::{super::tenant::quoted, New};
use crate::{
    config::ClientFile,
    domain::{
        entropy::Entropy,
        redirect_uri::RedirectUri,
        secret::{random_text, sha256_hex},
    },
};

const TEMPLATE: &str = include_str!("../../../../config/examples/client.toml");

pub fn new(folder: &Path, arguments: &New, entropy: &dyn Entropy, out: &mut dyn Write) -> anyhow::Result<()> {
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
pub fn rotate(file: &ClientFile, finish: bool, entropy: &dyn Entropy, out: &mut dyn Write) -> anyhow::Result<()> {
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
