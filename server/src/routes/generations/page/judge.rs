//! Thumbs, rating and comment from the page: a form without JavaScript, the same form sent by the page with it.
use super::super::show::missing;
use super::answer::{just, now_ms};
use crate::routes::theme::{local_path, referring_path};
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    response::{Html, IntoResponse as _, Response},
};
use browse::verdict;
use generations::Feedback;
use generations::record::Thumbs;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use storage::GenerationDetail;

/// The forms of a record: what one of them does not have stays as it is.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// `up`, `down`, or `none` to take it back.
    thumbs: Option<Wish>,
    /// Empty to take it back.
    comment: Option<String>,
    /// 1 to 5, or `none`.
    rating: Option<String>,
    /// It takes back what was said a moment ago.
    undone: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wish {
    Up,
    Down,
    None,
}

impl Said {
    /// Changes what the person has said so far.
    fn apply(&self, feedback: &mut Feedback) -> Result<(), Failure> {
        if let Some(thumbs) = self.thumbs {
            feedback.thumbs = match thumbs {
                Wish::Up => Some(Thumbs::Up),
                Wish::Down => Some(Thumbs::Down),
                Wish::None => None,
            };
        }
        if let Some(comment) = &self.comment {
            // Forms send line ends as two characters.
            let comment = comment.replace("\r\n", "\n");
            feedback.comment = Some(comment).filter(|comment| !comment.trim().is_empty());
        }
        if let Some(rating) = &self.rating {
            feedback.rating = match rating.as_str() {
                "none" | "" => None,
                number => Some(number.parse().map_err(|_| {
                    Failure::bad_request("`rating` is a number from 1 to 5, or none.")
                })?),
            };
        }
        Ok(())
    }
}

/// The form, if it is one of ours.
fn filled(form: Result<Form<Said>, FormRejection>) -> Result<Said, Failure> {
    match form {
        Ok(Form(said)) => Ok(said),
        Err(FormRejection::BytesRejection(_)) => {
            let message = "The form is too large, or did not arrive whole.";
            Err(Failure::new(ErrorCode::TooLarge, message))
        }
        Err(_) => Err(Failure::bad_request(
            "Send a form with `thumbs` (up, down or none), `rating` (1 to 5, or none) or `comment`.",
        )),
    }
}

/// Keeps it, in the name of the token.
async fn keep(
    server: &Server,
    headers: &HeaderMap,
    key: &str,
    said: &Said,
) -> Result<GenerationDetail, Failure> {
    let user = server.access.user(headers).map(str::to_owned);
    let known = server.store.generation(key).await;
    let known = known.map_err(|error| missing(error, key))?;
    let mut own = known.feedback_history.into_iter();
    let mut feedback = own.rfind(|one| one.user_id == user).unwrap_or_default();
    feedback.user_id = user;
    said.apply(&mut feedback)?;
    Ok(server.store.set_feedback(key, feedback).await?)
}

/// `POST /fragments/generations/KEY/feedback`: the forms as they are now.
pub(super) async fn by_page(
    State(server): State<Server>,
    Path(key): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Said>, FormRejection>,
) -> Result<Html<String>, Failure> {
    let said = filled(form)?;
    let detail = keep(&server, &headers, &key, &said).await?;
    let just = match said.undone {
        Some(_) => None,
        None => just(&detail, now_ms()),
    };
    Ok(Html(verdict::inside(&detail.generation, just.as_ref())))
}

/// `POST /generations/KEY/feedback`: back to the page that the form was on.
pub(super) async fn by_form(
    State(server): State<Server>,
    Path(key): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Said>, FormRejection>,
) -> Response {
    let kept = async {
        let said = filled(form)?;
        let detail = keep(&server, &headers, &key, &said).await?;
        Ok::<_, Failure>((said, detail))
    };
    let (said, detail) = match kept.await {
        Ok(kept) => kept,
        Err(failure) => return failure.into_page(),
    };
    let key = &detail.generation.source.key;
    let back = referring_path(&headers).unwrap_or_default();
    let (path, query) = back.split_once('?').unwrap_or((&back, ""));
    // With the place in the list: that is where the person was.
    let mut query: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("said="))
        .collect();
    let moment = format!("said={key}.{}", now_ms());
    if said.undone.is_none() {
        query.push(&moment);
    }
    let path = match path == browse::PAGE || path.starts_with("/generations/") {
        true => path.to_owned(),
        false => browse::href(key),
    };
    let to = match query.is_empty() {
        true => format!("{path}#g-{key}"),
        false => format!("{path}?{}#g-{key}", query.join("&")),
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, local_path(&to))]).into_response()
}
