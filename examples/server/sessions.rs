//! The routes of sessions, as in AgentOS: list, runs, previews, rename, delete, copy.

use super::metrics::now;
use super::scripted::again;
use super::scripted::record::{listing, Run, RunStore};
use super::store::Listing;
use super::App;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Deserialize;
use serde_json::{json, Value};
use std::collections::HashMap;

#[derive(Deserialize)]
pub struct ListQuery {
    r#type: Option<String>,
    component_id: Option<String>,
    user_id: Option<String>,
    limit: Option<i64>,
    page: Option<i64>,
}

pub async fn list(State(app): State<App>, Query(query): Query<ListQuery>) -> Response {
    let limit = query.limit.unwrap_or(20).clamp(1, 100);
    let page = query.page.unwrap_or(1).clamp(1, 1_000_000);
    let ListQuery { r#type: kind, component_id, user_id, .. } = query;
    let Some((data, total)) = app.store.sessions(Listing { kind, component_id, user_id, limit, page }).await else {
        return (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"detail": "The sessions cannot be read"})))
            .into_response();
    };
    Json(listing(&data, total, page, limit)).into_response()
}

pub async fn runs(State(app): State<App>, Path(id): Path<String>) -> Response {
    match app.store.runs(&id).await {
        Some(runs) => Json(runs.iter().map(Run::to_json).collect::<Vec<_>>()).into_response(),
        None => not_found(&id),
    }
}

/// The stored runs, or those with the statuses asked for.
pub async fn previews(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let Some(runs) = app.store.runs(&id).await else { return not_found(&id) };
    let wanted: Vec<&str> =
        query.iter().filter(|(name, _)| name == "status").map(|(_, status)| status.as_str()).collect();
    let asked = |run: &&Run| wanted.is_empty() || wanted.iter().any(|status| status.eq_ignore_ascii_case(&run.status));
    Json(runs.iter().filter(asked).map(Run::to_preview).collect::<Vec<_>>()).into_response()
}

#[derive(Deserialize)]
pub struct Rename {
    session_name: String,
}

pub async fn rename(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(Rename { session_name }): Json<Rename>,
) -> Response {
    match app.store.rename_session(&id, session_name).await {
        Some(session) => Json(session.to_json()).into_response(),
        None => not_found(&id),
    }
}

/// Answers the same whether there is such a session or not.
pub async fn delete(State(app): State<App>, Path(id): Path<String>) -> StatusCode {
    app.store.delete_session(&id);
    StatusCode::NO_CONTENT
}

pub async fn fork(
    State(app): State<App>,
    Path((_kind, _component, id)): Path<(String, String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let user = query.get("user_id");
    let runs = app.store.runs(&id).await.unwrap_or_default();
    if runs.is_empty() || runs.iter().any(|run| user.is_some() && run.user_id.as_ref() != user) {
        return Err((StatusCode::BAD_REQUEST, Json(json!({"detail": NOTHING_TO_COPY}))));
    }
    let copy = uuid::Uuid::new_v4().to_string();
    app.store.copy_session(&id, &copy, now());
    for run in again::copy(&runs, &copy, || uuid::Uuid::new_v4().to_string()) {
        app.store.add_run(run);
    }
    Ok(Json(json!({"session_id": copy, "forked_from_session_id": id})))
}

/// The answer to a request to copy a session without runs, or another user's.
const NOTHING_TO_COPY: &str = "Source session has no runs to fork.";

fn not_found(id: &str) -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"detail": format!("Session with id '{id}' not found")}))).into_response()
}
