//! XML as a tree that opens and closes without JavaScript. Nothing is expanded and nothing is fetched: a document type and the
//! entities that it names stay the texts that they are.
use super::tree::{LONGEST, MOST, OPEN};
use markup::{Inert, push};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};

/// Elements in each other; what is deeper is shown as code.
const DEEPEST: usize = 100;
/// Attributes of one element that are shown.
const ATTRIBUTES: usize = 50;
/// Characters of a name.
const NAME: usize = 200;

#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
    /// Comments, instructions, the document type: as written, without their brackets.
    Other(String),
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    inside: Vec<Node>,
}

/// The tree of a text that is XML, alone or in a fence; `None` for every other text.
pub(super) fn html(text: &str) -> Option<String> {
    let mut left = MOST;
    let root = parse(text, &mut left)?;
    let mut html = String::from("<ul class=\"tree\">");
    for node in &root.inside {
        show(&mut html, node, 0);
    }
    if left == 0 {
        push!(
            html,
            "<li class=\"quiet-text\">The first {MOST} parts; the rest is in the raw text.</li>"
        );
    }
    Some(html + "</ul>")
}

/// An element without a name around the document. Of a document with more parts than are shown the rest is only checked.
fn parse(text: &str, left: &mut usize) -> Option<Element> {
    let mut reader = Reader::from_str(text.trim());
    let mut open = vec![Element::default()];
    // Elements that are open, also those that are not shown any more.
    let mut depth = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return None;
                }
                let element = element(&start)?;
                if take(left) {
                    open.push(element);
                }
            }
            Event::Empty(start) => {
                let element = element(&start)?;
                if take(left) {
                    open.last_mut()?.inside.push(Node::Element(element));
                }
            }
            Event::End(_) => {
                // The reader has compared the names.
                if depth < open.len() {
                    let closed = open.pop()?;
                    open.last_mut()?.inside.push(Node::Element(closed));
                }
                depth -= 1;
            }
            Event::Text(text) => add_text(&mut open, left, &text.decode().ok()?)?,
            Event::CData(text) => add_text(&mut open, left, &text.decode().ok()?)?,
            Event::GeneralRef(reference) => {
                let written = format!("&{};", reference.decode().ok()?);
                // Others than those of XML itself are not looked up.
                let plain = escape::unescape(&written).map(String::from);
                add_text(&mut open, left, &plain.unwrap_or(written))?;
            }
            Event::Comment(text) => add_other(&mut open, left, "!--", &text.decode().ok()?)?,
            Event::DocType(text) => add_other(&mut open, left, "!DOCTYPE ", &text.decode().ok()?)?,
            Event::PI(text) => add_other(&mut open, left, "?", &String::from_utf8_lossy(&text))?,
            Event::Decl(text) => add_other(&mut open, left, "?", &String::from_utf8_lossy(&text))?,
            Event::Eof => break,
        }
    }
    let root = open.pop().filter(|_| open.is_empty() && depth == 0)?;
    let is_element = |node: &&Node| matches!(node, Node::Element(_));
    let is_blank = |node: &Node| !matches!(node, Node::Text(text) if !text.trim().is_empty());
    let is_one = root.inside.iter().filter(is_element).count() == 1;
    (is_one && root.inside.iter().all(is_blank)).then_some(root)
}

/// Room for one more part.
fn take(left: &mut usize) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let name = |bytes: &[u8]| crate::short(&String::from_utf8_lossy(bytes), NAME);
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if attributes.len() < ATTRIBUTES {
            let written = String::from_utf8_lossy(&attribute.value).into_owned();
            let plain = escape::unescape(&written).map(String::from);
            let value = crate::short(&plain.unwrap_or(written), LONGEST);
            attributes.push((name(attribute.key.as_ref()), value));
        }
    }
    Some(Element {
        name: name(start.name().as_ref()),
        attributes,
        inside: Vec::new(),
    })
}

/// Texts beside each other are one: references cut them.
fn add_text(open: &mut [Element], left: &mut usize, text: &str) -> Option<()> {
    let inside = &mut open.last_mut()?.inside;
    match inside.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        // White space between elements is not a part of its own.
        _ if text.trim().is_empty() => {}
        _ if take(left) => inside.push(Node::Text(text.to_owned())),
        _ => {}
    }
    Some(())
}

fn add_other(open: &mut [Element], left: &mut usize, sign: &str, text: &str) -> Option<()> {
    if take(left) {
        let text = crate::short(text.trim(), LONGEST);
        open.last_mut()?
            .inside
            .push(Node::Other(format!("{sign}{text}")));
    }
    Some(())
}

