//! The template that makes a text of the messages of a chat, as instruction models were trained on it.
use crate::failure::{Failure, Result};
use minijinja::{Environment, Error, ErrorKind, context};
use minijinja_contrib::pycompat::unknown_method_callback;
use serde::Serialize;
use std::fmt::Write as _;

/// Steps that a template may take: it comes with a model from somewhere, and must not run for ever.
const FUEL: u64 = 10_000_000;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// What it says.
    pub content: String,
}

impl Message {
    /// A message of this role.
    pub fn new(role: &str, content: &str) -> Self {
        Self {
            role: role.to_owned(),
            content: content.to_owned(),
        }
    }
}

/// A template in Jinja, as transformers understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: String,
    bos: String,
    eos: String,
}

impl Template {
    /// With the names of the tokens that begin and end a text.
    pub(crate) fn new(source: String, bos: String, eos: String) -> Self {
        Self { source, bos, eos }
    }

    /// The text for these messages, up to where the answer begins. Special tokens are written out in it.
    pub fn render(&self, messages: &[Message]) -> Result<String> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(unknown_method_callback);
        environment.add_function("raise_exception", refuse);
        environment.add_function("strftime_now", now);
        let context = context! {
            messages,
            add_generation_prompt => true,
            bos_token => self.bos,
            eos_token => self.eos,
        };
        let rendered = environment.render_str(&self.source, context);
        rendered.map_err(|error| Failure::Template(error.to_string()))
    }
}

/// Templates refuse messages that their model was not trained on.
fn refuse(message: String) -> std::result::Result<String, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

/// The date, which some tell their model.
fn now(format: String) -> std::result::Result<String, Error> {
    let mut text = String::new();
    let written = write!(text, "{}", chrono::Local::now().format(&format));
    match written {
        Ok(()) => Ok(text),
        Err(_) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{format:?} is not a format of a date"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Template};

    fn render(source: &str) -> Result<String, String> {
        let template = Template::new(source.to_owned(), "<s>".to_owned(), "</s>".to_owned());
        let messages = [
            Message::new("system", " Be brief. "),
            Message::new("user", "Hi"),
        ];
        template
            .render(&messages)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn templates_of_the_field() {
        let chatml = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}\
                      {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
        let expected = "<|im_start|>system\n Be brief. <|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
        assert_eq!(render(chatml).as_deref(), Ok(expected));
        // Methods of Python, slices, a namespace, loop controls, lines that vanish.
        let other = "{{ bos_token }}\n{%- if messages[0].role == 'system' %}\n  {%- set first = messages[0].content.strip() %}\n{%- endif %}\
                     {%- set ns = namespace(n=0) %}{%- for m in messages[1:] %}{% if m.role == 'tool' %}{% continue %}{% endif %}\
                     {%- set ns.n = ns.n + 1 %}[{{ ns.n }} {{ first }} {{ m | tojson }}]{% endfor %}{{ eos_token }}";
        assert_eq!(
            render(other).as_deref(),
            Ok("<s>[1 Be brief. {\"role\":\"user\",\"content\":\"Hi\"}]</s>")
        );
        assert!(render("{{ strftime_now('%Y') }}").is_ok_and(|year| year.len() == 4));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (source, expected) in [
            ("{{ raise_exception('No system role') }}", "No system role"),
            ("{% for %}", "syntax error"),
            (
                "{% for a in range(9999) %}{% for b in range(9999) %}{{ a * b }}{% endfor %}{% endfor %}",
                "fuel",
            ),
            ("{{ strftime_now('%!') }}", "is not a format of a date"),
        ] {
            let message = render(source).unwrap_err();
            assert!(
                message.starts_with("the chat template failed: "),
                "{message}"
            );
            assert!(message.contains(expected), "{message}");
            assert!(
                message.ends_with("; give the prompt as a plain text"),
                "{message}"
            );
        }
    }
}
