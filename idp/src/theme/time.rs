//! Times as people read them: Japan time, a fixed +09:00 (journeys 1.3, 12).

use chrono::{DateTime, Datelike, FixedOffset, Timelike};

use crate::domain::{clock::Timestamp, language::Language};

const JAPAN_SECONDS: i32 = 9 * 60 * 60;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Day and time to the minute, for a text that itself says it is Japan time.
pub fn datetime(at: Timestamp, language: Language) -> String {
    let there = in_japan(at);
    let (year, month, day) = (there.year(), there.month(), there.day());
    let time = time(at, language);
    match language {
        Language::Ja | Language::ZhCn => format!("{year}年{month}月{day}日 {time}"),
        Language::Ko => format!("{year}년 {month}월 {day}일 {time}"),
        Language::En => {
            let month = MONTHS.get(there.month0() as usize).copied().unwrap_or_default();
            format!("{day} {month} {year}, {time}")
        }
    }
}

/// Hour and minute, for a text that itself says it is Japan time.
pub fn time(at: Timestamp, _language: Language) -> String {
    let there = in_japan(at);
    format!("{}:{:02}", there.hour(), there.minute())
}

/// `text`, saying that it is Japan time.
pub fn said(text: &str, language: Language) -> String {
    match language {
        Language::Ja => format!("日本時間 {text}"),
        Language::En => format!("{text} Japan time"),
        Language::ZhCn => format!("日本时间 {text}"),
        Language::Ko => format!("일본 시간 {text}"),
    }
}

fn in_japan(at: Timestamp) -> DateTime<FixedOffset> {
    let utc = DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    match FixedOffset::east_opt(JAPAN_SECONDS) {
        Some(japan) => utc.with_timezone(&japan),
        None => utc.fixed_offset(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_evening_in_london_is_the_next_morning_in_japan() {
        let at = Timestamp::from_seconds(1_798_729_500); // 2026-12-31T15:05:00Z
        assert_eq!(datetime(at, Language::Ja), "2027年1月1日 0:05");
        assert_eq!(datetime(at, Language::En), "1 January 2027, 0:05");
        assert_eq!(said(&time(at, Language::Ja), Language::Ja), "日本時間 0:05");
        assert_eq!(said(&time(at, Language::En), Language::En), "0:05 Japan time");
    }

    #[test]
    fn a_time_beyond_the_calendar_does_not_stop_a_page() {
        assert!(!datetime(Timestamp::from_millis(i64::MAX), Language::Ja).is_empty());
    }
}
