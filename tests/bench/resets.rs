//! Whether the answer to a forgotten second password tells by its time which addresses are known (SR-45).
//!
//! The AUC is the chance that a known address took longer than an unknown one: 0.5 tells nothing. The aim is 0.55 at most, either way.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use regex::Regex;
use tokio::net::TcpSocket;
use url::form_urlencoded::Serializer;

use super::{
    process::Server,
    scenarios::{get, with_headers, write_client},
    sign_in,
    wire::Wire,
};

const SAMPLES: usize = 5_000;
const AIM: f64 = 0.55;
/// Below the default limit of one source and hour.
const OF_ONE_SOURCE: usize = 80;
const KNOWN: usize = 4;

/// One POST: whose address, and how long its answer took.
struct Sample {
    known: bool,
    taken: Duration,
}

/// `samples`: of each kind; 5,000 unless told.
pub async fn measure(samples: Option<&str>) -> anyhow::Result<()> {
    let wanted = samples.and_then(|text| text.parse().ok()).unwrap_or(SAMPLES) * 2;
    let folder = tempfile::tempdir()?;
    write_client(folder.path())?;
    let server = Server::demo(folder.path()).await?;
    sign_in::students(&server, KNOWN).await?;
    let token = Regex::new(r#"name="form_token" value="([0-9a-f]+)""#)?;
    let mut samples = Vec::with_capacity(wanted);
    // Any order will do that nobody's work on the sample before can tell of.
    let mut dice: u64 = 0x9E37_79B9_7F4A_7C15;
    while samples.len() < wanted {
        let mut wire = from_source(&server, samples.len() / OF_ONE_SOURCE).await?;
        for number in 0..OF_ONE_SOURCE.min(wanted - samples.len()) {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let known = dice >> 63 == 1;
            let student = number % KNOWN + 1;
            let email = format!("{}-{student}@mail.example", if known { "bench" } else { "nobod" });
            samples.push(Sample { known, taken: ask(&server, &mut wire, &token, &email).await? });
        }
    }
    tell(&samples)
}

/// A browser of another address on this machine.
async fn from_source(server: &Server, index: usize) -> anyhow::Result<Wire> {
    let [high, low] = u16::try_from(index + 1)?.to_be_bytes();
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 77, high, low), 0)))?;
    let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, server.port))).await?;
    stream.set_nodelay(true)?;
    Ok(Wire::new(stream))
}

/// P-14 and its form; the time of the POST alone.
async fn ask(server: &Server, wire: &mut Wire, token: &Regex, email: &str) -> anyhow::Result<Duration> {
    let page = wire.ask(&get(server, "/forgot-second-password")).await?;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let token = token.captures(&html).context("a form token")?.extract::<1>().1[0].to_owned();
    let cookie = page.header("set-cookie").and_then(|line| line.split(';').next()).context("a cookie")?.to_owned();
    let body = Serializer::new(String::new()).extend_pairs([("form_token", token.as_str()), ("email", email)]).finish();
    let head = with_headers(
        server.port,
        "/forgot-second-password",
        &[
            ("cookie", &cookie),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", &body.len().to_string()),
        ],
    );
    let request = String::from_utf8(head)?.replacen("GET ", "POST ", 1) + &body;
    let began = Instant::now();
    let answer = wire.ask(request.as_bytes()).await?;
    let time = began.elapsed();
    let to = answer.header("location").unwrap_or_default();
    ensure!(answer.status == 303 && to.ends_with("/sent"), "{} {to}", answer.status);
    Ok(time)
}

#[expect(clippy::print_stdout, reason = "what a bench is for")]
fn tell(samples: &[Sample]) -> anyhow::Result<()> {
    let of = |known: bool| {
        let mut taken: Vec<Duration> =
            samples.iter().filter(|sample| sample.known == known).map(|sample| sample.taken).collect();
        taken.sort_unstable();
        taken
    };
    let (known, unknown) = (of(true), of(false));
    let auc = auc(&known, &unknown)?;
    for (name, taken) in [("known", &known), ("unknown", &unknown)] {
        let median = taken.get(taken.len() / 2).copied().unwrap_or_default();
        println!("{name:<8} {:>6} answers, median {:.3} ms", taken.len(), median.as_secs_f64() * 1_000.0);
    }
    let verdict = if auc.max(1.0 - auc) <= AIM { "ok" } else { "ABOVE" };
    println!("AUC {auc:.4}   aim {AIM} either way   {verdict}");
    Ok(())
}

/// Mann and Whitney: of all pairs, how many have the known one later; a tie is half of one. Both are sorted.
fn auc(known: &[Duration], unknown: &[Duration]) -> anyhow::Result<f64> {
    ensure!(!known.is_empty() && !unknown.is_empty(), "one kind was never asked for");
    let pairs = known.iter().map(|taken| {
        let below = unknown.partition_point(|other| other < taken);
        let not_above = unknown.partition_point(|other| other <= taken);
        Ok(f64::from(u32::try_from(below)?) + f64::from(u32::try_from(not_above - below)?) / 2.0)
    });
    let later: f64 = pairs.collect::<anyhow::Result<Vec<f64>>>()?.iter().sum();
    Ok(later / f64::from(u32::try_from(known.len())?) / f64::from(u32::try_from(unknown.len())?))
}
