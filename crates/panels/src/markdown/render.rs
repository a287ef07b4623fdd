//! Markdown to HTML, each piece of text in the colour of its token.
use markup::{Text, is_sign, push};
use metrics::Mark;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What came of a text.
pub(super) struct Rendered {
    pub(super) html: String,
    /// Tokens of which nothing is to be seen, ascending.
    pub(super) unseen: Vec<u32>,
}

/// Renders a text. `ends` are the ends of its tokens in bytes, ascending; without any nothing is coloured.
pub(super) fn render(text: &str, ends: &[usize], mark: &dyn Fn(u32) -> Mark) -> Rendered {
    let mut painter = Painter {
        text,
        ends,
        mark,
        seen: vec![false; ends.len()],
        html: String::with_capacity(text.len() * 8),
        cells: Vec::new(),
        in_head: false,
    };
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        painter.event(event, range);
    }
    let unseen = (0_u32..).zip(&painter.seen);
    Rendered {
        unseen: unseen
            .filter_map(|(token, seen)| (!seen).then_some(token))
            .collect(),
        html: painter.html,
    }
}

struct Painter<'a> {
    text: &'a str,
    ends: &'a [usize],
    mark: &'a dyn Fn(u32) -> Mark,
    seen: Vec<bool>,
    html: String,
    /// How the columns of the open table are aligned, and the one that comes next.
    cells: Vec<(Vec<Alignment>, usize)>,
    in_head: bool,
}

