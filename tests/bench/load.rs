//! The generator: sixteen kept connections that ask as fast as they are answered, or so many times a second.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;

use super::{process::Server, wire::Wire};

const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_millis(500);
const RUN: Duration = Duration::from_secs(3);

/// What one connection does again and again, with what it remembers between two rounds.
pub trait Round {
    async fn play(&mut self, wire: &mut Wire) -> anyhow::Result<()>;
}

pub struct Cost {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub cpu_per_iteration: Duration,
}

/// `rounds` makes one `Round` for each connection.
pub async fn run<R: Round>(server: &Server, rounds: impl Fn(usize) -> R) -> anyhow::Result<Cost> {
    let mut players = Vec::new();
    for index in 0..CONNECTIONS {
        players.push((Wire::open(server.port).await?, rounds(index)));
    }
    play(&mut players, WARM_UP).await?;
    let (cpu, began) = (server.cpu()?, Instant::now());
    let taken = play(&mut players, RUN).await?;
    Cost::of(taken, began.elapsed(), server.cpu()?.saturating_sub(cpu))
}

/// The same, `per_second` rounds in all, evenly: what one waits counts from the moment when it was one's turn.
pub async fn paced<R: Round>(server: &Server, rounds: impl Fn(usize) -> R, per_second: u32) -> anyhow::Result<Cost> {
    let turn = Duration::from_secs(1) / per_second;
    let start = tokio::time::Instant::now() + WARM_UP;
    let (cpu, began) = (server.cpu()?, Instant::now());
    let players = (0..CONNECTIONS).map(|index| {
        let (mut round, first) = (rounds(index), start + turn * u32::try_from(index).unwrap_or_default());
        async move {
            let mut wire = Wire::open(server.port).await?;
            let mut turns = tokio::time::interval_at(first, turn * u32::try_from(CONNECTIONS)?);
            let mut taken = Vec::new();
            while start.elapsed() < RUN {
                let due = turns.tick().await;
                round.play(&mut wire).await?;
                taken.push(due.elapsed());
            }
            anyhow::Ok(taken)
        }
    });
    let taken = try_join_all(players).await?.concat();
    Cost::of(taken, began.elapsed(), server.cpu()?.saturating_sub(cpu))
}

async fn play<R: Round>(players: &mut [(Wire, R)], length: Duration) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + length;
    let rounds = players.iter_mut().map(|(wire, round)| async move {
        let mut taken = Vec::new();
        while Instant::now() < end {
            let began = Instant::now();
            round.play(wire).await?;
            taken.push(began.elapsed());
        }
        anyhow::Ok(taken)
    });
    Ok(try_join_all(rounds).await?.concat())
}

impl Cost {
    pub fn of(mut taken: Vec<Duration>, length: Duration, cpu: Duration) -> anyhow::Result<Self> {
        ensure!(!taken.is_empty(), "not one round was played");
        taken.sort_unstable();
        let count = u32::try_from(taken.len())?;
        let share = |percent: usize| taken.get(taken.len() * percent / 100).copied().unwrap_or_default();
        Ok(Self {
            per_second: f64::from(count) / length.as_secs_f64(),
            p50: share(50),
            p99: share(99),
            cpu_per_iteration: cpu / count,
        })
    }
}
