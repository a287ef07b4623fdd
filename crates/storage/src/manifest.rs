//! A run as it is stored: one JSON object of at most 64 KiB, written last.
use crate::objects::{LARGEST, json};
use crate::{StorageError, keys};
use api::RunSummary;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// The only format so far. Fields may be added without a new number, since unknown ones are ignored.
const FORMAT: u32 = 1;
/// Bytes of a file name that are kept.
const NAME: usize = 255;

#[derive(Serialize)]
struct Writing<'a> {
    format: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    once: Option<&'a str>,
    run: &'a RunSummary,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A manifest as it was read.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Stored {
    pub(crate) run: RunSummary,
    /// The hash of the key under which a client stores a file once.
    #[serde(default)]
    pub(crate) once: Option<String>,
}

/// The manifest of a run. Shortens the summary until it fits: it is never too large to be stored.
pub(crate) fn encode(run: &mut RunSummary, once: Option<&str>) -> Result<Bytes, StorageError> {
    run.name = clean_name(&run.name);
    let size = |run: &RunSummary| {
        Ok(json(&Writing {
            format: FORMAT,
            once,
            run,
        })?
        .len() as u64)
    };
    let mut over = size(run)?.saturating_sub(LARGEST);
    while over > 0 {
        // Each round drops the least important things of the kind that is left.
        if let Some(card) = run.cards.pop() {
            over = over.saturating_sub(json(&card)?.len() as u64 + 1);
            if over > 0 {
                continue;
            }
        } else if run
            .problems
            .iter()
            .any(|problem| !problem.places.is_empty())
        {
            for problem in &mut run.problems {
                let kept = problem.places.len() / 2;
                problem.places.truncate(kept);
                problem.sources.truncate(kept);
            }
        } else if !run.sources.is_empty() {
            run.sources.truncate(run.sources.len() / 2);
        } else if run.models.len() > 1 {
            run.models.truncate(run.models.len() / 2);
        } else if run.evidence.pop().is_none()
            && run.problems.pop().is_none()
            && run.models.pop().is_none()
        {
            return Err(StorageError::Corrupt(
                "the summary of the run does not fit into its manifest".into(),
            ));
        }
        over = size(run)?.saturating_sub(LARGEST);
    }
    json(&Writing {
        format: FORMAT,
        once,
        run,
    })
}

/// Reads a manifest and compares it with the key that it was found under.
pub(crate) fn decode(id: Ulid, bytes: &[u8]) -> Result<Stored, StorageError> {
    let corrupt = |what: String| StorageError::Corrupt(format!("{}: {what}", keys::run(id)));
    let format: Format =
        serde_json::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
    if format.format != FORMAT {
        return Err(corrupt(format!(
            "format {} is not known to this version of Surprisal",
            format.format
        )));
    }
    let stored =
        serde_json::from_slice::<Stored>(bytes).map_err(|error| corrupt(error.to_string()))?;
    let run = &stored.run;
    if run.id != keys::lower(id) {
        return Err(corrupt("it belongs to another run".into()));
    }
    if !keys::is_blob(&run.path) {
        return Err(corrupt("it names no blob".into()));
    }
    Ok(stored)
}

