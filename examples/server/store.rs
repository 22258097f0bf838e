//! Sessions and their runs in one SQLite file. A dedicated thread does the work, so a slow disk delays no stream.

use super::scripted::record::{Run, RunStore, Session};
use rusqlite::{params, Connection, Row};
use std::path::Path;
use std::sync::mpsc::{channel, Sender};
use tokio::sync::oneshot;

/// Filter and page of the session list.
#[derive(Debug, Clone)]
pub struct Listing {
    pub kind: Option<String>,
    pub component_id: Option<String>,
    pub user_id: Option<String>,
    pub limit: i64,
    pub page: i64,
}

#[derive(Clone)]
pub struct Store {
    jobs: Sender<Job>,
}

type Job = Box<dyn FnOnce(&Connection) + Send>;

impl RunStore for Store {
    fn add_run(&self, run: Run) {
        self.later(move |db| {
            db.execute(
                &format!("insert or replace into runs ({COLUMNS}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"),
                params![run.run_id, run.session_id, run.kind, run.component_id, run.user_id, run.input, run.said,
                    run.script, run.content, run.status, run.tools, run.created_at, run.take, run.regenerated_from,
                    run.forked_from, run.kept, run.copied_from, run.metadata],
            )
        });
    }
}

impl Store {
    pub fn open(file: &Path) -> rusqlite::Result<Store> {
        let connection = Connection::open(file)?;
        connection.execute_batch(SCHEMA)?;
        add_columns(&connection);
        let (jobs, todo) = channel::<Job>();
        std::thread::spawn(move || todo.iter().for_each(|job| job(&connection)));
        Ok(Store { jobs })
    }

    /// Creates the session with its first request, whatever the outcome.
    pub fn open_session(&self, run: &Run, name: &str) {
        let (run, name) = (run.clone(), name.to_owned());
        self.later(move |db| {
            db.execute(
                "insert into sessions (id, kind, component_id, user_id, name, created_at, updated_at)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?6) on conflict (id) do update set updated_at = ?6",
                params![run.session_id, run.kind, run.component_id, run.user_id, name, run.created_at],
            )
        });
    }

    /// The user's earlier messages: those of other sessions (unless `only_here`), then those of this one.
    pub async fn before(&self, session_id: &str, user_id: Option<&str>, only_here: bool) -> Vec<String> {
        let (id, user) = (session_id.to_owned(), user_id.map(str::to_owned));
        let messages = self.ask(move |db| {
            let mut query = db.prepare(
                "select coalesce(said, input) from runs where status = 'COMPLETED' and user_id is ?2 and (session_id = ?1 or not ?3)
                 order by session_id = ?1, created_at, rowid",
            )?;
            let rows = query.query_map(params![id, user, only_here], |row| row.get(0))?;
            rows.collect()
        });
        messages.await.unwrap_or_default()
    }

    pub async fn sessions(&self, listing: Listing) -> Option<(Vec<Session>, i64)> {
        self.ask(move |db| {
            let Listing { kind, component_id, user_id, limit, page } = listing;
            let filter =
                "(?1 is null or kind = ?1) and (?2 is null or component_id = ?2) and (?3 is null or user_id = ?3)";
            let by = params![kind, component_id, user_id];
            let total = db.query_row(&format!("select count(*) from sessions where {filter}"), by, |row| row.get(0))?;
            let mut query = db.prepare(&format!(
                "select id, name, created_at, updated_at from sessions where {filter}
                 order by updated_at desc, rowid desc limit ?4 offset ?5"
            ))?;
            let rows = query.query_map(params![kind, component_id, user_id, limit, limit * (page - 1)], session_of)?;
            Ok((rows.collect::<rusqlite::Result<_>>()?, total))
        })
        .await
    }

    /// `None` if there is no such session.
    pub async fn runs(&self, session_id: &str) -> Option<Vec<Run>> {
        let id = session_id.to_owned();
        self.ask(move |db| {
            db.query_row("select 1 from sessions where id = ?1", [&id], |_| Ok(()))?;
            let mut query =
                db.prepare(&format!("select {COLUMNS} from runs where session_id = ?1 order by created_at, rowid"))?;
            let rows = query.query_map([&id], run_of)?;
            rows.collect()
        })
        .await
    }

    pub async fn run(&self, run_id: &str) -> Option<Run> {
        let id = run_id.to_owned();
        self.ask(move |db| db.query_row(&format!("select {COLUMNS} from runs where id = ?1"), [id], run_of)).await
    }

