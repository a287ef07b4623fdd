//! What people and evaluations say of generations: kept as events, so that nothing is ever overwritten.
use super::show::missing;
use crate::routes::body::received;
use crate::routes::id::Id;
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{Json, body::Body, extract::State};
use generations::record::ScoreValue;
use generations::{Feedback, Score, record::Thumbs};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::GenerationDetail;
use utoipa::ToSchema;

/// Bytes of a feedback.
const FEEDBACK: usize = 64 << 10;
/// Bytes of scores.
const SCORES: usize = 4 << 20;
/// Scores of one request.
const MOST: usize = 10_000;

/// A feedback as it is sent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Said {
    /// From 1 to 5.
    rating: Option<f64>,
    /// A verdict.
    thumbs: Option<Thumbs>,
    /// In words.
    comment: Option<String>,
    /// What it is about.
    categories: Option<Vec<String>>,
    /// Who says it; without one, the name of the token.
    user_id: Option<String>,
}

/// Keeps what somebody says of a generation.
///
/// Of each user the last one counts; all are kept.
#[utoipa::path(post, path = "/generations/{id}/feedback", tag = "generations",
    params(("id" = String, Path, description = "The `key` of its source, or its `id`")),
    request_body = Said,
    responses(
        (status = 201, description = "The generation as it is then", body = GenerationDetail),
        (status = 400, description = "The feedback is none, or says nothing"),
        (status = 404, description = "There is no such generation"),
        (status = 410, description = "Its run was deleted"),
        (status = 413, description = "The feedback has more than 64 KiB"),
    )
)]
pub async fn feedback(
    State(server): State<Server>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<GenerationDetail>), Failure> {
    let bytes = received(body, FEEDBACK, "The feedback is larger than 64 KiB").await?;
    let said: Said = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::bad_request(format!(
            "Send a JSON object with `rating` (a number from 1 to 5), `thumbs` (up or down), `comment` (a text), `categories` \
             (a list of texts) or `userId` (a text), and nothing else: {error}."
        ))
    })?;
    let feedback = Feedback {
        rating: said.rating,
        thumbs: said.thumbs,
        // Nothing in words is nothing.
        comment: said.comment.filter(|words| !words.trim().is_empty()),
        categories: said.categories.filter(|all| !all.is_empty()),
        timestamp: None,
        user_id: said
            .user_id
            .or_else(|| server.access.user(&headers).map(str::to_owned)),
    };
    let kept = server.store.give_feedback(&id, feedback).await;
    let kept = kept.map_err(|error| missing(error, &id))?;
    Ok((StatusCode::CREATED, Json(kept)))
}

/// A score as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Scored {
    /// Of many: the key or id of its generation.
    #[serde(default)]
    id: Option<String>,
    /// What was measured.
    name: String,
    /// A number, a truth or a text.
    value: Value,
    /// Why.
    #[serde(default)]
    comment: Option<String>,
    /// Who measured.
    #[serde(default)]
    source: Option<String>,
}

/// What became of scores.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kept {
    /// How many were kept.
    scores: usize,
}

/// Keeps scores of a generation: one, or JSON Lines of several.
///
/// Of each name and source the last one counts.
#[utoipa::path(post, path = "/generations/{id}/scores", tag = "generations",
    params(("id" = String, Path, description = "The `key` of its source, or its `id`")),
    request_body(description = "Scores without an `id`", content(
        (Scored = "application/json"),
        (String = "application/x-ndjson"),
    )),
    responses(
        (status = 201, description = "They are kept", body = Kept),
        (status = 400, description = "A score is none; nothing was kept"),
        (status = 404, description = "There is no such generation"),
        (status = 410, description = "Its run was deleted"),
        (status = 413, description = "There are more than 10,000 scores, or 4 MiB"),
    )
)]
pub async fn scores_of_one(
    State(server): State<Server>,
    Id(id): Id,
    body: Body,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    scores(&server, Some(&id), body).await
}

/// Keeps scores of several generations: JSON Lines, each with the `id` of its generation.
#[utoipa::path(post, path = "/generations/scores", tag = "generations",
    request_body(description = "Scores with an `id`", content(
        (Scored = "application/json"),
        (String = "application/x-ndjson"),
    )),
    responses(
        (status = 201, description = "They are kept", body = Kept),
        (status = 400, description = "A score is none; nothing was kept"),
        (status = 404, description = "There is no such generation; nothing was kept"),
        (status = 410, description = "The run of one was deleted"),
        (status = 413, description = "There are more than 10,000 scores, or 4 MiB"),
    )
)]
pub async fn scores_of_many(
    State(server): State<Server>,
    body: Body,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    scores(&server, None, body).await
}

async fn scores(
    server: &Server,
    of: Option<&str>,
    body: Body,
) -> Result<(StatusCode, Json<Kept>), Failure> {
    let bytes = received(body, SCORES, "The scores are larger than 4 MiB").await?;
    let mut all = Vec::new();
    for (nth, score) in
        (1..).zip(serde_json::Deserializer::from_slice(&bytes).into_iter::<Scored>())
    {
        let wrong = |what: &str| Failure::bad_request(format!("Score {nth}: {what}"));
        let score = score.map_err(|error| {
            wrong(&format!(
                "send `name` (a text), `value` (a number, a truth or a text), `comment` and `source` (texts): {error}."
            ))
        })?;
        let value = match &score.value {
            Value::Bool(truth) => ScoreValue::Number(f64::from(u8::from(*truth))),
            Value::String(label) => ScoreValue::Label(label.clone()),
            other => match other.as_f64() {
                Some(number) => ScoreValue::Number(number),
                None => return Err(wrong("`value` must be a number, a truth or a text.")),
            },
        };
        let id = match (of, score.id) {
            (Some(of), None) => of.to_owned(),
            (None, Some(id)) => id,
            (Some(_), Some(_)) => {
                return Err(wrong("the address names the generation; leave `id` out."));
            }
            (None, None) => return Err(wrong("`id` must name its generation.")),
        };
        let score = Score {
            name: score.name,
            value,
            comment: score.comment,
            source: score.source,
        };
        all.push((id, score));
        if all.len() > MOST {
            return Err(Failure::new(
                ErrorCode::TooLarge,
                format!("Send at most {MOST} scores at once."),
            ));
        }
    }
    if all.is_empty() {
        return Err(Failure::bad_request("There is no score in the request."));
    }
    let kept = server
        .store
        .give_scores(all)
        .await
        .map_err(|error| match error {
            storage::StorageError::NotFound(ref id) => {
                let id = id.clone();
                missing(error, &id)
            }
            other => other.into(),
        })?;
    Ok((StatusCode::CREATED, Json(Kept { scores: kept })))
}
