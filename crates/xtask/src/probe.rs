//! Servers that run for the length of a test: a free port, waiting until ready, stopping for sure.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::run::{Done, Failure, not_started};

const PATIENCE: Duration = Duration::from_secs(30);

/// A port of loopback that nobody listens on now.
pub(crate) fn free_port() -> Done<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Failure::new(format!("no free port on loopback: {error}"), ""))
}

/// A program that was started and has answered. Killed when dropped.
pub(crate) struct Running {
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about it here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a program with its output in `log`, and waits until `GET path` on its port answers 200.
    pub(crate) fn start(mut command: Command, log: &Path, port: u16, path: &str) -> Done<Self> {
        let cannot =
            |error: std::io::Error| Failure::new(format!("{}: {error}", log.display()), "");
        let out = File::create(log).map_err(cannot)?;
        let err = out.try_clone().map_err(cannot)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .map_err(|error| not_started(&command, &error))?;
        let mut running = Self { child };
        let name = PathBuf::from(command.get_program()).display().to_string();
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if answers(port, path).unwrap_or(false) {
                return Ok(running);
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(Failure::new(
                    format!("{name} stopped at once ({status})"),
                    see(log),
                ));
            }
            sleep(Duration::from_millis(50));
        }
        Err(Failure::new(
            format!(
                "{name} did not answer {path} within {} s",
                PATIENCE.as_secs()
            ),
            see(log),
        ))
    }
}

/// What the program said last, inside the remedy: on a machine of others the file itself is out of reach.
fn see(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(20)..].join("\n    ");
    format!("see {}, which ends with\n    {last}", log.display())
}

/// The head of the answer to a plain `GET`, as a browser asks.
pub(crate) fn fetch(port: u16, path: &str) -> Done<String> {
    let ask = || -> std::io::Result<String> {
        let limit = Duration::from_secs(10);
        let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        stream.set_read_timeout(Some(limit))?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        Ok(answer
            .split("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .to_owned())
    };
    ask().map_err(|error| Failure::new(format!("GET {path}: {error}"), ""))
}

/// The body of the answer to a plain `GET`; only an answer of success will do.
pub(crate) fn body(port: u16, path: &str) -> Done<String> {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // Of HTTP/1.0: an answer without chunks, that ends with the connection.
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    let answer = ask().map_err(|error| Failure::new(format!("GET {path}: {error}"), ""))?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains(" 200 ") => Ok(body.to_owned()),
        _ => Err(Failure::new(format!("GET {path}: {answer}"), "")),
    }
}

/// Sends bytes; only an answer of success will do.
pub(crate) fn post(port: u16, path: &str, bytes: &[u8]) -> Done {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            bytes.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(bytes)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    match ask() {
        Ok(answer) if answer.starts_with("HTTP/1.1 20") => Ok(()),
        Ok(answer) => Err(Failure::new(format!("POST {path}: {answer}"), "")),
        Err(error) => Err(Failure::new(format!("POST {path}: {error}"), "")),
    }
}

/// One plain HTTP request, to see whether somebody is at home.
fn answers(port: u16, path: &str) -> std::io::Result<bool> {
    let limit = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), limit)?;
    stream.set_read_timeout(Some(limit))?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut first = [0; 12];
    stream.read_exact(&mut first)?;
    Ok(&first == b"HTTP/1.1 200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_stops_is_noticed_and_quoted() {
        let log = std::env::temp_dir().join(format!("xtask-probe-{}.log", std::process::id()));
        let mut command = Command::new("rustc");
        command.arg("--no-such-flag");
        let port = free_port().unwrap();
        let failure = Running::start(command, &log, port, "/")
            .err()
            .unwrap()
            .to_string();
        let _ = std::fs::remove_file(&log);
        assert!(
            failure.starts_with("failed: rustc stopped at once"),
            "{failure}"
        );
        assert!(failure.contains("no-such-flag"), "{failure}");
    }

    #[test]
    fn only_200_counts_as_an_answer() {
        for (reply, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 503 Busy\r\n\r\n", false),
        ] {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                // All of it: closing a connection with unread bytes resets it, and the answer may be lost.
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.extend(byte);
                }
                stream.write_all(reply.as_bytes()).unwrap();
            });
            assert_eq!(answers(port, "/").unwrap(), expected, "{reply}");
            server.join().unwrap();
        }
    }
}
