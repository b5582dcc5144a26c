//! Languages of pages and mails, and how a wanted one is found (RFC 4647 §3.4 lookup, journeys J-11).

use serde::{Deserialize, Serialize};

/// A language that pages and mails exist in, as its BCP 47 tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Language {
    #[serde(rename = "ja")]
    Ja,
    #[serde(rename = "en")]
    En,
    #[serde(rename = "zh-CN")]
    ZhCn,
    #[serde(rename = "ko")]
    Ko,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::Ja, Self::En, Self::ZhCn, Self::Ko];

    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
            Self::ZhCn => "zh-CN",
            Self::Ko => "ko",
        }
    }

    /// Its own name, in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ja => "日本語",
            Self::En => "English",
            Self::ZhCn => "简体中文",
            Self::Ko => "한국어",
        }
    }

    /// The language with exactly this tag, in any case.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    /// The best match for one wanted tag: `en-GB` → `en`; `zh`, `zh-Hans`, `zh-SG` → `zh-CN`;
    /// traditional Chinese has no match here.
    pub fn lookup(wanted: &str, offered: &[Self]) -> Option<Self> {
        let mut parts = wanted.split('-').map(str::to_ascii_lowercase);
        let language = parts.next()?;
        // What follows a single letter is no script and no region (RFC 5646 §2.2.6).
        let parts: Vec<String> = parts.take_while(|part| part.len() > 1).collect();
        let found = match language.as_str() {
            "ja" => Self::Ja,
            "en" => Self::En,
            "ko" => Self::Ko,
            "zh" if is_simplified(&parts) => Self::ZhCn,
            _ => return None,
        };
        offered.contains(&found).then_some(found)
    }

    /// The first of several wanted tags, separated by spaces (`ui_locales`), that is offered.
    pub fn first_of(wanted: &str, offered: &[Self]) -> Option<Self> {
        wanted.split(' ').find_map(|tag| Self::lookup(tag, offered))
    }

    /// The offered language that an `Accept-Language` header ranks highest (RFC 9110 §12.5.4).
    pub fn accepted(header: &str, offered: &[Self]) -> Option<Self> {
        let mut ranked: Vec<(u16, &str)> = header
            .split(',')
            .take(32)
            .filter_map(|entry| {
                let (tag, parameters) = entry.split_once(';').unwrap_or((entry, ""));
                let weight = match parameters.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.strip_prefix('=')) {
                    Some(q) => q.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q))?,
                    None => 1.0,
                };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
                let thousandths = (weight * 1000.0) as u16;
                (thousandths > 0).then_some((thousandths, tag.trim()))
            })
            .collect();
        ranked.sort_by_key(|entry| std::cmp::Reverse(entry.0));
        ranked.into_iter().find_map(|(_, tag)| Self::lookup(tag, offered))
    }
}

/// Whether these subtags of Chinese name the simplified script: by itself, or by the region that writes it.
fn is_simplified(parts: &[String]) -> bool {
    let has = |part: &str| parts.iter().any(|own| own == part);
    has("hans") || !["hant", "tw", "hk", "mo"].into_iter().any(has)
}

/// What speaks for a language, in the order of J-11 11.1.
#[derive(Clone, Copy, Debug, Default)]
pub struct LanguageWishes<'a> {
    /// On P-01, in this login.
    pub chosen: Option<Language>,
    /// `ui_locales` of the request.
    pub requested: Option<Language>,
    pub cookie: Option<Language>,
    /// The account's last language.
    pub account: Option<Language>,
    pub accept_language: Option<&'a str>,
}

