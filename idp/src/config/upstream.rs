//! `[[upstream]]` → where the first factor is proven, and who is eligible.

mod ldap;

use std::{collections::BTreeMap, time::Duration};

use super::{
    checker::{Checker, is_name, text, web_address},
    files::{ConditionTable, UpstreamKindName, UpstreamTable},
    read::nearest,
    source::Span,
    values::{Length, Located, Setting},
};
use crate::domain::{
    claims,
    eligibility::Pattern,
    ids::UpstreamId,
    tenant::{Condition, EligibilityRule, LocalizedText, OidcUpstream, PasswordLimits, Upstream, UpstreamKind},
};

const MAX_ATTEMPTS: u32 = 5;
const WINDOW: Duration = Duration::from_mins(15);

/// What `[upstream.attributes]` may map to: these we make ourselves, the university cannot say them.
const OURS_ALONE: [&str; 3] = ["preferred_username", "email_verified", "two_factor_enabled"];

pub fn upstreams(
    tables: &[Located<UpstreamTable>],
    tenant: &LocalizedText,
    checker: &mut Checker<'_>,
) -> Vec<Upstream> {
    let mut upstreams: Vec<Upstream> = Vec::new();
    for Located { value: table, span } in tables {
        let Some(id) = &table.id else {
            if checker.complete {
                checker.error(span, "upstream.id is missing");
            }
            continue;
        };
        if !is_name(&id.value) {
            checker.error(&id.span, format!("upstream.id: \"{}\" must be 1 to 32 of a-z, 0-9 and -", id.value));
        } else if upstreams.iter().any(|upstream| upstream.id.as_str() == id.value) {
            checker.error(&id.span, format!("upstream.id: \"{}\" stands here twice", id.value));
        }
        let attributes = attributes(table, span, checker);
        let eligible = table.eligible.iter().map(|rule| eligibility(rule, table, checker)).collect();
        let Some(kind) = kind(table, span, checker) else { continue };
        let name = text(&table.name);
        upstreams.push(Upstream {
            id: UpstreamId::new(id.value.as_str()),
            name: if name.is_empty() { tenant.clone() } else { name },
            enabled: table.enabled.as_ref().is_none_or(|enabled| enabled.value),
            kind,
            attributes,
            eligible,
        });
    }
    upstreams
}

fn kind(table: &UpstreamTable, span: &Span, checker: &mut Checker<'_>) -> Option<UpstreamKind> {
    let Some(kind) = &table.kind else {
        if checker.complete {
            checker.error(span, "upstream.kind is missing: \"oidc\", \"ldap\" or \"directory\"");
        }
        return None;
    };
    for (key, span, kinds) in keys_of_kinds(table) {
        if !kinds.contains(&kind.value) {
            let names: Vec<String> = kinds.iter().map(|kind| format!("\"{}\"", kind.as_str())).collect();
            checker.error(span, format!("upstream.{key} is for kind {} only", names.join(" and ")));
        }
    }
    Some(match kind.value {
        UpstreamKindName::Oidc => UpstreamKind::Oidc(oidc(table, span, checker)),
        UpstreamKindName::Ldap => UpstreamKind::Ldap(Box::new(ldap::ldap(table, span, checker)?)),
        UpstreamKindName::Directory => {
            UpstreamKind::Directory(password_limits(&table.max_attempts, &table.window, checker))
        }
    })
}

/// The keys that stand there and belong to some kinds only.
fn keys_of_kinds(table: &UpstreamTable) -> Vec<(&'static str, &Span, &'static [UpstreamKindName])> {
    const OIDC: &[UpstreamKindName] = &[UpstreamKindName::Oidc];
    const LDAP: &[UpstreamKindName] = &[UpstreamKindName::Ldap];
    const TYPED: &[UpstreamKindName] = &[UpstreamKindName::Ldap, UpstreamKindName::Directory];
    fn at<T>(setting: &Setting<T>) -> Option<&Span> {
        setting.as_ref().map(|setting| &setting.span)
    }
    [
        ("issuer", at(&table.issuer), OIDC),
        ("client_id", at(&table.client_id), OIDC),
        ("client_secret_file", at(&table.client_secret_file), OIDC),
        ("client_secret", at(&table.client_secret), OIDC),
        ("scope", at(&table.scope), OIDC),
        ("force_reauthentication", at(&table.force_reauthentication), OIDC),
        ("url", at(&table.url), LDAP),
        ("bind_dn", at(&table.bind_dn), LDAP),
        ("bind_password_file", at(&table.bind_password_file), LDAP),
        ("bind_password", at(&table.bind_password), LDAP),
        ("base_dn", at(&table.base_dn), LDAP),
        ("filter", at(&table.filter), LDAP),
        ("stable_id", at(&table.stable_id), LDAP),
        ("ca_file", at(&table.ca_file), LDAP),
        ("max_attempts", at(&table.max_attempts), TYPED),
        ("window", at(&table.window), TYPED),
    ]
    .into_iter()
    .filter_map(|(key, span, kinds)| Some((key, span?, kinds)))
    .collect()
}

fn password_limits(max_attempts: &Setting<i64>, window: &Setting<Length>, checker: &mut Checker<'_>) -> PasswordLimits {
    PasswordLimits {
        max_attempts: match max_attempts {
            Some(_) => checker.number("upstream.max_attempts", max_attempts, 1..=100),
            None => MAX_ATTEMPTS,
        },
        window: match window {
            Some(_) => checker.minutes("upstream.window", window, 1..=24 * 60),
            None => WINDOW,
        },
    }
}

