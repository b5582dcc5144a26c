//! What no code of ours can get below: a signature, a password hash, a commit that is on disk.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
        RSA_PKCS1_SHA256,
    },
};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::table::Table;

pub async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let random = SystemRandom::new();
    let message = [7_u8; 600];
    let curve = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| anyhow!("an ES256 key"))?;
    table.floor("ES256 signature", each(2_000, || black_box(curve.sign(&random, &message)).is_ok()));
    let proof = curve.sign(&random, &message).map_err(|_| anyhow!("an ES256 signature"))?;
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, curve.public_key().as_ref())
        .map_err(|_| anyhow!("a public key"))?;
    table.floor("ES256 verification", each(2_000, || public.verify_sig(&message, proof.as_ref()).is_ok()));
    let rsa = KeyPair::generate(KeySize::Rsa3072).map_err(|_| anyhow!("an RS256 key"))?;
    let mut signature = vec![0; rsa.public_modulus_len()];
    table.floor(
        "RS256 signature, 3072 bits",
        each(200, || rsa.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature).is_ok()),
    );
    let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| anyhow!("{error}"))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; 32];
    table.floor(
        "argon2id, 19 MiB, 2 passes",
        each(20, || hasher.hash_password_into(b"Sakura7hanami", &[3; 16], &mut hash).is_ok()),
    );
    table.floor("SQLite commit of one row, WAL, FULL", commit().await?);
    Ok(())
}

fn each(times: u32, mut deed: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    for _ in 0..times {
        assert!(deed(), "a floor could not be measured");
    }
    began.elapsed() / times
}

async fn commit() -> anyhow::Result<Duration> {
    const TIMES: u32 = 500;
    let folder = tempfile::tempdir()?;
    let mut database = SqliteConnectOptions::new()
        .filename(folder.path().join("floor.sqlite"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query("create table floor (id integer primary key, text text)").execute(&mut database).await?;
    let began = Instant::now();
    for _ in 0..TIMES {
        sqlx::query("insert into floor (text) values (?)").bind("x").execute(&mut database).await?;
    }
    let taken = began.elapsed() / TIMES;
    database.close().await?;
    Ok(taken)
}
