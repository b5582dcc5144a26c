//! All themes, ready to render: templates compiled, texts parsed, assets packed, once at start.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use minijinja::{Value, value::Serde};

use super::{
    Frame, RenderError, ThemeError,
    assets::Asset,
    check,
    compiled::Theme,
    page::{Argument, Page},
    source::{self, Source},
    time,
    vocabulary::Speech,
};
use crate::domain::language::Language;

#[derive(Debug)]
pub struct Themes {
    themes: BTreeMap<String, Theme>,
}

/// What stands around a mail.
#[derive(Clone, Debug)]
pub struct MailFrame {
    pub language: Language,
    pub tenant: String,
    pub service: String,
    /// Whom to ask, line by line.
    pub contact: Vec<String>,
}

/// What a mail says: its template is `mail/<name>.txt`, and every one of its texts may use `values`.
#[derive(Clone)]
pub struct MailText<'a> {
    pub name: &'a str,
    pub values: &'a [(&'static str, Argument)],
    /// One for each account of an address (M-05); other mails have none.
    pub links: &'a [MailLink],
}

/// One account's link, in words that a template may print.
#[derive(Clone, serde::Serialize)]
pub struct MailLink {
    pub user_id_masked: String,
    pub url: String,
    pub code: String,
}

/// A part of an HTML mail: its `kind` is `text`, `url`, `code` or `footer`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct MailBlock {
    pub kind: &'static str,
    pub text: String,
}

impl Themes {
    /// The themes of the binary, with those of `dir` laid over them: then every page of every theme is rendered once, and
    /// what does not pass is refused here and not before a student. Without `dir` a test has done so.
    pub fn load(dir: Option<&Path>) -> Result<Self, ThemeError> {
        let sources = source::read(dir)?;
        if dir.is_some() { Self::of(&sources) } else { Self::unchecked(&sources) }
    }

    /// One folder as a theme, laid over the built-in ones and those it inherits beside it.
    pub fn check(folder: &Path) -> Result<(), ThemeError> {
        let (name, sources) = source::read_one(folder)?;
        check::theme(&Self::unchecked(&sources)?, &name)
    }

    pub(super) fn of(sources: &BTreeMap<String, Source>) -> Result<Self, ThemeError> {
        let themes = Self::unchecked(sources)?;
        for name in sources.keys() {
            check::theme(&themes, name)?;
        }
        Ok(themes)
    }

    fn unchecked(sources: &BTreeMap<String, Source>) -> Result<Self, ThemeError> {
        if !sources.contains_key("default") {
            let reason = "the theme itself is missing".to_owned();
            return Err(ThemeError::Manifest { theme: "default".to_owned(), reason });
        }
        let mut themes: BTreeMap<String, Theme> = BTreeMap::new();
        for name in sources.keys() {
            let whole = source::chain(name, sources)?;
            // From the root on: what is parsed and compiled there serves all that is laid over it.
            for chain in (1..=whole.len()).filter_map(|length| whole.get(..length)) {
                let Some(((name, _), ancestors)) = chain.split_last() else { continue };
                if !themes.contains_key(*name) {
                    let parent = ancestors.last().and_then(|(parent, _)| themes.get(*parent));
                    let theme = Theme::build(name, chain, parent)?;
                    themes.insert((*name).to_owned(), theme);
                }
            }
        }
        Ok(Self { themes })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.themes.keys().map(String::as_str)
    }

    /// The languages a theme speaks; none if there is no such theme.
    pub fn languages(&self, theme: &str) -> &[Language] {
        self.themes.get(theme).map_or(&[], |theme| &theme.languages)
    }