    /// The directive of the same message earlier in the session: asked again, it is the same question.
    pub async fn script_of(&self, session_id: &str, said: &str) -> Option<String> {
        let (id, said) = (session_id.to_owned(), said.to_owned());
        self.ask(move |db| {
            let latest = "select script from runs where session_id = ?1 and said = ?2 order by created_at desc limit 1";
            db.query_row(latest, [id, said], |row| row.get(0))
        })
        .await
    }

    /// The run is not shown to the model any more.
    pub fn hide(&self, run_id: &str) {
        let id = run_id.to_owned();
        self.later(move |db| db.execute("update runs set status = 'REGENERATED' where id = ?1", [id]));
    }

    /// `None` if there is no such session.
    pub async fn rename_session(&self, id: &str, name: String) -> Option<Session> {
        let id = id.to_owned();
        self.ask(move |db| {
            db.execute("update sessions set name = ?2 where id = ?1", params![id, name])?;
            db.query_row("select id, name, created_at, updated_at from sessions where id = ?1", [id], session_of)
        })
        .await
    }

    pub fn delete_session(&self, id: &str) {
        let id = id.to_owned();
        self.later(move |db| {
            db.execute("delete from runs where session_id = ?1", [&id])?;
            db.execute("delete from sessions where id = ?1", [&id])
        });
    }

    /// Stores a copy of a session under the id `copy`.
    pub fn copy_session(&self, id: &str, copy: &str, now: f64) {
        let (id, copy) = (id.to_owned(), copy.to_owned());
        self.later(move |db| {
            db.execute(
                "insert into sessions (id, kind, component_id, user_id, name, created_at, updated_at)
                 select ?2, kind, component_id, user_id, name, ?3, ?3 from sessions where id = ?1",
                params![id, copy, now],
            )
        });
    }

    fn later<T>(&self, job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static) {
        let _ = self.jobs.send(Box::new(|db| {
            if let Err(error) = job(db) {
                eprintln!("sessions: {error}");
            }
        }));
    }

    async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(|db: &Connection| drop(reply.send(job(db).ok())));
        self.jobs.send(job).ok()?;
        answer.await.ok().flatten()
    }
}

fn session_of(row: &Row) -> rusqlite::Result<Session> {
    Ok(Session { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)?, updated_at: row.get(3)? })
}

fn run_of(row: &Row) -> rusqlite::Result<Run> {
    let input: String = row.get("input")?;
    Ok(Run {
        run_id: row.get("id")?,
        session_id: row.get("session_id")?,
        kind: row.get("kind")?,
        component_id: row.get("component_id")?,
        user_id: row.get("user_id")?,
        said: row.get::<_, Option<String>>("said")?.unwrap_or_else(|| input.clone()),
        script: row.get::<_, Option<String>>("script")?.unwrap_or_else(|| input.clone()),
        input,
        content: row.get("content")?,
        status: row.get("status")?,
        tools: row.get("tools")?,
        created_at: row.get("created_at")?,
        take: row.get::<_, Option<u32>>("take")?.unwrap_or_default(),
        regenerated_from: row.get("regenerated_from")?,
        forked_from: row.get("forked_from")?,
        kept: row.get::<_, Option<i64>>("kept")?.unwrap_or_default(),
        copied_from: row.get("copied_from")?,
        metadata: row.get("metadata")?,
    })
}

/// Adds the columns that a file of an earlier version lacks.
fn add_columns(db: &Connection) {
    for column in [
        "said text",
        "script text",
        "take integer",
        "regenerated_from text",
        "forked_from text",
        "kept integer",
        "copied_from text",
        "metadata text",
    ] {
        // Fails if the column is there.
        let _ = db.execute(&format!("alter table runs add column {column}"), []);
    }
}

const COLUMNS: &str =
    "id, session_id, kind, component_id, user_id, input, said, script, content, status, tools, created_at, take, \
     regenerated_from, forked_from, kept, copied_from, metadata";

const SCHEMA: &str = "
    pragma journal_mode = wal;
    create table if not exists sessions (
        id text primary key, kind text, component_id text, user_id text, name text, created_at real, updated_at real);
    create table if not exists runs (
        id text primary key, session_id text, kind text, component_id text, user_id text, input text, content text,
        status text, tools text, created_at real);
    create index if not exists runs_of_session on runs (session_id, created_at);
";
