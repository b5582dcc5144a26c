//! The table at the end: requests, latencies, processor time, and how far from the aim.

use std::{fmt::Write as _, io::Write as _, time::Duration};

use super::load::Cost;

#[derive(Default)]
pub struct Table {
    lines: String,
    /// Processor time of the bare route: the unit of the ratios.
    pub bare: Option<Duration>,
    starts: Vec<Duration>,
}

impl Table {
    pub fn heading(&mut self, title: &str) {
        let _ = writeln!(
            self.lines,
            "\n{title:<52} {:>9} {:>8} {:>8} {:>9} {:>7} {:>6}",
            "per s", "p50 ms", "p99 ms", "CPU ms", "x bare", "aim"
        );
    }

    /// `aim`: at most so many times the bare route's processor time.
    pub fn row(&mut self, name: &str, cost: &Cost, aim: Option<f64>) {
        let ratio = self.bare.map(|bare| cost.cpu_per_iteration.as_secs_f64() / bare.as_secs_f64());
        let _ = writeln!(
            self.lines,
            "{name:<52} {:>9.0} {:>8.2} {:>8.2} {:>9.4} {:>7} {:>6} {}",
            cost.per_second,
            millis(cost.p50),
            millis(cost.p99),
            millis(cost.cpu_per_iteration),
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.1}")),
            aim.map_or_else(String::new, |aim| format!("{aim:.1}")),
            verdict(ratio.zip(aim).map(|(ratio, aim)| ratio <= aim)),
        );
    }

    /// `aim`: 99 of 100 wait no longer.
    pub fn waits(&mut self, name: &str, cost: &Cost, aim: Duration) {
        let (p50, p99) = (millis(cost.p50), millis(cost.p99));
        let good = verdict(Some(cost.p99 <= aim));
        let _ = writeln!(
            self.lines,
            "{name:<52} {:>9.0} {p50:>8.2} {p99:>8.2} {:>9.4}   p99 at most {} ms {good}",
            cost.per_second,
            millis(cost.cpu_per_iteration),
            aim.as_millis(),
        );
    }

    pub fn floor(&mut self, name: &str, taken: Duration) {
        let _ = writeln!(
            self.lines,
            "{name:<52} {:>9.0} {:>8} {:>8} {:>9.4}",
            1.0 / taken.as_secs_f64(),
            "",
            "",
            millis(taken)
        );
    }

    pub fn resident(&mut self, name: &str, mebibytes: u64, aim: Option<u64>) {
        let aimed = aim.map_or_else(String::new, |aim| format!("aim {aim} MiB"));
        let good = verdict(aim.map(|aim| mebibytes <= aim));
        let _ = writeln!(self.lines, "resident: {name:<42} {mebibytes:>9} MiB   {aimed} {good}");
    }

    pub fn start(&mut self, taken: Duration) {
        self.starts.push(taken);
    }

    pub fn print(mut self) -> anyhow::Result<()> {
        self.starts.sort_unstable();
        if let Some(median) = self.starts.get(self.starts.len() / 2) {
            let good = verdict(Some(*median <= Duration::from_millis(30)));
            let _ =
                writeln!(self.lines, "start to first answer, median {:>22.1} ms   aim 30 ms {good}", millis(*median));
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", self.lines)?;
        Ok(())
    }
}

fn millis(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1_000.0
}

fn verdict(good: Option<bool>) -> &'static str {
    match good {
        Some(true) => "ok",
        Some(false) => "ABOVE",
        None => "",
    }
}
