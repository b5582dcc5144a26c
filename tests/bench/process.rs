//! The measured process: pinned to the first processor, its time and memory read from /proc.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::net::{TcpListener, TcpStream};

const SERVER_PROCESSOR: &str = "0";
const GENERATOR_PROCESSOR: &str = "1";
/// What /proc/<pid>/stat counts in: USER_HZ is 100 on Linux.
const TICK: Duration = Duration::from_millis(10);

pub struct Server {
    child: Child,
    pub port: u16,
    folder: PathBuf,
}

/// Keeps the generator away from the server's processor.
pub fn pin_myself() -> anyhow::Result<()> {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-pc", GENERATOR_PROCESSOR, &own]).stdout(Stdio::null()).status()?;
    if pinned.success() { Ok(()) } else { bail!("taskset could not pin the generator: two processors are needed") }
}

impl Server {
    pub async fn bare() -> anyhow::Result<Self> {
        let port = free_block().await?;
        let own = std::env::current_exe()?;
        let child = pinned(&own, &["bare", &port.to_string()])?;
        let server = Self { child, port, folder: PathBuf::new() };
        server.first_answer().await?;
        Ok(server)
    }

    pub async fn demo(folder: &Path) -> anyhow::Result<Self> {
        let port = free_block().await?;
        let mut server = Self { child: demo(folder, port)?, port, folder: folder.to_owned() };
        server.addresses_printed()?;
        server.first_answer().await?;
        Ok(server)
    }

    pub fn address(&self, offset: u16) -> String {
        format!("http://localhost:{}", self.port + offset)
    }

    /// Ends the demo and starts it again on its data; from the call to the first answer.
    pub async fn restart(&mut self) -> anyhow::Result<Duration> {
        self.end();
        let began = Instant::now();
        self.child = demo(&self.folder, self.port)?;
        self.first_answer().await?;
        Ok(began.elapsed())
    }

    /// Time on the processor so far, of all threads.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit_once(')').context("a stat line")?.1;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok()).context("ticks");
        Ok(TICK * (ticks(11)? + ticks(12)?))
    }

    /// Resident memory in MiB.
    pub fn resident(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024)
    }

    /// The table of the demo is printed when everything listens.
    fn addresses_printed(&mut self) -> anyhow::Result<()> {
        let output = self.child.stdout.take().context("the server's output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let mailbox = self.address(3);
        if !lines.any(|line| line.contains(&mailbox)) {
            bail!("the demo ended before it listened");
        }
        std::thread::spawn(move || lines.for_each(drop));
        Ok(())
    }

    fn end(&mut self) {
        // a process that has ended already is as good
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks over and over until somebody answers.
    async fn first_answer(&self) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs(30);
        let request = format!("GET /jwks HTTP/1.1\r\nhost: localhost:{}\r\n\r\n", self.port);
        while Instant::now() < until {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)).await {
                let mut wire = super::wire::Wire::new(stream);
                if wire.ask(request.as_bytes()).await.is_ok_and(|answer| answer.status == 200) {
                    return Ok(());
                }
            }
            tokio::task::yield_now().await;
        }
        bail!("no answer within 30 s")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn demo(folder: &Path, port: u16) -> anyhow::Result<Child> {
    let (data, clients) = (folder.join("data"), folder.join("clients"));
    let words = ["demo", "--port", &port.to_string(), "--data"].map(str::to_owned);
    let mut words: Vec<String> = words.to_vec();
    words.extend([data.display().to_string(), "--clients".to_owned(), clients.display().to_string()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    pinned(Path::new(env!("CARGO_BIN_EXE_idp")), &words)
}

fn pinned(program: &Path, words: &[&str]) -> anyhow::Result<Child> {
    Command::new("taskset")
        .args(["-c", SERVER_PROCESSOR])
        .arg(program)
        .args(words)
        .env("IDP__TELEMETRY__LOG_LEVEL", "warn")
        // One client asks here as fast as a thousand do elsewhere.
        .env("IDP__LIMITS__PUSHED_REQUESTS_PER_MINUTE", "1000000")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("taskset")
}

/// The first of a block of ports as the demo needs it: N to N+4 and N+25.
async fn free_block() -> anyhow::Result<u16> {
    let mut port = 10_000 + u16::try_from(std::process::id() % 600)? * 32;
    while port < 32_000 {
        let mut held = Vec::new();
        for offset in [0, 1, 2, 3, 4, 25] {
            held.extend(TcpListener::bind(("127.0.0.1", port + offset)).await);
        }
        if held.len() == 6 {
            return Ok(port);
        }
        port += 32;
    }
    bail!("no free block of ports")
}
