//! JSON as a tree that opens and closes without JavaScript, with what departs from its schema where it does.
use super::schema::Departures;
use markup::{Inert, Text, push};
use serde_json::Value;

/// Values of a tree; who wants to see more looks at the text.
pub(super) const MOST: usize = 3000;
/// Below this depth branches are closed.
pub(super) const OPEN: usize = 3;
/// Characters of a text before it is cut.
pub(super) const LONGEST: usize = 4000;

struct Tree<'a> {
    html: String,
    left: usize,
    departures: Option<&'a Departures>,
}

/// The tree of a value.
pub(super) fn html(value: &Value, departures: Option<&Departures>) -> String {
    let mut tree = Tree {
        html: String::from("<ul class=\"tree\">"),
        left: MOST,
        departures,
    };
    tree.node(None, value, "", 0);
    if tree.left == 0 {
        push!(
            tree.html,
            "<li class=\"quiet-text\">The first {MOST} values; the rest is in the raw text.</li>"
        );
    }
    tree.html + "</ul>"
}

impl Tree<'_> {
    fn node(&mut self, name: Option<&str>, value: &Value, place: &str, depth: usize) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        let wrong = self.wrong(place);
        let class = if wrong.is_empty() {
            ""
        } else {
            " class=\"departs\""
        };
        push!(self.html, "<li{class}>");
        let key = name.map_or_else(String::new, |name| {
            format!(
                "<span class=\"k\" dir=\"auto\">{}</span>: ",
                Inert(crate::short(name, 200))
            )
        });
        match value {
            Value::Object(map) => {
                self.open(&key, &format!("{{{}}}", map.len()), &wrong, depth);
                for (name, inside) in map {
                    let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                    self.node(Some(name), inside, &place, depth + 1);
                }
                self.missing(place);
                self.html.push_str("</ul></details>");
            }
            Value::Array(list) => {
                self.open(&key, &format!("[{}]", list.len()), &wrong, depth);
                for (nth, inside) in list.iter().enumerate() {
                    self.node(
                        Some(&nth.to_string()),
                        inside,
                        &format!("{place}/{nth}"),
                        depth + 1,
                    );
                }
                self.html.push_str("</ul></details>");
            }
            Value::String(text) => {
                let text = crate::short(text, LONGEST);
                push!(
                    self.html,
                    "{key}<span class=\"s\" dir=\"auto\">\"{}\"</span>{wrong}",
                    Inert(text)
                );
            }
            other => push!(
                self.html,
                "{key}<span class=\"n\">{}</span>{wrong}",
                Text(other)
            ),
        }
        self.html.push_str("</li>");
    }

    fn open(&mut self, key: &str, size: &str, wrong: &str, depth: usize) {
        // What departs further down must not be hidden.
        let open = if depth < OPEN || self.departures.is_some_and(|all| !all.list.is_empty()) {
            " open"
        } else {
            ""
        };
        push!(
            self.html,
            "<details{open}><summary>{key}<span class=\"size\">{size}</span>{wrong}</summary><ul>"
        );
    }

    fn wrong(&self, place: &str) -> String {
        let messages = self.departures.and_then(|all| all.by_place.get(place));
        let messages = messages.into_iter().flatten();
        messages
            .map(|message| {
                format!(
                    " <span class=\"wrong\" dir=\"auto\">{}</span>",
                    Inert(message)
                )
            })
            .collect()
    }

    fn missing(&mut self, place: &str) {
        let names = self.departures.and_then(|all| all.missing.get(place));
        for name in names.into_iter().flatten() {
            push!(
                self.html,
                "<li class=\"departs missing\"><span class=\"k\" dir=\"auto\">{}</span>: <span class=\"wrong\">missing</span></li>",
                Inert(name)
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_with_what_departs() {
        let value = json!({"a/b": [1, "<x>", null], "c": {}});
        let mut departures = Departures::default();
        departures
            .by_place
            .insert("/a~1b/0".into(), vec!["1 is not <good>".into()]);
        departures.missing.insert("/c".into(), vec!["d".into()]);
        let html = html(&value, Some(&departures));
        for part in [
            "<span class=\"size\">{2}</span>",
            "<li class=\"departs\"><span class=\"k\" dir=\"auto\">0</span>: <span class=\"n\">1</span> <span class=\"wrong\" dir=\"auto\">1 is not &lt;good&gt;</span></li>",
            "<span class=\"s\" dir=\"auto\">\"&lt;x&gt;\"</span>",
            "<span class=\"n\">null</span>",
            "<li class=\"departs missing\"><span class=\"k\" dir=\"auto\">d</span>: <span class=\"wrong\">missing</span></li>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("<li").count(), html.matches("</li>").count());
    }

    #[test]
    fn large_values_end() {
        let html = html(&json!(vec![0; 10_000]), None);
        assert!(html.contains("The first 3000 values"), "{}", html.len());
        assert_eq!(html.matches("<ul").count(), html.matches("</ul>").count());
    }
}
