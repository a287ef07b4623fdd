//! The header of a GGUF file: its settings, and where its weights lie. Nothing in it is believed before it is checked: counts, lengths
//! and places come from a file that may be cut off, damaged or made to do harm.
use crate::load::source::{Reader, Source};
use candle_core::quantized::gguf_file::Value;
use kernels::Format;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read};

/// Versions that are understood; the first has shorter numbers.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=3;
/// Bytes to whose multiples weights are put unless the file says otherwise.
const ALIGNMENT: u64 = 32;
/// Values of a list, at most: several times the merges of the largest vocabularies. In memory each takes 32 bytes.
const MOST_VALUES: u64 = 4 << 20;
/// Bytes of a text, at most: several times the longest chat templates.
const LONGEST_TEXT: u64 = 16 << 20;
/// Numbers in the shape of a weight, at most.
const MOST_DIMENSIONS: u32 = 4;
/// Lists inside of lists, at most.
const DEEPEST: usize = 4;

/// What a header says.
pub(super) struct Header {
    pub(super) settings: HashMap<String, Value>,
    pub(super) weights: BTreeMap<String, Weight>,
    /// Where the weights begin.
    pub(super) data: u64,
}

/// A weight, and where it lies.
pub(super) struct Weight {
    pub(super) stored: Stored,
    /// From the slowest dimension to the fastest.
    pub(super) shape: Vec<usize>,
    /// From the beginning of all weights, bytes.
    pub(super) offset: u64,
}

/// How numbers are stored.
#[derive(Clone, Copy)]
pub(super) enum Stored {
    Known(Format),
    /// By the number that the format has there.
    Other(u32),
}

/// Reads the header; an error is a sentence.
pub(super) fn read(file: &dyn Source) -> Result<Header, String> {
    let mut bytes = Bytes {
        reader: BufReader::new(Reader::new(file)),
        at: 0,
        length: file.length(),
        short: false,
    };
    if bytes.array()? != *b"GGUF" {
        return Err("it does not begin with the letters GGUF".to_owned());
    }
    let version = bytes.u32()?;
    if !VERSIONS.contains(&version) {
        let (first, last) = (VERSIONS.start(), VERSIONS.end());
        return Err(format!(
            "its version is {version}, and {first} to {last} are known"
        ));
    }
    bytes.short = version == 1;
    let (weights, settings) = (bytes.number()?, bytes.number()?);
    // None is shorter than a length and two numbers.
    let least = weights.saturating_add(settings).saturating_mul(12);
    if least > bytes.left() {
        return Err(format!(
            "it says that it has {settings} settings and {weights} weights, and is too short for them"
        ));
    }
    let mut header = Header {
        settings: HashMap::new(),
        weights: BTreeMap::new(),
        data: 0,
    };
    for _ in 0..settings {
        let name = bytes.text()?;
        let kind = bytes.u32()?;
        let value = bytes.value(kind, 0)?;
        header.settings.insert(name, value);
    }
    for _ in 0..weights {
        let name = bytes.text()?;
        let weight = bytes.weight(&shown(&name))?;
        header.weights.insert(name, weight);
    }
    let alignment = match header.settings.get("general.alignment") {
        None => ALIGNMENT,
        Some(value) => super::number(value)
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| number.is_power_of_two())
            .ok_or("its general.alignment is no power of two")?,
    };
    let data = bytes.at.checked_next_multiple_of(alignment);
    header.data = data.ok_or("its general.alignment is too large")?;
    Ok(header)
}

/// The beginning of a text of the file, to be read by a person.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// A file from its beginning on.
struct Bytes<'a> {
    reader: BufReader<Reader<'a>>,
    at: u64,
    length: u64,
    /// Counts and lengths have four bytes, not eight.
    short: bool,
}

