//! Students on their way through the pages: to have sessions to measure with, and to measure the way itself.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use regex::Regex;
use reqwest::{Client, Response, header, redirect::Policy};
use serde_json::Value;
use url::Url;

use super::{
    load::Cost,
    process::Server,
    scenarios::{CALLBACK, authorization, with_headers},
};

const SECOND_PASSWORD: &str = "Sakura7hanami";
const SIGN_INS: usize = 15;

/// A browser without a screen.
pub struct Student {
    http: Client,
    cookies: BTreeMap<String, String>,
    number: usize,
}

struct Page {
    url: Url,
    html: String,
    /// Where the client would be called.
    back: Option<String>,
}

/// Students with an address, a second password and a live session.
pub async fn students(server: &Server, count: usize) -> anyhow::Result<Vec<Student>> {
    let mut students = Vec::new();
    for number in 1..=count {
        let http = Client::builder().redirect(Policy::none()).no_proxy().timeout(Duration::from_secs(20)).build()?;
        let mut student = Student { http, cookies: BTreeMap::new(), number };
        student.registers(server).await?;
        let keys = student.reaches_key_page(server).await?;
        let key = student.mailed(server, r"^認証キー：(\d{6})\s*$").await?;
        let page = student.press(&keys, "auth_key", &[("auth_key", &key), ("action", "verify")]).await?;
        page.back.context("no code for the client")?;
        students.push(student);
    }
    Ok(students)
}

/// The request of P-01 as its browser sends it again on reload.
pub async fn page_request(server: &Server) -> anyhow::Result<Vec<u8>> {
    let http = Client::builder().redirect(Policy::none()).no_proxy().build()?;
    let mut visitor = Student { http, cookies: BTreeMap::new(), number: 0 };
    let page = visitor.get(&authorization(server)).await?;
    Ok(with_headers(server.port, page.url.path(), &[("cookie", &visitor.cookies()), ("accept-language", "ja")]))
}

/// Each student signs in over and over, from the client's request to the key page.
pub async fn load(server: &Server, students: &[Student]) -> anyhow::Result<Cost> {
    let (cpu, began) = (server.cpu()?, Instant::now());
    let taken = try_join_all(students.iter().map(|known| async move {
        let mut student = Student { http: known.http.clone(), cookies: BTreeMap::new(), number: known.number };
        let mut taken = Vec::new();
        for _ in 0..SIGN_INS {
            let began = Instant::now();
            student.reaches_key_page(server).await?;
            taken.push(began.elapsed());
        }
        anyhow::Ok(taken)
    }));
    let taken = taken.await?.concat();
    Cost::of(taken, began.elapsed(), server.cpu()?.saturating_sub(cpu))
}

impl Student {
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn email(&self) -> String {
        format!("bench-{}@mail.example", self.number)
    }

    async fn registers(&mut self, server: &Server) -> anyhow::Result<()> {
        let email = self.email();
        let page = self.reaches_gate(server).await?;
        self.press(&page, "email", &[("email", &email), ("email_confirmation", &email)]).await?;
        let link = self.mailed(server, r"^\s*(http\S+/link/\S+)\s*$").await?;
        let landing = self.get(&link).await?;
        self.press(&landing, "", &[]).await?;
        let page = self.reaches_gate(server).await?;
        let fields = [("second_password", SECOND_PASSWORD), ("second_password_confirmation", SECOND_PASSWORD)];
        self.press(&page, "second_password", &fields).await?;
        Ok(())
    }

    async fn reaches_key_page(&mut self, server: &Server) -> anyhow::Result<Page> {
        let page = self.reaches_gate(server).await?;
        let page = self.press(&page, "second_password", &[("second_password", SECOND_PASSWORD)]).await?;
        if page.html.contains("data-page=\"auth-key\"") { Ok(page) } else { bail!("no key page at {}", page.url) }
    }