    /// A whole page. In a language that the theme does not speak, its first one takes the place.
    pub fn page(&self, theme: &str, frame: &Frame, page: &Page) -> Result<String, RenderError> {
        let found = self.find(theme)?;
        let catalogue = found.catalogue(frame.language);
        let language = catalogue.language();
        let speech = Arc::new(Speech {
            language,
            catalogue,
            values: vec![
                ("tenant", Argument::Text(frame.tenant.clone())),
                ("service", Argument::Text(frame.service.clone())),
                ("mail_domain", Argument::Text(frame.mail_domain.clone())),
            ],
            assets: Arc::clone(&found.assets),
            assets_path: format!("{}/assets/{theme}", frame.base),
        });
        let title = speech.catalogue.text(page.title_id(), &speech.arguments())?;
        let frame = if frame.language == language {
            Value::from(Serde(frame))
        } else {
            Value::from(Serde(Frame { language, ..frame.clone() }))
        };
        let own = [
            ("frame", frame),
            ("page", Value::from(Serde(page))),
            ("title", Value::from(title)),
            ("page_id", Value::from(page.id())),
        ];
        found.render(&format!("pages/{}.html", page.id()), &speech, own)
    }

    /// A file of `/assets/<theme>/`.
    pub fn asset(&self, theme: &str, file: &str) -> Option<&Asset> {
        self.themes.get(theme)?.assets.get(file)
    }

    /// `style.css` → `style.1a2b3c4d.css`, as a theme has it.
    pub fn hashed_name(&self, theme: &str, name: &str) -> Option<&str> {
        self.themes.get(theme)?.assets.hashed_name(name)
    }

    /// Every file of a theme under the name that holds its hash.
    pub fn assets(&self, theme: &str) -> impl Iterator<Item = (&str, &Asset)> {
        self.themes.get(theme).into_iter().flat_map(|theme| theme.assets.iter())
    }

    /// The text of a mail.
    pub fn mail_text(&self, theme: &str, frame: &MailFrame, mail: &MailText<'_>) -> Result<String, RenderError> {
        let found = self.find(theme)?;
        let speech = mail_speech(found, frame, mail.values);
        let letter = mail.values.iter().map(|(name, value)| {
            let text = match value {
                Argument::Text(text) => text.clone(),
                Argument::Number(number) => number.to_string(),
                Argument::Time(at) => time::datetime(*at, speech.language),
            };
            (*name, Value::from(text))
        });
        let letter = Value::from_pairs(letter);
        let own = [
            ("letter", letter),
            ("links", Value::from(Serde(mail.links))),
            ("contact", frame.contact.iter().cloned().collect()),
        ];
        found.render(&format!("mail/{}.txt", mail.name), &speech, own)
    }

    /// One text of a mail, such as its subject.
    pub fn mail_line(
        &self,
        theme: &str,
        frame: &MailFrame,
        id: &str,
        values: &[(&'static str, Argument)],
    ) -> Result<String, RenderError> {
        let speech = mail_speech(self.find(theme)?, frame, values);
        speech.catalogue.text(id, &speech.arguments())
    }

    /// The HTML part of a mail: the theme's one layout around the blocks of its text.
    pub fn mail_html(
        &self,
        theme: &str,
        frame: &MailFrame,
        subject: &str,
        blocks: &[MailBlock],
    ) -> Result<String, RenderError> {
        let found = self.find(theme)?;
        let speech = mail_speech(found, frame, &[]);
        let own = [
            ("language", Value::from(speech.language.tag())),
            ("subject", Value::from(subject)),
            ("tenant", Value::from(frame.tenant.as_str())),
            ("service", Value::from(frame.service.as_str())),
            ("blocks", Value::from(Serde(blocks))),
        ];
        found.render("mail/layout.html", &speech, own)
    }

    fn find(&self, theme: &str) -> Result<&Theme, RenderError> {
        self.themes.get(theme).ok_or_else(|| RenderError::NoSuchTheme(theme.to_owned()))
    }
}

fn mail_speech(theme: &Theme, frame: &MailFrame, values: &[(&'static str, Argument)]) -> Arc<Speech> {
    let catalogue = theme.catalogue(frame.language);
    let own = [("tenant", &frame.tenant), ("service", &frame.service)];
    let own = own.into_iter().map(|(name, text)| (name, Argument::Text(text.clone())));
    Arc::new(Speech {
        language: catalogue.language(),
        catalogue,
        values: own.chain(values.iter().cloned()).collect(),
        assets: Arc::clone(&theme.assets),
        assets_path: String::new(),
    })
}
