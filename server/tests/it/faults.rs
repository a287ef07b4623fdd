//! The program under bad luck: killed at any moment, on a full disk, with many uploads at once.
use crate::app::files;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Begins long enough to be several parts of an upload.
const PART: usize = 8 << 20;

/// A server as a process of its own. Killed when dropped.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(store: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let child = Command::new(env!("CARGO_BIN_EXE_surprisal"))
            .args([
                "serve",
                "--addr",
                &address.to_string(),
                "--rate",
                "0",
                "--store",
            ])
            .arg(format!("file://{}", store.display()))
            .env_remove("SURPRISAL_TOKEN")
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let program = Self { child, address };
        let begin = Instant::now();
        while program.get("/api/ready").0 != 200 {
            assert!(
                begin.elapsed() < Duration::from_secs(60),
                "it does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        program
    }

    /// The status and the body; 0 where the connection broke.
    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        ask(
            self.address,
            &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"),
            &[],
        )
    }

    fn post(&self, name: &str, bytes: &[u8]) -> (u16, Vec<u8>) {
        post(self.address, name, bytes)
    }

    /// Bytes of memory that it has now, and that it had at most.
    #[cfg(target_os = "linux")]
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let field = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
            kilobytes << 10
        };
        (field("VmRSS:"), field("VmHWM:"))
    }
}

fn post(address: SocketAddr, name: &str, bytes: &[u8]) -> (u16, Vec<u8>) {
    let head = format!(
        "POST /api/runs?name={name} HTTP/1.0\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        bytes.len()
    );
    ask(address, &head, bytes)
}

fn ask(address: SocketAddr, head: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let exchange = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().unwrap_or_default();
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
    let status = answer
        .get(9..12)
        .and_then(|text| std::str::from_utf8(text).ok());
    match (status.and_then(|text| text.parse().ok()), end) {
        (Some(status), Some(end)) => (status, answer[end + 4..].to_vec()),
        _ => (0, Vec::new()),
    }
}

/// Bytes that are the same for the same seed.
fn noise(seed: u32, size: usize) -> Vec<u8> {
    let mut state = seed | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state & 0xff) as u8 | 0x80
    })
    .take(size)
    .collect()
}

