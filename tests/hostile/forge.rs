//! Forged JSON Web Tokens: a good one, changed in ways that verifiers have fallen for (RFC 8725; SR-55).

use std::sync::OnceLock;

use aws_lc_rs::hmac;
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD as B64},
};
use serde_json::{Map, Value, json};

use crate::support::jose::{self, Key};

pub struct Forgery {
    pub name: String,
    pub token: String,
}

/// A good token in its parts, and the public key it verifies with.
pub struct Good {
    token: String,
    header: Value,
    claims: Value,
    public: Value,
}

/// Keys that nobody has registered, one for each algorithm.
fn stranger(alg: &str) -> &'static Key {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    let keys =
        KEYS.get_or_init(|| ["RS256", "PS256", "ES256", "EdDSA"].map(|alg| Key::generate(alg, "stranger")).into());
    keys.iter().find(|key| key.alg == alg).expect("a known algorithm")
}

impl Good {
    pub fn new(token: &str, public: &Value) -> Self {
        let (header, claims) = (jose::header(token), crate::support::client::claims(token));
        Self { token: token.to_owned(), header, claims, public: public.clone() }
    }

    fn parts(&self) -> [&str; 3] {
        self.token.split('.').collect::<Vec<_>>().try_into().expect("three parts")
    }

    fn alg(&self) -> &str {
        self.header["alg"].as_str().unwrap()
    }

    /// All that can be done without the key.
    pub fn forgeries(&self) -> Vec<Forgery> {
        let mut forged = Vec::new();
        self.unsigned(&mut forged);
        self.confused(&mut forged);
        self.by_strangers(&mut forged);
        self.signatures(&mut forged);
        self.headers(&mut forged);
        self.payloads(&mut forged);
        self.shapes(&mut forged);
        forged.retain(|forgery| forgery.token != self.token);
        forged
    }

    fn with_header(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Value {
        let mut header = self.header.clone();
        change(header.as_object_mut().unwrap());
        header
    }

    /// The header changed, the old claims and the old signature.
    fn re_headed(&self, header: &str) -> String {
        let [_, claims, signature] = self.parts();
        format!("{}.{claims}.{signature}", B64.encode(header))
    }

    fn unsigned(&self, forged: &mut Vec<Forgery>) {
        let [_, claims, signature] = self.parts();
        for alg in ["none", "None", "NONE", "nOnE", "none ", "", "null"] {
            let header =
                B64.encode(self.with_header(|header| drop(header.insert("alg".into(), alg.into()))).to_string());
            push(forged, &format!("alg {alg:?}, no signature"), format!("{header}.{claims}."));
            push(forged, &format!("alg {alg:?}, old signature"), format!("{header}.{claims}.{signature}"));
        }
        let bare = B64.encode("{\"alg\":\"none\"}");
        push(forged, "a bare header of none", format!("{bare}.{claims}."));
        for (name, alg) in
            [("null", Value::Null), ("a number", json!(0)), ("a list", json!(["none"])), ("true", json!(true))]
        {
            let header = self.with_header(|header| drop(header.insert("alg".into(), alg)));
            push(forged, &format!("alg is {name}"), self.re_headed(&header.to_string()));
        }
        let header = self.with_header(|header| drop(header.remove("alg")));
        push(forged, "no alg", self.re_headed(&header.to_string()));
    }

    /// RFC 8725 §2.1: the public key as the secret of an HMAC, and one algorithm's key with another.
    fn confused(&self, forged: &mut Vec<Forgery>) {
        let [_, claims, _] = self.parts();
        let member = |name: &str| self.public[name].as_str().map(|text| B64.decode(text).unwrap());
        let secrets = [
            ("the published JWK", self.public.to_string().into_bytes()),
            ("the published set", json!({ "keys": [self.public] }).to_string().into_bytes()),
            ("the modulus or x", member("n").or_else(|| member("x")).unwrap()),
            ("the modulus or x as text", self.public["n"].as_str().or(self.public["x"].as_str()).unwrap().into()),
            ("nothing", Vec::new()),
            ("the kid", self.public["kid"].as_str().unwrap_or("kid").into()),
        ];
        for (alg, hash) in [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)] {
            let header = self.with_header(|header| drop(header.insert("alg".into(), alg.into())));
            let signed = format!("{}.{claims}", B64.encode(header.to_string()));
            for (name, secret) in &secrets {
                let tag = hmac::sign(&hmac::Key::new(hash, secret), signed.as_bytes());
                push(forged, &format!("{alg} with {name}"), format!("{signed}.{}", B64.encode(tag)));
            }
        }
        let others =
            ["RS256", "RS384", "RS512", "RS1", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA"];
        for alg in others.into_iter().filter(|alg| *alg != self.alg()) {
            let header = self.with_header(|header| drop(header.insert("alg".into(), alg.into())));
            push(forged, &format!("called {alg}"), self.re_headed(&header.to_string()));
        }
        let lower = self.with_header(|header| drop(header.insert("alg".into(), self.alg().to_lowercase().into())));
        push(forged, "alg in lower case", self.re_headed(&lower.to_string()));
    }

    fn by_strangers(&self, forged: &mut Vec<Forgery>) {
        for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
            let key = stranger(alg);
            let as_is = self.with_header(|header| drop(header.insert("alg".into(), alg.into())));
            push(forged, &format!("a stranger's {alg} under the same kid"), key.sign(&as_is, &self.claims));
            let theirs = self.with_header(|header| {
                header.insert("alg".into(), alg.into());
                header.insert("kid".into(), "stranger".into());
            });
            push(forged, &format!("a stranger's {alg} under a kid of its own"), key.sign(&theirs, &self.claims));
            let no_kid = self.with_header(|header| {
                header.insert("alg".into(), alg.into());
                header.remove("kid");
            });
            push(forged, &format!("a stranger's {alg} without kid"), key.sign(&no_kid, &self.claims));
            let carried = [
                ("jwk", key.jwk()),
                ("jku", json!("https://evil.example/jwks")),
                ("x5u", json!("https://evil.example/chain")),
                ("x5c", json!([BASE64_STANDARD.encode(key.spki())])),
            ];
            for (name, value) in carried.into_iter().filter(|(name, _)| self.header.get(*name).is_none()) {
                let header = self.with_header(|header| {
                    header.insert("alg".into(), alg.into());
                    header.insert(name.into(), value);
                });
                push(forged, &format!("a stranger's {alg}, its key by {name}"), key.sign(&header, &self.claims));
            }
        }
    }

