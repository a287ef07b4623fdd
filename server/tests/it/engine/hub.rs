//! `--model hf:OWNER/NAME`, against a hub on this machine.
use super::with_tokenizer;
use crate::analyze::Place;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Serves the files of a folder as the hub does, and counts what is asked.
fn hub(folder: PathBuf) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (folder, count) = (folder.clone(), Arc::clone(&count));
            std::thread::spawn(move || answer(stream.unwrap(), &folder, &count));
        }
    });
    (address, asked)
}

fn answer(stream: TcpStream, folder: &std::path::Path, count: &AtomicUsize) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut range) = (String::new(), None);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(bytes) = line.to_lowercase().strip_prefix("range: bytes=") {
            let (from, to) = bytes.trim().split_once('-').unwrap();
            range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap()));
        }
        if line.trim().is_empty() {
            break;
        }
    }
    count.fetch_add(1, Ordering::SeqCst);
    let path = first.split(' ').nth(1).unwrap();
    let stream = reader.get_mut();
    if path == "/api/models/o/n/revision/main" {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| {
            format!(
                "{{\"rfilename\":\"{}\"}}",
                entry.unwrap().file_name().to_str().unwrap()
            )
        });
        let names: Vec<String> = names
            .chain(["{\"rfilename\":\"onnx/model.safetensors\"}".to_owned()])
            .collect();
        let body = format!("{{\"sha\":\"c0ffee\",\"siblings\":[{}]}}", names.join(","));
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        return;
    }
    let file = path
        .strip_prefix("/o/n/resolve/main/")
        .map(|name| folder.join(name));
    let Some(bytes) = file.and_then(|file| std::fs::read(file).ok()) else {
        let _ = stream
            .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return;
    };
    let (from, to) = range.unwrap_or((0, bytes.len() - 1));
    let part = &bytes[from..=to.min(bytes.len() - 1)];
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\netag: \"{}\"\r\nx-repo-commit: c0ffee\r\ncontent-range: bytes {from}-{to}/{}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        path.rsplit('/').next().unwrap(),
        bytes.len(),
        part.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(part).unwrap();
}

fn ask(place: &Place, endpoint: &str, model: &str) -> (Option<i32>, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_surprisal"))
        .args([
            "generate",
            "--model",
            model,
            "--prompt",
            "the sea",
            "--max-new-tokens",
            "5",
            "--json",
        ])
        .env("HF_ENDPOINT", endpoint)
        .env("HF_HOME", place.path("home"))
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ran.status.code(), text(ran.stdout), text(ran.stderr))
}

#[test]
fn a_model_is_got_once_and_is_there_without_a_network() {
    let place = with_tokenizer(&[]);
    let (endpoint, asked) = hub(place.path("m"));
    let here = place.program(&[
        "generate",
        "--model",
        "m",
        "--prompt",
        "the sea",
        "--max-new-tokens",
        "5",
        "--json",
    ]);
    let sequences =
        |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap()["sequences"].clone();
    let (status, out, err) = ask(&place, &endpoint, "hf:o/n");
    assert_eq!(status, Some(0), "{err}");
    assert_eq!(sequences(&out), sequences(&here.out));
    let name = serde_json::from_str::<serde_json::Value>(&out).unwrap()["model"].clone();
    assert_eq!(name, "n");
    // Only what belongs to it, and the second time only the list of files.
    let before = asked.swap(0, Ordering::SeqCst);
    assert!(before <= 1 + 2 * 4, "{before}");
    assert_eq!(ask(&place, &endpoint, "hf:o/n").1, out);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(ask(&place, "http://127.0.0.1:1", "hf:o/n").1, out);
}

#[test]
fn what_cannot_be_got_is_said() {
    let place = Place::with(&[("m/a.gguf", "x"), ("m/b.gguf", "y")]);
    let (endpoint, _) = hub(place.path("m"));
    let (status, _, err) = ask(&place, &endpoint, "hf:o/n");
    assert_eq!(status, Some(1));
    assert!(
        err.starts_with("surprisal: hf:o/n has several models in it; name one: hf:o/n/"),
        "{err}"
    );
    assert_eq!(
        ask(&place, &endpoint, "hf:o/other").2,
        "surprisal: the hub has no hf:o/other, or not this file of it\n"
    );
    let (_, _, err) = ask(&place, &endpoint, "hf:o/n/a.gguf");
    assert!(err.contains("a.gguf is broken: "), "{err}");
    let (_, _, err) = ask(&place, "http://127.0.0.1:1", "hf:o/n");
    assert!(
        err.starts_with("surprisal: hf:o/n cannot be got: ")
            && err.ends_with("; is there a network? Else give the path of a model on this disk\n"),
        "{err}"
    );
}
