//! What a template may not contain: read before it is compiled (SR-81).

use std::collections::BTreeSet;

/// Filters that templates may use; the environment has no others.
pub const FILTERS: [&str; 1] = ["length"];

const TAGS: [&str; 20] = [
    "block", "break", "continue", "elif", "else", "endblock", "endfor", "endif", "endmacro", "endset", "endwith",
    "extends", "for", "from", "if", "import", "include", "macro", "set", "with",
];
const TAGS_WITH_NAME: [&str; 4] = ["extends", "from", "import", "include"];

/// Refuses tags and filters that are not on the list, templates that do not exist, and values in attributes without quotes.
pub fn check(source: &str, known: &BTreeSet<&str>) -> Result<(), String> {
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        let mark = from.chars().nth(1).unwrap_or(' ');
        let inner = from.get(2..).unwrap_or_default();
        rest = match mark {
            '#' => inner.split_once("#}").map_or("", |(_, after)| after),
            '{' if before.trim_end().ends_with('=') => {
                return Err("a value of an attribute stands without quotes".to_owned());
            }
            '{' | '%' => {
                let close = if mark == '{' { "}}" } else { "%}" };
                let (words, after) = words(inner, close)?;
                if mark == '%' {
                    check_tag(&words, known)?;
                }
                check_filters(&words)?;
                after
            }
            _ => from.get(1..).unwrap_or_default(),
        };
    }
    Ok(())
}

#[derive(Debug, PartialEq)]
enum Word<'s> {
    Name(&'s str),
    Text(&'s str),
    Sign(char),
}

fn check_tag(words: &[Word<'_>], known: &BTreeSet<&str>) -> Result<(), String> {
    let mut words = words.iter().filter(|word| !matches!(word, Word::Sign('-' | '+')));
    let Some(Word::Name(tag)) = words.next() else { return Err("a tag without a name".to_owned()) };
    if !TAGS.contains(tag) {
        return Err(format!("the tag \"{tag}\" is not allowed"));
    }
    if TAGS_WITH_NAME.contains(tag) {
        match words.next() {
            Some(Word::Text(name)) if known.contains(*name) => {}
            Some(Word::Text(name)) => return Err(format!("there is no template \"{name}\"")),
            _ => return Err(format!("\"{tag}\" needs a template's name in quotes")),
        }
    }
    Ok(())
}

fn check_filters(words: &[Word<'_>]) -> Result<(), String> {
    for pair in words.windows(2) {
        if let [Word::Sign('|'), Word::Name(filter)] = pair
            && !FILTERS.contains(filter)
        {
            return Err(format!("the filter \"{filter}\" is not allowed"));
        }
    }
    Ok(())
}

/// The words up to `close`, and what comes after it.
fn words<'s>(source: &'s str, close: &str) -> Result<(Vec<Word<'s>>, &'s str), String> {
    let mut words = Vec::new();
    let mut rest = source;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(close) {
            return Ok((words, after));
        }
        let Some(first) = rest.chars().next() else { return Err(format!("\"{close}\" is missing")) };
        let length = match first {
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find(first).ok_or("a text without its closing quote")?;
                words.push(Word::Text(inner.get(..end).unwrap_or_default()));
                end + 2
            }
            _ if first.is_alphanumeric() || first == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                words.push(Word::Name(rest.get(..end).unwrap_or_default()));
                end
            }
            _ => {
                words.push(Word::Sign(first));
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(source: &str) -> Result<(), String> {
        check(source, &BTreeSet::from(["layout.html"]))
    }

    #[test]
    fn what_would_switch_escaping_off_is_refused() {
        for source in [
            "{% autoescape false %}{{ x }}{% endautoescape %}",
            "{%- autoescape none -%}",
            "{{ x|safe }}",
            "{{ x | safe }}",
            "{% set y = x|safe %}",
            "{% if a|length > 1 and b | safe %}",
            "{% filter safe %}",
            "{% raw %}{{ x }}{% endraw %}",
        ] {
            assert!(verdict(source).is_err(), "{source}");
        }
    }

    #[test]
    fn a_template_that_does_not_exist_is_refused() {
        assert!(verdict("{% extends \"layout.html\" %}").is_ok());
        for source in ["{% extends \"other.html\" %}", "{% include '../secrets' %}", "{% include page.name %}"] {
            assert!(verdict(source).is_err(), "{source}");
        }
    }

    #[test]
    fn a_value_in_an_attribute_needs_quotes() {
        assert!(verdict("<a href={{ x }}>").is_err());
        assert!(verdict("<a href = {{ x }}>").is_err());
        assert!(verdict("<a href=\"{{ x }}\">").is_ok());
    }

    #[test]
    fn plain_templates_pass() {
        for source in [
            "{# |safe is not here #}<p>{{ t(\"a|safe\", x=page.list|length) }}</p>",
            "{% for x in y if x -%} {{ x ~ '}}' }} {%- endfor %} { 100 % }",
        ] {
            assert_eq!(verdict(source), Ok(()), "{source}");
        }
    }
}
