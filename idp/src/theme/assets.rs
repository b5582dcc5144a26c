//! Static files of a theme: a fixed table read at load, under names that change with their content (SR-83).

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    io::Write,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::domain::secret::sha256_hex;

/// The kinds of files that are served.
pub const EXTENSIONS: [&str; 8] = ["css", "js", "svg", "png", "jpg", "webp", "ico", "woff2"];

fn content_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// A file ready to be sent; its name holds its hash, so it may be kept for ever.
#[derive(Clone)]
pub struct Asset {
    pub bytes: Bytes,
    /// The same, compressed; none where that gains nothing.
    pub gzip: Option<Bytes>,
    pub content_type: &'static str,
    /// Strong validator, in quotes (RFC 9110 §8.8.3).
    pub etag: String,
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asset({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

#[derive(Debug, Default)]
pub struct Assets {
    by_hashed_name: HashMap<String, Asset>,
    hashed_names: BTreeMap<String, String>,
}

impl Assets {
    /// Files that are as they are in the theme below are taken from there: packing costs more than all else of a theme.
    pub fn new<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>, inherited: Option<&Self>) -> Self {
        let mut assets = Self::default();
        for (name, bytes) in files {
            let Some((stem, extension)) = name.rsplit_once('.') else { continue };
            let Some(content_type) = content_type(extension) else { continue };
            let hash = sha256_hex(bytes);
            let short = hash.get(..8).unwrap_or_default();
            let hashed = format!("{stem}.{short}.{extension}");
            let etag = format!("\"{}\"", hash.get(..16).unwrap_or_default());
            let same = inherited.and_then(|inherited| inherited.get(&hashed)).filter(|same| same.etag == etag);
            let asset = same.cloned().unwrap_or_else(|| Asset {
                bytes: Bytes::copy_from_slice(bytes),
                gzip: gzip(bytes),
                content_type,
                etag,
            });
            assets.hashed_names.insert(name.to_owned(), hashed.clone());
            assets.by_hashed_name.insert(hashed, asset);
        }
        assets
    }

    pub fn get(&self, hashed_name: &str) -> Option<&Asset> {
        self.by_hashed_name.get(hashed_name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.by_hashed_name.iter().map(|(name, asset)| (name.as_str(), asset))
    }

    /// `style.css` → `style.1a2b3c4d.css`.
    pub fn hashed_name(&self, name: &str) -> Option<&str> {
        self.hashed_names.get(name).map(String::as_str)
    }
}

fn gzip(bytes: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < bytes.len()).then(|| packed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_the_name_that_holds_its_hash() {
        let text = "p { color: red }\n".repeat(50);
        let assets = Assets::new([("style.css", text.as_bytes()), ("page.html", b"x")].into_iter(), None);
        let name = assets.hashed_name("style.css").unwrap();
        assert_eq!(name.len(), "style.12345678.css".len());
        let asset = assets.get(name).unwrap();
        assert_eq!(asset.content_type, "text/css; charset=utf-8");
        assert!(asset.gzip.as_ref().unwrap().len() < asset.bytes.len());
        assert!(assets.get("style.css").is_none());
        assert!(assets.hashed_name("page.html").is_none(), "only listed kinds are served");
    }

    #[test]
    fn another_content_is_another_name() {
        let name = |text: &'static [u8]| {
            Assets::new([("a.js", text)].into_iter(), None).hashed_name("a.js").map(str::to_owned)
        };
        assert_ne!(name(b"1"), name(b"2"));
    }
}
