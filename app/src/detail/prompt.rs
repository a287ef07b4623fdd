//! The prompt, where the file has its tokens: shown in front of the answer, and no part of it.
use crate::markup::{Text, push};
use metrics::format;
use worker::protocol::SequenceText;

/// A closed part to open; nothing without a prompt.
pub(super) fn prompt_html(text: &SequenceText) -> String {
    let (count, texts) = &text.prompt;
    if *count == 0 {
        return String::new();
    }
    let mut html = format!(
        "<details><summary>Prompt, {} (not scored)</summary><p class=\"tokens\">",
        format::counted(u64::from(*count), "token", "tokens")
    );
    for token in texts {
        push!(html, "<span>{}</span>", Text(token));
    }
    html.push_str("</p></details>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detail::tests_support::sequence;
    use api::Card;

    #[test]
    fn a_prompt_is_text_and_counts_its_tokens() {
        let mut text = sequence(Card::default());
        assert_eq!(prompt_html(&text), "");
        text.prompt = (3, vec!["Say".into(), " <b>".into()]);
        assert_eq!(
            prompt_html(&text),
            "<details><summary>Prompt, 3 tokens (not scored)</summary><p class=\"tokens\"><span>Say</span><span> &lt;b&gt;</span></p></details>"
        );
    }
}
