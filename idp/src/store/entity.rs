//! The tables as sea-orm sees them; nothing outside `store` does.

macro_rules! table {
    ($name:ident = $table:literal { $($(#[$attribute:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        pub mod $name {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model { $($(#[$attribute])* pub $field: $kind),* }

            #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

table!(account = "account" {
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    tenant: String,
    upstream: String,
    upstream_subject: String,
    subject: String,
    user_id: String,
    attributes: String,
    email_address: Option<Vec<u8>>,
    email_index: Option<String>,
    email_registered_at: Option<i64>,
    email_confirmed_at: Option<i64>,
    email_undeliverable: bool,
    second_password: Option<String>,
    second_password_set_at: Option<i64>,
    second_password_changed_at: Option<i64>,
    authenticator_secret: Option<Vec<u8>>,
    authenticator_enrolled_at: Option<i64>,
    authenticator_last_step: Option<i64>,
    two_factor: bool,
    language: Option<String>,
    status: String,
    credential_version: i64,
    version: i64,
    created_at: i64,
});

table!(directory_account = "directory_account" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    #[sea_orm(primary_key, auto_increment = false)] upstream: String,
    #[sea_orm(primary_key, auto_increment = false)] user_id: String,
    subject: String,
    password_hash: String,
    attributes: String,
});

table!(login = "login" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    version: i64,
    secret_hash: String,
    account: String,
    upstream: String,
    destination: String,
    proofs: String,
    session: Option<String>,
    language: String,
    begun_at: i64,
    pressed_at: i64,
    finished_at: Option<i64>,
});

table!(account_ledger = "account_ledger" {
    #[sea_orm(primary_key, auto_increment = false)] account: String,
    #[sea_orm(primary_key, auto_increment = false)] factor: String,
    in_a_row: i64,
    in_window: i64,
    window_began_at: i64,
    last_at: i64,
    locked_until: Option<i64>,
    version: i64,
});

table!(stranger_ledger = "stranger_ledger" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    expires_at: i64,
    in_a_row: i64,
    in_window: i64,
    window_began_at: i64,
    last_at: i64,
    locked_until: Option<i64>,
    version: i64,
});

table!(recovery_code = "recovery_code" {
    #[sea_orm(primary_key, auto_increment = false)] account: String,
    #[sea_orm(primary_key, auto_increment = false)] number: i64,
    salt: String,
    hash: String,
    used_at: Option<i64>,
});

table!(consent = "consent" {
    #[sea_orm(primary_key, auto_increment = false)] account: String,
    #[sea_orm(primary_key, auto_increment = false)] client: String,
    shared: String,
    given_at: i64,
});

table!(auth_key = "auth_key" {
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    login: String,
    account: String,
    mac: String,
    reference: String,
    tries: i64,
    state: String,
    letter: String,
    created_at: i64,
    expires_at: i64,
});

table!(one_time_url = "one_time_url" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    tenant: String,
    purpose: String,
    account: String,
    login: Option<String>,
    session: Option<String>,
    address: Vec<u8>,
    address_index: String,
    code_mac: String,
    code_tries: i64,
    credential_version: i64,
    state: String,
    letter: String,
    language: String,
    created_at: i64,
    expires_at: i64,
});

table!(reset_request = "reset_request" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    tenant: String,
    address: Vec<u8>,
    address_index: String,
    address_prefix: Option<String>,
    login: String,
    language: String,
    state: String,
    codes: String,
    code_tries: i64,
    leased_until: i64,
    created_at: i64,
    expires_at: i64,
});

table!(session = "session" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    id: String,
    tenant: String,
    account: String,
    proofs: String,
    login: Option<String>,
    browser: Option<String>,
    created_at: i64,
    used_at: i64,
    ended_at: Option<i64>,
});

table!(grant = "token_grant" {
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    tenant: String,
    client: String,
    account: String,
    session: String,
    terms: String,
    created_at: i64,
    revoked_at: Option<i64>,
});

table!(authorization_code = "authorization_code" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    grant_id: String,
    redirect_uri: String,
    code_challenge: Option<String>,
    dpop_jkt: Option<String>,
    state: String,
    expires_at: i64,
});

table!(pushed_request = "pushed_request" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    tenant: String,
    client: String,
    request: String,
    state: String,
    expires_at: i64,
});

table!(access_token = "access_token" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    grant_id: Option<String>,
    tenant: Option<String>,
    client: Option<String>,
    scope: String,
    audience: Option<String>,
    confirmation: Option<String>,
    state: String,
    created_at: i64,
    expires_at: i64,
});

table!(refresh_token = "refresh_token" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    grant_id: String,
    confirmation: Option<String>,
    state: String,
    successor: Option<String>,
    expires_at: i64,
});

table!(device_code = "device_code" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    tenant: String,
    client: String,
    user_code: String,
    scope: String,
    resources: String,
    state: String,
    grant_id: Option<String>,
    interval_seconds: i64,
    polled_at: Option<i64>,
    expires_at: i64,
});

table!(letter = "outbox_letter" {
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    tenant: String,
    kind: String,
    login: Option<String>,
    account: Option<String>,
    recipient: Vec<u8>,
    body: Option<Vec<u8>>,
    state: String,
    attempts: i64,
    next_attempt_at: i64,
    leased_until: i64,
    last_reply: Option<String>,
    created_at: i64,
    expires_at: i64,
    sent_at: Option<i64>,
    changed_at: i64,
    delayed_at: Option<i64>,
    recipient_index: Option<String>,
});

table!(erased_subject = "erased_subject" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    #[sea_orm(primary_key, auto_increment = false)] subject_hash: String,
    erased_at: i64,
});

table!(logout_notice = "logout_notice" {
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    tenant: String,
    client: String,
    subject: String,
    session: String,
    attempts: i64,
    next_attempt_at: i64,
    created_at: i64,
});

table!(used_token = "used_token" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    expires_at: i64,
});

table!(registered_client = "registered_client" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    metadata: String,
    secret_hash: Option<String>,
    access: String,
    revision: i64,
    issued_at: i64,
    removed_at: Option<i64>,
});

table!(client_register = "client_register" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    revision: i64,
    clients: i64,
    window_began_at: i64,
    in_window: i64,
});

table!(registration_token = "registration_token" {
    #[sea_orm(primary_key, auto_increment = false)] key: String,
    id: String,
    tenant: String,
    uses: i64,
    uses_left: i64,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
});

table!(audit_event = "audit_event" {
    #[sea_orm(primary_key)] id: i64,
    event: String,
    at: i64,
    tenant: String,
    login: Option<String>,
    account: Option<String>,
    client: Option<String>,
    address_prefix: Option<String>,
    detail: String,
});

table!(audit_seal = "audit_seal" {
    #[sea_orm(primary_key, auto_increment = false)] number: i64,
    row_id: i64,
    mac: String,
});

table!(audit_checkpoint = "audit_checkpoint" {
    #[sea_orm(primary_key, auto_increment = false)] row_id: i64,
    number: i64,
    mac: String,
    at: i64,
    signature: String,
});

table!(signing_key = "signing_key" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    #[sea_orm(primary_key, auto_increment = false)] id: String,
    algorithm: String,
    state: String,
    private_key: Vec<u8>,
    public_jwk: String,
    created_at: i64,
    activated_at: Option<i64>,
    retired_at: Option<i64>,
    destroy_after: Option<i64>,
});

table!(tenant_secret = "tenant_secret" {
    #[sea_orm(primary_key, auto_increment = false)] tenant: String,
    #[sea_orm(primary_key, auto_increment = false)] purpose: String,
    secret: Vec<u8>,
    created_at: i64,
});
