//! Where mails lie: in memory, and in one file of JSON lines so that a restart keeps them.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{Message, parse};
use crate::domain::clock::Timestamp;

const MAX_MAILS: usize = 1_000;
const MAX_BYTES: usize = 64 << 20;

/// A mail as it came, and as it reads.
pub struct Mail {
    pub message: Message,
    pub received_at: Timestamp,
    pub source: String,
}

/// One line of the file.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    id: u64,
    from: Cow<'a, str>,
    to: Cow<'a, str>,
    received_at: Timestamp,
    source: Cow<'a, str>,
}

#[derive(Default)]
pub struct Shelf {
    mails: VecDeque<Arc<Mail>>,
    bytes: usize,
    last_id: u64,
    log: Option<Log>,
}

struct Log {
    path: PathBuf,
    file: File,
    lines: usize,
}

impl Shelf {
    pub fn in_memory() -> Self {
        Self::default()
    }

    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let path = dir.join("mailbox.jsonl");
        let mut shelf = Self::default();
        match fs::read(&path) {
            Ok(written) => shelf.read(&String::from_utf8_lossy(&written)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        shelf.log = Some(Log::written(path, &shelf.mails)?);
        Ok(shelf)
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Arc<Mail>> {
        self.mails.iter().rev()
    }

    pub fn put(&mut self, from: &str, to: &str, content: &[u8], received_at: Timestamp) -> io::Result<()> {
        let id = self.last_id + 1;
        let source = String::from_utf8_lossy(content).into_owned();
        if let Some(log) = &mut self.log {
            log.append(&Line { id, from: from.into(), to: to.into(), received_at, source: (&source).into() })?;
        }
        self.last_id = id;
        self.keep(Mail { message: parse::message(id, from, to, content, received_at), received_at, source });
        match &mut self.log {
            Some(log) if log.lines >= 2 * MAX_MAILS => *log = Log::written(log.path.clone(), &self.mails)?,
            _ => {}
        }
        Ok(())
    }

    /// A line cut short by a crash is left out.
    fn read(&mut self, lines: &str) {
        for read in lines.lines().filter_map(|line| serde_json::from_str::<Line<'_>>(line).ok()) {
            self.last_id = self.last_id.max(read.id);
            let message = parse::message(read.id, &read.from, &read.to, read.source.as_bytes(), read.received_at);
            self.keep(Mail { message, received_at: read.received_at, source: read.source.into_owned() });
        }
    }

    fn keep(&mut self, mail: Mail) {
        self.bytes += mail.source.len();
        self.mails.push_back(Arc::new(mail));
        while self.mails.len() > MAX_MAILS || (self.bytes > MAX_BYTES && self.mails.len() > 1) {
            self.bytes -= self.mails.pop_front().map_or(0, |oldest| oldest.source.len());
        }
    }
}

impl Log {
    /// A fresh file with these mails, in the place of the old one.
    fn written(path: PathBuf, mails: &VecDeque<Arc<Mail>>) -> io::Result<Self> {
        let draft = path.with_extension("jsonl.new");
        let mut log = Self { file: private_file(&draft)?, path, lines: 0 };
        for mail in mails {
            let id = mail.message.id.parse().unwrap_or_default();
            let Mail { message, received_at, source } = mail.as_ref();
            let (from, to) = ((&message.from).into(), (&message.to).into());
            log.append(&Line { id, from, to, received_at: *received_at, source: source.into() })?;
        }
        fs::rename(draft, &log.path)?;
        Ok(log)
    }

    fn append(&mut self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.lines += 1;
        Ok(())
    }
}

/// Mails hold keys: nobody else on the machine may read them.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
