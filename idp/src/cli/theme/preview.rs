//! Every page × state × language, and every mail, as files with one index over them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use minijinja::{Environment, Value, context, value::Serde};
use serde::Serialize;

use crate::{
    domain::language::Language,
    mail::compose::{Composer, LetterFrame},
    theme::{Frame, Themes, samples},
};

/// Widths of a telephone and of a desk.
const WIDTHS: [u16; 2] = [390, 1280];

#[derive(Serialize)]
struct PageFile {
    theme: String,
    page: &'static str,
    state: String,
    language: Language,
    title: String,
    /// It sends the browser on by itself.
    leaves: bool,
    file: String,
}

#[derive(Serialize)]
struct MailFile {
    theme: String,
    name: &'static str,
    language: Language,
    subject: String,
    text: String,
    file: String,
}

/// Writes the gallery of these themes and gives back the path of its index.
pub fn write(themes: &Arc<Themes>, names: &[&str], target: &Path) -> anyhow::Result<PathBuf> {
    for folder in ["pages", "mails", "assets"] {
        let folder = target.join(folder);
        // What an earlier preview left would still be looked at.
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let composer = Composer::new(Arc::clone(themes));
    let (mut pages, mut mails) = (Vec::new(), Vec::new());
    for name in names {
        for (file, asset) in themes.assets(name) {
            save(&target.join("assets").join(name).join(file), &asset.bytes)?;
        }
        for language in themes.languages(name) {
            pages.extend(pages_of(themes, name, *language, target)?);
            mails.extend(mails_of(&composer, name, *language, target)?);
        }
    }
    let mut templates = Environment::new();
    templates.add_template("index.html", include_str!("preview/index.html"))?;
    let values = context! {
        pages => Value::from(Serde(pages)), mails => Value::from(Serde(mails)), themes => Value::from(Serde(names)),
        languages => Language::ALL.map(Language::tag), widths => WIDTHS,
        style => include_str!("preview/index.css"), script => include_str!("preview/index.js"),
    };
    let index = templates.get_template("index.html")?.render(values)?;
    let path = target.join("index.html");
    save(&path, index.as_bytes())?;
    Ok(path)
}

fn pages_of(themes: &Themes, theme: &str, language: Language, target: &Path) -> anyhow::Result<Vec<PageFile>> {
    let mut files = Vec::new();
    for (sample, page) in samples::pages() {
        let frame = samples::frame_of(&sample, language);
        let html = themes.page(theme, &Frame { base: "..".to_owned(), ..frame }, &page)?;
        let file = format!("pages/{theme}.{sample}.{language}.html");
        save(&target.join(&file), html.as_bytes())?;
        let state = sample.strip_prefix(page.id()).unwrap_or(&sample).trim_start_matches('-').to_owned();
        let title = html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        let title = title.map(|(title, _)| title.to_owned()).unwrap_or_default();
        let leaves = html.contains("/post.") || html.contains("/leave.");
        files.push(PageFile { theme: theme.to_owned(), page: page.id(), state, language, title, leaves, file });
    }
    Ok(files)
}

fn mails_of(composer: &Composer, theme: &str, language: Language, target: &Path) -> anyhow::Result<Vec<MailFile>> {
    let Frame { tenant, service, contact, .. } = samples::frame(language);
    let frame = LetterFrame { language, tenant, service, contact };
    let mut files = Vec::new();
    for (name, letter) in samples::letters() {
        let mail = composer.compose(theme, &frame, &letter, true)?;
        let file = format!("mails/{theme}.{name}.{language}");
        save(&target.join(format!("{file}.txt")), mail.text.as_bytes())?;
        save(&target.join(format!("{file}.html")), mail.html.unwrap_or_default().as_bytes())?;
        let (subject, text) = (mail.subject, mail.text);
        files.push(MailFile { theme: theme.to_owned(), name, language, subject, text, file: format!("{file}.html") });
    }
    Ok(files)
}

fn save(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    fs::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}
