//! What can go wrong with keys, told to operators and logs, never to strangers.

use std::path::PathBuf;

/// A key, a sealed value or a signature that cannot be made or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("sealed data cannot be opened: it was altered, or sealed for another purpose")]
    Sealed,
    #[error("sealed data needs master key {0}, which is not in the key file")]
    MasterKeyMissing(String),
    #[error("the cryptographic library refused: {0}")]
    Crypto(&'static str),
    #[error("claims cannot be written as JSON: {0}")]
    Claims(String),
    #[error("signing key {0} does not fit its public part")]
    Mismatch(String),
    #[error("a public key cannot be read: {0}")]
    PublicKey(&'static str),
}

/// Why a token is refused (SR-65, SR-66).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    #[error("longer than 16 KiB")]
    TooLong,
    #[error("not three parts of unpadded base64url")]
    Form,
    #[error("header or claims are not a plain JSON object")]
    Json,
    #[error("header has a member that is not allowed")]
    Header,
    #[error("no key has this kid")]
    UnknownKey,
    #[error("more than one key fits")]
    Ambiguous,
    #[error("the key in the header is not a public key that is spoken")]
    Jwk,
    #[error("alg is not allowed, or not the one of the key")]
    Algorithm,
    #[error("typ is another one")]
    Typ,
    #[error("signature does not match")]
    Signature,
}

/// Why a set of public keys is refused as a whole (RFC 7517 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkSetError {
    #[error("longer than 256 KiB")]
    TooLong,
    #[error("not a JSON object without repeated names")]
    Json,
    #[error("no list of keys")]
    NoList,
    #[error("more than 64 keys")]
    TooMany,
    #[error("a private or symmetric key is among them")]
    Private,
}

/// Why a master key file is not used or not made; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error(
        "{0}: there is no key file; put the saved one back, or for a new database make one: `(umask 077; openssl rand -hex 32 > {0})`"
    )]
    Missing(PathBuf),
    #[error("{0}: already exists; it is never overwritten, since what it sealed would be lost")]
    Exists(PathBuf),
    #[error("{path}: others may read it (mode {mode:04o}); run `chmod 600 {path}`")]
    Readable { path: PathBuf, mode: u32 },
    #[error("{0}: is not a regular file")]
    NotAFile(PathBuf),
    #[error("{path}: line {line} is not a key; a key is 32 bytes as 64 hexadecimal digits")]
    Length { path: PathBuf, line: usize },
    #[error("{path}: line {line} is a sample, not a random key; make one with `openssl rand -hex 32`")]
    Sample { path: PathBuf, line: usize },
    #[error("{path}: line {line} repeats an earlier key; remove it")]
    Repeated { path: PathBuf, line: usize },
    #[error("{0}: holds no key; write one into it: `openssl rand -hex 32 > {0}`")]
    Empty(PathBuf),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
}

/// Why a password was neither hashed nor compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// All hands are full: answer 503 with `Retry-After`, and spend no try (SR-16).
    #[error("too many passwords are being checked")]
    Busy,
    #[error("the stored hash cannot be read")]
    Stored,
    #[error("the stored hash needs master key {0}, which is not in the key file")]
    PepperMissing(String),
    #[error("argon2: {0}")]
    Argon2(String),
}