impl Bytes<'_> {
    fn left(&self) -> u64 {
        self.length.saturating_sub(self.at)
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), String> {
        let length = out.len() as u64;
        if length > self.left() {
            return Err(format!("it is cut off after {} bytes", self.length));
        }
        let read = self.reader.read_exact(out);
        read.map_err(|error| format!("it cannot be read at byte {}: {error}", self.at))?;
        self.at += length;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A count or a length.
    fn number(&mut self) -> Result<u64, String> {
        match self.short {
            true => Ok(self.u32()?.into()),
            false => Ok(u64::from_le_bytes(self.array()?)),
        }
    }

    /// A text. What is no UTF-8 in it is replaced, and zeros at its end, which some programs write, are left out.
    fn text(&mut self) -> Result<String, String> {
        let at = self.at;
        let length = self.number()?;
        if length > self.left().min(LONGEST_TEXT) {
            return Err(format!(
                "the text at byte {at} has {length} bytes; the file has {} more, and {LONGEST_TEXT} are the most",
                self.left()
            ));
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        let end = bytes.iter().rposition(|&byte| byte != 0);
        bytes.truncate(end.map_or(0, |last| last + 1));
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<Value, String> {
        Ok(match kind {
            0 => Value::U8(u8::from_le_bytes(self.array()?)),
            1 => Value::I8(i8::from_le_bytes(self.array()?)),
            2 => Value::U16(u16::from_le_bytes(self.array()?)),
            3 => Value::I16(i16::from_le_bytes(self.array()?)),
            4 => Value::U32(self.u32()?),
            5 => Value::I32(i32::from_le_bytes(self.array()?)),
            6 => Value::F32(f32::from_le_bytes(self.array()?)),
            7 => Value::Bool(self.array::<1>()? != [0]),
            8 => Value::String(self.text()?),
            9 => Value::Array(self.list(depth)?),
            10 => Value::U64(u64::from_le_bytes(self.array()?)),
            11 => Value::I64(i64::from_le_bytes(self.array()?)),
            12 => Value::F64(f64::from_le_bytes(self.array()?)),
            other => {
                let at = self.at;
                return Err(format!(
                    "the value at byte {at} is of the kind {other}, which there is not"
                ));
            }
        })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value>, String> {
        let at = self.at;
        let kind = self.u32()?;
        let count = self.number()?;
        // Every value has a byte at least.
        if count > self.left().min(MOST_VALUES) || depth >= DEEPEST {
            return Err(format!(
                "the list at byte {at} has {count} values, {depth} lists around it; the file has {} more bytes, and {MOST_VALUES} values and {DEEPEST} lists are the most",
                self.left()
            ));
        }
        // It grows with what is there, not with what is said.
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(self.value(kind, depth + 1)?);
        }
        Ok(list)
    }

    fn weight(&mut self, name: &str) -> Result<Weight, String> {
        let dimensions = self.u32()?;
        if dimensions > MOST_DIMENSIONS {
            return Err(format!(
                "the weight {name} has {dimensions} dimensions, and {MOST_DIMENSIONS} are the most"
            ));
        }
        let mut shape = Vec::new();
        for _ in 0..dimensions {
            let size = self.number()?;
            shape.push(
                usize::try_from(size).map_err(|_| format!("the weight {name} is too large"))?,
            );
        }
        shape.reverse();
        Ok(Weight {
            stored: Stored::of(self.u32()?),
            shape,
            offset: u64::from_le_bytes(self.array()?),
        })
    }
}

impl Stored {
    /// By the number that a format has in such files.
    fn of(number: u32) -> Self {
        Self::Known(match number {
            0 => Format::F32,
            1 => Format::F16,
            2 => Format::Q4_0,
            3 => Format::Q4_1,
            6 => Format::Q5_0,
            7 => Format::Q5_1,
            8 => Format::Q8_0,
            10 => Format::Q2K,
            11 => Format::Q3K,
            12 => Format::Q4K,
            13 => Format::Q5K,
            14 => Format::Q6K,
            30 => Format::BF16,
            other => return Self::Other(other),
        })
    }

    pub(super) fn format(self) -> Option<Format> {
        match self {
            Self::Known(format) => Some(format),
            Self::Other(_) => None,
        }
    }

    /// The name that llama.cpp gives it.
    pub(super) fn name(self) -> String {
        const OTHERS: [(u32, &str); 18] = [
            (9, "Q8_1"),
            (15, "Q8K"),
            (16, "IQ2_XXS"),
            (17, "IQ2_XS"),
            (18, "IQ3_XXS"),
            (19, "IQ1_S"),
            (20, "IQ4_NL"),
            (21, "IQ3_S"),
            (22, "IQ2_S"),
            (23, "IQ4_XS"),
            (24, "I8"),
            (26, "I32"),
            (28, "F64"),
            (29, "IQ1_M"),
            (34, "TQ1_0"),
            (35, "TQ2_0"),
            (39, "MXFP4"),
            (40, "NVFP4"),
        ];
        match self {
            Self::Known(format) => format!("{format:?}"),
            Self::Other(number) => match OTHERS.iter().find(|(own, _)| *own == number) {
                Some((_, name)) => (*name).to_owned(),
                None => format!("format {number}"),
            },
        }
    }
}
