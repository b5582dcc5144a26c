//! Addresses of web pages inside a plain text.

/// A stretch of text that is, or is not, such an address.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub text: &'a str,
    pub is_link: bool,
}

/// Cuts a text into links and what stands between them; together they are the text again.
pub fn split(mut text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(start) = first_link(text) {
        let (before, rest) = text.split_at(start);
        let end = rest.find(|c: char| !in_address(c)).unwrap_or(rest.len());
        let address = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
        let (address, rest) = rest.split_at(address.len());
        pieces.push(Piece { text: before, is_link: false });
        pieces.push(Piece { text: address, is_link: true });
        text = rest;
    }
    pieces.push(Piece { text, is_link: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

fn first_link(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .into_iter()
        .flat_map(|scheme| text.match_indices(scheme).map(|(at, found)| (at, at + found.len())))
        .filter(|(_, end)| {
            text.get(*end..).is_some_and(|host| host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
        })
        .map(|(at, _)| at)
        .min()
}

/// What may stand in a URI (RFC 3986 §2); Japanese text right behind an address does not belong to it.
fn in_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        assert_eq!(split(text).iter().map(|piece| piece.text).collect::<String>(), text);
        split(text).into_iter().filter(|piece| piece.is_link).map(|piece| piece.text).collect()
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        assert_eq!(links("開く：http://localhost:9000/link/abc234。次に"), ["http://localhost:9000/link/abc234"]);
        assert_eq!(
            links("See https://a.example/x?y=1&z=2, (http://b.example/).\n"),
            ["https://a.example/x?y=1&z=2", "http://b.example/"]
        );
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(links("javascript:alert(1) http:// https://<script> mailto:a@b").is_empty());
    }
}