    fn signatures(&self, forged: &mut Vec<Forgery>) {
        let [header, claims, signature] = self.parts();
        let good = B64.decode(signature).unwrap();
        let mut with =
            |name: &str, bytes: &[u8]| push(forged, name, format!("{header}.{claims}.{}", B64.encode(bytes)));
        with("no signature", &[]);
        with("one byte of signature", &[0]);
        with("a signature of zeros", &vec![0; good.len()]);
        with("a signature of ones", &vec![0xff; good.len()]);
        with("r and s are one", &[vec![0; 31], vec![1], vec![0; 31], vec![1]].concat());
        with("r and s are the order", &[P256_ORDER, P256_ORDER].concat());
        with("cut by one byte", &good[..good.len() - 1]);
        with("cut in half", &good[..good.len() / 2]);
        with("a byte more", &[&good[..], &[0]].concat());
        with("a zero in front", &[&[0], &good[..]].concat());
        with("twice", &[&good[..], &good].concat());
        with("backwards", &good.iter().rev().copied().collect::<Vec<_>>());
        with("as DER", &der(&good));
        for at in (0..good.len()).step_by(good.len() / 16) {
            let mut flipped = good.clone();
            flipped[at] ^= 1;
            with(&format!("bit 0 of byte {at} flipped"), &flipped);
        }
    }

    fn headers(&self, forged: &mut Vec<Forgery>) {
        for kid in ["", "x", "../../dev/null", "' OR 1=1 --", "kid\u{0}", "*", "0", "|true"] {
            let header = self.with_header(|header| drop(header.insert("kid".into(), kid.into())));
            push(forged, &format!("kid {kid:?}"), self.re_headed(&header.to_string()));
        }
        for typ in [
            "JWT",
            "at+jwt",
            "dpop+jwt",
            "logout+jwt",
            "oauth-authz-req+jwt",
            "client-authentication+jwt",
            "JWE",
            "",
            "x",
        ] {
            let header = self.with_header(|header| drop(header.insert("typ".into(), typ.into())));
            push(forged, &format!("typ {typ:?}, old signature"), self.re_headed(&header.to_string()));
        }
        let members = [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("enc", json!("A128GCM")),
            ("epk", json!({})),
            ("cty", json!("JWT")),
        ];
        for (name, value) in members {
            let header = self.with_header(|header| drop(header.insert(name.into(), value.clone())));
            push(forged, &format!("{name} {value}, old signature"), self.re_headed(&header.to_string()));
        }
        let text = self.header.to_string();
        for (name, header) in [
            ("a blank more in the header", text.replacen('{', "{ ", 1)),
            ("alg twice in the header", text.replacen('{', "{\"alg\":\"none\",", 1)),
            ("the header is a list", format!("[{text}]")),
            ("the header is text", format!("\"{}\"", self.alg())),
            ("the header is nothing", String::new()),
            ("the header is empty", "{}".into()),
            ("the header is cut", text[..text.len() - 1].to_owned()),
        ] {
            push(forged, name, self.re_headed(&header));
        }
    }

