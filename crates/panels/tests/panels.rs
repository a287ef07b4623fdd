//! Panels over the bundled sample: every one is made, takes what it wants, and shows what it should.
#![expect(clippy::unwrap_used, reason = "the helpers of the tests")]
use analysis::query::Query;
use analysis::shade::value_of;
use analysis::{
    Filter, Lens, Listed, Quantity, Question as Asked, Scale, Selection, Shade, Sort, Unit, select,
    text_of,
};
use completions::{Columns, Importer, Limits, SequenceDetail, decode_sequence};
use panels::{Name, Question, Run, Runs};

const SAMPLE: &[u8] = include_bytes!("../../../public/samples/completions-small.json");

fn read(bytes: &[u8]) -> Columns {
    let mut importer = Importer::new(Limits::default());
    importer.push(bytes);
    importer.finish().columns
}

fn listed(columns: &Columns, query: &str) -> Selection {
    let asked = Asked::new(Query::parse(query).unwrap());
    select(
        columns,
        &Filter::default(),
        &asked,
        Sort::default(),
        None,
        None,
    )
}

fn detail(columns: &Columns, bytes: &[u8], index: u32) -> Option<SequenceDetail> {
    let sequence = columns.sequences.get(index as usize)?;
    let completion = &columns.completions[sequence.completion as usize];
    let record = columns.records[completion.record as usize];
    let range = record.start as usize..(record.start + record.len) as usize;
    let nth = completion.offset + index - completion.first_sequence;
    decode_sequence(record.form, completion.format, &bytes[range], nth)
}

struct Page {
    bytes: Vec<u8>,
    columns: Columns,
    selection: Selection,
    beside: Option<(Vec<u8>, Columns)>,
    sequence: Option<u32>,
    token: Option<u32>,
    scale: Scale,
}

impl Page {
    fn of(bytes: &[u8], query: &str) -> Self {
        let columns = read(bytes);
        Self {
            bytes: bytes.to_vec(),
            selection: listed(&columns, query),
            columns,
            beside: None,
            sequence: None,
            token: None,
            scale: Scale::default(),
        }
    }

    fn sample(query: &str) -> Self {
        Self::of(SAMPLE, query)
    }

    /// The fields of a panel.
    fn fields(&self, name: Name, settings: &str) -> String {
        self.both(name, settings).0
    }

    /// The answer once all that it wants was read.
    fn ask(&self, name: Name, settings: &str) -> String {
        self.both(name, settings).1
    }

    fn both(&self, name: Name, settings: &str) -> (String, String) {
        let question = Question {
            name,
            settings: settings.into(),
            sequence: self.sequence,
            token: self.token,
            scale: self.scale,
            address: "http://a.example/local#q=the%20sea&colour=surprisal&s=9&panel=share".into(),
        };
        let runs = Runs {
            this: Run {
                name: "a<b>.json",
                columns: &self.columns,
                selection: &self.selection,
                shade: None,
            },
            beside: self
                .beside
                .as_ref()
                .map(|(_, columns)| ("other.json", columns)),
        };
        let controls = panels::controls(&question, &runs, &[("id1".into(), "<i>run</i>".into())]);
        let mut panel = panels::open(&question, &runs);
        let first = panel.html(&runs);
        for want in panel.wants().to_vec() {
            let read = match (&self.beside, want.beside) {
                (Some((bytes, columns)), true) => detail(columns, bytes, want.sequence),
                _ => detail(&self.columns, &self.bytes, want.sequence),
            };
            panel.take(&runs, want, read.as_ref());
        }
        let html = panel.html(&runs);
        for html in [&controls, &first, &html] {
            balanced(html);
            assert!(
                !html.contains("<i>") && !html.contains("<b>.json"),
                "{html}"
            );
        }
        (controls, html)
    }
}

/// Every element that is opened is closed, in order.
#[track_caller]
fn balanced(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in html.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        if ["input", "br"].contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{html}");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} in {html}");
}

