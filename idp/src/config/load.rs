//! Walks the folders of a configuration: reads every file, lays the layers, gathers what is wrong.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::{Spanned, de::DeValue};

use super::{
    checker::{Checker, is_name},
    client,
    files::{ClientToml, IdpToml, TenantToml},
    finding::{Finding, Findings, Place},
    limits, policy,
    read::{Read, read},
    settings::Configuration,
    source::{self, PREFIX, Sources, Table},
    system, tenant,
    values::Located,
};
use crate::domain::{client::Client, ids::ClientId, login::reachable, tenant::Tenant};

/// The reference, and the first layer.
pub const DEFAULTS: &str = include_str!("../../../config/idp.toml");
/// A file of the configuration is never longer.
const MAX_FILE: u64 = 1 << 20;

/// The text of a file with where it lies.
pub struct TextFile {
    pub path: PathBuf,
    pub text: String,
}

/// The files of one university.
pub struct TenantFiles {
    pub id: String,
    pub tenant: TextFile,
    pub clients: Vec<TextFile>,
}

/// Variables that are meant for us.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
        Some((name, value.to_string_lossy().into_owned()))
    })
}

pub fn load(path: &Path, environment: &[(String, String)]) -> Result<Configuration, Findings> {
    let mut findings = Findings::default();
    let Some(text) = text_file(path, &mut findings) else { return Err(findings) };
    let mut sources = Sources::default();
    let Some(system) = layers(&text, environment, &mut sources, &mut findings) else { return Err(findings) };
    let Read { raw: file, table, complete } = read::<IdpToml>(system, &sources, &mut findings);
    let mut checker = Checker { sources: &sources, findings: &mut findings, file: path, complete };
    let mut configuration = system_settings(&file, &mut checker);
    let folder = system::folder("paths.tenants", &file.paths.tenants, &mut checker);

    let found = folder.map(|folder| tenant_files(&folder, &mut findings)).unwrap_or_default();
    if found.is_empty() && !findings.has_errors() {
        findings.push(Finding::warning(Place::File(path.to_owned()), "there is no tenant yet: idp tenant new ID"));
    }
    let mut reader = TenantReader {
        sources,
        policy: table.get("policy").cloned(),
        mail_from: configuration.mail.from.clone().or(file.mail.from.map(|from| from.value)),
        complete,
        samples: Findings::default(),
    };
    let mut tenants = Vec::new();
    for files in &found {
        tenants.extend(reader.read(files, &mut findings));
    }
    let mut checker = Checker { sources: &reader.sources, findings: &mut findings, file: path, complete };
    tenant::distinct(&tenants, &mut checker);
    configuration.tenants = tenants.into_iter().map(|(_, tenant)| tenant).collect();
    configuration.samples = reader.samples;

    findings.sort();
    if findings.has_errors() {
        return Err(findings);
    }
    configuration.warnings = findings;
    Ok(configuration)
}

/// Where the tenants' folders lie, whatever may be wrong in them.
pub fn tenants_folder(path: &Path, environment: &[(String, String)]) -> Result<PathBuf, Findings> {
    let tenants = folder(path, environment, "paths.tenants", |file| file.paths.tenants)?;
    tenants.ok_or_else(Findings::default)
}

/// The folder of the operator's own themes; none if the file names none.
pub fn themes_folder(path: &Path, environment: &[(String, String)]) -> Result<Option<PathBuf>, Findings> {
    folder(path, environment, "paths.themes", |file| file.paths.themes)
}

fn folder(
    path: &Path,
    environment: &[(String, String)],
    key: &str,
    pick: fn(IdpToml) -> Option<Located<String>>,
) -> Result<Option<PathBuf>, Findings> {
    let mut findings = Findings::default();
    let Some(text) = text_file(path, &mut findings) else { return Err(findings) };
    let mut sources = Sources::default();
    let Some(system) = layers(&text, environment, &mut sources, &mut findings) else { return Err(findings) };
    let Read { raw: file, complete, .. } = read::<IdpToml>(system, &sources, &mut findings);
    let mut checker = Checker { sources: &sources, findings: &mut findings, file: path, complete };
    let setting = pick(file);
    let found = system::folder(key, &setting, &mut checker);
    if setting.is_some() && found.is_none() { Err(findings) } else { Ok(found) }
}

/// Built-in defaults, the operator's file, the environment.
fn layers<'t>(
    file: &'t TextFile,
    environment: &'t [(String, String)],
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Table<'t>> {
    let mut table = sources.add_defaults(DEFAULTS, &file.path, findings)?;
    source::overlay(&mut table, sources.add_file(&file.path, &file.text, findings)?);
    for variable in environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        if let Some(finding) = source::set_variable(sources, &mut table, variable) {
            findings.push(finding);
        }
    }
    Some(table)
}

