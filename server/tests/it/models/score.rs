//! `POST /api/score`.
use super::{Asked, happenings};
use crate::engine::{near, with_tokenizer};
use api::writing::{Happening, Score};
use serde_json::{Value, json};

/// The same figures as `surprisal score`, and a record that has them, too.
#[tokio::test]
async fn figures_of_a_text() {
    let asked = Asked::new().await;
    let text = "the sea and the sand";
    let reply = asked
        .post(
            api::SCORE,
            json!({"model": "gpt2", "text": text, "top_logprobs": 2}),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let score: Score = reply.json();
    let place = with_tokenizer(&[("t.txt", text)]);
    let ran = place.program(&["score", "--model", "m", "--json", "--tokens", "t.txt"]);
    let line: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json!(score.perplexity), line["perplexity"]);
    assert_eq!(json!(score.bits_per_byte), line["bits_per_byte"]);
    assert_eq!(json!(score.cross_entropy_bits), line["cross_entropy_bits"]);
    assert_eq!(json!(score.engine["sha256"]), line["sha256"]);
    let tokens = line["per_token"].as_array().unwrap();
    assert_eq!(
        (score.tokens, score.scored),
        (tokens.len(), tokens.len() - 1)
    );
    for (found, expected) in score.per_token.iter().zip(tokens) {
        for (name, found) in [
            ("logprob", json!(found.logprob)),
            ("rank", json!(found.rank)),
            ("entropy", json!(found.entropy)),
        ] {
            assert_eq!(found, expected[name], "{name}");
        }
    }
    let second = score.per_token[1].top_logprobs.as_ref().unwrap();
    assert_eq!(second.len(), 2);
    let stored = asked
        .app
        .store("scored.json", score.record.to_string())
        .await;
    near(
        &json!(stored.totals.perplexity_overall),
        score.perplexity.unwrap(),
        "the stored run",
    );
}

#[tokio::test]
async fn tokens_come_as_they_are_judged() {
    let asked = Asked::new().await;
    let body = json!({"model": "gpt2", "text": "the sea"}).to_string();
    let accept = [("accept", "text/event-stream")];
    let happenings = happenings(&asked.app.post(api::SCORE, &accept, body).await);
    let (last, tokens) = happenings.split_last().unwrap();
    let Happening::Scored(score) = last else {
        panic!("{last:?}")
    };
    let tokens: Vec<_> = tokens
        .iter()
        .map(|happening| match happening {
            Happening::Token { token, .. } => (**token).clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tokens, score.per_token);
}

#[tokio::test]
async fn what_cannot_be_judged() {
    let asked = Asked::new().await;
    for (body, status, message) in [
        (
            json!({"model": "llama", "text": "a"}),
            400,
            "The model has no tokenizer.json, which texts need.",
        ),
        (
            json!({"model": "x", "text": "a"}),
            404,
            "There is no model `x` here; there are `gpt2`, `llama`, `t5`.",
        ),
        (
            json!({"model": "gpt2", "text": "a", "top_logprobs": 101}),
            400,
            "top_logprobs is 100 at most.",
        ),
        (
            json!({"model": "gpt2", "text": "a".repeat(20_000)}),
            400,
            "The text has 20000 tokens, and this server judges 16384 at most for one request. Send it in parts.",
        ),
    ] {
        let reply = asked.post(api::SCORE, body).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.json::<Value>()["message"], message);
    }
    let empty: Score = asked
        .post(api::SCORE, json!({"model": "gpt2", "text": ""}))
        .await
        .json();
    assert_eq!((empty.tokens, empty.perplexity), (0, None));
}
