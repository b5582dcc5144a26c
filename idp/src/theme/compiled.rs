//! One theme, ready to render: its own files laid over those it inherits.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    sync::Arc,
};

use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter, filters,
    syntax::SyntaxConfig,
};

use super::{
    RenderError, ThemeError,
    assets::Assets,
    catalogue::Catalogue,
    guard,
    source::Source,
    vocabulary::{self, Speech},
};
use crate::domain::language::Language;

/// Work that one page may cost; the largest of the default theme needs a fiftieth.
const FUEL: u64 = 100_000;
const RECURSION: usize = 64;
const MAX_OUTPUT: usize = 512 * 1024;

#[derive(Debug)]
pub struct Theme {
    environment: Environment<'static>,
    catalogues: BTreeMap<Language, Arc<Catalogue>>,
    first: Arc<Catalogue>,
    pub languages: Vec<Language>,
    pub assets: Arc<Assets>,
}

/// A file of a theme that cannot be used, and why.
struct Refusal {
    file: String,
    reason: String,
}

impl Theme {
    /// From its sources, the root first, and the theme that it is laid over.
    pub fn build(name: &str, chain: &[(&str, &Source)], parent: Option<&Self>) -> Result<Self, ThemeError> {
        let fail = |refusal: Refusal| ThemeError::Content {
            theme: name.to_owned(),
            file: refusal.file,
            reason: refusal.reason,
        };
        let catalogues = catalogues(chain, parent).map_err(fail)?;
        let Some(first) = catalogues.get(&Language::Ja).map(Arc::clone) else {
            let reason = "there is no such file".to_owned();
            return Err(fail(Refusal { file: "locales/ja.ftl".to_owned(), reason }));
        };
        for (language, catalogue) in &catalogues {
            let ids: Vec<String> = first.ids().difference(catalogue.ids()).cloned().collect();
            if !ids.is_empty() {
                return Err(ThemeError::MissingTexts { theme: name.to_owned(), language: *language, ids });
            }
        }
        let assets = assets(chain);
        let files = assets.iter().map(|(file, bytes)| (*file, bytes.as_slice()));
        let assets = Assets::new(files, parent.map(|parent| &*parent.assets));
        Ok(Self {
            environment: environment(chain, parent).map_err(fail)?,
            languages: catalogues.keys().copied().collect(),
            catalogues,
            first,
            assets: Arc::new(assets),
        })
    }

    /// The texts in a language, or in the first one if the theme does not speak it.
    pub fn catalogue(&self, language: Language) -> Arc<Catalogue> {
        Arc::clone(self.catalogues.get(&language).unwrap_or(&self.first))
    }

    pub fn render<const N: usize>(
        &self,
        template: &str,
        speech: &Arc<Speech>,
        own: [(&'static str, Value); N],
    ) -> Result<String, RenderError> {
        let failed = |source: Error| RenderError::Template { template: template.to_owned(), source };
        let context = Value::from_pairs(vocabulary::functions(speech).chain(own));
        let mut output = Capped { bytes: Vec::with_capacity(8 * 1024), full: false };
        let compiled = self.environment.get_template(template).map_err(failed)?;
        let result = compiled.render_captured_to(context, &mut output).map(drop);
        if output.full {
            return Err(RenderError::TooLong { template: template.to_owned() });
        }
        result.map_err(failed)?;
        Ok(String::from_utf8_lossy(&output.bytes).into_owned())
    }
}

/// Every file under its path, the theme's own before the inherited one.
fn layered<'s>(chain: &[(&str, &'s Source)]) -> BTreeMap<&'s str, &'s [u8]> {
    let files = chain.iter().flat_map(|(_, source)| &source.files);
    files.map(|(file, bytes)| (file.as_str(), bytes.as_slice())).collect()
}

/// The files of `assets/`. What a theme changes in the look comes along with the look: one style sheet is one request.
fn assets<'s>(chain: &[(&str, &'s Source)]) -> BTreeMap<&'s str, Vec<u8>> {
    let files = layered(chain);
    let mut assets: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for (file, bytes) in files {
        if let Some(name) = file.strip_prefix("assets/") {
            assets.insert(name, bytes.to_vec());
        }
    }
    let own = assets.get("theme.css").cloned().unwrap_or_default();
    if let Some(style) = assets.get_mut("style.css") {
        style.push(b'\n');
        style.extend(own);
    }
    assets
}

