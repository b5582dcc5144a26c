//! Finds the file of a client, for commands that change it in place.

use std::path::{Path, PathBuf};

use super::{
    files::ClientToml,
    finding::{Finding, Findings, Place},
    load::tenant_files,
    read::read,
    source::{Sources, Span},
};

/// A client's file as it is written.
#[derive(Debug)]
pub struct ClientFile {
    pub path: PathBuf,
    pub text: String,
    /// The value of `client_secret_sha256`: where it stands in the text, and its hashes.
    pub secret_sha256: Option<(Span, Vec<String>)>,
}

/// The client's file; mistakes elsewhere are no hindrance.
pub fn find_client(tenants: &Path, id: &str, tenant: Option<&str>) -> Result<ClientFile, Findings> {
    let mut found = Vec::new();
    let mut findings = Findings::default();
    for files in tenant_files(tenants, &mut Findings::default()) {
        if tenant.is_some_and(|tenant| tenant != files.id) {
            continue;
        }
        for file in files.clients {
            let mut sources = Sources::default();
            let mut own = Findings::default();
            let Some(table) = sources.add_file(&file.path, &file.text, &mut own) else { continue };
            let raw = read::<ClientToml>(table, &sources, &mut own).raw;
            let named = raw.client_id.as_ref().map(|id| id.value.as_str());
            if named.or(file.path.file_stem().and_then(|stem| stem.to_str())) == Some(id) {
                let secret_sha256 = raw.client_secret_sha256.and_then(|list| {
                    let span = sources.within(&list.0.first()?.span)?;
                    Some((span, list.0.into_iter().map(|hash| hash.value).collect()))
                });
                found.push(ClientFile { path: file.path, text: file.text, secret_sha256 });
            }
        }
    }
    if found.len() > 1 {
        let message = format!("several tenants have a client \"{id}\"; say which with --tenant");
        findings.push(Finding::error(Place::File(tenants.to_owned()), message));
        return Err(findings);
    }
    found.pop().ok_or_else(|| {
        findings.push(Finding::error(Place::File(tenants.to_owned()), format!("there is no client \"{id}\"")));
        findings
    })
}
