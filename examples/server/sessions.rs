//! `GET /sessions` and `GET /sessions/{id}/runs`, as in AgentOS.

use super::scripted::record::{listing, Run};
use super::store::Listing;
use super::App;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Deserialize;
use serde_json::json;

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
        None => (StatusCode::NOT_FOUND, Json(json!({"detail": "Session not found"}))).into_response(),
    }
}
