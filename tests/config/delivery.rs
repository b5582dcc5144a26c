//! `[mail]`: where mails come back to, and who may report on them.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use idp::{config::Configuration, keys::MasterKeys, keys::SystemEntropy};
use tempfile::TempDir;

use crate::support::setup::Setup;

fn written(mail: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    Setup::default().mail(mail).write(folder.path(), "sqlite://idp.db");
    MasterKeys::create(&folder.path().join("master.key"), &SystemEntropy::new()).unwrap();
    folder
}

/// What is found wrong; nothing if it loads.
fn findings(folder: &Path) -> String {
    let loaded = Configuration::load(&folder.join("idp.toml"), Setup::default().environment());
    loaded.map_or_else(|findings| findings.to_string(), |_| String::new())
}

#[test]
fn a_maildir_and_a_key_are_taken() {
    let folder = written("bounce_maildir = \"bounces\"\nreport_key_file = \"reports.key\"");
    let loaded = Configuration::load(&folder.path().join("idp.toml"), []).unwrap();
    assert_eq!(loaded.mail.bounce_maildir.unwrap(), folder.path().join("bounces"));
    assert!(loaded.mail.report_key.is_some());
    assert!(!format!("{:?}", loaded.mail.report_key).contains("relay"), "a key is not printed");
}

#[test]
fn a_folder_that_is_no_maildir_is_refused() {
    let folder = written("bounce_maildir = \"bounces\"");
    fs::remove_dir(folder.path().join("bounces/cur")).unwrap();
    assert!(findings(folder.path()).contains("is no maildir with new and cur"), "{}", findings(folder.path()));
    let nowhere = written("bounce_maildir = \"nowhere\"");
    assert!(findings(nowhere.path()).contains("is no folder"), "{}", findings(nowhere.path()));
}

#[test]
fn a_maildir_that_nothing_comes_back_to_is_refused() {
    let folder = written("bounce_maildir = \"bounces\"");
    let file = folder.path().join("idp.toml");
    let text = fs::read_to_string(&file).unwrap().replace("bounce_address = \"bounces@id.example.jp\"\n", "");
    fs::write(&file, text).unwrap();
    assert!(findings(folder.path()).contains("needs mail.bounce_address"), "{}", findings(folder.path()));
}

#[test]
fn an_address_that_leaves_no_room_for_a_mail_s_mark_is_refused() {
    assert_eq!(findings(written("bounce_address = \"bounces+@id.example.jp\"").path()), "");
    let long = written("bounce_address = \"bounces-of-our-very-own+@id.example.jp\"");
    assert!(findings(long.path()).contains("at most 21 characters"), "{}", findings(long.path()));
}

#[test]
fn a_key_that_is_short_or_open_to_others_is_refused() {
    let folder = written("report_key_file = \"reports.key\"");
    let key = folder.path().join("reports.key");
    fs::write(&key, "short").unwrap();
    assert!(findings(folder.path()).contains("at least 32 characters"), "{}", findings(folder.path()));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(findings(folder.path()).contains("chmod 600"), "{}", findings(folder.path()));
}
