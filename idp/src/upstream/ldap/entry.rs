//! One entry of a directory: its name, and what it says of a person, under the names the mapping asks for.

use ldap3::{
    ResultEntry,
    asn1::{PL, StructureTag},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::upstream::UpstreamError;

/// Longer is no identifier.
const MAX_STABLE_ID: usize = 255;
/// Active Directory sends its identifier as 16 bytes, the first three groups with the lowest byte first (MS-DTYP §2.3.4.2).
const OBJECT_GUID: &str = "objectGUID";

pub struct Entry {
    pub dn: String,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// RFC 4511 §4.5.2; none if it is written otherwise.
    pub fn read(entry: ResultEntry) -> Option<Self> {
        let mut parts = constructed(entry.0)?.into_iter();
        let dn = String::from_utf8(primitive(parts.next()?)?).ok()?;
        let mut attributes = Vec::new();
        for attribute in constructed(parts.next()?)? {
            let mut parts = constructed(attribute)?.into_iter();
            let name = String::from_utf8(primitive(parts.next()?)?).ok()?;
            let values = constructed(parts.next()?)?.into_iter().map(primitive).collect::<Option<_>>()?;
            attributes.push((name, values));
        }
        Some(Self { dn, attributes })
    }

    /// Names of attributes are the same in upper and lower case (RFC 4512 §2.5).
    fn values(&self, name: &str) -> &[Vec<u8>] {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, values)| values.as_slice()).unwrap_or_default()
    }

    /// What never changes and is never given again (SR-71), in one way of writing.
    pub fn stable_id(&self, name: &str) -> Result<String, UpstreamError> {
        let [value] = self.values(name) else {
            let reason = format!("the entry has not exactly one {name}; may bind_dn read it?");
            return Err(UpstreamError::Unusable(reason));
        };
        identifier(name, value)
            .ok_or_else(|| UpstreamError::Unusable(format!("the entry's {name} is empty, too long or no identifier")))
    }

    /// Texts under the names they were asked for: one value as a text, several as a list.
    pub fn claims<'a>(&self, wanted: impl Iterator<Item = &'a str>) -> Map<String, Value> {
        let mut claims = Map::new();
        for name in wanted {
            let mut values: Vec<Value> = self
                .values(name)
                .iter()
                .filter_map(|value| {
                    if name.eq_ignore_ascii_case(OBJECT_GUID) {
                        return identifier(name, value);
                    }
                    std::str::from_utf8(value).ok().map(str::to_owned)
                })
                .map(Value::from)
                .collect();
            let value = match values.len() {
                0 => continue,
                1 => values.swap_remove(0),
                _ => Value::Array(values),
            };
            claims.insert(name.to_owned(), value);
        }
        claims
    }
}

fn identifier(name: &str, value: &[u8]) -> Option<String> {
    if name.eq_ignore_ascii_case(OBJECT_GUID) {
        let bytes: [u8; 16] = value.try_into().ok()?;
        return Some(Uuid::from_bytes_le(bytes).to_string());
    }
    if value.is_empty() || value.len() > MAX_STABLE_ID {
        return None;
    }
    match std::str::from_utf8(value) {
        // A UUID may be written in several ways.
        Ok(text) if Uuid::try_parse(text).is_ok() => Uuid::try_parse(text).ok().map(|id| id.to_string()),
        Ok(text) if text.chars().all(|c| !c.is_control() && !c.is_whitespace()) => Some(text.to_owned()),
        // Other binary identifiers, such as eDirectory's GUID.
        _ if value.len() * 2 <= MAX_STABLE_ID => Some(data_encoding::HEXLOWER.encode(value)),
        _ => None,
    }
}

fn constructed(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn primitive(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use ldap3::asn1::TagClass;
    use serde_json::json;

    use super::*;

    fn tag(payload: PL) -> StructureTag {
        StructureTag { class: TagClass::Universal, id: 4, payload }
    }

    fn text(text: &str) -> StructureTag {
        tag(PL::P(text.into()))
    }

    fn entry(attributes: &[(&str, &[&[u8]])]) -> Entry {
        let attributes = attributes.iter().map(|(name, values)| {
            let values = values.iter().map(|value| tag(PL::P(value.to_vec()))).collect();
            tag(PL::C(vec![text(name), tag(PL::C(values))]))
        });
        let parts = vec![text("uid=s1,dc=x"), tag(PL::C(attributes.collect()))];
        Entry::read(ResultEntry::new(tag(PL::C(parts)))).unwrap()
    }

    #[test]
    fn attributes_are_found_whatever_their_case_and_keep_the_name_they_were_asked_by() {
        let entry = entry(&[
            ("CN;lang-ja", &["太郎".as_bytes()]),
            ("memberof", &[b"cn=a", b"cn=b"]),
            ("jpegPhoto", &[&[0xff, 0xd8]]),
            ("empty", &[]),
        ]);
        let wanted = ["cn;lang-JA", "memberOf", "cn", "jpegPhoto", "empty"];
        let expected = json!({"cn;lang-JA": "太郎", "memberOf": ["cn=a", "cn=b"]});
        assert_eq!(Value::Object(entry.claims(wanted.into_iter())), expected);
    }

    #[test]
    fn identifiers_have_one_way_of_writing() {
        let guid: &[u8] =
            &[0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
        let text: &[u8] = b"abcdefghijklmnop";
        for (name, value, expected) in [
            ("objectGUID", guid, Some("00112233-4455-6677-8899-aabbccddeeff")),
            ("OBJECTguid", text, Some("64636261-6665-6867-696a-6b6c6d6e6f70")),
            ("objectGUID", b"too short", None),
            ("entryUUID", b"00112233-4455-6677-8899-AABBCCDDEEFF", Some("00112233-4455-6677-8899-aabbccddeeff")),
            ("nsUniqueId", b"66446001-1dd211b2-66225011-2ee211db", Some("66446001-1dd211b2-66225011-2ee211db")),
            ("GUID", &[0xff, 0, 1], Some("ff0001")),
            ("entryUUID", b"", None),
            ("entryUUID", &[b'a'; 256], None),
            ("GUID", &[0xff; 200], None),
        ] {
            assert_eq!(entry(&[(name, &[value])]).stable_id(name).ok().as_deref(), expected, "{name} {value:?}");
        }
        assert!(entry(&[]).stable_id("entryUUID").is_err());
        assert!(entry(&[("entryUUID", &[b"a", b"b"])]).stable_id("entryUUID").is_err());
    }

    #[test]
    fn an_entry_of_another_shape_is_none() {
        for parts in [
            PL::P(vec![]),
            PL::C(vec![]),
            PL::C(vec![text("dn")]),
            PL::C(vec![text("dn"), text("no list")]),
            PL::C(vec![tag(PL::P(vec![0xff])), tag(PL::C(vec![]))]),
            PL::C(vec![text("dn"), tag(PL::C(vec![tag(PL::C(vec![text("name only")]))]))]),
        ] {
            assert!(Entry::read(ResultEntry::new(tag(parts))).is_none());
        }
    }
}