fn show(html: &mut String, node: &Node, depth: usize) {
    match node {
        Node::Element(element) => {
            html.push_str("<li>");
            show_element(html, element, depth);
            html.push_str("</li>");
        }
        Node::Text(text) => push!(html, "<li>{}</li>", words(text)),
        Node::Other(text) => push!(
            html,
            "<li><span class=\"size\" dir=\"auto\">&lt;{}&gt;</span></li>",
            Inert(text)
        ),
    }
}

fn show_element(html: &mut String, element: &Element, depth: usize) {
    let mut name = format!(
        "<span class=\"k\" dir=\"auto\">{}</span>",
        Inert(&element.name)
    );
    for (attribute, value) in &element.attributes {
        push!(
            name,
            " <span class=\"n\" dir=\"auto\">{}</span>=<span class=\"s\" dir=\"auto\">\"{}\"</span>",
            Inert(attribute),
            Inert(value)
        );
    }
    match element.inside.as_slice() {
        [] => html.push_str(&name),
        [Node::Text(text)] => push!(html, "{name}: {}", words(text)),
        inside => {
            let open = if depth < OPEN { " open" } else { "" };
            push!(
                html,
                "<details{open}><summary>{name} <span class=\"size\">&lt;{}&gt;</span></summary><ul>",
                inside.len()
            );
            for node in inside {
                show(html, node, depth + 1);
            }
            html.push_str("</ul></details>");
        }
    }
}

fn words(text: &str) -> String {
    let text = crate::short(text.trim(), LONGEST);
    format!("<span class=\"s\" dir=\"auto\">{}</span>", Inert(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_as_a_tree() {
        let text = "<?xml version=\"1.0\"?>\n<!-- two -->\n<list kind='a&amp;b'>\n <one/>\n <two x:n=\"1\">a &lt; b&#33; <![CDATA[<c>]]></two>\n mixed <b>bold</b>\n</list>";
        let html = html(text).unwrap();
        for part in [
            "<li><span class=\"size\" dir=\"auto\">&lt;?xml version=&quot;1.0&quot;&gt;</span></li>",
            "<li><span class=\"size\" dir=\"auto\">&lt;!--two&gt;</span></li>",
            "<summary><span class=\"k\" dir=\"auto\">list</span> <span class=\"n\" dir=\"auto\">kind</span>=<span class=\"s\" dir=\"auto\">\"a&amp;b\"</span> <span class=\"size\">&lt;4&gt;</span></summary>",
            "<li><span class=\"k\" dir=\"auto\">one</span></li>",
            "<span class=\"s\" dir=\"auto\">a &lt; b! &lt;c&gt;</span>",
            "<li><span class=\"s\" dir=\"auto\">mixed</span></li>",
            "<li><span class=\"k\" dir=\"auto\">b</span>: <span class=\"s\" dir=\"auto\">bold</span></li>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        balanced(&html);
    }

    #[track_caller]
    fn balanced(html: &str) {
        for element in ["ul", "li", "details", "summary", "span"] {
            let begun = html.matches(&format!("<{element}>")).count()
                + html.matches(&format!("<{element} ")).count();
            assert_eq!(
                begun,
                html.matches(&format!("</{element}>")).count(),
                "{element} in {html}"
            );
        }
    }

    #[test]
    fn what_is_no_document_is_no_tree() {
        let deep = "<a>".repeat(DEEPEST + 1) + &"</a>".repeat(DEEPEST + 1);
        for text in [
            "",
            "words",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/> and words",
            "<a b></a>",
            "&x;",
            "<!-- -->",
            deep.as_str(),
        ] {
            assert_eq!(html(text), None, "{text}");
        }
        assert!(html(&deep[3..deep.len() - 4]).is_some());
    }

    #[test]
    fn nothing_is_expanded_or_fetched() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><a x=\"&c;\">&c;&f;</a>";
        let html = html(bomb).unwrap();
        assert!(
            html.contains("<span class=\"s\" dir=\"auto\">&amp;c;&amp;f;</span>"),
            "{html}"
        );
        assert!(html.contains("\"&amp;c;\""), "{html}");
    }

    #[test]
    fn large_documents_end() {
        let html = html(&format!("<a>{}</a>", "<b>x</b>".repeat(10_000))).unwrap();
        assert!(html.contains("The first 3000 parts"), "{}", html.len());
        balanced(&html);
        let long = super::html(&format!("<a>{}</a>", "x".repeat(10_000))).unwrap();
        assert!(long.len() < 5_000 && long.contains("x…"), "{}", long.len());
    }

    proptest! {
        #[test]
        fn no_text_breaks_out(text in "<a>[<>/a&;\"'! =x\\[\\]?-]{0,40}</a>", any in ".{0,40}") {
            for text in [text, format!("<a>{any}</a>"), format!("<a b=\"{any}\"/>"), any] {
                if let Some(html) = html(&text) {
                    balanced(&html);
                }
            }
        }
    }
}
