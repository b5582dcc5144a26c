//! A maildir that a mail server fills: what is new is read once and moved to `cur`.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

/// What is read of one mail: a report has its facts in the front, whatever it returns behind them.
const MAX_READ: u64 = 256 * 1024;

/// A mail in `new`.
#[derive(Debug)]
pub struct NewMail {
    path: PathBuf,
    /// Its beginning, or all of it.
    pub bytes: Vec<u8>,
}

/// Up to `limit` mails from `new`, in the order of their names, which begin with the time. Only plain files are opened:
/// a pipe or device would hold the reader for ever.
pub fn new_mails(maildir: &Path, limit: usize) -> io::Result<Vec<NewMail>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(maildir.join("new"))? {
        let entry = entry?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && entry.file_type()?.is_file() {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable();
    // One that vanished or may not be read keeps nobody from the others.
    Ok(paths.into_iter().filter_map(|path| open(path).inspect_err(unreadable).ok()).take(limit).collect())
}

fn open(path: PathBuf) -> io::Result<NewMail> {
    let mut bytes = Vec::new();
    File::open(&path)?.take(MAX_READ).read_to_end(&mut bytes)?;
    Ok(NewMail { path, bytes })
}

fn unreadable(error: &io::Error) {
    tracing::warn!(%error, "a mail in the bounce maildir cannot be read");
}

impl NewMail {
    /// To `cur`, marked as seen if it was understood; what was not stays unseen there, for whoever looks after the mailbox.
    pub fn put_away(&self, understood: bool) -> io::Result<()> {
        let (Some(folder), Some(name)) = (self.path.parent().and_then(Path::parent), self.path.file_name()) else {
            return Ok(());
        };
        let mut name = name.to_owned();
        name.push(if understood { ":2,S" } else { ":2," });
        match fs::rename(&self.path, folder.join("cur").join(name)) {
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.path.exists() => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maildir() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["new", "cur", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn new_mails_come_in_their_order_and_leave_for_cur() {
        let folder = maildir();
        for name in ["2.b", "1.a", ".hidden"] {
            fs::write(folder.path().join("new").join(name), name).unwrap();
        }
        let mails = new_mails(folder.path(), 10).unwrap();
        assert_eq!(mails.iter().map(|mail| mail.bytes.as_slice()).collect::<Vec<_>>(), [b"1.a", b"2.b"]);
        mails[0].put_away(true).unwrap();
        mails[1].put_away(false).unwrap();
        assert_eq!(names(&folder.path().join("cur")), ["1.a:2,S", "2.b:2,"]);
        assert_eq!(names(&folder.path().join("new")), [".hidden"]);
        mails[0].put_away(true).unwrap();
    }

    #[test]
    fn a_huge_mail_is_read_in_part_and_what_is_no_file_not_at_all() {
        let folder = maildir();
        let new = folder.path().join("new");
        File::create(new.join("1.huge")).unwrap().set_len(10 << 30).unwrap();
        std::os::unix::fs::symlink("/dev/zero", new.join("2.endless")).unwrap();
        std::os::unix::net::UnixListener::bind(new.join("3.socket")).unwrap();
        fs::create_dir(new.join("4.folder")).unwrap();
        let mails = new_mails(folder.path(), 10).unwrap();
        assert_eq!(mails.iter().map(|mail| mail.bytes.len() as u64).collect::<Vec<_>>(), [MAX_READ]);
    }

    #[test]
    fn no_more_are_read_than_asked_for_and_a_missing_folder_is_an_error() {
        let folder = maildir();
        for number in 0..5 {
            fs::write(folder.path().join(format!("new/{number}")), "x").unwrap();
        }
        assert_eq!(new_mails(folder.path(), 3).unwrap().len(), 3);
        assert!(new_mails(&folder.path().join("nowhere"), 3).is_err());
    }
}