/// The text without its tags.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text += part.split_once('>').map_or(part, |(_, rest)| rest);
        text.push(' ');
    }
    // Thin spaces between digits stay.
    let words = text.split([' ', '\n']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(html: &str, parts: &[&str]) {
    let text = text(html);
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_figure_is_explained() {
    let page = Page::sample("");
    let html = page.ask(Name::Why, "board:probability_overall");
    says(
        &html,
        &[
            "Probability overall:",
            "(1/N) Σ p",
            "Every sequence counts the same",
            "22 of 22 sequences",
            "Weakest token",
            "carry",
            "half of it",
        ],
    );
    let first = page.columns.sequences[0].metrics.min_prob_at.unwrap();
    let one = Page {
        sequence: Some(0),
        ..Page::sample("")
    };
    let html = one.ask(Name::Why, "");
    says(&html, &["Perplexity overall:", "of sequence 1"]);
    assert!(html.contains(&format!("s=1&amp;t={}", first + 1)), "{html}");
    let texts = Page::of(br#"{"choices":[{"message":{"content":"Hi"}}]}"#, "");
    says(
        &texts.ask(Name::Why, ""),
        &["No token of what is listed has a value"],
    );
}

#[test]
fn the_number_of_sequences_opens_to_their_lengths() {
    let page = Page::sample("");
    let html = page.ask(Name::Why, "board:sequences");
    let tokens = page.columns.sequences.iter().map(|one| one.n_tokens);
    let longest = tokens.max().unwrap();
    says(
        &html,
        &[
            "Number of sentences: 22",
            "Every choice counts as one",
            "Tokens of a sequence",
            &format!("{longest} Furthest out"),
        ],
    );
    assert!(!html.contains("At full precision"), "{html}");
    // One alone has no distribution, and changes no more than itself.
    let one = Page::of(SAMPLE, "seq.tokens>0 sea").ask(Name::Why, "");
    says(&one, &["Over the sequences"]);
    let words = br#"{"choices":[{"message":{"content":"ab"},"logprobs":{"content":[{"token":"a","logprob":-1.0},{"token":"b","logprob":-2.0}]}}]}"#;
    let alone = text(&Page::of(words, "").ask(Name::Why, ""));
    assert!(
        !alone.contains("Over the sequences") && !alone.contains("changes most"),
        "{alone}"
    );
    says(&Page::of(words, "").ask(Name::Why, ""), &["2 tokens carry"]);
}

#[test]
fn tokens_stand_in_their_context() {
    let page = Page::sample("p<0.02");
    let html = page.ask(Name::Tokens, "order:p;context:20");
    assert_eq!(
        html.matches("<tr>").count() as u64,
        page.selection.hits.min(100) + 1
    );
    let wide = page.ask(Name::Tokens, "order:token;context:0");
    assert!(wide.len() < html.len());
    says(&html, &["before token after probability rank instead", "≥"]);
    says(
        &Page::sample("").ask(Name::Tokens, ""),
        &["Write a condition on tokens"],
    );
}

#[test]
fn the_vocabulary_has_its_runners_up() {
    let page = Page::sample("");
    let html = page.ask(Name::Vocabulary, "");
    let tokens: u32 = page.columns.sequences.iter().map(|one| one.n_tokens).sum();
    says(
        &html,
        &[
            &format!(
                "among {} occurrences",
                metrics::format::count(tokens.into())
            ),
            "1 to 100 of",
        ],
    );
    // A token leads to the places where it stands.
    let place = "data-view=\"panel=tokens&amp;q=text%3D%22";
    assert_eq!(html.matches(place).count(), 100, "{html}");
    let without = page.ask(Name::Vocabulary, "read:none");
    assert!(!text(&without).contains(" × ") && text(&html).contains(" × "));
    let found = Page::sample("the").ask(Name::Vocabulary, "order:total");
    says(&found, &["that the query finds"]);
}

#[test]
fn neutral_settings_change_nothing() {
    let page = Page {
        sequence: Some(1),
        token: Some(3),
        ..Page::sample("")
    };
    let html = page.ask(Name::Lab, "");
    says(
        &html,
        &[
            "temperature 1",
            "Every token could still have been drawn",
            "Token 4: before and after",
            "something else",
            "exact",
        ],
    );
    let greedy = page.ask(Name::Lab, "temperature:0");
    says(
        &greedy,
        &[
            "greedy: the best one only",
            "could not have been drawn",
            "impossible: a token is cut off",
        ],
    );
    let hot = page.ask(Name::Lab, "temperature:2;vocabulary:49152");
    says(&hot, &["bounded"]);
    let all = Page::sample("").ask(Name::Lab, "top_k:1");
    says(
        &all,
        &["Tokens that could not have been drawn", "sequence 1"],
    );
    let none = Page::of(br#"{"choices":[{"message":{"content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-1,"bytes":[72,105],"top_logprobs":[]}]}}]}"#, "");
    says(
        &none.ask(Name::Lab, "top_p:0.5"),
        &["The file lists no alternatives"],
    );
}

/// Answers of one prompt, as legacy completions.
/// Links to where a model of the server goes on, or says what is exact: with a prompt, with a chat, with neither.
#[test]
fn the_lab_leads_to_a_model() {
    let file = |asked: &str| {
        format!(
            r#"{{"id":"a","object":"chat.completion","model":"m",{asked}"choices":[{{"index":0,"message":{{"role":"assistant","content":"a b"}},"finish_reason":"stop","logprobs":{{"content":[{{"token":"a","bytes":[97],"logprob":-1,"top_logprobs":[{{"token":"a","bytes":[97],"logprob":-1}}]}},{{"token":" b","bytes":[32,98],"logprob":-1,"top_logprobs":[{{"token":" b","bytes":[32,98],"logprob":-1}},{{"token":" c","bytes":[32,99],"logprob":-2}}]}}]}}}}]}}"#
        )
    };
    let chat = r#"[{"role":"user","content":"Q"}]"#;
    let escaped = "%5B%7B%22role%22%3A%22user%22%2C%22content%22%3A%22Q%22%7D%5D";
    for (asked, ahead, exact) in [
        (
            String::new(),
            "/generate#model=m&amp;text=a%20c".to_owned(),
            Some("a%20b"),
        ),
        (
            r#""prompt":"Q: ","#.to_owned(),
            "/generate#model=m&amp;prompt=Q%3A%20&amp;text=a%20c".to_owned(),
            Some("Q%3A%20a%20b"),
        ),
        // Only the server knows how a chat reads.
        (
            format!(r#""request":{{"messages":{chat}}},"#),
            format!("/generate#model=m&amp;messages={escaped}&amp;text=a%20c"),
            None,
        ),
    ] {
        let mut page = Page::of(file(&asked).as_bytes(), "");
        (page.sequence, page.token) = (Some(0), Some(1));
        let html = page.ask(Name::Lab, "temperature:0.5;top_p:0.9");
        assert!(
            html.contains(&format!("href=\"{ahead}\"")),
            "{asked}: {html}"
        );
        let parts =
            "model=m&amp;do_sample=true&amp;temperature=0.5&amp;top_k=0&amp;top_p=0.9&amp;min_p=0";
        let found = exact.is_some_and(|text| {
            html.contains(&format!("href=\"/generate#score={text}&amp;{parts}\""))
        });
        assert_eq!(found, exact.is_some(), "{asked}: {html}");
        assert_eq!(
            html.contains("The exact values of these settings"),
            exact.is_some()
        );
    }
}

fn answers(texts: &[&str]) -> Vec<u8> {
    let choices: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let tokens: Vec<String> = text.split_inclusive(' ').map(|token| format!("{token:?}")).collect();
            let values = vec!["-0.5"; tokens.len()].join(",");
            format!(r#"{{"index":{index},"text":{text:?},"finish_reason":"stop","logprobs":{{"tokens":[{}],"token_logprobs":[{values}]}}}}"#, tokens.join(","))
        })
        .collect();
    format!(
        r#"{{"id":"x","model":"m","choices":[{}]}}"#,
        choices.join(",")
    )
    .into_bytes()
}

#[test]
fn samples_are_folded() {
    let page = Page::of(&answers(&["the cat", "the dog", "the cat", "a bird"]), "");
    let html = page.ask(Name::Samples, "");
    says(&html, &["4 answers, 3 different", "75 %", "25 %", "ends"]);
    let many = page.ask(Name::Samples, "least:2");
    assert!(!text(&many).contains("bird"), "{many}");
    says(
        &Page::of(&answers(&["one"]), "").ask(Name::Samples, ""),
        &["No prompt of this run has several answers"],
    );
}

#[test]
fn values_of_json_have_their_probability() {
    let page = Page::of(
        &answers(&[r#"{"a": 1, "b": ["x", "y"]}"#, r#"{"a": 2}"#]),
        "",
    );
    let html = page.ask(Name::Values, "");
    says(&html, &["JSON in 2 of 2 answers", "$.a", "$.b[*]"]);
    let one = page.ask(Name::Values, "path:%24.b%5B*%5D");
    says(&one, &["2 values, the least likely first", "$.b[1]"]);
    says(
        &Page::sample("").ask(Name::Values, ""),
        &["No listed answer has JSON"],
    );
}

#[test]
fn two_runs_stand_beside_each_other() {
    let mut page = Page::of(&answers(&["the cat sat", "the dog ran"]), "");
    says(
        &page.ask(Name::Versus, ""),
        &["Choose what stands beside this run"],
    );
    says(
        &page.ask(Name::Versus, "b:file"),
        &["Choose what stands beside this run"],
    );
    let other = answers(&["the cat sits", "the dog ran"]);
    page.beside = Some((other.clone(), read(&other)));
    let html = page.ask(Name::Versus, "b:file");
    says(
        &html,
        &[
            "2 pairs by",
            "The same text in 1",
            "Bits per byte",
            "the same text",
            "it has no alternatives here",
        ],
    );
    let pair = page.ask(Name::Versus, "b:run:id1;show:1");
    says(&pair, &["Pair 1 of 2", "They part after 9 bytes"]);
    assert!(pair.contains("differs"), "{pair}");
    // Any two answers of one run; one that is far down is there when it is chosen.
    let fields = Page::sample("").fields(Name::Versus, "a:s:2;b:s:1");
    for part in [
        "<option value=\"s:2\" selected>sequence 2: ",
        "<option value=\"s:1\" selected>sequence 1: ",
        " of this run</option>",
    ] {
        assert!(fields.contains(part), "{part} in {fields}");
    }
    let two = Page::sample("").ask(Name::Versus, "a:s:1;b:s:2");
    says(&two, &["1 pair by place", "The texts part after"]);
    assert!(!text(&two).contains("in the median"), "{two}");
    let itself = Page::sample("").ask(Name::Versus, "b:s:1;a:s:1");
    says(&itself, &["All texts are the same, byte by byte"]);
}

/// The class of each character of the first text of a pair.
fn painted(pair: &str) -> Vec<(char, String)> {
    let (_, rest) = pair.split_once("<p class=\"tokens\">").unwrap();
    let (text, _) = rest.split_once("</p>").unwrap();
    let mut painted = Vec::new();
    for span in text.split("<span class=\"").skip(1) {
        let (class, rest) = span.split_once('"').unwrap();
        let class = class.split(' ').next().unwrap();
        let (_, rest) = rest.split_once('>').unwrap();
        let (written, _) = rest.split_once("</span>").unwrap();
        let mut plain = written.to_owned();
        for (html, sign) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ] {
            plain = plain.replace(html, sign);
        }
        painted.extend(plain.chars().map(|sign| (sign, class.to_owned())));
    }
    painted
}

#[test]
fn a_pair_has_the_colours_that_the_person_chose() {
    let mut page = Page::sample("");
    let mut listed = Listed::new(&page.columns);
    for index in listed.to_read().collect::<Vec<_>>() {
        let detail = detail(&page.columns, &page.bytes, index);
        listed.take(&page.columns, index, detail.as_ref());
    }
    let lens = |quantity, unit, relative| Lens {
        quantity,
        unit,
        relative,
    };
    let sequence = &page.columns.sequences[0];
    let (text, ends) = text_of(&page.columns, sequence);
    let text = std::str::from_utf8(text).unwrap().to_owned();
    let mut pictures = std::collections::HashSet::new();
    for scale in [
        Scale::default(),
        Scale::default().with_cut(0, 60).with_cut(1, 90),
        Scale::of(lens(Quantity::Surprisal, Unit::Token, false)),
        Scale::of(lens(Quantity::Rank, Unit::Token, false)),
        Scale::of(lens(Quantity::Entropy, Unit::Token, false)).with_cut(0, 10),
        Scale::of(lens(Quantity::Probability, Unit::Word, false)),
        Scale::of(lens(Quantity::Margin, Unit::Sentence, true)),
    ] {
        page.scale = scale;
        let shade = Shade::new(scale.lens, &page.columns, &listed);
        let mut expected = Vec::new();
        let mut from = 0;
        for (token, &end) in (0_u32..).zip(ends) {
            let at = sequence.first_token + u64::from(token);
            let given = match scale.lens.is_direct() {
                true => analysis::scale::probability_at(&page.columns, at),
                false => value_of(shade.of_sequence(sequence)[token as usize]),
            };
            let class = scale.mark(given, page.columns.mark(at)).class();
            let of_token = text.get(from..end as usize).unwrap().chars();
            expected.extend(of_token.map(|sign| (sign, class.to_string())));
            from = end as usize;
        }
        // Other texts, and the same one: that needs the alternatives, too.
        for settings in [
            "a:s:1;b:s:2;pair:place;show:1",
            "a:s:1;b:s:1;pair:place;show:1",
        ] {
            let pair = page.ask(Name::Versus, settings);
            assert_eq!(painted(&pair), expected, "{scale:?} {settings}");
            says(&pair, &[&format!("Coloured by {}", scale.lens.title())]);
        }
        pictures.insert(expected);
    }
    assert_eq!(pictures.len(), 7);
}

/// The link in the answer of the panel.
fn link(html: &str) -> String {
    let (_, rest) = html.split_once("data-copy-text=\"").unwrap();
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

fn excerpt(link: &str) -> excerpt::Excerpt {
    excerpt::Excerpt::decode(link.split_once("excerpt=").unwrap().1).unwrap()
}

#[test]
fn a_link_holds_what_is_open_or_listed() {
    let mut page = Page::sample("");
    let html = page.ask(Name::Share, "");
    says(
        &html,
        &[
            "22 answers with ",
            "the text as it is",
            "characters",
            "✗ too long for messages of chat programs",
        ],
    );
    let listed = link(&html);
    assert!(
        listed.starts_with("http://a.example/local#q=the%20sea&colour=surprisal&excerpt=1."),
        "{listed}"
    );
    assert_eq!(excerpt(&listed).answers.len(), 22);
    assert_eq!(excerpt(&listed).name, "a<b>.json");

    page.sequence = Some(1);
    page.token = Some(3);
    let html = page.ask(Name::Share, "alternatives:3");
    says(&html, &["1 answer with 65 tokens"]);
    let open = link(&html);
    assert!(open.contains("&s=1&t=4&excerpt="), "{open}");
    let kept = excerpt(&open);
    let listed = kept.answers[0]
        .tokens
        .iter()
        .map(|token| token.alternatives.len());
    assert!(
        listed.clone().all(|count| count == 3 || count == 4),
        "{listed:?}"
    );
    assert_eq!(kept.answers[0].tokens.len(), 65);

    let html = page.ask(Name::Share, "what:listed;mask:1");
    says(&html, &["the text masked and the name of the run left out"]);
    let masked = link(&html);
    assert!(
        !masked.contains("#q=") && masked.contains("&s=2&"),
        "{masked}"
    );
    let masked = excerpt(&masked);
    assert!(masked.masked && masked.name.is_empty());
    let html = Page::sample("nowhere-at-all").ask(Name::Share, "");
    says(&html, &["Nothing is listed, so there is nothing to share."]);
}

#[test]
fn a_link_says_what_it_leaves_out_and_when_it_is_too_long() {
    let texts: Vec<String> = (0..60_u32)
        .map(|n| {
            (0..90_u32)
                .map(|m| format!("{:x} ", (n * 7919 + m).wrapping_mul(2_654_435_761)))
                .collect()
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let html = Page::of(&answers(&texts), "").ask(Name::Share, "");
    says(
        &html,
        &[
            "50 answers",
            "10 listed answers are left out: a link holds at most 50 answers and 20",
        ],
    );
    let long = "too long for a link";
    assert_eq!(
        html.contains(long),
        !html.contains("data-copy-text"),
        "{html}"
    );
}

#[test]
fn hostile_texts_stay_texts() {
    let page = Page::of(
        &answers(&["<i>x</i> \"'> & ", "<i>y</i> {\"<i>\": \"<i>\"}"]),
        "p<1",
    );
    for name in Name::ALL {
        for settings in ["", "b:s:2;a:s:1;show:1", "order:p", "path:<i>", "read:all"] {
            page.ask(name, settings);
        }
    }
}