/// What was acknowledged is there with all its bytes, whatever is listed is whole, and what was never finished is found. The
/// moments are others each time; a failing test prints what they came from.
#[test]
fn killed_at_any_moment() {
    let moments = std::env::var("KILLED_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let moments: u32 = moments.unwrap_or_else(|| std::process::id().wrapping_mul(0x9e37_79b9));
    eprintln!("KILLED_SEED={moments}");
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    // By the hash of their bytes: what was sent, and what was acknowledged as a run.
    let mut sent: BTreeSet<String> = BTreeSet::new();
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    let mut cut = 0;
    for round in 0_u32..12 {
        let mut program = Program::start(&store);
        let (status, list) = program.get("/api/runs?limit=100");
        assert_eq!(status, 200);
        let list: api::RunList = serde_json::from_slice(&list).unwrap();
        assert_eq!(list.total, list.runs.len() as u64);
        for (id, hash) in &acknowledged {
            let found = list.runs.iter().find(|run| run.id == *id);
            let found = found.unwrap_or_else(|| panic!("round {round}: {id} was acknowledged"));
            assert_eq!(found.sha256, *hash, "round {round}: {id}");
        }
        for run in &list.runs {
            let (status, bytes) = program.get(&format!("/api/runs/{}/file", run.id));
            assert_eq!(status, 200, "round {round}: {}", run.id);
            assert_eq!(sha256(&bytes), run.sha256, "round {round}: {}", run.id);
            assert!(sent.contains(&run.sha256), "round {round}: {}", run.id);
        }
        // Small files and files of several parts.
        let bodies: Vec<Vec<u8>> = (1..=6)
            .map(|nth| noise(round * 16 + nth, size(nth)))
            .collect();
        let hashes: Vec<String> = bodies.iter().map(|body| sha256(body)).collect();
        sent.extend(hashes.iter().cloned());
        let address = program.address;
        let sending = std::thread::spawn(move || {
            let mut stored = Vec::new();
            for (body, hash) in bodies.iter().zip(hashes) {
                let (status, body) = post(address, "x", body);
                if status != 201 {
                    return (stored, true);
                }
                let run: api::RunSummary = serde_json::from_slice(&body).unwrap();
                stored.push((run.id, hash));
            }
            (stored, false)
        });
        // Later and later, by as much as chance has it: every step of an upload is hit by some round.
        let chance: u32 = noise(moments ^ (round + 1), 4)
            .iter()
            .map(|byte| u32::from(byte & 0x7f))
            .sum();
        std::thread::sleep(Duration::from_millis(u64::from(round * 45 + chance / 5)));
        program.child.kill().unwrap();
        program.child.wait().unwrap();
        let (stored, broken) = sending.join().unwrap();
        cut += u32::from(broken);
        acknowledged.extend(stored);
    }
    assert!(cut > 0, "no upload was ever cut off: the test is too slow");
    // The same bytes once more: one run each, as if nothing had been.
    let program = Program::start(&store);
    let before = files(&store.join("run")).len();
    for nth in 1..4 {
        assert_eq!(program.post("again", &noise(nth, size(nth))).0, 201);
    }
    assert_eq!(files(&store.join("run")).len(), before + 3);
    // What was never finished is told apart from all else, once it is old enough.
    let mut left: Vec<String> = files(&store)
        .into_iter()
        .filter(|file| file.contains('#'))
        .collect();
    left.sort();
    let long_ago = SystemTime::now() - Duration::from_secs(2 * 3600);
    for file in &left {
        let file = std::fs::File::options()
            .write(true)
            .open(store.join(file))
            .unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_surprisal"))
        .args(["gc", "--grace", "1h", "--store"])
        .arg(format!("file://{}", store.display()))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let mut found: Vec<&str> = told
        .lines()
        .filter_map(|line| line.split_once(" (unfinished, "))
        .map(|(_, rest)| rest.split_once(')').unwrap().0)
        .collect();
    found.sort_unstable();
    assert_eq!(found, left, "{told}");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every third one has several parts.
fn size(seed: u32) -> usize {
    match seed % 3 {
        0 => 2 * PART + 17,
        _ => 40_000,
    }
}

/// Sixteen uploads at once take no more memory than their parts, however large they are.
#[cfg(target_os = "linux")]
#[test]
fn memory_of_parallel_uploads() {
    const UPLOADS: u32 = 16;
    let dir = tempfile::tempdir().unwrap();
    let program = Program::start(&dir.path().join("store"));
    let (idle, _) = program.memory();
    let address = program.address;
    let uploads: Vec<_> = (0..UPLOADS)
        .map(|nth| std::thread::spawn(move || post(address, "x", &noise(nth + 1, 5 * PART)).0))
        .collect();
    for upload in uploads {
        assert_eq!(upload.join().unwrap(), 201);
    }
    let (_, most) = program.memory();
    // Three parts each: two on their way, one being filled.
    let bound = idle + u64::from(UPLOADS) * 3 * PART as u64 + (64 << 20);
    assert!(most < bound, "{most} bytes, more than {bound}");
    assert_eq!(program.get("/api/health").0, 200);
}

/// On a disk without room nothing looks stored, the reason is said, and it goes on when there is room again.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=24m", "surprisal-test"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no small disk can be mounted here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let store = disk.join("store");
        let program = Program::start(&store);
        let (status, body) = program.post("small", &noise(1, 40_000));
        assert_eq!(status, 201);
        let kept: api::RunSummary = serde_json::from_slice(&body).unwrap();
        let (status, body) = program.post("large", &noise(2, 5 * PART));
        let error: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (status, &error["code"], &error["message"]),
            (
                507,
                &"storage_full".into(),
                &"The store is full; nothing was stored.".into()
            )
        );
        let (_, list) = program.get("/api/runs");
        let list: api::RunList = serde_json::from_slice(&list).unwrap();
        assert_eq!(list.total, 1);
        assert_eq!(
            program.get(&format!("/api/runs/{}/file", kept.id)).1,
            noise(1, 40_000)
        );
        // What was begun has left nothing, so there is room again.
        let (status, body) = program.post("fits", &noise(3, PART));
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
    });
    let unmounted = Command::new("umount").arg("-l").arg(&disk).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}
