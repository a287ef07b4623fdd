//! What is predicted is read as the general walk reads it, whatever the list looks like.
use super::predicted::Predictions;
use super::{list, tokens};
use crate::json::Cursor;
use crate::record::{Draft, TokenDraft};
use proptest::prelude::*;

const NAMES: [&str; 14] = [
    r" the",
    r"a",
    r"",
    r"\n",
    r"\u00e9t\u00e9",
    r"\ud83d",
    r"<|im_end|>",
    r"</s>",
    r"żółw",
    r"\u017c\u00f3łw",
    r"�",
    r" something longer than all others",
    r"\\",
    r"\q",
];
const VALUES: [&str; 14] = [
    "-0.5",
    "-1.25",
    "0.0",
    "-0.0",
    "-9999.0",
    "-12.345678",
    "-0.00012345678",
    "null",
    "-1e-7",
    "1.5",
    "-0.30000000000000004",
    "NaN",
    "\"-0.5\"",
    "-0.5x",
];

/// A list as it may stand in a file, of choices that `noise` makes.
struct Writer<I> {
    noise: I,
    space: &'static str,
    out: String,
}

impl<I: Iterator<Item = u8>> Writer<I> {
    fn below(&mut self, end: usize) -> usize {
        usize::from(self.noise.next().unwrap_or(0)) % end
    }

    /// The first of the choices mostly.
    fn seldom<'t>(&mut self, usual: &'t str, other: &'t str) -> &'t str {
        if self.below(40) == 1 { other } else { usual }
    }

    fn entry(&mut self, listed: Option<usize>) {
        let space = self.space;
        let name = NAMES[self.below(NAMES.len())];
        let value = VALUES[self.below(VALUES.len())];
        let key = self.seldom("token", "text");
        self.out.push_str(&format!(
            "{{\"{key}\":{space}\"{name}\",{space}\"logprob\":{space}{value}"
        ));
        let said: String = serde_json::from_str(&format!("\"{name}\"")).unwrap_or_default();
        let said: Vec<String> = said.bytes().map(|byte| byte.to_string()).collect();
        let between = format!(",{space}");
        let bytes = match self.below(10) {
            0 => None,
            1 => Some("null".to_owned()),
            2 => Some(format!("[240,{space}159]")),
            3 => Some("[116,300]".to_owned()),
            4 => Some("[32,116, 104,101]".to_owned()),
            _ => Some(format!("[{}]", said.join(&between))),
        };
        if let Some(bytes) = bytes {
            self.out
                .push_str(&format!(",{space}\"bytes\":{space}{bytes}"));
        }
        if let Some(count) = listed {
            self.out
                .push_str(&format!(",{space}\"top_logprobs\":{space}["));
            for nth in 0..count {
                let between = if nth > 0 { between.as_str() } else { "" };
                self.out.push_str(between);
                self.entry(None);
            }
            self.out.push(']');
        }
        let end = self.seldom("}", ", \"id\": 7}");
        self.out.push_str(end);
    }

    fn list(mut self) -> String {
        let count = self.below(4);
        self.out.push('[');
        for nth in 0..count {
            if nth > 0 {
                self.out.push(',');
                self.out.push_str(self.space);
            }
            let listed = self.below(5);
            self.entry(listed.checked_sub(1));
        }
        self.out.push(']');
        let broken = self.below(4);
        if broken == 0 && self.out.is_ascii() {
            let at = self.below(256) * self.out.len() / 256;
            let with = ["", " ", "\"", "0", "\\", "]", ",", "x"][self.below(8)];
            self.out.replace_range(at..at + 1, with);
        }
        self.out.push_str(",\"then\":0}");
        self.out
    }
}

