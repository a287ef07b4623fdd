//! Compressed copies beside the files of the site, so that the server only has to send bytes.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::files;
use crate::run::{Done, Failure};

/// Smaller files gain nothing.
const WORTH_IT: usize = 1024;
/// Formats that are text, or compress like it.
const KINDS: &[&str] = &[
    "css",
    "html",
    "ico",
    "js",
    "json",
    "jsonl",
    "md",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// Makes the copies of a file. Compressing hard is slow, so every result is kept below `cache` under a digest of the content.
pub(crate) fn compress(file: &Path, cache: &Path) -> Done {
    let content = files::read(file)?;
    let kind = file.extension().unwrap_or_default().to_string_lossy();
    if content.len() <= WORTH_IT || !KINDS.contains(&kind.as_ref()) {
        return Ok(());
    }
    let digest = files::digest(&[&content]);
    let failed = |error: std::io::Error| {
        Failure::new(format!("compressing {}: {error}", file.display()), "")
    };
    let kept = |ending: &str, make: &dyn Fn(&[u8]) -> std::io::Result<Vec<u8>>| {
        let kept = cache.join(format!("{digest}.{ending}"));
        if !kept.is_file() {
            let unfinished = kept.with_extension("unfinished");
            files::write(&unfinished, make(&content).map_err(failed)?)?;
            files::rename(&unfinished, &kept)?;
        }
        files::copy(&kept, &beside(file, ending))
    };
    kept("br", &brotli)?;
    kept("gz", &gzip)
}

/// `a/b.js` → `a/b.js.br`.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_ways_give_the_content_back() {
        let content = "the same words again and again, ".repeat(99).into_bytes();
        let (mut from_brotli, mut from_gzip) = (Vec::new(), Vec::new());
        brotli::Decompressor::new(&brotli(&content).unwrap()[..], 4096)
            .read_to_end(&mut from_brotli)
            .unwrap();
        flate2::read::GzDecoder::new(&gzip(&content).unwrap()[..])
            .read_to_end(&mut from_gzip)
            .unwrap();
        assert_eq!(from_brotli, content);
        assert_eq!(from_gzip, content);
    }

    #[test]
    fn only_what_is_worth_it_gets_copies() {
        let folder = std::env::temp_dir().join(format!("xtask-compress-{}", std::process::id()));
        for (name, size, expected) in [
            ("a.js", 5000, true),
            ("b.js", 1024, false),
            ("c.png", 5000, false),
        ] {
            let file = folder.join(name);
            files::write(&file, vec![b'x'; size]).unwrap();
            compress(&file, &folder.join("cache")).unwrap();
            assert_eq!(beside(&file, "br").is_file(), expected, "{name}");
            assert_eq!(beside(&file, "gz").is_file(), expected, "{name}");
        }
        files::remove(&folder).unwrap();
    }
}
