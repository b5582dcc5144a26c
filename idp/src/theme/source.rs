//! The files of themes: those in the binary, and those of a folder laid over them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;
use serde::Deserialize;

use super::ThemeError;

#[derive(RustEmbed)]
#[folder = "../themes"]
struct Embedded;

/// Folders of a theme, and what their files may be called.
const PLACES: [(&str, &[&str]); 6] = [
    ("", &["toml", "html"]),
    ("pages/", &["html"]),
    ("parts/", &["html"]),
    ("mail/", &["html", "txt"]),
    ("locales/", &["ftl"]),
    ("assets/", &super::assets::EXTENSIONS),
];

/// One theme as its author wrote it: path below its folder → content.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub files: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    inherits: Option<String>,
}

impl Source {
    /// The theme that this one is laid over; none for `default`.
    pub fn parent(&self, name: &str) -> Result<Option<String>, ThemeError> {
        let fail = |reason: String| ThemeError::Manifest { theme: name.to_owned(), reason };
        let manifest = match self.files.get("theme.toml") {
            Some(bytes) => {
                let text = std::str::from_utf8(bytes).map_err(|error| fail(error.to_string()))?;
                toml::from_str(text).map_err(|error| fail(error.to_string()))?
            }
            None => Manifest::default(),
        };
        Ok(if name == "default" { None } else { Some(manifest.inherits.unwrap_or_else(|| "default".to_owned())) })
    }
}

/// Every theme there is: the binary's own, with the folder's files laid over them.
pub fn read(dir: Option<&Path>) -> Result<BTreeMap<String, Source>, ThemeError> {
    let mut themes: BTreeMap<String, Source> = BTreeMap::new();
    for path in Embedded::iter() {
        let Some((theme, file)) = path.split_once('/') else { continue };
        if let Some(content) = Embedded::get(&path)
            && allowed(file)
        {
            themes.entry(theme.to_owned()).or_default().files.insert(file.to_owned(), content.data.into_owned());
        }
    }
    let Some(dir) = dir else { return Ok(themes) };
    for theme in entries(dir)? {
        if !theme.is_folder {
            continue;
        }
        let source = themes.entry(theme.name).or_default();
        for (place, _) in PLACES {
            read_place(&theme.path, place, source)?;
        }
    }
    Ok(themes)
}

/// The theme of one folder under the folder's name, with the binary's own and those beside it that it inherits.
pub fn read_one(folder: &Path) -> Result<(String, BTreeMap<String, Source>), ThemeError> {
    let whole = folder.canonicalize().map_err(|source| ThemeError::Read { path: folder.to_owned(), source })?;
    let Some(name) = whole.file_name().and_then(|name| name.to_str()) else {
        return Err(ThemeError::File { path: whole, reason: "the folder has no name".to_owned() });
    };
    let mut themes = read(None)?;
    let mut next = Some(name.to_owned());
    while let Some(present) = next {
        let beside = whole.with_file_name(&present);
        let already = themes.contains_key(&present) && present != name;
        if already || !beside.is_dir() {
            break;
        }
        let source = themes.entry(present.clone()).or_default();
        for (place, _) in PLACES {
            read_place(&beside, place, source)?;
        }
        next = source.parent(&present)?;
    }
    Ok((name.to_owned(), themes))
}

/// A theme and what it is laid over, the root first.
pub fn chain<'s>(name: &str, sources: &'s BTreeMap<String, Source>) -> Result<Vec<(&'s str, &'s Source)>, ThemeError> {
    let fail = |reason: String| ThemeError::Manifest { theme: name.to_owned(), reason };
    let mut chain = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(present) = next {
        let Some((known, source)) = sources.get_key_value(&present) else {
            return Err(fail(format!("there is no theme \"{present}\" to inherit from")));
        };
        if chain.iter().any(|(earlier, _)| earlier == known) {
            return Err(fail(format!("\"{present}\" inherits from itself")));
        }
        chain.push((known.as_str(), source));
        next = source.parent(known)?;
    }
    chain.reverse();
    Ok(chain)
}

fn read_place(theme: &Path, place: &str, source: &mut Source) -> Result<(), ThemeError> {
    let folder = theme.join(place);
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in entries(&folder)? {
        let file = format!("{place}{}", entry.name);
        if entry.is_folder || entry.name.starts_with('.') {
            continue;
        }
        if !allowed(&file) {
            let reason = "a theme has no file of this name or kind".to_owned();
            return Err(ThemeError::File { path: entry.path, reason });
        }
        let content = fs::read(&entry.path).map_err(|source| ThemeError::Read { path: entry.path, source })?;
        source.files.insert(file, content);
    }
    Ok(())
}

struct Entry {
    name: String,
    path: PathBuf,
    is_folder: bool,
}

/// What lies in a folder. Links are refused: a theme is confined to its folder.
fn entries(dir: &Path) -> Result<Vec<Entry>, ThemeError> {
    let failed = |source: io::Error| ThemeError::Read { path: dir.to_owned(), source };
    let mut list = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        if kind.is_symlink() {
            return Err(ThemeError::File { path, reason: "links are not followed".to_owned() });
        }
        let Ok(name) = entry.file_name().into_string() else {
            return Err(ThemeError::File { path, reason: "the name is not UTF-8".to_owned() });
        };
        list.push(Entry { name, path, is_folder: kind.is_dir() });
    }
    Ok(list)
}

fn allowed(file: &str) -> bool {
    let (place, name) = match file.rsplit_once('/') {
        Some((place, name)) => (format!("{place}/"), name),
        None => (String::new(), file),
    };
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let plain = !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    plain && PLACES.iter().any(|(known, extensions)| *known == place && extensions.contains(&extension))
}
