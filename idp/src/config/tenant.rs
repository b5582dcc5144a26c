//! `tenant.toml` → one university.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    checker::{Checker, is_name, text},
    files::{ContactTable, MaintenanceTable, TenantToml},
    policy, upstream,
    values::{Located, Setting, Tag},
};
use crate::domain::{
    client::Client,
    ids::{ClientId, TenantId},
    known_clients::KnownClients,
    language::Language,
    tenant::{Contact, Issuer, LocalizedText, Maintenance, Tenant},
};

const THEME: &str = "default";

/// 証明書発行サービス (journeys part 7).
fn service_name() -> LocalizedText {
    LocalizedText(
        [
            (Language::Ja, "証明書発行サービス"),
            (Language::En, "Certificate Issuance Service"),
            (Language::ZhCn, "证书开具服务"),
            (Language::Ko, "증명서 발급 서비스"),
        ]
        .map(|(language, text)| (language, text.to_owned()))
        .into(),
    )
}

/// None when its issuer or name cannot be told, so that nothing would stand on solid ground.
pub fn tenant(
    id: &str,
    file: &TenantToml,
    clients: BTreeMap<ClientId, Arc<Client>>,
    mail_from: Option<&str>,
    checker: &mut Checker<'_>,
) -> Option<Tenant> {
    let name = checker.required("name", &file.name).map(|name| name.value.0.clone()).unwrap_or_default();
    if let Some(Located { span, .. }) = file.name.as_ref().filter(|_| name.is_empty()) {
        checker.error(span, "name is empty");
    }
    let (languages, default_language) = languages(file, checker);
    let own_address = checker.email("mail_from", &file.mail_from);
    if mail_from.is_none() && file.mail_from.is_none() {
        checker.missing("mail_from is missing, and mail.from in idp.toml too");
    }
    let policy = policy::policy(&file.policy, checker);
    let upstreams = upstream::upstreams(&file.upstream, &name, checker);
    if checker.complete && !file.upstream.iter().any(|table| table.value.enabled.as_ref().is_none_or(|on| on.value)) {
        checker.findings.push(super::Finding::warning(
            super::Place::File(checker.file.to_owned()),
            "no upstream is enabled: nobody can sign in",
        ));
    }
    let service = text(&file.service_name);
    let tenant = Tenant {
        id: TenantId::new(id),
        issuer: issuer(&file.issuer, checker)?,
        name,
        service_name: if service.is_empty() { service_name() } else { service },
        theme: theme(&file.theme, checker).unwrap_or_else(|| THEME.to_owned()),
        languages,
        default_language,
        default_client: default_client(&file.default_client, &clients, checker),
        mail_from: own_address.or(mail_from.map(str::to_owned)).unwrap_or_default(),
        contact: contact(&file.contact, checker),
        maintenance: file.maintenance.as_ref().and_then(|table| maintenance(table, checker)),
        policy,
        upstreams,
        clients,
        registered: KnownClients::default(),
    };
    Some(tenant)
}

fn issuer(setting: &Setting<String>, checker: &mut Checker<'_>) -> Option<Issuer> {
    let Located { value, span } = checker.required("issuer", setting)?;
    match Issuer::parse(value) {
        Ok(issuer) => {
            if !issuer.is_secure() {
                checker.warning(span, "issuer is plain http: for trials on this machine only");
            }
            Some(issuer)
        }
        Err(error) => {
            checker.error(span, format!("issuer: \"{value}\": {error}"));
            None
        }
    }
}

pub fn theme(setting: &Setting<String>, checker: &mut Checker<'_>) -> Option<String> {
    let Located { value, span } = setting.as_ref()?;
    if !is_name(value) {
        checker.error(span, format!("theme: \"{value}\" must be 1 to 32 of a-z, 0-9 and -"));
    }
    Some(value.clone())
}

