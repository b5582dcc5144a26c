//! Scopes: what a client may ask for and what each lets it see (product.md, claims by scope).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The scopes this provider knows, in the order of the discovery document.
pub const SUPPORTED: [&str; 8] =
    ["openid", "profile", "email", "address", "phone", "student", "account", "offline_access"];

/// A set of scope tokens (RFC 6749 §3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Scope(BTreeSet<String>);

impl Scope {
    /// Reads a space-separated list; tokens that this provider does not know are dropped.
    pub fn parse(text: &str) -> Self {
        Self(text.split(' ').filter(|token| SUPPORTED.contains(token)).map(str::to_owned).collect())
    }

    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is in both (SR-59: asked ∩ allowed).
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// What is in either.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    #[must_use]
    pub fn without(mut self, token: &str) -> Self {
        self.0.remove(token);
        self
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl From<String> for Scope {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, token) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_dropped_and_order_does_not_matter() {
        assert_eq!(Scope::parse("email nonsense openid"), Scope::parse("openid email  email"));
        assert_eq!(Scope::parse("email openid").to_string(), "email openid");
    }

    #[test]
    fn a_client_gets_no_more_than_it_may() {
        let asked = Scope::parse("openid email phone");
        let allowed = Scope::parse("openid email");
        assert_eq!(asked.intersection(&allowed), allowed);
    }
}
