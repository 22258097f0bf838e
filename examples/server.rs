//! A real backend to try the handler against: `cargo run --example server --features generator`.
//!
//! `POST /api/teams/{team}/runs` is the mission's route: the generator, which retries and says so in the stream.
//! `POST /teams/{team}/runs` and `/agents/{agent}/runs` are AgentOS's: a rate limit ends the run, and who retries is
//! the handler; they run in the background if asked to, and are taken up, continued and cancelled. Sessions are kept in one SQLite file; `/metrics` is for Prometheus; everything else is `www/`. The
//! model is a script: see `examples/scripted/mod.rs` for what a message can ask it for.

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
use axum::routing::{get, post};
use axum::{Json, Router};
use scripted::background::Background;
use scripted::Counters;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use store::Store;
use tokio::net::TcpListener;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use tower_http::services::ServeDir;

/// What all routes share.
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
    // The generator catches what the model panics with; a line of the log will do.
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
    // The first line says where: a port of 0 is any that is free.
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, routes(app)).await?;
    Ok(())
}

/// On `port`, or the next one that is free.
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
    // A page of another origin may send, and read when it may come back.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        // Not `*`, which leaves Authorization out.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(["retry-after", "date"].map(HeaderName::from_static));
    Router::new()
        .route("/api/teams/{id}/runs", post(runs::with_retries))
        .route("/teams/{id}/runs", post(runs::of_team))
        .route("/agents/{id}/runs", post(runs::of_agent))
        .route("/{kind}/{id}/runs/{run_id}/cancel", post(runs::cancel))
        .route("/{kind}/{id}/runs/{run_id}/resume", post(runs::resume))
        .route("/{kind}/{id}/runs/{run_id}/continue", post(runs::go_on))
        .route("/sessions", get(sessions::list))
        .route("/sessions/{id}/runs", get(sessions::runs))
        .route("/metrics", get(metrics::text))
        // The page asks for this file to know whether there is a server behind it.
        .route("/backend.json", get(|| async { Json(serde_json::json!({"backend": "server"})) }))
        .fallback_service(ServeDir::new(&app.args.www))
        .layer(DefaultBodyLimit::max(64 << 20))
        .layer(cors)
        .with_state(app)
}