impl Painter<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(shown) | Event::Html(shown) | Event::InlineHtml(shown) => {
                self.paint(&shown, range);
            }
            Event::Code(shown) => {
                self.html.push_str("<code>");
                self.paint(&shown, range);
                self.html.push_str("</code>");
            }
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>"),
            Event::Rule => self.html.push_str("<hr>"),
            Event::TaskListMarker(done) => self.html.push_str(if done { "☑ " } else { "☐ " }),
            // Not asked for; shown as they are written, should they come.
            Event::InlineMath(shown)
            | Event::DisplayMath(shown)
            | Event::FootnoteReference(shown) => {
                self.paint(&shown, range);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.html.push_str("<p>"),
            // Below the headings of the page.
            Tag::Heading { level, .. } => push!(self.html, "<p class=\"md-h{}\">", level as u8),
            Tag::BlockQuote(_) => self.html.push_str("<blockquote>"),
            Tag::CodeBlock(kind) => {
                self.html.push_str("<pre>");
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    push!(
                        self.html,
                        "<span class=\"md-language\">{}</span>",
                        Text(language)
                    );
                }
                self.html.push_str("<code>");
            }
            Tag::List(None) => self.html.push_str("<ul>"),
            Tag::List(Some(first)) => push!(self.html, "<ol start=\"{first}\">"),
            Tag::Item => self.html.push_str("<li>"),
            Tag::Table(columns) => {
                self.cells.push((columns, 0));
                self.html.push_str("<div class=\"scroll\"><table><tbody>");
            }
            Tag::TableHead => {
                self.in_head = true;
                self.row();
            }
            Tag::TableRow => self.row(),
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.html.push_str("<em>"),
            Tag::Strong => self.html.push_str("<strong>"),
            Tag::Strikethrough => self.html.push_str("<del>"),
            Tag::Link { dest_url, .. } => {
                push!(
                    self.html,
                    "<span class=\"md-link\" title=\"{}\">",
                    Text(dest_url)
                );
            }
            Tag::Image { dest_url, .. } => {
                push!(
                    self.html,
                    "<span class=\"md-link\" title=\"Picture: {}\">",
                    Text(dest_url)
                );
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.html.push_str(match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock | TagEnd::Heading(_) => "</p>",
            TagEnd::BlockQuote(_) => "</blockquote>",
            TagEnd::CodeBlock => "</code></pre>",
            TagEnd::List(false) => "</ul>",
            TagEnd::List(true) => "</ol>",
            TagEnd::Item => "</li>",
            TagEnd::Table => {
                self.cells.pop();
                "</tbody></table></div>"
            }
            TagEnd::TableHead => {
                self.in_head = false;
                "</tr>"
            }
            TagEnd::TableRow => "</tr>",
            TagEnd::TableCell if self.in_head => "</th>",
            TagEnd::TableCell => "</td>",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</del>",
            TagEnd::Link | TagEnd::Image => "</span>",
            _ => "",
        });
    }

    fn row(&mut self) {
        if let Some((_, next)) = self.cells.last_mut() {
            *next = 0;
        }
        self.html.push_str("<tr>");
    }

    fn cell(&mut self) {
        let name = if self.in_head {
            "th scope=\"col\""
        } else {
            "td"
        };
        let aligned = self.cells.last_mut().and_then(|(columns, next)| {
            *next += 1;
            columns.get(*next - 1).copied()
        });
        let class = match aligned {
            Some(Alignment::Right) => " class=\"number\"",
            Some(Alignment::Center) => " class=\"centred\"",
            _ => "",
        };
        push!(self.html, "<{name}{class}>");
    }

    /// A text that stands at `range`, perhaps between signs that are not shown.
    fn paint(&mut self, shown: &str, range: Range<usize>) {
        let source = self.text.get(range.clone()).unwrap_or_default();
        let Some(at) = source.find(shown) else {
            // An entity, or lines that were joined: as a whole in the colour of its first token.
            let token = self.token_at(range.start);
            self.see(&range);
            self.piece(token, shown);
            return;
        };
        let (mut from, end) = (range.start + at, range.start + at + shown.len());
        self.see(&(from..end));
        while from < end {
            let token = self.token_at(from);
            let to = token.map_or(end, |token| {
                self.ends
                    .get(token as usize)
                    .map_or(end, |to| (*to).min(end))
            });
            // A token may end inside of a character, which is then shown with it.
            let to = (to.max(from + 1)..=end)
                .find(|to| self.text.is_char_boundary(*to))
                .unwrap_or(end);
            let text = self.text;
            self.piece(token, text.get(from..to).unwrap_or_default());
            from = to;
        }
    }

    fn piece(&mut self, token: Option<u32>, shown: &str) {
        let Some(token) = token else {
            push!(self.html, "{}", Text(shown));
            return;
        };
        let sign = if is_sign(shown) { " sign" } else { "" };
        push!(
            self.html,
            "<span class=\"{}{sign}\">{}</span>",
            (self.mark)(token).class(),
            Text(shown)
        );
    }

    /// The token that a byte belongs to.
    fn token_at(&self, byte: usize) -> Option<u32> {
        let token = self.ends.partition_point(|end| *end <= byte);
        (token < self.ends.len())
            .then(|| u32::try_from(token).ok())
            .flatten()
    }

    /// Something of these tokens is shown.
    fn see(&mut self, range: &Range<usize>) {
        let first = self.ends.partition_point(|end| *end <= range.start);
        for (seen, start) in self
            .seen
            .iter_mut()
            .zip(std::iter::once(0).chain(self.ends.iter().copied()))
            .skip(first)
        {
            if start >= range.end {
                break;
            }
            *seen = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tokens of so many bytes; the mark of each is its number, from 0 to 8.
    fn of(text: &str, length: usize) -> Rendered {
        let ends: Vec<usize> = (1..=text.len().div_ceil(length))
            .map(|nth| (nth * length).min(text.len()))
            .collect();
        render(text, &ends, &|token| Mark::from_code((token % 9) as u8))
    }

    fn plain(html: &str) -> String {
        let mut text = String::new();
        let mut inside = false;
        for char in html.chars() {
            match char {
                '<' => inside = true,
                '>' => inside = false,
                _ if !inside => text.push(char),
                _ => {}
            }
        }
        text
    }

    #[test]
    fn markdown_is_shown_as_a_reader_sees_it() {
        let uncoloured = |text: &str| render(text, &[], &|_| Mark::MISSING).html;
        for (text, html) in [
            (
                "# A\n\nb *c* **d** ~~e~~",
                "<p class=\"md-h1\">A</p><p>b <em>c</em> <strong>d</strong> <del>e</del></p>",
            ),
            ("- a\n- [x] b", "<ul><li>a</li><li>☑ b</li></ul>"),
            ("3. a", "<ol start=\"3\"><li>a</li></ol>"),
            (
                "```rust\nlet x = 1 < 2;\n```",
                "<pre><span class=\"md-language\">rust</span><code>let x = 1 &lt; 2;\n</code></pre>",
            ),
            (
                "|a|b|\n|-|-:|\n|1|2|",
                "<div class=\"scroll\"><table><tbody><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"number\">b</th></tr><tr><td>1</td><td class=\"number\">2</td></tr></tbody></table></div>",
            ),
            ("> a\n\n---", "<blockquote><p>a</p></blockquote><hr>"),
            ("a `b` c", "<p>a <code>b</code> c</p>"),
        ] {
            assert_eq!(uncoloured(text), html, "{text:?}");
        }
    }

    #[test]
    fn nothing_of_it_acts() {
        let uncoloured = |text: &str| render(text, &[], &|_| Mark::MISSING).html;
        for (text, html) in [
            (
                "<img src=x onerror=a()>",
                "<p>&lt;img src=x onerror=a()&gt;</p>",
            ),
            ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>"),
            (
                "[a](javascript:b)",
                "<p><span class=\"md-link\" title=\"javascript:b\">a</span></p>",
            ),
            (
                "![a](https://x/\\\"y)",
                "<p><span class=\"md-link\" title=\"Picture: https://x/&quot;y\">a</span></p>",
            ),
            (
                "```\"><script>\nx\n```",
                "<pre><span class=\"md-language\">&quot;&gt;&lt;script&gt;</span><code>x\n</code></pre>",
            ),
        ] {
            assert_eq!(uncoloured(text), html, "{text:?}");
        }
    }

    #[test]
    fn tokens_keep_their_colours_and_signs_are_missed() {
        let found = of("**ab** cd", 2);
        assert_eq!(
            found.html,
            "<p><strong><span class=\"b1\">ab</span></strong><span class=\"b3\"> c</span><span class=\"b4\">d</span></p>"
        );
        assert_eq!(found.unseen, [0, 2]);
        // A character of two tokens is whole, and an entity is one piece.
        assert_eq!(plain(&of("é&amp;é", 1).html), "é&amp;é");
    }

    proptest! {
        /// All that is shown is text: no tag but ours, whatever is written.
        #[test]
        fn hostile_texts(text in "[-a<>&\"'`*_#|\\[\\]()!\\\\ \n1.:é~]{0,60}", length in 1_usize..5) {
            let found = of(&text, length);
            for tag in found.html.split('<').skip(1) {
                let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
                prop_assert!(
                    ["p", "em", "strong", "del", "ul", "ol", "li", "pre", "code", "span", "table", "tbody", "tr", "th", "td", "div", "blockquote", "hr", "br"]
                        .contains(&name.trim_start_matches('/')),
                    "{}", found.html
                );
            }
            let opened = found.html.matches("<span").count();
            prop_assert_eq!(opened, found.html.matches("</span>").count());
            prop_assert!(found.unseen.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