fn languages(file: &TenantToml, checker: &mut Checker<'_>) -> (Vec<Language>, Language) {
    let languages: Vec<Language> = match &file.languages {
        Some(tags) => tags.value.iter().copied().map(Language::from).collect(),
        None => Language::ALL.to_vec(),
    };
    if let Some(tags) = &file.languages {
        if languages.is_empty() {
            checker.error(&tags.span, "languages is empty");
        }
        if languages.iter().enumerate().any(|(index, language)| languages.iter().take(index).any(|l| l == language)) {
            checker.error(&tags.span, "languages: one stands here twice");
        }
    }
    let default = file.default_language.as_ref().map_or(Language::Ja, |tag: &Located<Tag>| tag.value.into());
    if !languages.is_empty() && !languages.contains(&default) {
        let span =
            file.default_language.as_ref().map(|tag| &tag.span).or(file.languages.as_ref().map(|tags| &tags.span));
        if let Some(span) = span {
            checker.error(span, format!("default_language: \"{default}\" is none of languages"));
        }
    }
    (languages, default)
}

fn default_client(
    setting: &Setting<String>,
    clients: &BTreeMap<ClientId, Arc<Client>>,
    checker: &mut Checker<'_>,
) -> Option<ClientId> {
    let Located { value, span } = setting.as_ref()?;
    match clients.get(value.as_str()) {
        None => checker.error(span, format!("default_client: there is no client \"{value}\" in this tenant")),
        Some(client) if client.initiate_login_uri.is_none() => {
            checker.warning(span, format!("default_client: \"{value}\" has no initiate_login_uri to lead to"));
        }
        Some(_) => {}
    }
    Some(ClientId::new(value.as_str()))
}

fn contact(table: &ContactTable, checker: &mut Checker<'_>) -> Contact {
    Contact {
        office: text(&table.office),
        phone: text(&table.phone),
        hours: text(&table.hours),
        url: checker.link("contact.url", &table.url),
        operator_name: text(&table.operator_name),
        operator_phone: text(&table.operator_phone),
        operator_hours: text(&table.operator_hours),
        chat_url: checker.link("contact.chat_url", &table.chat_url),
        graduates_url: checker.link("contact.graduates_url", &table.graduates_url),
        university_password_url: checker.link("contact.university_password_url", &table.university_password_url),
    }
}

fn maintenance(table: &Located<MaintenanceTable>, checker: &mut Checker<'_>) -> Option<Maintenance> {
    let Located { value: table, span } = table;
    let (Some(from), Some(until)) = (&table.from, &table.until) else {
        if checker.complete {
            checker.error(span, "maintenance needs from and until");
        }
        return None;
    };
    let maintenance = Maintenance {
        from: from.value.0,
        until: until.value.0,
        announce_from: table.announce_from.as_ref().map(|at| at.value.0),
    };
    if maintenance.until <= maintenance.from {
        checker.error(&until.span, "maintenance.until must come after maintenance.from");
    }
    if let Some(announce) = table.announce_from.as_ref().filter(|at| at.value.0 > maintenance.from) {
        checker.error(&announce.span, "maintenance.announce_from must not come after maintenance.from");
    }
    Some(maintenance)
}

/// First segments of our own routes: a tenant below another one of the same authority may not hide them.
const ROUTES: [&str; 20] = [
    ".well-known",
    "account",
    "admin",
    "assets",
    "authorize",
    "check-session",
    "device",
    "device_authorization",
    "forgot-second-password",
    "introspect",
    "jwks",
    "link",
    "login",
    "logout",
    "par",
    "register",
    "revoke",
    "token",
    "upstream",
    "userinfo",
];

/// No two tenants at one address. Below one authority the longest path that fits wins, so `/` and `/uni` may stand side by side.
pub fn distinct(tenants: &[(Located<String>, Arc<Tenant>)], checker: &mut Checker<'_>) {
    for (index, (at, tenant)) in tenants.iter().enumerate() {
        for (other_at, other) in tenants.iter().take(index) {
            if tenant.issuer.authority() != other.issuer.authority() {
                continue;
            }
            let (upper, lower, lower_at) = if tenant.issuer.path().len() < other.issuer.path().len() {
                (tenant, other, other_at)
            } else {
                (other, tenant, at)
            };
            if upper.issuer.path() == lower.issuer.path() {
                checker.error(&at.span, format!("issuer: tenant \"{}\" has the same address", other.id));
            } else if let Some(rest) = lower.issuer.path().strip_prefix(upper.issuer.path())
                && let Some(first) = rest.strip_prefix('/').and_then(|rest| rest.split('/').next())
                && ROUTES.contains(&first)
            {
                checker.error(
                    &lower_at.span,
                    format!("issuer: hides {}/{first} of tenant \"{}\"", upper.issuer.as_str(), upper.id),
                );
            }
        }
    }
}
