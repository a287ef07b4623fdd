//! The tokenizer inside a GGUF file.
//!
//! candle builds it from the vocabulary and the merges. How a text is cut before they are applied is named in the file
//! only; candle knows few of these names and takes the cut of GPT-2, with a space in front, for all others. So the cut is
//! set here, and a name that is not known is an error.
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::tokenizer::TokenizerFromGguf as _;
use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;

/// Llama 3 and those after it: up to three digits stay together.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// Qwen 2 and 3: every digit by itself.
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// An error is a sentence.
pub(super) fn read(content: &Content) -> Result<Tokenizer, String> {
    let text = |name: &str| match content.metadata.get(name) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let model = text("tokenizer.ggml.model").unwrap_or_default();
    if model != "gpt2" {
        return Err(format!(
            "its tokenizer is of the kind {model:?}, and only byte-level BPE is read from GGUF; use the model's directory with tokenizer.json"
        ));
    }
    let cut = cut(text("tokenizer.ggml.pre").unwrap_or("gpt-2"))?;
    let mut tokenizer = Tokenizer::from_gguf(content)
        .map_err(|error| format!("its tokenizer is wrong: {error}; get the file again"))?;
    tokenizer.with_pre_tokenizer(Some(cut));
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
            "its tokenizer cuts texts in a way called {other:?}, which is not known here; use the model's directory with tokenizer.json"
        )),
    }
}
