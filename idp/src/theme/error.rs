//! What can be wrong with a theme, and with one rendering.

use std::path::PathBuf;

use crate::domain::language::Language;

/// Why a theme is refused. A refused theme is refused whole (SR-82).
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("theme {theme}: theme.toml: {reason}")]
    Manifest { theme: String, reason: String },
    #[error("theme {theme}: {file}: {reason}")]
    Content { theme: String, file: String, reason: String },
    #[error("theme {theme}: {language} lacks the texts {}", ids.join(", "))]
    MissingTexts { theme: String, language: Language, ids: Vec<String> },
    #[error("theme {theme}: page {page} in {language}: {reason}")]
    Page { theme: String, page: String, language: Language, reason: String },
}

/// Why a page or mail could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("there is no theme {0}")]
    NoSuchTheme(String),
    #[error("text {id} in {language}: {reason}")]
    Text { id: String, language: Language, reason: String },
    #[error("template {template}")]
    Template { template: String, source: minijinja::Error },
    #[error("template {template}: the output is longer than 512 KiB")]
    TooLong { template: String },
}
