//! POST /admin/api/v1/mail/reports: a relay says what became of mails (journeys 1.3, 14; J-20).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{clock::Timestamp, delivery::Fate},
    flows::{ReportTaken, ReportedMail},
};

use super::{Door, problem::Problem};

/// Events of one call.
const MOST: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    /// Of our mail, with or without angle brackets.
    message_id: String,
    status: Status,
    /// Must be the mail's own if it is told.
    recipient: Option<String>,
    /// The receiving server's words.
    #[serde(default)]
    detail: String,
    /// RFC 3339.
    at: String,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Delivered,
    Delayed,
    Refused,
}

/// How many events were what.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    taken: u32,
    /// Said before, or overtaken by a last word.
    unchanged: u32,
    /// No mail of ours: nothing to be done about, so no error.
    unknown: u32,
}

/// The whole batch is read before the first event is taken over; taking one twice changes nothing.
pub async fn post(State(door): State<Door>, headers: HeaderMap, body: Bytes) -> Result<Json<Answer>, Problem> {
    door.admit_relay(&headers)?;
    if !is_json(&headers) {
        return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json"));
    }
    let batch: Batch = serde_json::from_slice(&body).map_err(|error| Problem::bad_request(error.to_string()))?;
    if batch.events.len() > MOST {
        return Err(Problem::of(StatusCode::PAYLOAD_TOO_LARGE, format!("at most {MOST} events in one call")));
    }
    let reports = batch.events.into_iter().enumerate().map(|(number, event)| event.report(number));
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    let flows = (door.flows)();
    let mut answer = Answer::default();
    for report in &reports {
        match flows.take_report(report).await? {
            ReportTaken::Taken => answer.taken += 1,
            ReportTaken::Unchanged => answer.unchanged += 1,
            ReportTaken::Unknown => answer.unknown += 1,
        }
    }
    Ok(Json(answer))
}

impl Event {
    fn report(self, number: usize) -> Result<ReportedMail, Problem> {
        let at = chrono::DateTime::parse_from_rfc3339(&self.at)
            .map_err(|_| Problem::bad_request(format!("events[{number}].at is no RFC 3339 time")))?;
        let fate = match self.status {
            Status::Delivered => Fate::Delivered,
            Status::Delayed => Fate::Delayed,
            Status::Refused => Fate::refused(&self.detail),
        };
        Ok(ReportedMail {
            message_id: self.message_id,
            fate,
            recipient: self.recipient,
            words: self.detail,
            at: Timestamp::from_millis(at.timestamp_millis()),
        })
    }
}

/// A form or a plain text is what a foreign page could send without asking (SR-7).
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
