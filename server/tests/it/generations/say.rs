//! Feedback and scores.
use super::{ids, stored};
use crate::app::App;
use serde_json::{Value, json};

#[tokio::test]
async fn feedback_is_kept_and_the_last_of_each_user_counts() {
    let app = App::new().await;
    let run = stored(&app).await;
    let address = format!("/api/generations/{run}-1/feedback");
    for (said, counts) in [
        (json!({"rating": 4, "userId": "ann"}), json!(4.0)),
        (
            json!({"thumbs": "down", "comment": "no", "categories": ["tone"], "userId": "bob"}),
            Value::Null,
        ),
        (json!({"rating": 5, "userId": "ann"}), json!(5.0)),
    ] {
        let reply = app.post(&address, &[], said.to_string()).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let detail: Value = reply.json();
        assert_eq!(detail["feedback"]["rating"], counts);
        assert!(detail["feedback"]["timestamp"].is_string());
    }
    let detail: Value = app.get(&format!("/api/generations/{run}-1")).await.json();
    let history = detail["feedbackHistory"].as_array().unwrap();
    assert_eq!(history.len(), 3);
    assert_eq!(history[1]["categories"], json!(["tone"]));
    let list: Value = app.get("/api/generations?rating_min=5").await.json();
    assert_eq!(ids(&list), ["b"]);
}

#[tokio::test]
async fn what_is_wrong_with_feedback_is_said() {
    let app = App::new().await;
    let run = stored(&app).await;
    let shape = "Send a JSON object with `rating` (a number from 1 to 5), `thumbs` (up or down), `comment` (a text), `categories` (a list of texts) or `userId` (a text), and nothing else: ";
    for (said, message) in [
        (
            "{}",
            "Say something: `rating` (1 to 5), `thumbs` (up or down), `comment` or `categories`."
                .to_owned(),
        ),
        (
            r#"{"comment": " \n", "categories": []}"#,
            "Say something: `rating` (1 to 5), `thumbs` (up or down), `comment` or `categories`."
                .to_owned(),
        ),
        (
            r#"{"rating": 6}"#,
            "`rating` is a number from 1 to 5.".to_owned(),
        ),
        (
            r#"{"rating": "5"}"#,
            format!("{shape}invalid type: string \"5\", expected f64 at line 1 column 14."),
        ),
        (
            r#"{"thumbs": "UP"}"#,
            format!("{shape}unknown variant `UP`, expected `up` or `down` at line 1 column 15."),
        ),
        (
            r#"{"rting": 5}"#,
            format!(
                "{shape}unknown field `rting`, expected one of `rating`, `thumbs`, `comment`, `categories`, `userId` at line 1 column 8."
            ),
        ),
        (
            r#"{"categories": [""]}"#,
            "There are at most 32 categories; each, and the user, has 1 to 200 characters."
                .to_owned(),
        ),
    ] {
        let reply = app
            .post(&format!("/api/generations/{run}-1/feedback"), &[], said)
            .await;
        assert_eq!(reply.status, 400, "{said}");
        let error: Value = reply.json();
        assert_eq!(error["message"], message, "{said}");
    }
    let reply = app
        .post("/api/generations/none/feedback", &[], r#"{"rating": 5}"#)
        .await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn scores_of_one_and_of_many() {
    let app = App::new().await;
    let run = stored(&app).await;
    let one = app
        .post(
            &format!("/api/generations/{run}-0/scores"),
            &[],
            r#"{"name":"quality","value":0.9,"source":"judge","comment":"fine"}"#,
        )
        .await;
    assert_eq!(
        (one.status.as_u16(), one.json::<Value>()),
        (201, json!({"scores": 1}))
    );
    let many = format!(
        "{}\n{}\n{}\n",
        json!({"id": format!("{run}-0"), "name": "quality", "value": 0.7, "source": "judge"}),
        json!({"id": "b", "name": "safe", "value": true}),
        json!({"id": "b", "name": "tone", "value": "warm"}),
    );
    let many = app.post("/api/generations/scores", &[], many).await;
    assert_eq!(
        (many.status.as_u16(), many.json::<Value>()),
        (201, json!({"scores": 3}))
    );
    let first: Value = app.get("/api/generations/a").await.json();
    assert_eq!(
        first["scores"],
        json!([{"name": "quality", "value": 0.7, "source": "judge"}])
    );
    let second: Value = app.get("/api/generations/b").await.json();
    assert_eq!(
        second["scores"],
        json!([{"name": "quality", "value": 0.5}, {"name": "safe", "value": 1.0}, {"name": "tone", "value": "warm"}])
    );
}

#[tokio::test]
async fn scores_are_all_kept_or_none() {
    let app = App::new().await;
    let run = stored(&app).await;
    for (body, status, message) in [
        ("", 400, "There is no score in the request."),
        (
            r#"{"name":"q"}"#,
            400,
            "Score 1: send `name` (a text), `value` (a number, a truth or a text), `comment` and `source` (texts): missing field `value` at line 1 column 12.",
        ),
        (
            r#"{"id":"a","name":"q","value":[]}"#,
            400,
            "Score 1: `value` must be a number, a truth or a text.",
        ),
        (
            r#"{"name":"q","value":1}"#,
            400,
            "Score 1: `id` must name its generation.",
        ),
        (
            r#"{"id":"a","name":"","value":1}"#,
            400,
            "A score has a name of 1 to 64 characters.",
        ),
        (
            r#"{"id":"a","name":"q","value":1}{"id":"zz","name":"q","value":1}"#,
            404,
            "There is no generation `zz`. Of a run that was just stored it may still have to be read.",
        ),
    ] {
        let reply = app.post("/api/generations/scores", &[], body).await;
        assert_eq!(reply.status, status, "{body}");
        assert_eq!(reply.json::<Value>()["message"], message, "{body}");
    }
    let first: Value = app.get(&format!("/api/generations/{run}-0")).await.json();
    assert_eq!(first["scores"], Value::Null);
}
