//! Who may use the service: the university's attributes against the tenant's rules (G2, J-17).

use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};

use super::{
    account::Attributes,
    tenant::{Condition, EligibilityRule},
};

/// A pattern larger than this when compiled is a mistake or an attack.
const MAX_PATTERN: usize = 1 << 20;

/// Counts from end to end only. Made once: eligibility is asked at every use of a token.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Eligibility {
    Eligible,
    NotEligible,
    /// Not decidable: these attributes, by our names, were not sent.
    Missing(Vec<String>),
}

/// One entry is enough, within an entry all conditions must hold, no entry means everyone.
/// If no entry holds, and each of them lacks an attribute, those are what is missing.
pub fn eligibility(rules: &[EligibilityRule], attributes: &Attributes) -> Eligibility {
    if rules.is_empty() || rules.iter().any(|rule| holds(rule, attributes)) {
        return Eligibility::Eligible;
    }
    let mut missing = BTreeSet::new();
    for rule in rules {
        // A condition that is known to fail decides the entry, whatever else is absent.
        if rule.0.iter().any(|(name, condition)| sent(attributes, name) && !is_like(condition, &attributes.texts(name)))
        {
            continue;
        }
        missing.extend(rule.0.iter().filter(|(name, _)| !sent(attributes, name)).map(|(name, _)| name.clone()));
    }
    if missing.is_empty() { Eligibility::NotEligible } else { Eligibility::Missing(missing.into_iter().collect()) }
}

fn holds(rule: &EligibilityRule, attributes: &Attributes) -> bool {
    rule.0.iter().all(|(name, condition)| is_like(condition, &attributes.texts(name)))
}

fn sent(attributes: &Attributes, name: &str) -> bool {
    !attributes.texts(name).is_empty()
}

fn is_like(condition: &Condition, values: &[&str]) -> bool {
    match condition {
        Condition::Contains(wanted) => values.contains(&wanted.as_str()),
        Condition::Equals(wanted) => matches!(values, [only] if only == wanted),
        Condition::OneOf(wanted) => values.iter().any(|value| wanted.iter().any(|wanted| wanted == value)),
        Condition::Matches(pattern) => values.iter().any(|value| pattern.matches(value)),
    }
}

impl Pattern {
    /// It must be a pattern by itself too: `a)|(b` would break out of the group.
    pub fn new(pattern: &str) -> Result<Self, regex::Error> {
        Regex::new(pattern)?;
        RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).size_limit(MAX_PATTERN).build().map(Self)
    }

    pub fn matches(&self, value: &str) -> bool {
        self.0.is_match(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn student_rule() -> Vec<EligibilityRule> {
        vec![EligibilityRule(vec![("affiliation".into(), Condition::Contains("student@example.ac.jp".into()))])]
    }

    fn with(name: &str, value: Value) -> Attributes {
        Attributes([(name.to_owned(), value)].into())
    }

    #[test]
    fn without_rules_everyone_is_eligible() {
        assert_eq!(eligibility(&[], &Attributes::default()), Eligibility::Eligible);
    }

    #[test]
    fn containing_student_is_enough_and_staff_alone_is_not() {
        for (value, expected) in [
            (json!(["staff@example.ac.jp", "student@example.ac.jp"]), Eligibility::Eligible),
            (json!("student@example.ac.jp"), Eligibility::Eligible),
            (json!(["staff@example.ac.jp"]), Eligibility::NotEligible),
            (json!("student@example.ac.jp.evil"), Eligibility::NotEligible),
            (json!("STUDENT@example.ac.jp"), Eligibility::NotEligible),
        ] {
            assert_eq!(eligibility(&student_rule(), &with("affiliation", value.clone())), expected, "{value}");
        }
    }

    #[test]
    fn an_affiliation_that_was_not_sent_is_missing_not_refused() {
        let missing = Eligibility::Missing(vec!["affiliation".into()]);
        for attributes in [Attributes::default(), with("name", json!("x")), with("affiliation", json!([]))] {
            assert_eq!(eligibility(&student_rule(), &attributes), missing);
        }
    }

    #[test]
    fn each_condition_means_what_it_says() {
        let pattern = |text: &str| Condition::Matches(Pattern::new(text).unwrap());
        for (condition, value, good) in [
            (Condition::Equals("s".into()), json!("s"), true),
            (Condition::Equals("s".into()), json!(["s", "t"]), false),
            (Condition::OneOf(vec!["a".into(), "b".into()]), json!(["x", "b"]), true),
            (Condition::OneOf(vec!["a".into()]), json!("ab"), false),
            (pattern("[0-9]{8}"), json!("20250001"), true),
            (pattern("[0-9]{8}"), json!("x20250001"), false),
            (pattern("a|b"), json!("ax"), false),
            (pattern("a|ab"), json!("ab"), true),
            (Condition::Contains("1".into()), json!(1), false),
        ] {
            let rules = [EligibilityRule(vec![("x".into(), condition.clone())])];
            let result = eligibility(&rules, &with("x", value.clone()));
            assert_eq!(result == Eligibility::Eligible, good, "{condition:?} {value}");
        }
    }

    #[test]
    fn all_conditions_of_one_entry_must_hold_and_one_entry_is_enough() {
        let rules = [
            EligibilityRule(vec![
                ("affiliation".into(), Condition::Contains("student".into())),
                ("user_kind".into(), Condition::Equals("regular".into())),
            ]),
            EligibilityRule(vec![("affiliation".into(), Condition::Contains("alum".into()))]),
        ];
        let person = |values: &[(&str, &str)]| {
            Attributes(values.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
        };
        let of = |values: &[(&str, &str)]| eligibility(&rules, &person(values));
        assert_eq!(of(&[("affiliation", "student"), ("user_kind", "regular")]), Eligibility::Eligible);
        assert_eq!(of(&[("affiliation", "alum")]), Eligibility::Eligible);
        assert_eq!(of(&[("affiliation", "student"), ("user_kind", "guest")]), Eligibility::NotEligible);
        assert_eq!(of(&[("affiliation", "staff")]), Eligibility::NotEligible);
        assert_eq!(of(&[("affiliation", "student")]), Eligibility::Missing(vec!["user_kind".into()]));
    }
}
