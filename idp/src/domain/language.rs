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
        let found = match parts.next()?.as_str() {
            "ja" => Self::Ja,
            "en" => Self::En,
            "ko" => Self::Ko,
            "zh" if !parts.any(|part| matches!(part.as_str(), "hant" | "tw" | "hk" | "mo")) => Self::ZhCn,
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
                let weight = match parameters.trim().strip_prefix("q=") {
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
        assert_eq!(Language::first_of("fr en-GB ja", &Language::ALL), Some(Language::En));
        assert_eq!(Language::lookup("JA-jp", &Language::ALL), Some(Language::Ja));
    }

    #[test]
    fn simplified_chinese_is_offered_to_those_who_read_it() {
        for tag in ["zh", "zh-Hans", "zh-SG", "zh-CN", "zh-Hans-CN"] {
            assert_eq!(Language::lookup(tag, &Language::ALL), Some(Language::ZhCn), "{tag}");
        }
        for tag in ["zh-Hant", "zh-TW", "zh-HK", "zh-Hant-HK"] {
            assert_eq!(Language::lookup(tag, &Language::ALL), None, "{tag}");
        }
    }

    #[test]
    fn a_language_the_tenant_does_not_offer_is_passed_over() {
        assert_eq!(Language::first_of("ko en", &[Language::Ja, Language::En]), Some(Language::En));
    }

    #[test]
    fn the_choice_made_here_goes_before_every_other_wish() {
        let mut wishes = LanguageWishes {
            chosen: Some(Language::Ko),
            requested: Some(Language::En),
            cookie: Some(Language::ZhCn),
            account: Some(Language::Ja),
            accept_language: Some("en"),
        };
        let offered = [Language::Ja, Language::En, Language::ZhCn];
        assert_eq!(wishes.settle(&offered, Language::Ja), Language::En, "Korean is not offered");
        wishes.requested = None;
        assert_eq!(wishes.settle(&offered, Language::Ja), Language::ZhCn);
        assert_eq!(
            LanguageWishes { accept_language: Some("en"), ..LanguageWishes::default() }.settle(&offered, Language::Ja),
            Language::En
        );
        assert_eq!(LanguageWishes::default().settle(&offered, Language::Ja), Language::Ja);
    }

    #[test]
    fn accept_language_is_ranked_by_weight_and_survives_nonsense() {
        assert_eq!(Language::accepted("en;q=0.5, ko;q=0.9, *;q=0.1", &Language::ALL), Some(Language::Ko));
        assert_eq!(Language::accepted("en;q=0, ja;q=0.1", &Language::ALL), Some(Language::Ja));
        assert_eq!(Language::accepted("en;q=x;;,,;q=", &Language::ALL), None);
    }
}
