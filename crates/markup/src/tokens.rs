//! Highlighted text as HTML: one `<span>` per piece, its colour step as a class.
use crate::{Text, push};
use api::Piece;
use metrics::Mark;

/// The pieces as HTML. `marks` are the codes of their marks, piece by piece; where there are none, those of the pieces count. `hits` are the tokens that match the filter, ascending.
///
/// Every character of the text is in it, once; glyphs come from the style sheet and are not copied.
pub fn tokens_html(pieces: &[Piece], marks: &[u8], hits: &[u32]) -> String {
    let mut html = String::with_capacity(pieces.len() * 40);
    for (index, piece) in pieces.iter().enumerate() {
        let end = pieces.get(index + 1).map_or(u32::MAX, |next| next.token);
        let from = hits.partition_point(|&hit| hit < piece.token);
        let hit = if hits.get(from).is_some_and(|&hit| hit < end) {
            " hit"
        } else {
            ""
        };
        let mark = marks.get(index).copied().unwrap_or(piece.mark);
        let sign = if is_sign(&piece.text) { " sign" } else { "" };
        push!(
            html,
            "<span class=\"{}{sign}{hit}\" data-i=\"{}\">",
            Mark::from_code(mark).class(),
            piece.token
        );
        let mut lines = piece.text.split('\n');
        push!(html, "{}", Text(lines.next().unwrap_or_default()));
        for line in lines {
            // The glyph is drawn by the style sheet, the line break is real.
            push!(html, "<i class=\"nl\"></i>\n{}", Text(line));
        }
        html.push_str("</span>");
    }
    html
}

/// White space and punctuation only: it says little, so it is not coloured unless somebody wants it.
pub fn is_sign(text: &str) -> bool {
    text.chars().all(|character| match character {
        _ if character.is_ascii() => !character.is_ascii_alphanumeric(),
        // General punctuation, and that of Chinese and Japanese.
        _ => matches!(character, '\u{a0}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, mark: u8, token: u32) -> Piece {
        Piece {
            text: text.into(),
            mark,
            token,
        }
    }

    #[test]
    fn tokens_are_spans_with_their_step() {
        let html = tokens_html(&[piece("In", 8, 0), piece(" <b>", 0, 1)], &[], &[]);
        assert_eq!(
            html,
            r#"<span class="b8" data-i="0">In</span><span class="b0" data-i="1"> &lt;b&gt;</span>"#
        );
    }

    #[test]
    fn signs_are_told_from_words() {
        for (text, expected) in [
            (" ,", true),
            ("\n\n", true),
            ("“", true),
            ("。", true),
            ("a.", false),
            (" 7", false),
            ("é", false),
            ("語", false),
            ("\u{fffd}", false),
        ] {
            assert_eq!(is_sign(text), expected, "{text:?}");
        }
        let html = tokens_html(&[piece(".", 2, 0)], &[5], &[0]);
        assert!(html.starts_with("<span class=\"b5 sign hit\""), "{html}");
    }

    #[test]
    fn line_breaks_are_real_and_visible() {
        let html = tokens_html(&[piece(".\n\n", 8, 0), piece("\r\n", 8, 1)], &[], &[]);
        assert!(
            html.contains(".<i class=\"nl\"></i>\n<i class=\"nl\"></i>\n</span>"),
            "{html}"
        );
        assert!(
            html.contains(">&#13;<i class=\"nl\"></i>\n</span>"),
            "{html}"
        );
    }

    #[test]
    fn a_hit_inside_a_piece_of_several_tokens_marks_the_piece() {
        let pieces = [piece("a", 8, 0), piece("é", 8, 1), piece("b", 8, 4)];
        let html = tokens_html(&pieces, &[], &[3]);
        assert!(
            html.contains(r#"<span class="b8 hit" data-i="1">"#),
            "{html}"
        );
        assert_eq!(html.matches("hit").count(), 1);
        let last = tokens_html(&pieces, &[], &[4]);
        assert!(
            last.contains(r#"<span class="b8 hit" data-i="4">"#),
            "{last}"
        );
    }
}