fn catalogues(
    chain: &[(&str, &Source)],
    parent: Option<&Theme>,
) -> Result<BTreeMap<Language, Arc<Catalogue>>, Refusal> {
    let mut catalogues = parent.map_or_else(BTreeMap::new, |parent| parent.catalogues.clone());
    let Some((_, own)) = chain.last() else { return Ok(catalogues) };
    for language in Language::ALL {
        let file = format!("locales/{language}.ftl");
        if let Some(bytes) = own.files.get(&file) {
            let source = text(&file, bytes)?;
            let inherited = catalogues.get(&language).map(|inherited| &**inherited);
            let catalogue = Catalogue::new(language, inherited, source).map_err(|reason| Refusal { file, reason })?;
            catalogues.insert(language, Arc::new(catalogue));
        }
    }
    Ok(catalogues)
}

/// An environment with nothing in it but this theme's templates and what `guard` lets them use (SR-81).
/// What is inherited has a second name, `default/layout.html`, so that a template can extend its own model.
fn environment(chain: &[(&str, &Source)], parent: Option<&Theme>) -> Result<Environment<'static>, Refusal> {
    let Some(((_, own), ancestors)) = chain.split_last() else { return Ok(bare_environment()) };
    let second_names: BTreeMap<String, &[u8]> = ancestors
        .iter()
        .flat_map(|(ancestor, source)| {
            templates(source).map(move |(file, bytes)| (format!("{ancestor}/{file}"), bytes))
        })
        .collect();
    let first_names = chain.iter().flat_map(|(_, source)| templates(source)).map(|(file, _)| file);
    let known: BTreeSet<&str> = first_names.chain(second_names.keys().map(String::as_str)).collect();
    let mut environment = parent.map_or_else(bare_environment, |parent| parent.environment.clone());
    let mut add = |name: &str, bytes: &[u8]| {
        let fail = |reason: String| Refusal { file: name.to_owned(), reason };
        let source = text(name, bytes)?;
        guard::check(source, &known).map_err(fail)?;
        // In a text, a line that holds only a tag is no line; in HTML the white space does no harm.
        let lines = is_text(name);
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(lines).lstrip_blocks(lines);
        environment.set_syntax(syntax.build().map_err(|error| fail(error.to_string()))?);
        environment.add_template_owned(name.to_owned(), source.to_owned()).map_err(|error| fail(error.to_string()))
    };
    for (file, bytes) in templates(own) {
        add(file, bytes)?;
    }
    // Only those that a template of this theme names are compiled a second time.
    let is_named = |name: &str| templates(own).any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(name));
    for (name, bytes) in second_names.iter().filter(|(name, _)| is_named(name)) {
        add(name, bytes)?;
    }
    Ok(environment)
}

fn bare_environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if is_text(name) { AutoEscape::None } else { AutoEscape::Html });
    environment.set_formatter(escape);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION);
    environment.set_debug(cfg!(debug_assertions));
    environment.add_filter("length", filters::length);
    environment
}

fn templates(source: &Source) -> impl Iterator<Item = (&str, &[u8])> {
    let files = source.files.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice()));
    files.filter(|(file, _)| extension(file) == "html" || is_text(file))
}

fn is_text(name: &str) -> bool {
    extension(name) == "txt"
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn text<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Refusal> {
    std::str::from_utf8(bytes).map_err(|error| Refusal { file: file.to_owned(), reason: error.to_string() })
}

/// Escapes what would leave a text or a quoted attribute; a slash stays, so that addresses can be read.
fn escape(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && *state.auto_escape() == AutoEscape::Html => {
            for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
                let mut chars = piece.chars();
                let entity = match chars.next_back() {
                    Some('&') => "&amp;",
                    Some('<') => "&lt;",
                    Some('>') => "&gt;",
                    Some('"') => "&quot;",
                    Some('\'') => "&#39;",
                    _ => {
                        out.write_str(piece)?;
                        continue;
                    }
                };
                out.write_str(chars.as_str())?;
                out.write_str(entity)?;
            }
            Ok(())
        }
        _ => escape_formatter(out, state, value),
    }
}

/// A buffer that stops taking at its limit.
struct Capped {
    bytes: Vec<u8>,
    full: bool,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT {
            self.full = true;
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
