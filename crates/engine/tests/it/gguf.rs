//! The tiny models as GGUF files: converted here as llama.cpp converts them.
use crate::tiny::{Tiny, folder, ids, numbers};
use candle_core::quantized::gguf_file::{Value, write};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use decoding::{Parameters, generate};
use engine::{Memory, Message, Model, Session};
use serde_json::Value as Json;
use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

/// Weights under the names of such files, with what is done to them on the way.
fn converted(name: &str) -> Vec<(String, Tensor)> {
    let path = folder(name).join("model.safetensors");
    let weights = candle_core::safetensors::load(path, &Device::Cpu).unwrap();
    let convert = |(name, tensor): (String, Tensor)| {
        let renamed = RENAMED
            .iter()
            .fold(name, |name, (from, to)| name.replace(from, to));
        let tensor = match renamed.as_str() {
            // [inputs, outputs] of GPT-2.
            name if TURNED.iter().any(|part| name.contains(part))
                && name.ends_with("weight")
                && renamed.contains("#") =>
            {
                tensor.t().unwrap().contiguous().unwrap()
            }
            _ => tensor,
        };
        (renamed.replace('#', ""), tensor)
    };
    weights.into_iter().map(convert).collect()
}

/// `#` marks layers of GPT-2.
const RENAMED: &[(&str, &str)] = &[
    ("model.layers.", "blk."),
    ("transformer.h.", "#blk."),
    ("model.embed_tokens", "token_embd"),
    ("transformer.wte", "token_embd"),
    ("transformer.wpe", "position_embd"),
    ("transformer.ln_f", "output_norm"),
    ("model.norm", "output_norm"),
    ("lm_head", "output"),
    ("input_layernorm", "attn_norm"),
    ("post_attention_layernorm", "ffn_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
    ("ln_1", "attn_norm"),
    ("ln_2", "ffn_norm"),
    ("attn.c_attn", "attn_qkv"),
    ("attn.c_proj", "attn_output"),
    ("mlp.c_fc", "ffn_up"),
    ("mlp.c_proj", "ffn_down"),
];
const TURNED: &[&str] = &["attn_qkv", "attn_output", "ffn_up", "ffn_down"];

/// Rows (i, i + half) of every head lie beside each other in a file of the kind `llama`.
fn neighbours(tensor: &Tensor, heads: usize) -> Tensor {
    let (rows, columns) = tensor.dims2().unwrap();
    let parts = tensor
        .reshape((heads, 2, rows / heads / 2, columns))
        .unwrap();
    parts
        .transpose(1, 2)
        .unwrap()
        .reshape((rows, columns))
        .unwrap()
}

/// The file, with a tokenizer of 32 tokens and a template.
pub(crate) fn file(name: &str, format: GgmlDType) -> (TempDir, PathBuf) {
    file_of(name, |tensor| QTensor::quantize(tensor, format).unwrap())
}

/// The same with matrices that are stored in some way.
fn file_of(name: &str, store: impl Fn(&Tensor) -> QTensor) -> (TempDir, PathBuf) {
    let config: Json =
        serde_json::from_slice(&fs::read(folder(name).join("config.json")).unwrap()).unwrap();
    let kind = config["model_type"].as_str().unwrap();
    let number = |name: &str| {
        config[name]
            .as_u64()
            .map(|number| Value::U32(number as u32))
    };
    let float = |value: &Json| value.as_f64().map(|number| Value::F32(number as f32));
    let settings = [
        (
            "embedding_length",
            number("hidden_size").or(number("n_embd")),
        ),
        (
            "block_count",
            number("num_hidden_layers").or(number("n_layer")),
        ),
        (
            "feed_forward_length",
            number("intermediate_size").or(Some(Value::U32(128))),
        ),
        (
            "context_length",
            number("max_position_embeddings").or(number("n_positions")),
        ),
        (
            "attention.head_count",
            number("num_attention_heads").or(number("n_head")),
        ),
        ("attention.head_count_kv", number("num_key_value_heads")),
        (
            "attention.layer_norm_rms_epsilon",
            float(&config["rms_norm_eps"]),
        ),
        (
            "attention.layer_norm_epsilon",
            float(&config["layer_norm_epsilon"]),
        ),
        (
            "rope.freq_base",
            float(&config["rope_parameters"]["rope_theta"]),
        ),
    ];
    let mut metadata = vec![(
        "general.architecture".to_owned(),
        Value::String(kind.to_owned()),
    )];
    metadata.extend(
        settings
            .into_iter()
            .filter_map(|(name, value)| Some((format!("{kind}.{name}"), value?))),
    );
    let eos = number("eos_token_id").unwrap();
    metadata.extend([
        (
            "tokenizer.ggml.model".to_owned(),
            Value::String("gpt2".to_owned()),
        ),
        (
            "tokenizer.ggml.pre".to_owned(),
            Value::String("smollm".to_owned()),
        ),
        (
            "tokenizer.ggml.tokens".to_owned(),
            texts(
                ('a'..='v').map(String::from).chain(
                    ["12", "1", "2", "Ġ", "th", "<e>", "x", "y", "z", "Ċ"].map(String::from),
                ),
            ),
        ),
        (
            "tokenizer.ggml.merges".to_owned(),
            texts(["t h", "1 2"].map(String::from)),
        ),
        (
            "tokenizer.ggml.token_type".to_owned(),
            Value::Array(
                (0..32)
                    .map(|id| Value::I32(if id == 27 { 3 } else { 1 }))
                    .collect(),
            ),
        ),
        ("tokenizer.ggml.bos_token_id".to_owned(), Value::U32(27)),
        ("tokenizer.ggml.eos_token_id".to_owned(), eos),
        (
            "tokenizer.chat_template".to_owned(),
            Value::String(
                "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}".to_owned(),
            ),
        ),
    ]);
    let heads = |name: &str| config[name].as_u64().unwrap_or(1) as usize;
    let weights: Vec<(String, QTensor)> = converted(name)
        .into_iter()
        .map(|(name, tensor)| {
            let tensor = match (kind, &name) {
                ("llama", name) if name.contains("attn_q.") => {
                    neighbours(&tensor, heads("num_attention_heads"))
                }
                ("llama", name) if name.contains("attn_k.") => {
                    neighbours(&tensor, heads("num_key_value_heads"))
                }
                _ => tensor,
            };
            // Norms and biases are never quantised.
            let stored = match tensor.rank() {
                1 => QTensor::quantize(&tensor, GgmlDType::F32).unwrap(),
                _ => store(&tensor),
            };
            (name, stored)
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tiny.gguf");
    let metadata: Vec<(&str, &Value)> = metadata
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let weights: Vec<(&str, &QTensor)> = weights
        .iter()
        .map(|(name, weight)| (name.as_str(), weight))
        .collect();
    write(
        &mut BufWriter::new(File::create(&path).unwrap()),
        &metadata,
        &weights,
    )
    .unwrap();
    (dir, path)
}

fn texts(list: impl IntoIterator<Item = String>) -> Value {
    Value::Array(list.into_iter().map(Value::String).collect())
}

fn load(path: &Path) -> Arc<Model> {
    Arc::new(Model::load(path, Memory::free()).unwrap())
}

/// Whatever file the weights come from, the network is the same.
#[test]
fn the_runs_of_transformers() {
    for name in ["tiny_llama", "tiny_qwen2", "tiny_gpt2"] {
        let (_dir, path) = file(name, GgmlDType::F32);
        let (model, tiny) = (load(&path), Tiny::load(name));
        assert_eq!(
            (model.architecture(), model.format()),
            (tiny.model.architecture(), "F32")
        );
        assert_eq!((model.eos(), model.context()), (tiny.model.eos(), 64));
        let mut session = Session::new(&model, &tiny.input()).unwrap();
        let mut rows = tiny.recorded["forward_logits"].as_array().unwrap().iter();
        session
            .read(&tiny.input(), |logits| {
                for (found, expected) in logits.iter().zip(numbers(rows.next().unwrap())) {
                    let off = (f64::from(*found) - expected).abs();
                    assert!(
                        off <= 1e-5 * expected.abs().max(1.0),
                        "{name}: {found} instead of {expected}"
                    );
                }
                true
            })
            .unwrap();
        for run in tiny.recorded["runs"].as_array().unwrap().iter().step_by(5) {
            let mut parameters = Parameters {
                max_new_tokens: Some(14),
                eos_token_id: model.eos().to_vec(),
                ..Parameters::default()
            };
            for (name, value) in run["params"].as_object().unwrap() {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                parameters.set(name, &text).unwrap();
            }
            let answer = generate(&mut session, &tiny.prompt(), &parameters).unwrap();
            let first = [tiny.prompt(), answer.sequences[0].ids()].concat();
            let expected = ids(&run["sequences"][0]);
            assert_eq!(first, expected[..first.len()], "{name} {}", run["params"]);
        }
    }
}

fn logits(model: &Arc<Model>, ids: &[u32]) -> Vec<f32> {
    let mut all = Vec::new();
    let mut session = Session::new(model, &[]).unwrap();
    session
        .read(ids, |logits| {
            all.extend_from_slice(logits);
            true
        })
        .unwrap();
    all
}

fn farthest(a: &[f32], b: &[f32]) -> f32 {
    let off = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    off.fold(0.0, f32::max)
}

/// Weights are multiplied as the numbers that they stand for, to the bit.
#[test]
fn quantised_weights() {
    for (name, format) in [
        ("tiny_llama", GgmlDType::F16),
        ("tiny_llama", GgmlDType::BF16),
        ("tiny_llama", GgmlDType::Q4_0),
        ("tiny_llama", GgmlDType::Q4_1),
        ("tiny_qwen2", GgmlDType::Q8_0),
        ("tiny_qwen2", GgmlDType::Q5_0),
        ("tiny_gpt2", GgmlDType::Q5_1),
    ] {
        let (_dir, path) = file(name, format);
        let ids = [5, 9, 14, 5, 9];
        let model = load(&path);
        assert_eq!(model.format(), format!("{format:?}"));
        let found = logits(&model, &ids);
        // The numbers that the blocks stand for, in a file of single precision.
        let (_dir, path) = file_of(name, |tensor| {
            let packed = QTensor::quantize(tensor, format).unwrap();
            let values = packed.dequantize(&Device::Cpu).unwrap();
            QTensor::quantize(&values, GgmlDType::F32).unwrap()
        });
        let expected = logits(&load(&path), &ids);
        assert_eq!(farthest(&found, &expected), 0.0, "{name} {format:?}");
    }
}

#[test]
fn tokenizer_and_template() {
    let (_dir, path) = file("tiny_llama", GgmlDType::F32);
    let model = load(&path);
    let text = model.text().unwrap();
    // No space in front; digits stay alone, although there is a token for both.
    let tokens = text.encode("the 12\n").unwrap();
    assert_eq!(tokens.ids, [26, 4, 25, 23, 24, 31]);
    assert_eq!((tokens.before, tokens.after), (0, 0));
    assert_eq!(text.decode(&tokens.ids), "the 12\n");
    assert_eq!((text.special(27), text.piece(27).len()), (Some("<e>"), 0));
    let rendered = model
        .template()
        .unwrap()
        .render(&[Message::new("user", "th")])
        .unwrap();
    assert_eq!(rendered, "<e>th");
    assert_eq!(text.encode_as_is(&rendered).unwrap().ids, [27, 26]);
}

#[test]
fn what_is_broken_is_said() {
    let (dir, path) = file("tiny_llama", GgmlDType::F32);
    let good = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let failure = Model::load(&path, Memory::free()).unwrap_err();
        failure
            .to_string()
            .replace(&dir.path().display().to_string(), "DIR")
    };
    let replaced = |from: &str, to: &str| {
        let at = good
            .windows(from.len())
            .position(|part| part == from.as_bytes())
            .unwrap();
        let mut bytes = good.clone();
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        bytes
    };
    for (bytes, expected) in [
        (
            good[..good.len() - 4200].to_vec(),
            "goes beyond its end; it is cut off; get it again",
        ),
        (
            good[..600].to_vec(),
            "DIR/tiny.gguf is broken: its header is wrong: ",
        ),
        (
            b"not a model".to_vec(),
            "DIR/tiny.gguf is broken: its header is wrong: ",
        ),
        (
            replaced("smollm", "sm0llm"),
            "its tokenizer cuts texts in a way called \"sm0llm\", which is not known here; use the model's directory with tokenizer.json",
        ),
    ] {
        let message = refused(&bytes);
        assert!(message.contains(expected), "{message}");
    }
    // In the place of the value, not of the names that begin with it.
    let at = good
        .windows(9)
        .position(|part| part == b"\x05\0\0\0\0\0\0\0l")
        .unwrap();
    let mut bytes = good.clone();
    bytes[at + 8..at + 13].copy_from_slice(b"bloom");
    assert_eq!(
        refused(&bytes),
        "the architecture \"bloom\" is not known here; known are gpt2, llama, qwen2, qwen3"
    );
}

/// A quantised model takes the memory that its file takes.
#[test]
fn memory() {
    let (_dir, path) = file("tiny_llama", GgmlDType::Q8_0);
    let load = |memory| Model::load(&path, Memory::of(memory));
    assert!(load(30_000).is_ok());
    assert_eq!(
        load(20_000).unwrap_err().to_string(),
        "the model needs 24.6 KB of memory and 20 KB are free; close other programs, or take a smaller or a quantised model"
    );
}
