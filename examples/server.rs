//! A backend to try the handler against: `cargo run --example server --features generator`.
//!
//! `POST /api/teams/{team}/runs` retries (docs/rate-limit-retries.md): the generator, which announces retries in the
//! stream. `POST /teams/{team}/runs` and `/agents/{agent}/runs` behave like AgentOS (docs/agentos-protocol.md): a rate
//! limit ends the run, and the handler retries; runs can go to the background, be resumed, continued, cancelled and
//! answered again; sessions can be copied, renamed and deleted.
//! `/agents`, `/teams`, `/workflows` and `/config` list its components. Sessions are stored in one SQLite file;
//! `/metrics` is for Prometheus; every other path serves `www/`. The model is a script: see `examples/scripted/mod.rs`
//! for what a message can ask of it.

#[path = "server/args.rs"]
mod args;
#[path = "server/metrics.rs"]
mod metrics;
#[path = "server/runs.rs"]
mod runs;
#[path = "scripted/mod.rs"]
mod scripted;
#[path = "server/sessions.rs"]
mod sessions;
#[path = "server/store.rs"]
mod store;

use ai_stream_handler::monitor::Monitor;
use args::Args;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderName;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use scripted::background::Background;
use scripted::Counters;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use store::Store;
use tokio::net::TcpListener;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use tower_http::services::ServeDir;

/// State shared by all routes.
#[derive(Clone)]
pub struct App {
    args: Arc<Args>,
    store: Store,
    monitor: Arc<Mutex<Monitor>>,
    counters: Counters,
    background: Background,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The generator catches the model's panics; one log line is enough.
    std::panic::set_hook(Box::new(|panic| eprintln!("panic    {panic}")));
    let args = Args::read(std::env::args().skip(1)).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(2)
    });
    let store = Store::open(&args.db)?;
    let app = App {
        args: Arc::new(args),
        store,
        monitor: Arc::new(Mutex::new(Monitor::default())),
        counters: Counters::default(),
        background: Background::default(),
    };
    let listener = listen(app.args.port).await?;
    // The first line is the address: port 0 means any free port.
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, routes(app)).await?;
    Ok(())
}

/// Listens on `port`, or the next free one.
async fn listen(port: u16) -> std::io::Result<TcpListener> {
    let mut tried = TcpListener::bind(("127.0.0.1", port)).await;
    for port in (port..port.saturating_add(20)).skip(1) {
        match tried {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                tried = TcpListener::bind(("127.0.0.1", port)).await;
            }
            tried => return tried,
        }
    }
    tried
}

fn routes(app: App) -> Router {
    // Pages of other origins may send, and read Retry-After.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        // Not `*`, which excludes Authorization.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(["retry-after", "date"].map(HeaderName::from_static));
    Router::new()
        .route("/api/teams/{id}/runs", post(runs::with_retries))
        .route("/teams/{id}/runs", post(runs::of_team))
        .route("/agents/{id}/runs", post(runs::of_agent))
        .route("/{kind}/{id}/runs/{run_id}/cancel", post(runs::cancel))
        .route("/{kind}/{id}/runs/{run_id}/resume", post(runs::resume))
        .route("/{kind}/{id}/runs/{run_id}/continue", post(runs::continue_run))
        .route("/{kind}/{id}/runs/{run_id}", get(runs::one))
        .route("/{kind}/{id}/sessions/{session_id}/fork", post(sessions::fork))
        .route("/agents", get(|| listing("agents")))
        .route("/teams", get(|| listing("teams")))
        .route("/workflows", get(|| listing("workflows")))
        .route("/config", get(|| listing("config")))
        .route("/sessions", get(sessions::list))
        .route("/sessions/{id}", delete(sessions::delete))
        .route("/sessions/{id}/runs", get(sessions::runs))
        .route("/sessions/{id}/run-previews", get(sessions::previews))
        .route("/sessions/{id}/rename", post(sessions::rename))
        .route("/metrics", get(metrics::text))
        // Tells the demo page that it is served by this server.
        .route("/backend.json", get(|| async { Json(serde_json::json!({"backend": "server"})) }))
        .fallback_service(ServeDir::new(&app.args.www))
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(cors)
        .with_state(app)
}

/// A list of components.
async fn listing(list: &'static str) -> Json<serde_json::Value> {
    Json(scripted::components(list).unwrap_or_default())
}