/// Everything that reading the list leaves behind.
fn left_by(
    read: impl FnOnce(&mut Cursor<'_>, &mut Draft) -> String,
    text: &str,
    max_depth: usize,
) -> String {
    let mut draft = Draft::default();
    // The first token of a record is never predicted.
    draft.tokens.push(TokenDraft::default());
    let mut cursor = Cursor::new(text.as_bytes(), max_depth);
    let range = read(&mut cursor, &mut draft);
    let tokens: Vec<(&[u8], &TokenDraft)> = draft
        .tokens
        .iter()
        .map(|token| (draft.bytes(token.bytes), token))
        .collect();
    let place = if range.starts_with("Ok") {
        cursor.position()
    } else {
        0
    };
    // After an error the draft is cleared.
    if place == 0 {
        return range;
    }
    format!(
        "{range} {place} {tokens:?} {:?} {:?} {} {:?}",
        draft.notes,
        draft.surrogates,
        draft.alternatives.len(),
        draft.arena
    )
}

fn both(text: &str, max_depth: usize) -> (String, String) {
    let with =
        |cursor: &mut Cursor<'_>, draft: &mut Draft| format!("{:?}", tokens(cursor, draft, "x"));
    let without = |cursor: &mut Cursor<'_>, draft: &mut Draft| {
        format!("{:?}", list(cursor, draft, "x", Predictions::none()))
    };
    (
        left_by(with, text, max_depth),
        left_by(without, text, max_depth),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn predictions_change_nothing(noise in prop::collection::vec(any::<u8>(), 1..96), spaced: bool, max_depth in 4..7usize) {
        let writer = Writer {
            noise: noise.into_iter().chain(std::iter::repeat(0)),
            space: if spaced { " " } else { "" },
            out: String::new(),
        };
        let text = writer.list();
        let (with, without) = both(&text, max_depth);
        prop_assert_eq!(with, without, "{}", text);
    }
}

#[test]
fn usual_lists_are_predicted() {
    let table = [
        (r#"{"token":"a","logprob":-0.5}"#, true),
        (
            r#"{"token":"\n","logprob":-0.5,"bytes":[10],"top_logprobs":[]}"#,
            true,
        ),
        (
            r#"{"token":"a","logprob":-9999.0,"bytes":null,"top_logprobs":[{"token":"b","logprob":-1e-7}]}"#,
            true,
        ),
        (
            r#"{"token": "ab", "logprob": -0.5, "bytes": [97, 98], "top_logprobs": [{"token": "c", "logprob": -2, "bytes": [99]}]}"#,
            true,
        ),
        (r#"{"token":"\ud83d","logprob":-0.5}"#, false),
        (r#"{"logprob":-0.5,"token":"a"}"#, false),
        (
            r#"{"token":"a","logprob":-0.5,"top_logprobs":[{"token":"a","logprob":0.5}]}"#,
            false,
        ),
        (r#"{"token":"a","logprob":-0.5,"bytes":[256]}"#, false),
        (r#"{"token":"a","logprob":-0.5,"token":"b"}"#, false),
    ];
    for (text, want) in table {
        let mut draft = Draft::default();
        draft.tokens.push(TokenDraft::default());
        let padded = format!("{text}        ");
        let mut cursor = Cursor::new(padded.as_bytes(), 4);
        assert_eq!(
            Predictions::default().token(&mut cursor, &mut draft),
            want,
            "{text}"
        );
        assert_eq!(
            cursor.position(),
            if want { text.len() } else { 0 },
            "{text}"
        );
        assert_eq!(draft.tokens.len(), 1 + usize::from(want), "{text}");
        assert!(want || draft.arena.is_empty(), "{text}");
        let in_list = format!("[{text},{text}]");
        let (with, without) = both(&in_list, 8);
        assert_eq!(with, without, "{text}");
    }
    // Who keeps the alternatives, has no room for brackets or looks for duplicates, wants the general walk.
    let plain = [TokenDraft::default()];
    for (keep_alternatives, depth, tokens) in
        [(true, 4, &plain[..]), (false, 3, &plain), (false, 4, &[])]
    {
        let mut draft = Draft {
            keep_alternatives,
            tokens: tokens.to_vec(),
            ..Draft::default()
        };
        let mut cursor = Cursor::new(table[1].0.as_bytes(), depth);
        assert!(!Predictions::default().token(&mut cursor, &mut draft));
    }
}
