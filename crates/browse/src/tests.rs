//! The whole page: hostile records stay text, states say what to do.
use crate::page::Body;
use crate::verdict::Just;
use crate::{Address, Links, Listing, Problem, Whole};
use generations::{Content, Feedback, Generation, Kind};
use serde_json::json;
use storage::{Aggregate, Facet, Figures, GenerationDetail, GenerationList};

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{1b}[31m\u{202e}gnp.exe\u{2066}\r\n</textarea></pre>";

/// A record with the hostile text wherever a text can be.
fn hostile() -> Generation {
    let mut record = Generation {
        id: HOSTILE.into(),
        finish_reason: Some(HOSTILE.into()),
        timestamp: Some("2025-01-01T00:00:00Z".into()),
        ..Generation::default()
    };
    record.model.id = HOSTILE.into();
    record.model.version = Some(HOSTILE.into());
    record.input.content = Content::Value(
        json!([{"role": HOSTILE, "content": [{"type": "text", "text": HOSTILE}, {"type": "image_url", "image_url": {"url": HOSTILE}}], HOSTILE: HOSTILE}]),
    );
    record.output.content = Content::Text(format!("```{HOSTILE}\n{HOSTILE}\n```\n{HOSTILE}"));
    record.output.kind = Kind::Code;
    record.output.language = Some(HOSTILE.into());
    // A tree of XML with the text in every place that XML has for it.
    record.output.alternatives = vec![generations::Alternative {
        content: Content::Text(format!(
            "<?a {0}?><!--{0}--><a b=\"{1}\" c='{1}'>{1}<![CDATA[{0}]]><d/>&x;</a>",
            HOSTILE.replace("--", ""),
            HOSTILE
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('"', "&quot;")
                .replace('\'', "&apos;")
        )),
        ..Default::default()
    }];
    record.output.tool_calls = vec![json!({"name": HOSTILE, HOSTILE: 1})];
    record.metadata.tags = Some(vec![HOSTILE.into()]);
    record.metadata.user_id = Some(HOSTILE.into());
    record
        .metadata
        .others
        .insert("traceId".into(), HOSTILE.into());
    record
        .metadata
        .others
        .insert(HOSTILE.into(), HOSTILE.into());
    record
        .parameters
        .others
        .insert(HOSTILE.into(), HOSTILE.into());
    record.feedback = Some(said());
    record.source.key = "01jgfjjz00rstv1234567890ab-0".into();
    record.source.run = "01jgfjjz00rstv1234567890ab".into();
    record.source.format = HOSTILE.into();
    record
}

fn said() -> Feedback {
    Feedback {
        comment: Some(HOSTILE.into()),
        categories: Some(vec![HOSTILE.into()]),
        user_id: Some(HOSTILE.into()),
        ..Feedback::default()
    }
}

/// No tag of the hostile text is one, and what turns or steers stands alone.
#[track_caller]
fn assert_inert(html: &str) {
    for part in [
        "<script",
        "<img src=x",
        "onerror=alert(1)>",
        "</textarea></pre>",
    ] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    // In attributes they are not drawn as text.
    for (at, sign) in html.match_indices(['\u{202e}', '\u{1b}', '\u{2066}']) {
        let before = &html[..at];
        let in_tag = before.rfind('<') > before.rfind('>');
        let in_field = before.rfind("<textarea") > before.rfind("</textarea>");
        let alone = before.ends_with(&format!(
            "data-code=\"U+{:04X}\">",
            u32::from(sign.chars().next().unwrap())
        ));
        assert!(alone || in_tag || in_field, "{sign:?} at {at} of {html}");
    }
}

fn listing<'a>(address: &'a Address, body: Body<'a>) -> Listing<'a> {
    Listing {
        address,
        problems: &[],
        total: 1,
        any: true,
        unread: 0,
        facets: &[],
        nearest: &[],
        body,
    }
}

#[test]
fn hostile_records_stay_text() {
    let list = GenerationList {
        generations: vec![hostile()],
        next: Some(HOSTILE.into()),
        unread_runs: 0,
    };
    let query = format!(
        "model.id={0}&tags={0}&column=input.content&column=output.content&column=model.id&column=metadata.tags&column={0}",
        api::paths::escape(HOSTILE)
    );
    let address = Address::parse(&query);
    let just = Just {
        before: said(),
        age_ms: 1,
    };
    let facets = ["model.id", "metadata.tags", "finishReason"].map(|name| Facet {
        name: name.into(),
        values: vec![(HOSTILE.into(), 3)],
        more: true,
    });
    let problems = [Problem {
        name: HOSTILE.into(),
        message: HOSTILE.into(),
    }];
    let body = Body::Records(&list, Some((&list.generations[0].source.key, &just)));
    let page = Listing {
        facets: &facets,
        problems: &problems,
        ..listing(&address, body)
    };
    assert_inert(&page.html());
    let nearest = [(HOSTILE.to_owned(), 2), ("model.id".to_owned(), 2)];
    assert_inert(
        &Listing {
            total: 0,
            nearest: &nearest,
            ..listing(&address, body)
        }
        .html(),
    );

    let detail = GenerationDetail {
        generation: hostile(),
        feedback_history: vec![said()],
    };
    let links = Links(vec!["trace=https://t.example/{traceId}".parse().unwrap()]);
    let whole = Whole {
        detail: &detail,
        links: &links,
        just: Some(&just),
    };
    let html = whole.html();
    assert_inert(&html);
    assert!(
        html.contains("<summary><span class=\"k\" dir=\"auto\">a</span>"),
        "the XML is a tree: {html}"
    );
    assert!(
        html.contains("href=\"https://t.example/%22%27%3E%3Cscript%3E"),
        "{html}"
    );

    let mut figures = Figures {
        count: 1,
        ..Figures::default()
    };
    figures.group.insert("model".into(), HOSTILE.into());
    figures.group.insert("day".into(), "2025-01-01".into());
    figures.tokens.total = 5;
    figures.scores.insert(HOSTILE.into(), 1.0);
    let groups = Aggregate {
        groups: vec![figures],
        unread_runs: 0,
    };
    let address = Address::parse(&format!("group_by=model,{}", api::paths::escape(HOSTILE)));
    assert_inert(&listing(&address, Body::Groups(&groups)).html());
    assert_inert(&listing(&address, Body::Charts(&groups, &groups)).html());
}

#[test]
fn states_say_what_to_do() {
    let address = Address::default();
    let empty = Listing {
        total: 0,
        any: false,
        ..listing(&address, Body::Nothing)
    };
    assert!(empty.html().contains("No generations yet"));
    let reading = Listing { unread: 2, ..empty };
    assert!(
        reading.html().contains("2 runs still being read"),
        "{}",
        reading.html()
    );
    let address = Address::parse("model.id=gpt&probability_max=0.1");
    let nearest = [("model.id".to_owned(), 12)];
    let none = Listing {
        total: 0,
        nearest: &nearest,
        ..listing(&address, Body::Nothing)
    };
    let problems = [Problem {
        name: "x".into(),
        message: "There is no parameter `<x>`.".into(),
    }];
    let list = GenerationList::default();
    let html = Listing {
        body: Body::Records(&list, None),
        ..none
    }
    .html();
    for part in [
        "<h2>No record fits</h2>",
        "Asked for: model gpt, probability at most 0.1.",
        "<a href=\"/generations?probability_max=0.1\" dir=\"auto\">Without model <b>gpt</b> there are 12 records</a>",
        "<a class=\"button\" href=\"/generations\">Clear all conditions</a>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let address = Address::parse("x=1&model.id=m");
    let wrong = Listing {
        problems: &problems,
        ..listing(&address, Body::Nothing)
    };
    let html = wrong.html();
    assert!(
        html.contains("href=\"/generations?model.id=m\">Leave it out</a>"),
        "{html}"
    );
    assert!(
        html.contains("There is no parameter <code dir=\"auto\">&lt;x&gt;</code>."),
        "{html}"
    );
    assert!(
        html.contains("Nothing is listed until the address is understood"),
        "{html}"
    );
}

#[test]
fn exports_are_of_what_is_filtered() {
    let address = Address::parse("model.id=m&view=charts&sort=-cost&column=usage.cost");
    let list = GenerationList::default();
    let html = listing(&address, Body::Records(&list, None)).html();
    assert!(
        html.contains("<p dir=\"auto\">1 record: model m</p>"),
        "{html}"
    );
    assert!(
        html.contains("href=\"/generations/export?model.id=m&amp;format=parquet\""),
        "{html}"
    );
    assert!(
        html.contains("format=csv&amp;column=id&amp;column=timestamp&amp;column=usage.cost\""),
        "{html}"
    );
}
