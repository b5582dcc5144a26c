//! A client's file as plain metadata, and where in the file each member stands.

use serde_json::json;

use crate::{
    config::{
        files::{AlgorithmName, AuthMethodName, ClientToml, GrantTypeName, ResponseTypeName, SubjectTypeName},
        source::Span,
        values::{Located, Setting},
    },
    domain::{
        client::GrantType,
        client_metadata::{AuthMethod, CertificateNames, ClientMetadata, ResponseType, SubjectKind},
        language::Language,
        signing_key::SigningAlgorithm,
    },
};

pub fn metadata(file: &ClientToml) -> ClientMetadata {
    let names = [
        (Language::Ja, &file.client_name_ja),
        (Language::En, &file.client_name_en),
        (Language::ZhCn, &file.client_name_zh_cn),
        (Language::Ko, &file.client_name_ko),
    ];
    ClientMetadata {
        client_name: value(&file.client_name),
        client_names: names.into_iter().filter_map(|(language, name)| Some((language, value(name)?))).collect(),
        redirect_uris: values(&file.redirect_uris),
        post_logout_redirect_uris: values(&file.post_logout_redirect_uris),
        grant_types: words(&file.grant_types, |name| match name {
            GrantTypeName::AuthorizationCode => GrantType::AuthorizationCode,
            GrantTypeName::RefreshToken => GrantType::RefreshToken,
            GrantTypeName::ClientCredentials => GrantType::ClientCredentials,
            GrantTypeName::DeviceCode => GrantType::DeviceCode,
        }),
        response_types: words(&file.response_types, |name| match name {
            ResponseTypeName::Code => ResponseType::Code,
        }),
        scope: value(&file.scope),
        token_endpoint_auth_method: file.token_endpoint_auth_method.as_ref().map(|method| match method.value {
            AuthMethodName::ClientSecretBasic => AuthMethod::ClientSecretBasic,
            AuthMethodName::ClientSecretPost => AuthMethod::ClientSecretPost,
            AuthMethodName::PrivateKeyJwt => AuthMethod::PrivateKeyJwt,
            AuthMethodName::TlsClientAuth => AuthMethod::TlsClientAuth,
            AuthMethodName::SelfSignedTlsClientAuth => AuthMethod::SelfSignedTlsClientAuth,
            AuthMethodName::None => AuthMethod::None,
        }),
        token_endpoint_auth_signing_alg: algorithm(&file.token_endpoint_auth_signing_alg),
        tls_client_auth: CertificateNames {
            subject_dn: value(&file.tls_client_auth_subject_dn),
            san_dns: value(&file.tls_client_auth_san_dns),
            san_uri: value(&file.tls_client_auth_san_uri),
            san_ip: value(&file.tls_client_auth_san_ip),
            san_email: value(&file.tls_client_auth_san_email),
        },
        jwks: file.jwks.as_ref().map(|set| json!({ "keys": set.value.keys })),
        jwks_uri: value(&file.jwks_uri),
        id_token_signed_response_alg: algorithm(&file.id_token_signed_response_alg),
        userinfo_signed_response_alg: algorithm(&file.userinfo_signed_response_alg),
        introspection_signed_response_alg: algorithm(&file.introspection_signed_response_alg),
        authorization_signed_response_alg: algorithm(&file.authorization_signed_response_alg),
        request_object_signing_alg: algorithm(&file.request_object_signing_alg),
        require_signed_request_object: value(&file.require_signed_request_object),
        require_pushed_authorization_requests: value(&file.require_pushed_authorization_requests),
        dpop_bound_access_tokens: value(&file.dpop_bound_access_tokens),
        tls_client_certificate_bound_access_tokens: value(&file.tls_client_certificate_bound_access_tokens),
        subject_type: file.subject_type.as_ref().map(|kind| match kind.value {
            SubjectTypeName::Public => SubjectKind::Public,
            SubjectTypeName::Pairwise => SubjectKind::Pairwise,
        }),
        sector_identifier_uri: value(&file.sector_identifier_uri),
        default_acr_values: values(&file.default_acr_values),
        default_max_age: value(&file.default_max_age),
        require_auth_time: value(&file.require_auth_time),
        initiate_login_uri: value(&file.initiate_login_uri),
        backchannel_logout_uri: value(&file.backchannel_logout_uri),
        backchannel_logout_session_required: value(&file.backchannel_logout_session_required),
        frontchannel_logout_uri: value(&file.frontchannel_logout_uri),
        frontchannel_logout_session_required: value(&file.frontchannel_logout_session_required),
        logo_uri: value(&file.logo_uri),
        policy_uri: value(&file.policy_uri),
        tos_uri: value(&file.tos_uri),
        ..ClientMetadata::default()
    }
}

