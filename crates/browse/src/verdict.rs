//! Thumbs, rating and comment of a record. Each is a form of its own, so that it is sent without JavaScript, too; with it the
//! page puts the answer in place of the element with `data-part`, and keys press what has their letter in `data-key`.
use generations::record::Thumbs;
use generations::{Feedback, Generation};
use markup::{Inert, Text, push};

/// Milliseconds for which the last judgement can be taken back on the page.
pub const UNDO_MS: u64 = 10_000;
/// The thumb up; the style sheet turns it round for the other one.
const THUMB: &str = "<svg class=\"thumb\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M3.5 11h3.3v9H3.5zM8.3 20V11.2l4.2-8.1c1.6.3 2.4 1.5 2.1 3.2L14 9.6h5a2 2 0 0 1 2 2.4l-1.3 6.3a2.1 2.1 0 0 1-2.1 1.7z\"/></svg>";

/// What was just said: it can be taken back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Just {
    /// What the same person had said before; empty for nothing.
    pub before: Feedback,
    /// Milliseconds since then.
    pub age_ms: u64,
}

/// The forms of a record, in the element that the page replaces.
pub fn part(record: &Generation, just: Option<&Just>) -> String {
    format!(
        "<div class=\"verdict\" data-part>{}</div>",
        inside(record, just)
    )
}

/// What is in that element.
pub fn inside(record: &Generation, just: Option<&Just>) -> String {
    let action = format!("{}/feedback", crate::href(&record.source.key));
    let said = record.feedback.clone().unwrap_or_default();
    let mut html = String::from("<div class=\"thumbs\">");
    for (thumbs, name, key) in [(Thumbs::Up, "Good", 'u'), (Thumbs::Down, "Bad", 'd')] {
        let pressed = said.thumbs == Some(thumbs);
        // Pressed again, it is taken back.
        let value = if pressed { "none" } else { thumbs.name() };
        push!(
            html,
            "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"thumbs\" value=\"{value}\">\
             <button class=\"quiet thumb-{}\" aria-pressed=\"{pressed}\" aria-label=\"{name}\" title=\"{name} ({key})\" data-key=\"{key}\">{THUMB}</button></form>",
            thumbs.name()
        );
    }
    html.push_str("</div>");
    html.push_str(&comment(&action, &said));
    if let Some(just) = just.filter(|just| just.age_ms < UNDO_MS) {
        html.push_str(&undo(&action, just));
    }
    html
}

fn comment(action: &str, said: &Feedback) -> String {
    let text = said.comment.as_deref().unwrap_or_default();
    let shown = match (text, said.rating) {
        ("", None) => "<span class=\"quiet-text\">Comment</span>".to_owned(),
        ("", Some(rating)) => format!("{} of 5", metrics::format::sig3(rating)),
        (text, None) => Inert(crate::short(text, 80)).to_string(),
        (text, Some(rating)) => {
            let rating = metrics::format::sig3(rating);
            format!("{rating} of 5: {}", Inert(crate::short(text, 80)))
        }
    };
    let mut html = format!(
        "<details class=\"comment\"><summary data-key=\"c\" dir=\"auto\" title=\"Comment (c)\">{shown}</summary>\
         <form method=\"post\" action=\"{action}\"><textarea name=\"comment\" rows=\"2\" maxlength=\"4000\" aria-label=\"Comment\">\n{}</textarea>\
         <select name=\"rating\" aria-label=\"Rating\"><option value=\"none\">no rating</option>",
        Text(text)
    );
    for rating in 1..=5_u8 {
        let chosen = if said.rating == Some(f64::from(rating)) {
            " selected"
        } else {
            ""
        };
        push!(
            html,
            "<option value=\"{rating}\"{chosen}>{rating} of 5</option>"
        );
    }
    html.push_str("</select><button>Keep</button></form></details>");
    html
}

/// Says that it was kept. The style sheet hides it after ten seconds, which begin when it was said.
fn undo(action: &str, just: &Just) -> String {
    let Feedback {
        thumbs,
        comment,
        rating,
        ..
    } = &just.before;
    format!(
        "<form class=\"undo\" method=\"post\" action=\"{action}\" style=\"animation-delay:{}ms\">\
         <span role=\"status\">Kept.</span><input type=\"hidden\" name=\"thumbs\" value=\"{}\">\
         <input type=\"hidden\" name=\"comment\" value=\"{}\"><input type=\"hidden\" name=\"rating\" value=\"{}\">\
         <input type=\"hidden\" name=\"undone\" value=\"1\"><button class=\"link\" data-key=\"z\" title=\"Undo (z)\">Undo</button></form>",
        UNDO_MS - just.age_ms,
        thumbs.map_or("none", Thumbs::name),
        Text(comment.as_deref().unwrap_or_default()),
        rating.map_or("none".to_owned(), |rating| rating.to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(feedback: Option<Feedback>) -> Generation {
        let mut record = Generation {
            feedback,
            ..Generation::default()
        };
        record.source.key = "01x-0".into();
        record
    }

    #[test]
    fn a_pressed_thumb_takes_itself_back() {
        let html = inside(&record(None), None);
        assert!(
            html.contains("action=\"/generations/01x-0/feedback\""),
            "{html}"
        );
        assert!(html.contains("name=\"thumbs\" value=\"up\""), "{html}");
        assert!(!html.contains("Undo"), "{html}");
        let up = Feedback {
            thumbs: Some(Thumbs::Up),
            comment: Some("</textarea><script>".into()),
            rating: Some(4.0),
            ..Feedback::default()
        };
        let html = inside(&record(Some(up.clone())), None);
        assert!(html.contains("name=\"thumbs\" value=\"none\""), "{html}");
        assert!(
            html.contains("aria-pressed=\"true\" aria-label=\"Good\""),
            "{html}"
        );
        assert!(html.contains("<option value=\"4\" selected>"), "{html}");
        assert!(html.contains("4 of 5: &lt;/textarea&gt;"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }

    #[test]
    fn what_was_just_said_can_be_taken_back() {
        let before = Feedback {
            comment: Some("\"a\"".into()),
            ..Feedback::default()
        };
        let just = |age_ms| Just {
            before: before.clone(),
            age_ms,
        };
        let html = inside(&record(None), Some(&just(2_500)));
        for part in [
            "animation-delay:7500ms",
            "name=\"thumbs\" value=\"none\"",
            "name=\"comment\" value=\"&quot;a&quot;\"",
            "name=\"rating\" value=\"none\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!inside(&record(None), Some(&just(UNDO_MS))).contains("Undo"));
    }
}