/// A file name without control characters and of at most [`NAME`] bytes.
pub(crate) fn clean_name(name: &str) -> String {
    let mut name: String = name.chars().filter(|c| !c.is_control()).collect();
    let end = (0..=NAME.min(name.len()))
        .rev()
        .find(|&at| name.is_char_boundary(at));
    name.truncate(end.unwrap_or_default());
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{BoardProblem, Card, Piece};
    use proptest::prelude::*;

    fn id() -> Ulid {
        Ulid::from_parts(1_735_689_600_000, 7)
    }

    fn card(sequence: u32, text: &str) -> Card {
        Card {
            sequence,
            choice: 0,
            choices: 1,
            source: String::new(),
            model: "m".into(),
            created: None,
            tokens: 1,
            reported_tokens: None,
            perplexity: Some(1.1),
            probability: Some(0.9),
            missing: 0,
            censored: 0,
            kind: "answer".into(),
            finish: "stop".into(),
            pieces: vec![Piece {
                text: text.into(),
                mark: 0,
                token: 0,
            }],
            hidden_tokens: 0,
        }
    }

    fn run() -> RunSummary {
        RunSummary {
            id: keys::lower(id()),
            path: keys::blob(id()).to_string(),
            name: "a.json".into(),
            ..RunSummary::default()
        }
    }

    #[test]
    fn a_manifest_comes_back_as_it_was() {
        let mut summary = RunSummary {
            cards: vec![card(0, "hello")],
            ..run()
        };
        summary.totals.perplexity_overall = Some(1.220_000_000_000_000_1);
        let bytes = encode(&mut summary, None).unwrap();
        assert!(bytes.starts_with(b"{\"format\":1,\"run\":{"));
        let once = encode(&mut summary, Some("k")).unwrap();
        assert_eq!(decode(id(), &once).unwrap().once.as_deref(), Some("k"));
        assert_eq!(decode(id(), &bytes).unwrap().run, summary);
    }

    #[test]
    fn cards_are_cut_from_the_end() {
        let mut summary = RunSummary {
            cards: (0..400).map(|n| card(n, &"x".repeat(500))).collect(),
            ..run()
        };
        let whole = summary.clone();
        let bytes = encode(&mut summary, None).unwrap();
        assert!(bytes.len() as u64 <= LARGEST);
        assert!(
            bytes.len() as u64 > LARGEST - 2000,
            "no more than needed: {}",
            bytes.len()
        );
        assert_eq!(summary.cards, whole.cards[..summary.cards.len()]);
        assert_eq!(decode(id(), &bytes).unwrap().run, summary);
    }

    #[test]
    fn everything_else_is_cut_when_cards_are_not_enough() {
        let problem = BoardProblem {
            code: "c".into(),
            level: "warn".into(),
            count: 9,
            sentence: "s".repeat(2000),
            remedy: "r".into(),
            places: vec![(1, 2, 3, None, "d".repeat(100)); 100],
            sources: vec!["f".repeat(100); 100],
        };
        let mut summary = RunSummary {
            cards: vec![card(0, "x")],
            problems: vec![problem; 60],
            sources: (0..500).map(|n| format!("{n}").repeat(2_000)).collect(),
            models: (0..5000).map(|n| (format!("model {n}"), 1)).collect(),
            evidence: vec!["e".repeat(500); 300],
            ..run()
        };
        let bytes = encode(&mut summary, None).unwrap();
        assert!(bytes.len() as u64 <= LARGEST);
        assert_eq!(decode(id(), &bytes).unwrap().run, summary);

        let mut hopeless = RunSummary {
            format: "f".repeat(70_000),
            ..run()
        };
        assert!(matches!(
            encode(&mut hopeless, None),
            Err(StorageError::Corrupt(_))
        ));
    }

    #[test]
    fn damaged_manifests_are_told_apart() {
        let good = String::from_utf8(encode(&mut run(), None).unwrap().to_vec()).unwrap();
        let key = keys::run(id());
        for (text, message) in [
            (
                String::new(),
                "EOF while parsing a value at line 1 column 0".to_owned(),
            ),
            (
                good[..good.len() - 1].to_owned(),
                "EOF while parsing an object at line 1".into(),
            ),
            (
                good.replace("\"format\":1", "\"format\":2"),
                "format 2 is not known to this version of Surprisal".into(),
            ),
            (
                good.replace(&keys::lower(id()), "x"),
                "it belongs to another run".into(),
            ),
            (good.replace("blob/", "run/"), "it names no blob".into()),
        ] {
            let error = decode(id(), text.as_bytes()).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("stored data is damaged: {key}: {message}")),
                "{error}"
            );
        }
        let newer = good
            .replace("\"format\":1", "\"format\":1,\"mood\":[1]")
            .replace("\"run\":{", "\"run\":{\"x\":1,");
        assert_eq!(
            decode(id(), newer.as_bytes()).unwrap().run,
            run(),
            "unknown fields are ignored"
        );
    }

    #[test]
    fn names_are_cleaned() {
        assert_eq!(clean_name("a\u{0}\n\u{9b}b.json"), "ab.json");
        assert_eq!(clean_name(&"ä".repeat(300)), "ä".repeat(127));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>(), name in ".{0,400}") {
            let _ = decode(id(), &bytes);
            prop_assert!(clean_name(&name).len() <= NAME);
        }
    }
}
