//! The tokenizer inside a GGUF file.
//!
//! It is made of the vocabulary and the merges. How a text is cut before they are applied is named in the file only, and a
//! name that is not known is an error.
use super::header::{Header, shown};
use super::number;
use candle_core::quantized::gguf_file::Value;
use std::collections::BTreeSet;
use tokenizers::decoders::byte_level::ByteLevel as Decoder;
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::tokenizer::SplitDelimiterBehavior;
use tokenizers::{AddedToken, Tokenizer};

/// Llama 3 and those after it: up to three digits stay together.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Qwen 2 and 3: every digit by itself.
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Kinds of tokens that are no part of a text: unknown, control, user-defined, unused.
const SPECIAL: std::ops::RangeInclusive<i64> = 2..=5;

/// An error is a sentence.
pub(super) fn read(header: &Header) -> Result<Tokenizer, String> {
    let told = Told(header);
    let model = told.text("model").unwrap_or_default();
    if model != "gpt2" {
        return Err(format!(
            "its tokenizer is of the kind \"{}\", and only byte-level BPE is read from GGUF; use the model's directory with tokenizer.json",
            shown(model)
        ));
    }
    let name = told.text("pre").unwrap_or("gpt-2");
    let cut = cut(name)?;
    let mut tokenizer =
        build(&told).map_err(|why| format!("its tokenizer is wrong: {why}; get the file again"))?;
    if name.contains("qwen2") {
        let composed = tokenizer.with_normalizer(Some(NFC));
        composed.map_err(|error| error.to_string())?;
    }
    tokenizer.with_pre_tokenizer(Some(cut));
    Ok(tokenizer)
}

/// What a file says of its tokenizer.
struct Told<'a>(&'a Header);

impl<'a> Told<'a> {
    fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.settings.get(&format!("tokenizer.ggml.{name}"))
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        match self.value(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Bool(true)))
    }

    fn list(&self, name: &str) -> &'a [Value] {
        match self.value(name) {
            Some(Value::Array(list)) => list,
            _ => &[],
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<&'a str>, String> {
        let text = |value: &'a Value| match value {
            Value::String(text) => Ok(text.as_str()),
            _ => Err(format!("{name} has something that is no text")),
        };
        let texts: Result<Vec<_>, _> = self.list(name).iter().map(text).collect();
        texts.and_then(|texts| match texts.is_empty() {
            true => Err(format!("it has no {name}")),
            false => Ok(texts),
        })
    }
}

fn build(told: &Told<'_>) -> Result<Tokenizer, String> {
    let tokens = told.texts("tokens")?;
    let vocabulary = (0..)
        .zip(&tokens)
        .map(|(id, token)| ((*token).to_owned(), id));
    let merge = |merge: &str| match merge.split_once(' ') {
        Some((first, second)) => Ok((first.to_owned(), second.to_owned())),
        None => Err(format!("\"{}\" is no merge of two tokens", shown(merge))),
    };
    let merges = told.texts("merges")?.into_iter().map(merge);
    let merges = merges.collect::<Result<Vec<_>, _>>()?;
    let token = |name: &str| {
        let id = u32::try_from(number(told.value(name)?)?).ok()?;
        Some((id, (*tokens.get(id as usize)?).to_owned()))
    };
    let mut model = BPE::builder()
        .vocab_and_merges(
            vocabulary.collect::<tokenizers::models::bpe::Vocab>(),
            merges,
        )
        .byte_fallback(told.flag("byte_fallback"))
        .ignore_merges(told.flag("ignore_merges"));
    if let Some((_, unknown)) = token("unknown_token_id") {
        model = model.unk_token(unknown);
    }
    let error = |error: tokenizers::Error| error.to_string();
    let mut tokenizer = Tokenizer::new(model.build().map_err(error)?);
    tokenizer.with_decoder(Some(Decoder::default()));

    let around = |asked: &str, name: &str| told.flag(asked).then(|| token(name)).flatten();
    let before = around("add_bos_token", "bos_token_id");
    let after = around("add_eos_token", "eos_token_id");
    if before.is_some() || after.is_some() {
        let name = |token: &Option<(u32, String)>| token.clone().map(|(_, text)| text);
        let pieces = [name(&before), Some("$0".to_owned()), name(&after)];
        let special = before.into_iter().chain(after).map(|(id, text)| (text, id));
        let processor = TemplateProcessing::builder()
            .try_single(pieces.into_iter().flatten().collect::<Vec<_>>())?
            .special_tokens(special.collect::<Vec<_>>())
            .build()
            .map_err(|error| error.to_string())?;
        tokenizer.with_post_processor(Some(processor));
    }

    let kinds = told.list("token_type").iter().map(number);
    let marked = tokens.iter().zip(kinds).filter_map(|(token, kind)| {
        let special = kind.is_some_and(|kind| SPECIAL.contains(&kind));
        special.then(|| (*token).to_owned())
    });
    let named = ["bos", "eos", "padding", "seperator", "unknown"]
        .into_iter()
        .filter_map(|name| Some(token(&format!("{name}_token_id"))?.1));
    let special: BTreeSet<String> = marked.chain(named).collect();
    let special = special
        .into_iter()
        .map(|token| AddedToken::from(token, true));
    let added = tokenizer.add_special_tokens(special.collect::<Vec<_>>());
    added.map_err(error)?;
    Ok(tokenizer)
}

/// By the names of llama.cpp.
fn cut(name: &str) -> Result<PreTokenizerWrapper, String> {
    let bytes = |regex: bool| ByteLevel::new(false, true, regex);
    let regex = |pattern: &str| {
        let pattern = SplitPattern::Regex(pattern.to_owned());
        let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false);
        let split = split.map_err(|error| error.to_string())?;
        Ok(Sequence::new(vec![split.into(), bytes(false).into()]).into())
    };
    match name {
        "gpt-2" | "gpt2" | "phi-2" | "mpt" | "olmo" => Ok(bytes(true).into()),
        "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" => {
            Ok(Sequence::new(vec![Digits::new(true).into(), bytes(true).into()]).into())
        }
        "llama3" | "llama-v3" | "llama-bpe" | "smaug-bpe" => regex(LLAMA3),
        "qwen2" | "deepseek-r1-qwen" => regex(QWEN2),
        other => Err(format!(
            "its tokenizer cuts texts in a way called \"{}\", which is not known here; use the model's directory with tokenizer.json",
            shown(other)
        )),
    }
}
