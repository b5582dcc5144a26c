//! Opening and closing the database, and its options.

use std::{
    fs::OpenOptions,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement,
    sqlx::{
        Executor,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    StoreError,
    cache::Caches,
    committer::{self, Job},
    used_proofs::UsedProofs,
};

/// Commands that may wait for the group committer; past that a request is told to come back.
const QUEUE: usize = 4096;
/// Statements that each connection keeps prepared: every size of a batch is another text.
const STATEMENTS: usize = 1000;
/// How often SQLite is asked whether another process has written.
const WATCH: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Readers of an SQLite file (4 is plenty), or the pool's size on PostgreSQL.
    pub connections: u32,
    /// How long a request waits for a connection or for its turn in the queue before it is [`StoreError::Busy`].
    pub wait: Duration,
    /// PostgreSQL ends a statement that runs longer.
    pub statement_timeout: Duration,
    /// Entries of each cache.
    pub cache_entries: u64,
    /// How long a cached row counts on PostgreSQL, where other nodes write too.
    pub shared_lifetime: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            connections: 4,
            wait: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            cache_entries: 10_000,
            shared_lifetime: Duration::from_secs(2),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The database of one process; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Backend,
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    reads: Arc<AtomicU64>,
    caches: Arc<Caches>,
    queue: mpsc::Sender<Job>,
    wait: Duration,
    shared_lifetime: Duration,
    committer: Mutex<Option<JoinHandle<()>>>,
    used_proofs: UsedProofs,
}

impl Store {
    /// `sqlite://path` (made with mode 0600 if it is not there) or `postgres://…`. The schema is left as it is.
    pub async fn open(url: &str, options: StoreOptions) -> Result<Self, StoreError> {
        let (backend, writer, mut reader) = match url.split_once("://") {
            Some(("sqlite", path)) => {
                let path = make_file(path)?;
                // The writer first: it switches to WAL, which no busy timeout covers.
                let writer = Database::connect(sqlite(&path, 1, options.wait)).await?;
                let reader = Database::connect(sqlite(&path, options.connections, options.wait)).await?;
                (Backend::Sqlite, writer, reader)
            }
            Some(("postgres" | "postgresql", _)) => {
                let pool = Database::connect(postgres(url, &options)).await?;
                (Backend::Postgres, pool.clone(), pool)
            }
            _ => return Err(StoreError::Open("neither sqlite:// nor postgres://".into())),
        };
        let reads = count(&mut reader);
        let lifetime = (backend == Backend::Postgres).then_some(options.shared_lifetime);
        let caches = Arc::new(Caches::new(options.cache_entries, lifetime));
        let (queue, jobs) = mpsc::channel(QUEUE);
        let committer = tokio::spawn(committer::run(writer.clone(), caches.clone(), jobs));
        let inner = Arc::new(Inner {
            backend,
            reader,
            writer,
            reads,
            caches,
            queue,
            wait: options.wait,
            shared_lifetime: options.shared_lifetime,
            committer: Mutex::new(Some(committer)),
            used_proofs: UsedProofs::default(),
        });
        if backend == Backend::Sqlite {
            let seen = data_version(&inner).await?;
            tokio::spawn(watch(Arc::downgrade(&inner), seen));
        }
        Ok(Self { inner })
    }

    pub fn backend(&self) -> Backend {
        self.inner.backend
    }

    /// Whether the database answers (`/health/ready`).
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reader().execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Statements that were read with so far, outside of transactions: what is in memory costs none (hot-path.md §4).
    pub fn reads(&self) -> u64 {
        self.inner.reads.load(Ordering::Relaxed)
    }

