//! `POST /api/score`.
use super::{Asked, happenings};
use crate::engine::{near, with_tokenizer};
use api::writing::{Happening, Score};
use metrics::num;
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

/// What settings leave of a distribution, computed here from the whole of it.
#[tokio::test]
async fn under_settings() {
    const TEMPERATURE: f64 = 0.7;
    const SHARE: f64 = 0.8;
    let asked = Asked::new().await;
    let parameters =
        json!({"do_sample": true, "temperature": TEMPERATURE, "top_k": 0, "top_p": SHARE});
    // The vocabulary has 32 tokens: all of them are listed.
    let body = json!({"model": "gpt2", "text": "the sea and the sand", "top_logprobs": 32, "parameters": parameters});
    let score: Score = asked.post(api::SCORE, body).await.json();
    let (mut cut_off, mut judged) = (0, 0);
    for token in &score.per_token {
        let Some(under) = token.under else {
            assert_eq!(token.logprob, None);
            continue;
        };
        judged += 1;
        let listed = token.top_logprobs.as_ref().unwrap();
        assert_eq!(listed.len(), 32);
        let weights: Vec<f64> = listed
            .iter()
            .map(|one| num::exp(one.logprob.unwrap() / TEMPERATURE))
            .collect();
        let total: f64 = weights.iter().sum();
        let mut better = 0.0;
        let kept: Vec<f64> = weights
            .iter()
            .take_while(|weight| {
                let stays = better < SHARE * total;
                better += **weight;
                stays
            })
            .copied()
            .collect();
        let mass: f64 = kept.iter().sum();
        let entropy: f64 = kept
            .iter()
            .map(|weight| -(weight / mass) * num::ln(weight / mass))
            .sum();
        let place = listed.iter().position(|one| one.id == token.id).unwrap();
        let logprob = kept.get(place).map(|weight| num::ln(weight / mass));
        cut_off += usize::from(logprob.is_none());
        assert_eq!(
            (under.kept, under.logprob.is_none()),
            (kept.len(), logprob.is_none()),
            "{token:?}"
        );
        let near = |a: f64, b: f64| (a - b).abs() < 1e-4;
        assert!(near(under.entropy, entropy), "{} {entropy}", under.entropy);
        assert!(
            under.logprob.zip(logprob).is_none_or(|(a, b)| near(a, b)),
            "{under:?} {logprob:?}"
        );
    }
    assert_eq!((judged, score.cut_off), (score.scored, Some(cut_off)));
    assert!(cut_off > 0 && cut_off < judged, "{cut_off} of {judged}");
    assert_eq!(score.perplexity_under, None);
    // Nothing is cut off: the perplexity of the temperature alone.
    let body =
        json!({"model": "gpt2", "text": "the sea", "parameters": {"do_sample": true, "top_k": 0}});
    let score: Score = asked.post(api::SCORE, body).await.json();
    assert_eq!(score.cut_off, Some(0));
    near(
        &json!(score.perplexity_under),
        score.perplexity.unwrap(),
        "nothing changed",
    );
    // Without a draw the best token is all that is left.
    let body = json!({"model": "gpt2", "text": "the sea", "parameters": {"do_sample": false}});
    let score: Score = asked.post(api::SCORE, body).await.json();
    for token in &score.per_token {
        let Some(under) = token.under else { continue };
        let expected = (token.rank == Some(1)).then_some(0.0);
        assert_eq!((under.kept, under.logprob), (1, expected));
    }
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
            json!({"model": "gpt2", "text": "a", "parameters": {"top_p": 2}}),
            400,
            "top_p is 2; it must be a number from 0 to 1.",
        ),
        (
            json!({"model": "gpt2", "text": "a", "parameters": {"num_beams": 2}}),
            400,
            "A text is judged token by token, which beams are not; leave num_beams out.",
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