    /// Other claims below the old signature.
    fn payloads(&self, forged: &mut Vec<Forgery>) {
        let [header, _, signature] = self.parts();
        let mut with =
            |name: &str, claims: &str| push(forged, name, format!("{header}.{}.{signature}", B64.encode(claims)));
        for name in self.claims.as_object().unwrap().keys() {
            let mut claims = self.claims.clone();
            claims[name] = match &claims[name] {
                Value::String(text) => json!(format!("{text}x")),
                Value::Number(number) => json!(number.as_i64().unwrap_or_default() + 1),
                _ => json!("changed"),
            };
            with(&format!("{name} changed, old signature"), &claims.to_string());
            claims.as_object_mut().unwrap().remove(name);
            with(&format!("{name} left out, old signature"), &claims.to_string());
        }
        let text = self.claims.to_string();
        with("a blank more, old signature", &text.replacen('{', "{ ", 1));
        with("admin, old signature", &text.replacen('{', "{\"admin\":true,", 1));
        with("no claims, old signature", "{}");
        with("nothing, old signature", "");
        with("a list, old signature", "[]");
        with("null, old signature", "null");
    }

    /// What is no compact serialization of three parts.
    fn shapes(&self, forged: &mut Vec<Forgery>) {
        let [header, claims, signature] = self.parts();
        let token = &self.token;
        let padded = |part: &str| BASE64_URL_SAFE.encode(B64.decode(part).unwrap());
        let shapes = [
            ("one part", header.to_owned()),
            ("two parts", format!("{header}.{claims}")),
            ("four parts", format!("{token}.x")),
            ("five parts", format!("{header}..{claims}.{signature}.x")),
            ("a dot in front", format!(".{token}")),
            ("a dot behind", format!("{token}.")),
            ("only dots", "..".into()),
            ("the order changed", format!("{claims}.{header}.{signature}")),
            ("the signature first", format!("{signature}.{header}.{claims}")),
            ("padded", format!("{header}=.{claims}=.{signature}=")),
            ("padded as it should be", format!("{}.{}.{}=", padded(header), padded(claims), padded(signature))),
            ("a line feed in it", format!("{header}.{claims}\n.{signature}")),
            ("a blank in it", format!("{header}. {claims}.{signature}")),
            ("a byte that is not base64url", format!("{header}.{claims}.{signature}*")),
            ("a byte that is not ASCII", format!("{header}.{claims}.{signature}é")),
            ("the signature with bits to spare", spare_bits(token)),
            ("twice, behind a comma", format!("{token},{token}")),
            ("twice, behind a blank", format!("{token} {token}")),
            ("Bearer in front", format!("Bearer {token}")),
            ("quoted", format!("\"{token}\"")),
            ("flattened JSON", json!({ "protected": header, "payload": claims, "signature": signature }).to_string()),
            (
                "general JSON",
                json!({ "payload": claims, "signatures": [{ "protected": header, "signature": signature }] })
                    .to_string(),
            ),
            (
                "JSON without a protected header",
                json!({ "header": self.header, "payload": claims, "signature": signature }).to_string(),
            ),
            ("the claims alone, in the clear", self.claims.to_string()),
        ];
        for (name, token) in shapes {
            push(forged, name, token);
        }
    }
}

const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn push(forged: &mut Vec<Forgery>, name: &str, token: String) {
    forged.push(Forgery { name: name.to_owned(), token });
}

/// A pair of numbers as ASN.1 writes it.
fn der(signature: &[u8]) -> Vec<u8> {
    let number = |half: &[u8]| [&[2, u8::try_from(half.len() % 120 + 1).unwrap(), 0], half].concat();
    let (r, s) = signature.split_at(signature.len() / 2);
    let body = [number(r), number(s)].concat();
    [&[0x30, u8::try_from(body.len() % 256).unwrap()], &body[..]].concat()
}

/// The same bytes, spelled with bits that base64 leaves over.
fn spare_bits(token: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let at = ALPHABET.iter().position(|letter| last.as_bytes()[0] == *letter).unwrap();
    format!("{rest}{}", char::from(ALPHABET[at ^ 1]))
}