fn oidc(table: &UpstreamTable, span: &Span, checker: &mut Checker<'_>) -> OidcUpstream {
    for (key, setting) in
        [("issuer", &table.issuer), ("client_id", &table.client_id), ("client_secret_file", &table.client_secret_file)]
    {
        if setting.is_none() && checker.complete {
            checker.error(span, format!("upstream.{key} is missing"));
        }
    }
    if let Some(issuer) = &table.issuer {
        let problem = match web_address(&issuer.value) {
            Ok(url) if url.query().is_some() || url.fragment().is_some() => Some("must not carry a query or fragment"),
            Ok(_) => None,
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            checker.error(&issuer.span, format!("upstream.issuer: \"{}\" {problem}", issuer.value));
        }
    }
    if let Some(inline) = &table.client_secret {
        checker.error(
            &inline.span,
            "upstream.client_secret: no secrets in here; put it into a file and name that as client_secret_file",
        );
    }
    let scope = match &table.scope {
        Some(scope) if !scope.value.split(' ').any(|token| token == "openid") => {
            checker.error(&scope.span, "upstream.scope must contain openid");
            scope.value.clone()
        }
        Some(scope) => scope.value.clone(),
        None => "openid".to_owned(),
    };
    let plain = |setting: &Setting<String>| setting.as_ref().map(|setting| setting.value.clone()).unwrap_or_default();
    OidcUpstream {
        issuer: plain(&table.issuer),
        client_id: plain(&table.client_id),
        client_secret: checker
            .secret_file("upstream.client_secret_file", &table.client_secret_file)
            .unwrap_or_default(),
        scope,
        force_reauthentication: table.force_reauthentication.as_ref().is_none_or(|force| force.value),
    }
}

/// Our names for what a university may tell of a person.
fn known_attributes() -> Vec<&'static str> {
    claims::supported().filter(|name| !OURS_ALONE.contains(name)).chain(["user_id"]).collect()
}

fn attributes(table: &UpstreamTable, span: &Span, checker: &mut Checker<'_>) -> BTreeMap<String, String> {
    let known = known_attributes();
    let mut attributes = BTreeMap::new();
    for (ours, theirs) in &table.attributes {
        if known.contains(&ours.as_str()) {
            attributes.insert(ours.clone(), theirs.value.clone());
        } else {
            checker.error(&theirs.span, unknown_attribute("upstream.attributes", ours, &known));
        }
    }
    let foreign = table.kind.as_ref().is_some_and(|kind| kind.value != UpstreamKindName::Directory);
    if foreign && checker.complete && !table.attributes.contains_key("user_id") {
        checker
            .error(span, "upstream.attributes.user_id is missing: which of theirs is the user ID that students know?");
    }
    attributes
}

fn unknown_attribute(place: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("{place}: unknown attribute \"{name}\"; did you mean \"{near}\"?"),
        None => format!("{place}: unknown attribute \"{name}\"; known here: {}", known.join(", ")),
    }
}

fn eligibility(
    rule: &Located<BTreeMap<String, Located<ConditionTable>>>,
    upstream: &UpstreamTable,
    checker: &mut Checker<'_>,
) -> EligibilityRule {
    // An empty entry would hold for everyone, which is what no entry at all says better.
    if rule.value.is_empty() && checker.complete {
        checker.error(&rule.span, "upstream.eligible: an entry needs at least one condition");
    }
    let known = known_attributes();
    let foreign = upstream.kind.as_ref().is_some_and(|kind| kind.value != UpstreamKindName::Directory);
    let mut all = Vec::new();
    for (attribute, Located { value, span }) in &rule.value {
        if !known.contains(&attribute.as_str()) {
            checker.error(span, unknown_attribute("upstream.eligible", attribute, &known));
        } else if foreign && checker.complete && !upstream.attributes.contains_key(attribute) {
            checker.error(
                span,
                format!("upstream.eligible: \"{attribute}\" is not mapped in upstream.attributes, so nobody would be eligible"),
            );
        }
        all.extend(conditions(value, span, checker).into_iter().map(|condition| (attribute.clone(), condition)));
    }
    EligibilityRule(all)
}

fn conditions(table: &ConditionTable, span: &Span, checker: &mut Checker<'_>) -> Vec<Condition> {
    let mut conditions = Vec::new();
    conditions.extend(table.contains.clone().map(Condition::Contains));
    conditions.extend(table.equals.clone().map(Condition::Equals));
    if let Some(one_of) = &table.one_of {
        if one_of.is_empty() {
            checker.error(span, "upstream.eligible: one_of is empty, so nobody would be eligible");
        }
        conditions.push(Condition::OneOf(one_of.clone()));
    }
    if let Some(pattern) = &table.matches {
        match Pattern::new(pattern) {
            Ok(pattern) => conditions.push(Condition::Matches(pattern)),
            Err(error) => {
                let reason =
                    error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                checker.error(span, format!("upstream.eligible: \"{pattern}\" is no pattern: {reason}"));
            }
        }
    }
    if conditions.is_empty() && checker.complete {
        checker.error(span, "upstream.eligible: give contains, equals, one_of or matches");
    }
    conditions
}