fn system_settings(file: &IdpToml, checker: &mut Checker<'_>) -> Configuration {
    policy::policy(&file.policy, checker);
    Configuration {
        server: system::server(&file.server, checker),
        database_url: system::database_url(&file.database.url, checker),
        mail: system::mail(&file.mail, checker),
        master_key_file: system::master_key_file(file, checker),
        themes: system::folder("paths.themes", &file.paths.themes, checker),
        telemetry: system::telemetry(&file.telemetry, checker),
        retention: system::retention(&file.retention, checker),
        limits: limits::limits(&file.limits, checker),
        tenants: Vec::new(),
        warnings: Findings::default(),
        samples: Findings::default(),
    }
}

/// What reading a tenant needs of the rest.
struct TenantReader<'t> {
    sources: Sources,
    /// `[policy]` of `idp.toml`, cleaned.
    policy: Option<Spanned<DeValue<'t>>>,
    mail_from: Option<String>,
    /// Whether all of `idp.toml` could be read, so that a default that is missing is really missing.
    complete: bool,
    samples: Findings,
}

impl<'t> TenantReader<'t> {
    /// The tenant, with the place of its issuer.
    fn read(&mut self, files: &'t TenantFiles, findings: &mut Findings) -> Option<(Located<String>, Arc<Tenant>)> {
        let own = self.sources.add_file(&files.tenant.path, &files.tenant.text, findings);
        let clients: Vec<(&TextFile, Read<'t, ClientToml>)> = files
            .clients
            .iter()
            .filter_map(|file| {
                let table = self.sources.add_file(&file.path, &file.text, findings)?;
                Some((file, read(table, &self.sources, findings)))
            })
            .collect();
        let built = self.clients(&clients, findings);

        let mut table = Table::new();
        if let Some(policy) = &self.policy {
            table.insert(Spanned::new(0..0, "policy".into()), policy.clone());
        }
        source::overlay(&mut table, own?);
        let Read { raw: file, complete, .. } = read::<TenantToml>(table, &self.sources, findings);
        let complete = complete && self.complete;
        let mut checker = Checker { sources: &self.sources, findings, file: &files.tenant.path, complete };
        let tenant = tenant::tenant(&files.id, &file, built, self.mail_from.as_deref(), &mut checker)?;
        let ceiling = reachable(&tenant.policy);
        for (_, Read { raw, .. }) in &clients {
            client::fits(&raw.minimum_acr, ceiling, &mut checker);
        }
        Some((file.issuer?, Arc::new(tenant)))
    }

    fn clients(
        &mut self,
        files: &[(&TextFile, Read<'t, ClientToml>)],
        findings: &mut Findings,
    ) -> BTreeMap<ClientId, Arc<Client>> {
        let mut clients = BTreeMap::new();
        for (file, Read { raw, complete, .. }) in files {
            let name = file.path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
            let mut checker = Checker { sources: &self.sources, findings, file: &file.path, complete: *complete };
            let client = client::client(&name, raw, &mut checker, &mut self.samples);
            if clients.contains_key(&client.id) {
                let place = Place::File(file.path.clone());
                findings.push(Finding::error(place, format!("client_id: another file has \"{}\" too", client.id)));
            }
            clients.insert(client.id.clone(), Arc::new(client));
        }
        clients
    }
}

fn text_file(path: &Path, findings: &mut Findings) -> Option<TextFile> {
    let read = || {
        let metadata = fs::metadata(path)?;
        if metadata.len() > MAX_FILE {
            return Err(io::Error::other("it is too large"));
        }
        fs::read_to_string(path)
    };
    match read() {
        Ok(text) => Some(TextFile { path: path.to_owned(), text }),
        Err(error) => {
            findings.push(Finding::error(Place::File(path.to_owned()), format!("cannot be read: {error}")));
            None
        }
    }
}

/// Every `<id>/tenant.toml` with its clients, by id.
pub fn tenant_files(folder: &Path, findings: &mut Findings) -> Vec<TenantFiles> {
    let mut tenants = Vec::new();
    for path in entries(folder, findings) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') {
            if !is_name(&name) {
                let message = "a tenant's id must be 1 to 32 of a-z, 0-9 and -";
                findings.push(Finding::error(Place::File(path.clone()), message));
                continue;
            }
            let Some(tenant) = text_file(&path.join("tenant.toml"), findings) else { continue };
            tenants.push(TenantFiles { id: name, tenant, clients: client_files(&path.join("clients"), findings) });
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let message = "a tenant is a folder: put this into <id>/tenant.toml";
            findings.push(Finding::error(Place::File(path), message));
        }
    }
    tenants
}

fn client_files(folder: &Path, findings: &mut Findings) -> Vec<TextFile> {
    if !folder.exists() {
        return Vec::new();
    }
    let toml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    entries(folder, findings).iter().filter(|path| toml(path)).filter_map(|path| text_file(path, findings)).collect()
}

/// Sorted, so that findings and tenants come in the same order everywhere.
fn entries(folder: &Path, findings: &mut Findings) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>());
    match listed {
        Ok(mut paths) => {
            paths.sort();
            paths
        }
        Err(error) => {
            findings.push(Finding::error(Place::File(folder.to_owned()), format!("cannot be read: {error}")));
            Vec::new()
        }
    }
}
