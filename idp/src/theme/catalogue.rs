//! The texts of one language of one theme: Fluent messages, the theme's own laid over the inherited ones.

use std::{collections::BTreeSet, fmt, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use super::RenderError;
use crate::domain::language::Language;

pub struct Catalogue {
    language: Language,
    bundle: FluentBundle<Arc<FluentResource>>,
    /// What the bundle was made of; a theme laid over this one shares it.
    resources: Vec<Arc<FluentResource>>,
    ids: BTreeSet<String>,
}

impl Catalogue {
    /// The texts of one `.ftl` source, laid over what is inherited.
    pub fn new(language: Language, inherited: Option<&Self>, source: &str) -> Result<Self, String> {
        let tag: LanguageIdentifier = language.tag().parse().map_err(|error| format!("{language}: {error}"))?;
        let own = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let first = errors.first().map(|error| format!("{error} at byte {}", error.pos.start));
            first.unwrap_or_default()
        })?;
        let mut ids = message_ids(source)?;
        ids.extend(inherited.into_iter().flat_map(|inherited| &inherited.ids).cloned());
        let mut resources = inherited.map_or_else(Vec::new, |inherited| inherited.resources.clone());
        resources.push(Arc::new(own));
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks of direction would break what is copied out of a page or mail.
        bundle.set_use_isolating(false);
        for resource in &resources {
            bundle.add_resource_overriding(Arc::clone(resource));
        }
        Ok(Self { language, bundle, resources, ids })
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn ids(&self) -> &BTreeSet<String> {
        &self.ids
    }

    /// A message with its values filled in. What is missing, message or value, is an error: a half text helps nobody.
    pub fn text(&self, id: &str, values: &FluentArgs<'_>) -> Result<String, RenderError> {
        let fail =
            |reason: &str| RenderError::Text { id: id.to_owned(), language: self.language, reason: reason.to_owned() };
        let message = self.bundle.get_message(id).ok_or_else(|| fail("there is no such message"))?;
        let pattern = message.value().ok_or_else(|| fail("the message has no text"))?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(values), &mut errors);
        match errors.first() {
            Some(error) => Err(fail(&error.to_string())),
            None => Ok(text.into_owned()),
        }
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({}, {} messages)", self.language, self.ids.len())
    }
}

/// Ids of the messages of one file; two of one name are a slip of the author.
fn message_ids(source: &str) -> Result<BTreeSet<String>, String> {
    let mut ids = BTreeSet::new();
    for line in source.lines() {
        let Some((id, _)) = line.split_once('=') else { continue };
        let id = id.trim_end();
        let names_a_message = id.starts_with(|c: char| c.is_ascii_alphabetic())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if names_a_message && !ids.insert(id.to_owned()) {
            return Err(format!("the message {id} is there twice"));
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn japanese(source: &str) -> Result<Catalogue, String> {
        Catalogue::new(Language::Ja, None, source)
    }

    #[test]
    fn a_themes_own_text_stands_before_the_inherited_one() {
        let inherited = japanese("a = one\nb = two { $x }\n").unwrap();
        let catalogue = Catalogue::new(Language::Ja, Some(&inherited), "b = own { $x }\n").unwrap();
        let values = FluentArgs::from_iter([("x", 1000)]);
        assert_eq!(catalogue.text("a", &values).unwrap(), "one");
        assert_eq!(catalogue.text("b", &values).unwrap(), "own 1000");
    }

    #[test]
    fn a_missing_value_is_an_error() {
        let catalogue = japanese("a = { $minutes }分\n").unwrap();
        let error = catalogue.text("a", &FluentArgs::new()).unwrap_err().to_string();
        assert!(error.contains("minutes"), "{error}");
        assert!(catalogue.text("z", &FluentArgs::new()).is_err());
    }

    #[test]
    fn broken_and_doubled_messages_are_refused() {
        assert!(japanese("a = { $x\n").is_err());
        assert!(japanese("a = 1\nb = 2\na = 3\n").unwrap_err().contains("twice"));
    }

    #[test]
    fn lines_of_a_letter_keep_their_breaks_and_indents() {
        let catalogue = japanese("a =\n    ・one\n    　two\n\n    - x\n      y\n").unwrap();
        assert_eq!(catalogue.text("a", &FluentArgs::new()).unwrap(), "・one\n　two\n\n- x\n  y");
    }
}
