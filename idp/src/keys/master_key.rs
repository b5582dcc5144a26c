//! The file that holds the master keys: the one secret outside the database (SR-69).

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::KeyFileError;
use crate::domain::entropy::{self, Entropy};

const KEY_LEN: usize = 32;
/// A file of keys is never longer.
const MAX_FILE: u64 = 64 * 1024;
const HEADER: &str = "\
# Master keys of Monban. Keep a copy in a safe place: without this file no e-mail address,
# second password or signing key in the database can be used again.
# One key a line. The first one is used, the others only read what they once sealed.
";

/// One master key; everything else is derived from it.
pub struct MasterKey(Zeroizing<[u8; KEY_LEN]>);

impl MasterKey {
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy::bytes::<KEY_LEN>(entropy)))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Whether a person wrote it: 32 random bytes are never text, nor a row of numbers, nor a few bytes again and again.
    fn is_sample(&self) -> bool {
        let mut seen = [false; 256];
        for byte in self.0.iter() {
            if let Some(seen) = seen.get_mut(usize::from(*byte)) {
                *seen = true;
            }
        }
        let kinds = seen.iter().filter(|seen| **seen).count();
        let text = self.0.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let mut steps = self.0.windows(2).map(|pair| match pair {
            [a, b] => b.wrapping_sub(*a),
            _ => 0,
        });
        let row = steps.next().is_some_and(|first| steps.all(|step| step == first));
        kinds <= KEY_LEN / 2 || text || row
    }
}

/// The keys of a file: the first seals, all open.
pub struct MasterKeys {
    pub current: MasterKey,
    pub former: Vec<MasterKey>,
}

impl MasterKeys {
    /// Makes a file with one new key, mode 0600; never replaces one.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<(), KeyFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
            _ => KeyFileError::Io { path: path.to_owned(), source },
        };
        let key = MasterKey::random(entropy);
        let digits = Zeroizing::new(HEXLOWER.encode(key.bytes()));
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".new-{}", HEXLOWER.encode(&entropy::bytes::<8>(entropy))));
        let draft = PathBuf::from(name);
        // A hard link appears whole or not at all, and never over another file.
        let made = write_private(&draft, &[HEADER, &digits, "\n"]).and_then(|()| fs::hard_link(&draft, path));
        let cleared = fs::remove_file(&draft);
        made.map_err(failed)?;
        cleared.and_then(|()| sync_folder(path)).map_err(failed)
    }

    /// Reads the file; refuses what others may read and what is no random key.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
            _ => KeyFileError::Io { path: path.to_owned(), source },
        };
        // Asked before opening, because opening a pipe would wait.
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(KeyFileError::NotAFile(path.to_owned()));
        }
        let file = File::open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Readable { path: path.to_owned(), mode });
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE).read_to_string(&mut text).map_err(failed)?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, KeyFileError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (number, line) in text.lines().map(str::trim).enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (path, line_number) = (path.to_owned(), number + 1);
            let Some(key) = parse_key(line) else {
                return Err(KeyFileError::Length { path, line: line_number });
            };
            if key.is_sample() {
                return Err(KeyFileError::Sample { path, line: line_number });
            }
            if keys.iter().any(|earlier| earlier.bytes() == key.bytes()) {
                return Err(KeyFileError::Repeated { path, line: line_number });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or_else(|| KeyFileError::Empty(path.to_owned()))?;
        Ok(Self { current, former: keys.collect() })
    }
}

fn parse_key(line: &str) -> Option<MasterKey> {
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(line.as_bytes()).ok()?);
    Some(MasterKey(Zeroizing::new(<[u8; KEY_LEN]>::try_from(bytes.as_slice()).ok()?)))
}

fn write_private(path: &Path, parts: &[&str]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    for part in parts {
        file.write_all(part.as_bytes())?;
    }
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entropy::tests::Seeded;

    fn refused(text: &str) -> KeyFileError {
        MasterKeys::parse(Path::new("k"), text).err().unwrap()
    }

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_new_file_is_readable_by_its_owner_only_and_loads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKeys::create(&path, &Seeded::new(1)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(MasterKeys::load(&path).unwrap().current.bytes(), MasterKey::random(&Seeded::new(1)).bytes());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, "precious").unwrap();
        let error = MasterKeys::create(&path, &Seeded::new(1)).unwrap_err();
        assert!(matches!(error, KeyFileError::Exists(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKeys::create(&path, &Seeded::new(1)).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o644, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = MasterKeys::load(&path).err().unwrap();
            assert!(error.to_string().contains("chmod 600"), "{mode:o}: {error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(MasterKeys::load(&path).is_ok());
    }

    #[test]
    fn a_missing_file_says_how_to_make_one() {
        let folder = tempfile::tempdir().unwrap();
        let error = MasterKeys::load(&folder.path().join("none")).err().unwrap();
        assert!(error.to_string().contains("openssl rand -hex 32"), "{error}");
        assert!(matches!(MasterKeys::load(folder.path()).err().unwrap(), KeyFileError::NotAFile(_)));
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        for text in ["ab", &"a".repeat(63), &"ab".repeat(33), &"zz".repeat(32), "あ"] {
            write(&path, text, 0o600);
            assert!(matches!(MasterKeys::load(&path).err().unwrap(), KeyFileError::Length { line: 1, .. }), "{text}");
        }
        for text in ["", "\n\n", "# only words\n"] {
            assert!(matches!(refused(text), KeyFileError::Empty(_)), "{text}");
        }
    }

    #[test]
    fn samples_are_refused() {
        let counting: Vec<u8> = (0..32).collect();
        let falling: Vec<u8> = (0..32).rev().map(|n| n * 3).collect();
        let text = b"change-me-change-me-CHANGE-ME-01".to_vec();
        let hardly: Vec<u8> = (0..32).map(|n| [0xde, 0xad, 0xbe, 0xef][n % 4]).collect();
        for sample in [vec![0; 32], vec![0xff; 32], counting, falling, text, hardly] {
            let line = HEXLOWER.encode(&sample);
            assert!(matches!(refused(&line), KeyFileError::Sample { line: 1, .. }), "{line}");
        }
    }

    #[test]
    fn the_first_key_is_the_current_one() {
        let entropy = Seeded::new(3);
        let (new, old) = (MasterKey::random(&entropy), MasterKey::random(&entropy));
        let (new_line, old_line) = (HEXLOWER.encode(new.bytes()), HEXLOWER.encode(old.bytes()));
        let keys = MasterKeys::parse(Path::new("k"), &format!("# new\n{new_line}\n\n# old\n{old_line}")).unwrap();
        assert_eq!(keys.current.bytes(), new.bytes());
        assert_eq!(keys.former.first().unwrap().bytes(), old.bytes());
        assert!(matches!(refused(&format!("{new_line}\n{new_line}")), KeyFileError::Repeated { line: 2, .. }));
    }
}
