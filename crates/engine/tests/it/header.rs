//! GGUF files whose header is broken: cut off, damaged, or made to do harm. Each is refused in a sentence, and nothing that it says
//! of sizes is believed.
use crate::gguf::file;
use candle_core::quantized::GgmlDType;
use engine::{Folder, Memory, Model, Source};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file that is put together by hand.
#[derive(Clone)]
struct Made(Vec<u8>);

impl Made {
    /// With so many weights and settings to come.
    fn new(version: u32, weights: u64, settings: u64) -> Self {
        Self(b"GGUF".to_vec())
            .u32(version)
            .u64(weights)
            .u64(settings)
    }

    fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn u64(mut self, number: u64) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.u64(text.len() as u64).bytes(text.as_bytes())
    }

    /// A setting that is a text.
    fn says(self, name: &str, value: &str) -> Self {
        self.text(name).u32(8).text(value)
    }

    /// A weight of this shape, fastest dimension first.
    fn weight(self, name: &str, shape: &[u64], format: u32, offset: u64) -> Self {
        let made = self.text(name).u32(shape.len() as u32);
        let made = shape.iter().fold(made, |made, size| made.u64(*size));
        made.u32(format).u64(offset)
    }

    fn room(self, bytes: usize) -> Self {
        self.bytes(&vec![0; bytes])
    }
}

/// The message, without the folder.
#[track_caller]
fn refused(path: &Path, bytes: &[u8]) -> String {
    fs::write(path, bytes).unwrap();
    let failure = Model::load(path, Memory::free()).unwrap_err();
    let folder = path.parent().unwrap().display().to_string();
    failure.to_string().replace(&folder, "DIR")
}

#[test]
fn headers_that_cannot_be() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.gguf");
    let kind = |made: Made| made.says("general.architecture", "llama");
    let aligned = |alignment| {
        Made::new(3, 0, 1)
            .text("general.alignment")
            .u32(4)
            .u32(alignment)
    };
    let weight = |shape: &[u64], format, offset| {
        kind(Made::new(3, 1, 1))
            .weight("output.weight", shape, format, offset)
            .room(256)
    };
    let nested = (0..6).fold(Made::new(3, 0, 1).text("a").u32(9), |made, _| {
        made.u32(9).u64(1)
    });
    let table: Vec<(Made, &str)> = vec![
        (
            Made(b"PK\x03\x04 and more".to_vec()),
            "it does not begin with the letters GGUF",
        ),
        (Made(b"GG".to_vec()), "it is cut off after 2 bytes"),
        (Made(b"GGUF".to_vec()), "it is cut off after 4 bytes"),
        // As a machine with the other byte order writes it.
        (
            Made::new(3_u32.swap_bytes(), 0, 0),
            "its version is 50331648, and 1 to 3 are known",
        ),
        (Made::new(4, 0, 0), "its version is 4, and 1 to 3 are known"),
        (
            Made::new(3, u64::MAX, u64::MAX).room(64),
            "it says that it has 18446744073709551615 settings and 18446744073709551615 weights, and is too short for them",
        ),
        (
            Made::new(3, 0, 1).u64(u64::MAX).room(64),
            "the text at byte 24 has 18446744073709551615 bytes; the file has 64 more, and 16777216 are the most",
        ),
        (
            Made::new(3, 0, 1)
                .text("a")
                .u32(9)
                .u32(0)
                .u64(1 << 40)
                .room(64),
            "the list at byte 37 has 1099511627776 values, 0 lists around it; the file has 64 more bytes, and 4194304 values and 4 lists are the most",
        ),
        (
            nested.room(64),
            "the list at byte 85 has 1 values, 4 lists around it; the file has 76 more bytes, and 4194304 values and 4 lists are the most",
        ),
        (
            Made::new(3, 0, 1).text("a").u32(77).room(64),
            "the value at byte 37 is of the kind 77, which there is not",
        ),
        (aligned(0), "its general.alignment is no power of two"),
        (aligned(48), "its general.alignment is no power of two"),
        (
            kind(Made::new(3, 1, 1))
                .text("output.weight")
                .u32(5)
                .room(64),
            "the weight output.weight has 5 dimensions, and 4 are the most",
        ),
        (
            kind(Made::new(3, 1, 1))
                .text("output.weight")
                .u32(2)
                .room(9),
            "it is cut off after 103 bytes",
        ),
    ];
    for (made, expected) in table {
        assert_eq!(
            refused(&path, &made.0),
            format!("DIR/a.gguf is broken: its header is wrong: {expected}; get it again")
        );
    }
    let beyond = "DIR/a.gguf is broken: the weight output.weight goes beyond its end; it is cut off; get it again";
    for (made, expected) in [
        (weight(&[64, 4], 0, 0), beyond),
        (weight(&[8], 0, 1 << 40), beyond),
        (weight(&[8], 0, u64::MAX - 8), beyond),
        (weight(&[1 << 60, 1 << 60], 0, 0), beyond),
        (
            weight(&[32], 23, 0),
            "the weight output.weight is stored as IQ4_XS, which is not supported; take one in F32, F16 or BF16, or as GGUF in Q8_0 or Q4_K",
        ),
        (
            weight(&[32], 4711, 0),
            "the weight output.weight is stored as format 4711, which is not supported; take one in F32, F16 or BF16, or as GGUF in Q8_0 or Q4_K",
        ),
        (weight(&[8], 0, 0), "DIR/a.gguf: hidden_size is missing"),
    ] {
        assert_eq!(refused(&path, &made.0), expected);
    }
}

/// The oldest version has shorter counts.
#[test]
fn the_first_version_is_read_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.gguf");
    let made = Made(b"GGUF".to_vec()).u32(1).u32(0).u32(1);
    let made = made
        .u32(20)
        .bytes(b"general.architecture")
        .u32(8)
        .u32(5)
        .bytes(b"bloom");
    assert_eq!(
        refused(&path, &made.0),
        "the architecture \"bloom\" is not known here; known are gpt2, llama, qwen2, qwen3"
    );
}

/// One file in memory.
#[derive(Debug, Clone)]
struct InMemory(Arc<[u8]>);

impl Source for InMemory {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).unwrap();
        let part = self.0.get(from..from + out.len());
        out.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl Folder for InMemory {
    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(name)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(vec!["a.gguf".to_owned()])
    }

    fn open(&self, _: &str) -> io::Result<Arc<dyn Source>> {
        Ok(Arc::new(self.clone()))
    }
}

/// Whatever stands in the header, and wherever the file ends, there is an error or a model, never a panic.
#[test]
fn damage_anywhere() {
    let (_dir, path) = file("tiny_llama", GgmlDType::F32);
    let good = fs::read(path).unwrap();
    let load = |bytes: Vec<u8>| {
        let outcome = Model::open(&InMemory(bytes.into()), Memory::of(1 << 28));
        if let Err(failure) = outcome {
            // In one line, whatever the environment asks for.
            assert!(!failure.to_string().contains('\n'), "{failure}");
        }
    };
    let header = 3200;
    for at in (0..header).step_by(5) {
        let mut flipped = good.clone();
        flipped[at] ^= 0x13;
        load(flipped);
        for number in [0, 1 << 31, 1 << 40, u64::MAX] {
            let mut bytes = good.clone();
            bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(number));
            load(bytes);
        }
    }
    for length in (0..good.len()).step_by(211) {
        load(good[..length].to_vec());
    }
}