    /// Finishes what is queued and closes the file or the connections; whoever writes afterwards is [`StoreError::Busy`].
    pub async fn close(&self) {
        let committer = self.inner.committer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(committer) = committer {
            // Both fail only if the task is gone already.
            drop(self.inner.queue.send(Job::Stop).await);
            drop(committer.await);
        }
        for pool in [&self.inner.reader, &self.inner.writer] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
        }
    }

    /// Returns when no process that serves this database answers from rows older than now: for a command beside it
    /// whose act is to be in force when it ends. Writes are never decided by a cache, so this is about reads alone.
    pub async fn seen_everywhere(&self) {
        let bound = match self.inner.backend {
            Backend::Sqlite => WATCH * 2,
            Backend::Postgres => self.inner.shared_lifetime,
        };
        tokio::time::sleep(bound).await;
    }

    pub(super) fn used_proofs(&self) -> &UsedProofs {
        &self.inner.used_proofs
    }

    pub(super) fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// On SQLite one connection: whoever writes waits for it in order of arrival.
    pub(super) fn writer(&self) -> &DatabaseConnection {
        &self.inner.writer
    }

    pub(super) fn caches(&self) -> &Arc<Caches> {
        &self.inner.caches
    }

    pub(super) fn queue(&self) -> &mpsc::Sender<Job> {
        &self.inner.queue
    }

    pub(super) fn wait(&self) -> Duration {
        self.inner.wait
    }
}

/// Counts the statements of a connection from now on.
fn count(reader: &mut DatabaseConnection) -> Arc<AtomicU64> {
    let reads = Arc::new(AtomicU64::default());
    let counted = Arc::clone(&reads);
    reader.set_metric_callback(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("idp_store_reads_total").increment(1);
    });
    reads
}

/// Makes the file readable by its owner only; SQLite gives its side files the same mode.
fn make_file(path: &str) -> Result<PathBuf, StoreError> {
    let path = Path::new(path.split_once('?').map_or(path, |(path, _)| path));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(path.to_owned()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(path.to_owned()),
        Err(error) => Err(StoreError::Open(format!("{}: {error}", path.display()))),
    }
}

fn sqlite(path: &Path, connections: u32, wait: Duration) -> ConnectOptions {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .min_connections(connections)
        .test_before_acquire(false)
        .max_lifetime(None::<Duration>)
        .idle_timeout(None::<Duration>)
        .acquire_timeout(wait)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .in_memory(false)
                .shared_cache(false)
                .create_if_missing(false)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged code or proof must survive a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(wait)
                .foreign_keys(true)
                .statement_cache_capacity(STATEMENTS)
                .pragma("cache_size", "-16000")
                .pragma("temp_store", "memory")
                .pragma("mmap_size", "134217728")
                .optimize_on_close(true, None)
        });
    quiet(&mut options);
    options
}

fn postgres(url: &str, options: &StoreOptions) -> ConnectOptions {
    let mut pool = ConnectOptions::new(url);
    pool.max_connections(options.connections)
        .test_before_acquire(false)
        .acquire_timeout(options.wait)
        .statement_timeout(options.statement_timeout)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(|postgres| {
            // The hook below draws a warning each time that there was nothing to roll back.
            postgres.statement_cache_capacity(STATEMENTS).options([("client_min_messages", "error")])
        })
        // A `begin()` that was cancelled leaves its connection inside a transaction (sqlx #4393); this is the ping as well.
        .map_sqlx_postgres_before_acquire(|connection, _| {
            Box::pin(async move {
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        });
    quiet(&mut pool);
    pool
}

/// Statements are logged at `debug`; the level's type is of a crate that is not ours to name.
fn quiet(options: &mut ConnectOptions) {
    if let Ok(level) = "debug".parse() {
        options.sqlx_logging_level(level);
    }
}

/// Empties the caches when another process, such as the command line, has written to the file:
/// `data_version` of the one connection that writes for this process changes only then.
async fn watch(store: Weak<Inner>, mut seen: Option<i64>) {
    loop {
        tokio::time::sleep(WATCH).await;
        let Some(store) = store.upgrade() else { return };
        let version = match data_version(&store).await {
            Ok(version) => version,
            Err(_) if store.queue.is_closed() => return,
            Err(error) => {
                tracing::warn!(%error, "cannot see whether another process has written");
                None
            }
        };
        // Unknown counts as changed.
        if version.is_none() || (seen.is_some() && seen != version) {
            store.caches.forget_all();
        }
        seen = version;
    }
}

async fn data_version(store: &Inner) -> Result<Option<i64>, sea_orm::DbErr> {
    let pragma = Statement::from_string(store.writer.get_database_backend(), "PRAGMA data_version");
    let row = store.writer.query_one_raw(pragma).await?;
    Ok(row.and_then(|row| row.try_get_by_index::<i64>(0).ok()))
}