/// Where a member that the rules speak of stands; none if it is not there.
pub fn place<'f>(file: &'f ClientToml, member: &str, index: Option<usize>) -> Option<&'f Span> {
    match member {
        "client_name" => span(&file.client_name)
            .or_else(|| span(&file.client_name_ja))
            .or_else(|| span(&file.client_name_en))
            .or_else(|| span(&file.client_name_zh_cn))
            .or_else(|| span(&file.client_name_ko)),
        "redirect_uris" => nth(&file.redirect_uris, index),
        "post_logout_redirect_uris" => nth(&file.post_logout_redirect_uris, index),
        "default_acr_values" => nth(&file.default_acr_values, index),
        "grant_types" => span(&file.grant_types),
        "response_types" => span(&file.response_types),
        "scope" => span(&file.scope),
        "token_endpoint_auth_method" => span(&file.token_endpoint_auth_method),
        "token_endpoint_auth_signing_alg" => span(&file.token_endpoint_auth_signing_alg),
        "tls_client_auth_san_ip" => span(&file.tls_client_auth_san_ip),
        "jwks" => span(&file.jwks),
        "jwks_uri" => span(&file.jwks_uri),
        "id_token_signed_response_alg" => span(&file.id_token_signed_response_alg),
        "userinfo_signed_response_alg" => span(&file.userinfo_signed_response_alg),
        "introspection_signed_response_alg" => span(&file.introspection_signed_response_alg),
        "authorization_signed_response_alg" => span(&file.authorization_signed_response_alg),
        "request_object_signing_alg" => span(&file.request_object_signing_alg),
        "subject_type" => span(&file.subject_type),
        "sector_identifier_uri" => span(&file.sector_identifier_uri),
        "default_max_age" => span(&file.default_max_age),
        "initiate_login_uri" => span(&file.initiate_login_uri),
        "backchannel_logout_uri" => span(&file.backchannel_logout_uri),
        "frontchannel_logout_uri" => span(&file.frontchannel_logout_uri),
        "logo_uri" => span(&file.logo_uri),
        "policy_uri" => span(&file.policy_uri),
        "tos_uri" => span(&file.tos_uri),
        "minimum_acr" => span(&file.minimum_acr),
        "require_pkce" => span(&file.require_pkce),
        "profile" => span(&file.profile),
        _ => None,
    }
}

fn value<T: Clone>(setting: &Setting<T>) -> Option<T> {
    setting.as_ref().map(|setting| setting.value.clone())
}

fn values(list: &[Located<String>]) -> Vec<String> {
    list.iter().map(|item| item.value.clone()).collect()
}

fn words<N: Copy, T>(setting: &Setting<Vec<N>>, meaning: fn(N) -> T) -> Option<Vec<T>> {
    setting.as_ref().map(|setting| setting.value.iter().copied().map(meaning).collect())
}

fn algorithm(setting: &Setting<AlgorithmName>) -> Option<SigningAlgorithm> {
    setting.as_ref().map(|setting| match setting.value {
        AlgorithmName::Rs256 => SigningAlgorithm::Rs256,
        AlgorithmName::Es256 => SigningAlgorithm::Es256,
        AlgorithmName::Ps256 => SigningAlgorithm::Ps256,
        AlgorithmName::EdDsa => SigningAlgorithm::EdDsa,
    })
}

fn span<T>(setting: &Setting<T>) -> Option<&Span> {
    setting.as_ref().map(|setting| &setting.span)
}

fn nth(list: &[Located<String>], index: Option<usize>) -> Option<&Span> {
    list.get(index.unwrap_or_default()).map(|item| &item.span)
}