impl LanguageWishes<'_> {
    /// The first wish that is offered, else the tenant's default.
    pub fn settle(&self, offered: &[Language], default: Language) -> Language {
        [self.chosen, self.requested, self.cookie, self.account]
            .into_iter()
            .flatten()
            .find(|wish| offered.contains(wish))
            .or_else(|| self.accept_language.and_then(|header| Language::accepted(header, offered)))
            .unwrap_or(default)
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_falls_back_to_its_language() {
        for (wanted, found) in [
            ("en-GB", Language::En),
            ("EN-us-POSIX", Language::En),
            ("JA-jp", Language::Ja),
            ("ja-Latn-JP-x-tokyo", Language::Ja),
            ("ko-KP", Language::Ko),
        ] {
            assert_eq!(Language::lookup(wanted, &Language::ALL), Some(found), "{wanted}");
        }
        for wanted in ["", "-", "*", "e", "eng", "jav", "fr", "fr-en", "x-ja", "i-en", "en_GB", "日本語"] {
            assert_eq!(Language::lookup(wanted, &Language::ALL), None, "{wanted}");
        }
    }

    #[test]
    fn simplified_chinese_is_offered_to_those_who_read_it() {
        for tag in [
            "zh",
            "ZH",
            "zh-Hans",
            "zh-SG",
            "zh-CN",
            "zh-MY",
            "zh-Hans-CN",
            "zh-Hans-HK",
            "zh-cmn-Hans-CN",
            "zh-CN-x-tw",
        ] {
            assert_eq!(Language::lookup(tag, &Language::ALL), Some(Language::ZhCn), "{tag}");
        }
        for tag in ["zh-Hant", "zh-TW", "zh-hk", "zh-MO", "zh-Hant-HK", "zh-Hant-CN", "zh-yue-HK"] {
            assert_eq!(Language::lookup(tag, &Language::ALL), None, "{tag}");
        }
        assert_eq!(Language::lookup("zh", &[Language::Ja, Language::En]), None);
    }

    #[test]
    fn wanted_tags_are_tried_in_their_order() {
        assert_eq!(Language::first_of("fr en-GB ja", &Language::ALL), Some(Language::En));
        assert_eq!(Language::first_of("zh-TW zh-Hans ja", &Language::ALL), Some(Language::ZhCn));
        assert_eq!(
            Language::first_of("ko en", &[Language::Ja, Language::En]),
            Some(Language::En),
            "not offered: passed over"
        );
        assert_eq!(Language::first_of("fr  de", &Language::ALL), None);
        assert_eq!(Language::first_of("", &Language::ALL), None);
    }

    #[test]
    fn each_wish_goes_before_those_below_it() {
        let mut wishes = LanguageWishes {
            chosen: Some(Language::Ko),
            requested: Some(Language::En),
            cookie: Some(Language::ZhCn),
            account: Some(Language::Ko),
            accept_language: Some("en"),
        };
        let settled = |wishes: &LanguageWishes<'_>| wishes.settle(&Language::ALL, Language::Ja);
        assert_eq!(settled(&wishes), Language::Ko, "the choice on P-01");
        wishes.chosen = None;
        assert_eq!(settled(&wishes), Language::En, "ui_locales");
        wishes.requested = None;
        assert_eq!(settled(&wishes), Language::ZhCn, "the cookie");
        wishes.cookie = None;
        assert_eq!(settled(&wishes), Language::Ko, "the account's last language");
        wishes.account = None;
        assert_eq!(settled(&wishes), Language::En, "Accept-Language");
        wishes.accept_language = Some("fr, zh-TW;q=0.9");
        assert_eq!(settled(&wishes), Language::Ja, "the tenant's default");
        wishes.accept_language = None;
        assert_eq!(settled(&wishes), Language::Ja);
    }

    #[test]
    fn a_wish_that_the_tenant_does_not_offer_is_passed_over() {
        let wishes = LanguageWishes {
            chosen: Some(Language::Ko),
            requested: Some(Language::Ko),
            cookie: Some(Language::ZhCn),
            account: Some(Language::Ja),
            accept_language: Some("ko, zh, en;q=0.1"),
        };
        assert_eq!(wishes.settle(&[Language::En, Language::Ja], Language::En), Language::Ja);
        let nobody = LanguageWishes { account: None, ..wishes };
        assert_eq!(nobody.settle(&[Language::En, Language::Ja], Language::Ja), Language::En);
    }

    #[test]
    fn accept_language_is_ranked_by_weight_and_survives_nonsense() {
        assert_eq!(Language::accepted("en;q=0.5, ko;q=0.9, *;q=0.1", &Language::ALL), Some(Language::Ko));
        assert_eq!(Language::accepted("en;q=0, ja;q=0.1", &Language::ALL), Some(Language::Ja));
        assert_eq!(Language::accepted("en; Q=0.2,ja ;q=0.3", &Language::ALL), Some(Language::Ja));
        assert_eq!(Language::accepted("zh-TW,zh;q=0.9,en;q=0.8", &Language::ALL), Some(Language::ZhCn));
        assert_eq!(Language::accepted("en,ja", &Language::ALL), Some(Language::En), "of equals the first");
        assert_eq!(Language::accepted("en;q=x;;,,;q=", &Language::ALL), None);
    }
}
