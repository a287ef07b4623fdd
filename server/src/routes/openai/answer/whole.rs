//! What stands around the choices: the whole completion, and the counts of its tokens.
use super::Answer;
use crate::routes::openai::choice::Part;
use crate::routes::openai::question::Kind;
use crate::routes::openai::tokens;
use serde_json::{Value, json};

impl Answer {
    /// The whole completion.
    pub(in crate::routes::openai) fn whole(&self) -> Value {
        let choices = (0..).zip(self.best()).map(|(number, (part, reason))| {
            let number: usize = number;
            let mut choice = json!({
                "index": number,
                "logprobs": tokens::logprobs(&self.form, part),
                "finish_reason": reason,
            });
            match self.form.kind {
                Kind::Text => choice["text"] = json!(part.text),
                Kind::Chat => {
                    choice["message"] =
                        json!({ "role": "assistant", "content": part.text, "refusal": null });
                }
            }
            choice
        });
        let kind = match self.form.kind {
            Kind::Text => "text_completion",
            Kind::Chat => "chat.completion",
        };
        let mut whole = self.around(kind, choices.collect());
        whole["usage"] = self.usage();
        whole
    }

    /// Of each prompt the answers that are asked for: all, or those with the highest log-probability per token.
    fn best(&self) -> Vec<&(Part, Value)> {
        let all: Vec<&(Part, Value)> = self.given.values().collect();
        if self.form.best_of == self.form.n {
            return all;
        }
        let groups = all.chunks(self.form.best_of);
        let best = groups.flat_map(|group| {
            let mut group: Vec<(f64, &(Part, Value))> =
                group.iter().map(|one| (one.0.mean(), *one)).collect();
            group.sort_by(|a, b| b.0.total_cmp(&a.0));
            group.into_iter().take(self.form.n).map(|(_, one)| one)
        });
        best.collect()
    }

    /// The chunk at the end that has the counts.
    pub(in crate::routes::openai) fn usage_chunk(&self) -> Value {
        let mut chunk = self.around(self.chunk_kind(), json!([]));
        chunk["usage"] = self.usage();
        chunk
    }

    fn usage(&self) -> Value {
        let (prompt, _) = self.prompt_tokens;
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": self.completion_tokens,
            "total_tokens": prompt + self.completion_tokens,
        })
    }

    pub(super) fn around(&self, kind: &str, choices: Value) -> Value {
        json!({
            "id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices,
            // Probabilities depend on the weights.
            "system_fingerprint": self.engine["sha256"].as_str().and_then(|hash| hash.get(..12)),
        })
    }
}
