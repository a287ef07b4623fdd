//! Views as files: what is in them, and that what a model wrote stays text.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use analysis::query::Query;
use analysis::{Filter, Question, Scale, Selection, Sort};
use completions::{Columns, Importer, Limits};
use export::passage::{self, Look, Passage};
use export::{Kind, View};
use serde_json::Value;

/// Two sequences; the second one is hostile.
const FILE: &str = r##"{"id":"a","model":"m","created":1700000000,"choices":[{"index":0,"message":{"content":"Hi you"},"logprobs":{"content":[{"token":"Hi","logprob":-0.25},{"token":" you","logprob":-2.5}]},"finish_reason":"stop"}]}
{"id":"b","model":"<i>","choices":[{"index":0,"message":{"content":"<script>alert(1)</script>| # `x`\n\"q\",é"},"logprobs":{"content":[{"token":"<script>alert(1)</script>","logprob":-9999},{"token":"| # `x`\n\"q\",é","logprob":-1}]},"finish_reason":"length"}]}
"##;

fn columns() -> Columns {
    let mut importer = Importer::new(Limits::default());
    importer.push(FILE.as_bytes());
    importer.finish().columns
}

fn filter(query: &str) -> Filter {
    Filter {
        query: query.to_owned(),
        ..Filter::default()
    }
}

fn select(columns: &Columns, filter: &Filter) -> Selection {
    let question = Question::new(Query::parse(&filter.query).unwrap());
    analysis::select(columns, filter, &question, Sort::default(), None, None)
}

fn file(kind: Kind, filter: &Filter) -> String {
    let columns = columns();
    let view = View {
        name: "<b>run</b>.jsonl",
        columns: &columns,
        selection: &select(&columns, filter),
        scale: Scale::default(),
        shade: None,
        filter: &filter.in_words(),
    };
    let mut out = Vec::new();
    view.write(kind, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn rows() {
    let csv = file(Kind::Csv, &filter(""));
    let mut lines = csv.splitn(3, '\n');
    assert!(lines.next().unwrap().ends_with(",probability,format,text"));
    let first = lines.next().unwrap();
    assert!(
        first.starts_with("0,,1,1,0,a,m,1700000000,,0,answer,stop,2,2,0,0,"),
        "{first}"
    );
    assert!(first.ends_with(",openai_chat,Hi you"), "{first}");
    let second = lines.next().unwrap();
    assert!(
        second.ends_with(",\"<script>alert(1)</script>| # `x`\n\"\"q\"\",é\"\n"),
        "{second}"
    );
}

#[test]
fn lines_have_the_tokens_and_only_what_is_listed() {
    let lines = file(Kind::Lines, &filter("p<0.1"));
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["sequence"], 0);
    assert_eq!(line["text"], "Hi you");
    assert_eq!(line["tokens"][1]["logprob"], -2.5);
    assert_eq!(line["tokens"][1]["hit"], true);
    assert_eq!(line["tokens"][0].get("hit"), None);
    // What lies below the server's floor has no value.
    let all = file(Kind::Lines, &filter(""));
    let second: Value = serde_json::from_str(all.lines().nth(1).unwrap()).unwrap();
    assert_eq!(second["tokens"][0]["logprob"], Value::Null);
}

#[test]
fn a_summary_is_a_table_whatever_the_texts_are() {
    let text = file(Kind::Markdown, &filter("alert or p<0.9"));
    assert!(
        text.starts_with("## &lt;b>run&lt;/b>.jsonl\n\nOf the run only: `alert or p<0.9`\n"),
        "{text}"
    );
    assert!(text.contains("| Number of sentences | 2 |\n"), "{text}");
    assert!(
        text.contains("| &lt;i> | &lt;script>alert(1)&lt;/script>\\| \\# \\`x\\` \"q\",é |\n"),
        "{text}"
    );
}

#[test]
fn a_page_opens_without_anything_else_and_runs_nothing() {
    let html = file(Kind::Page, &filter("you or x"));
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("url("));
    assert!(html.contains("<title>&lt;b&gt;run&lt;/b&gt;.jsonl · Surprisal</title>"));
    assert!(html.contains("2 of 2 sequences · 4 tokens · only <code>you or x</code>"));
    assert!(
        html.contains("<span class=\"b2 hit\" data-i=\"1\"> you</span>"),
        "{html}"
    );
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;</span>"));
    // Every opened element is closed.
    for element in ["article", "dl", "div", "p", "span", "body", "html"] {
        let count = |what: String| html.matches(&what).count();
        let opened = count(format!("<{element}>")) + count(format!("<{element} "));
        assert_eq!(opened, count(format!("</{element}>")), "{element}");
    }
}

#[test]
fn nothing_listed_is_a_file_too() {
    for kind in Kind::ALL {
        let text = file(kind, &filter("nowhere"));
        assert_eq!(text.is_empty(), kind == Kind::Lines, "{kind:?}");
    }
}

fn picture(index: u32, look: &Look) -> String {
    let columns = columns();
    let card = api::Card::new(&columns, index, u32::MAX);
    let marks: Vec<u8> = card.pieces.iter().map(|piece| piece.mark).collect();
    let passage = Passage {
        name: "<b>\u{202e}run\u{1}</b>.jsonl",
        facts: &["sequence 1".to_owned(), "<i>".to_owned()],
        pieces: &card.pieces,
        marks: &marks,
        hits: &[1],
        scale: Scale::default(),
        look,
    };
    let mut out = Vec::new();
    passage::write(&passage, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_picture_has_the_text_as_text_with_its_colours_and_its_scale() {
    let svg = picture(0, &Look::default());
    for part in [
        "font-family=\"monospace\" font-size=\"15\" fill=\"#1a1c20\">Hi</text>",
        "font-weight=\"700\"> you</text>",
        "textLength=\"36\"",
        "fill=\"#d55e00\" fill-opacity=\"0.54\"",
        ">probability of a token</text>",
        ">0.33</text>",
        ">low · 1</text>",
        ">high · 1</text>",
        "sequence 1 · &lt;i&gt;",
    ] {
        assert!(svg.contains(part), "{part} in {svg}");
    }
    assert!(!svg.contains("below the floor") && !svg.contains("no value"));
    let dark = Look {
        dark: true,
        ..Look::default()
    };
    let svg = picture(0, &dark);
    assert!(svg.contains("fill=\"#14171c\"/>") && svg.contains("fill=\"#eceff4\">Hi"));
}

#[test]
fn a_picture_needs_nothing_else_and_runs_nothing() {
    let svg = picture(1, &Look::default());
    for sign in [
        "<script", "<b>", "<i>", "href", "@import", "\u{202e}", "\u{1}",
    ] {
        assert!(!svg.contains(sign), "{sign:?} in {svg}");
    }
    assert!(
        svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;</text>"),
        "{svg}"
    );
    assert!(svg.contains("&lt;b&gt;␀run␀&lt;/b&gt;.jsonl"), "{svg}");
    assert!(svg.contains(">below the floor · 1</text>"), "{svg}");
    // Every opened element is closed, so that it is XML.
    for element in ["svg", "title", "defs", "pattern", "text"] {
        let count = |what: String| svg.matches(&what).count();
        let opened = count(format!("<{element}>")) + count(format!("<{element} "));
        assert_eq!(opened, count(format!("</{element}>")), "{element}");
    }
}
