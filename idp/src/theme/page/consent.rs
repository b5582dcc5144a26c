//! P-31: what a client is to receive, and whether the person agrees.

use serde::Serialize;

/// P-31.
#[derive(Clone, Debug, Serialize)]
pub struct Consent {
    pub action: String,
    pub form_token: String,
    /// Whose information it is.
    pub user_id_masked: String,
    /// The client's registered name in the language of the page.
    pub client: String,
    /// Where the client's people are sent back to, so that a borrowed name is noticed.
    pub host: String,
    /// Loaded by the browser from the client's own host; the page's policy admits that one origin.
    pub logo: Option<String>,
    pub policy: Option<String>,
    pub terms: Option<String>,
    pub items: Vec<ConsentItem>,
}

/// One line of what is shared; a scope's or claim's `id` completes the name of its text.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum ConsentItem {
    Scope(String),
    Claim(String),
    /// The address of a protected resource, shown as it is.
    Resource(String),
    Offline,
}