    /// Through P-01 and the university.
    async fn reaches_gate(&mut self, server: &Server) -> anyhow::Result<Page> {
        self.cookies.retain(|name, _| !name.ends_with("-session"));
        let page = self.get(&authorization(server)).await?;
        let page = self.press(&page, "upstream", &[("action", "sign-in")]).await?;
        if !page.html.contains("name=\"username\"") {
            return Ok(page);
        }
        let (name, password) = (format!("s2025{:03}", self.number), format!("university-{}", self.number));
        self.press(&page, "username", &[("username", &name), ("password", &password), ("action", "sign-in")]).await
    }

    /// What the newest mail says; asks until a mail fits.
    async fn mailed(&mut self, server: &Server, pattern: &str) -> anyhow::Result<String> {
        let pattern = Regex::new(&format!("(?m){pattern}"))?;
        let address = format!("{}/api/messages?to={}", server.address(3), self.email());
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            let mails: Value = self.http.get(&address).send().await?.json().await?;
            let newest = mails.get(0).and_then(|mail| mail.get("text")).and_then(Value::as_str).unwrap_or_default();
            if let Some(found) = pattern.captures(newest).and_then(|found| found.get(1)) {
                return Ok(found.as_str().to_owned());
            }
        }
        bail!("no such mail to {}", self.email())
    }

    async fn get(&mut self, url: &str) -> anyhow::Result<Page> {
        let request = self.http.get(url).header(header::COOKIE, self.cookies());
        let answer = request.header(header::ACCEPT_LANGUAGE, "ja").send().await?;
        self.follow(answer).await
    }

    /// Sends the form that has a field of this name; without a name, the first one.
    async fn press(&mut self, page: &Page, field: &str, values: &[(&str, &str)]) -> anyhow::Result<Page> {
        let form = Regex::new(r"(?s)<form([^>]*)>(.*?)</form>")?;
        let wanted = if field.is_empty() { String::new() } else { format!("name=\"{field}\"") };
        let found = form.captures_iter(&page.html).find(|found| found[2].contains(&wanted));
        let found = found.with_context(|| format!("no field {field} at {}", page.url))?;
        let action =
            Regex::new(r#"action="([^"]*)""#)?.captures(&found[1]).map_or("", |found| found.extract::<1>().1[0]);
        let hidden = Regex::new(r#"<input type="hidden" name="([^"]*)" value="([^"]*)""#)?;
        let mut fields: BTreeMap<&str, &str> = hidden
            .captures_iter(&found[2])
            .map(|found| found.extract::<2>().1)
            .map(|[name, value]| (name, value))
            .collect();
        fields.extend(values.iter().copied());
        let url = page.url.join(&action.replace("&amp;", "&"))?;
        let request = self.http.post(url.clone()).header(header::COOKIE, self.cookies()).form(&fields);
        let answer = request.header(header::ORIGIN, url.origin().ascii_serialization()).send().await?;
        self.follow(answer).await
    }

    async fn follow(&mut self, mut answer: Response) -> anyhow::Result<Page> {
        loop {
            for cookie in answer.headers().get_all(header::SET_COOKIE) {
                self.keep(cookie.to_str()?);
            }
            let url = answer.url().clone();
            let Some(location) = answer.headers().get(header::LOCATION) else {
                return Ok(Page { url, html: answer.text().await?, back: None });
            };
            let next = url.join(location.to_str()?)?;
            if next.as_str().starts_with(CALLBACK) {
                return Ok(Page { url, html: String::new(), back: Some(next.into()) });
            }
            let request = self.http.get(next).header(header::COOKIE, self.cookies());
            answer = request.header(header::ACCEPT_LANGUAGE, "ja").send().await?;
        }
    }

    fn keep(&mut self, line: &str) {
        let Some((name, rest)) = line.split_once('=') else { return };
        let value = rest.split(';').next().unwrap_or_default();
        if rest.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
