//! The commands of themes.

use tempfile::tempdir;

use super::*;

fn run_it(command: &Command) -> anyhow::Result<(Outcome, String)> {
    let mut out = Vec::new();
    let outcome = run(command, Path::new("there/is/no.toml"), &[], &mut out)?;
    Ok((outcome, String::from_utf8(out)?))
}

fn check_folder(folder: &Path, json: bool) -> anyhow::Result<(Outcome, String)> {
    run_it(&Command::Check { folder: folder.to_owned(), json })
}

#[test]
fn a_new_theme_passes_the_check_and_is_not_written_twice() {
    let folder = tempdir().unwrap();
    let new = |name: &str| run_it(&Command::New { name: name.to_owned(), folder: Some(folder.path().to_owned()) });
    let (outcome, text) = new("campus").unwrap();
    assert_eq!(outcome, Outcome::Fine);
    assert!(text.contains("idp theme check"), "{text}");
    assert_eq!(check_folder(&folder.path().join("campus"), false).unwrap().0, Outcome::Fine);
    assert!(new("campus").is_err());
    assert!(new("Campus!").is_err());
    assert!(run_it(&Command::New { name: "other".to_owned(), folder: None }).is_err(), "no folder is configured");
}

#[test]
fn a_theme_is_checked_with_the_one_beside_it_that_it_inherits() {
    let folder = tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("house/theme.toml", "");
    write("campus/theme.toml", "inherits = \"house\"");
    assert_eq!(check_folder(&folder.path().join("campus"), false).unwrap().0, Outcome::Fine);
    write("house/parts/contact.html", "{{ t(\"no-such-text\") }}");
    let (outcome, text) = check_folder(&folder.path().join("campus"), false).unwrap();
    assert_eq!(outcome, Outcome::Found);
    assert!(text.contains("theme campus") && text.contains("no-such-text"), "{text}");
    let (outcome, text) = check_folder(&folder.path().join("campus"), true).unwrap();
    let findings: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(outcome == Outcome::Found && findings[0]["message"].as_str().unwrap().contains("no-such-text"));
    assert!(check_folder(&folder.path().join("nowhere"), false).is_err(), "what cannot be read was not checked");
}

#[test]
fn the_preview_has_every_page_and_mail_of_the_theme() {
    let folder = tempdir().unwrap();
    let preview = |theme: &str| {
        let (theme, out) = (Some(theme.to_owned()), Some(folder.path().to_owned()));
        run_it(&Command::Preview { theme, out, open: false })
    };
    let (outcome, text) = preview("university").unwrap();
    assert_eq!(outcome, Outcome::Fine);
    let index = fs::read_to_string(text.trim()).unwrap();
    for (sample, page) in crate::theme::samples::pages() {
        for language in ["ja", "en", "zh-CN", "ko"] {
            let file = format!("pages/university.{sample}.{language}.html");
            assert_eq!(index.matches(&format!("<iframe class=\"w390\" data-src=\"{file}\"")).count(), 1, "{file}");
            let html = fs::read_to_string(folder.path().join(&file)).unwrap();
            assert!(html.contains(&format!("data-page=\"{}\"", page.id())), "{file}");
            let style = html.split("href=\"../assets/").find(|part| part.contains("style.")).unwrap();
            assert!(folder.path().join("assets").join(style.split('"').next().unwrap()).is_file(), "{file}");
        }
    }
    for (name, _) in crate::theme::samples::letters() {
        assert!(folder.path().join(format!("mails/university.{name}.ko.txt")).is_file(), "{name}");
        assert!(index.contains(&format!("mails/university.{name}.zh-CN.html")), "{name}");
    }
    preview("default").unwrap();
    let left = fs::read_dir(folder.path().join("pages")).unwrap().map(Result::unwrap);
    assert!(left.into_iter().all(|file| file.file_name().to_string_lossy().starts_with("default.")));
    let error = preview("nowhere").unwrap_err().to_string();
    assert!(error.contains("default, university"), "{error}");
}
