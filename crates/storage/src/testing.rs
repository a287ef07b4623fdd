//! A real MinIO on loopback, for tests of this and other rooms (feature `testing`).
use crate::minio::{MinioConfig, Timing};
use crate::{Secrets, StoreSetting};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

const USER: &str = "surprisal-test";
const PASSWORD: &str = "surprisal-test-secret";
/// A start takes about a second; a busy machine may need much longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A MinIO server of its own, with an empty directory. It is killed when the last user drops it, also in a panic.
#[derive(Debug)]
pub struct MinioServer {
    child: Child,
    port: u16,
    dir: tempfile::TempDir,
}

impl MinioServer {
    /// The server that the tests of this process share; started when nobody uses one.
    ///
    /// `None` when there is no MinIO on this machine: that is said on standard error, past the capture of the test
    /// harness, and the test should return.
    ///
    /// # Errors
    /// MinIO does not start, or there is none although `SURPRISAL_REQUIRE_MINIO` is 1.
    pub fn shared() -> Result<Option<Arc<Self>>, String> {
        static SHARED: Mutex<Weak<MinioServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Ok(Some(server));
        }
        let Some(binary) = Self::binary() else {
            let message =
                "no MinIO binary: neither SURPRISAL_MINIO nor PATH nor Go's bin folder has one";
            if std::env::var("SURPRISAL_REQUIRE_MINIO").is_ok_and(|value| value == "1") {
                return Err(message.into());
            }
            // Not eprintln: its output is shown for failing tests only.
            let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: {message} ***\n");
            return Ok(None);
        };
        let server = Arc::new(Self::start(&binary)?);
        *shared = Arc::downgrade(&server);
        Ok(Some(server))
    }

    /// Where MinIO is: `SURPRISAL_MINIO`, else `PATH`, else the `bin` folder of Go.
    pub fn binary() -> Option<PathBuf> {
        if let Some(path) = std::env::var_os("SURPRISAL_MINIO").filter(|path| !path.is_empty()) {
            return Some(path.into());
        }
        let go = || {
            let output = Command::new("go")
                .args(["env", "GOPATH"])
                .stderr(Stdio::null())
                .output()
                .ok()?;
            let path = String::from_utf8(output.stdout).ok()?;
            Some(PathBuf::from(path.trim()).join("bin"))
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .chain(std::iter::from_fn(go).take(1))
            .map(|folder| folder.join("minio"))
            .find(|file| file.is_file())
    }

    /// A server of this binary, for one test alone.
    ///
    /// # Errors
    /// It does not start; the text holds its log.
    pub fn start(binary: &std::path::Path) -> Result<Self, String> {
        let mut last = String::new();
        // Somebody else may take a free port between our look and MinIO's.
        for _ in 0..3 {
            match Self::start_once(binary) {
                Ok(server) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Kills it at once, as a crash does. What it has stored stays.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again after [`MinioServer::kill`], on the same port and with what it had.
    ///
    /// # Errors
    /// It does not start; the text holds its log.
    pub fn again(&mut self, binary: &std::path::Path) -> Result<(), String> {
        self.again_with(binary, PASSWORD)
    }

    /// As [`MinioServer::again`], but [`MinioServer::secrets`] are refused unless this is their password.
    ///
    /// # Errors
    /// It does not start; the text holds its log.
    pub fn again_with(&mut self, binary: &std::path::Path, password: &str) -> Result<(), String> {
        self.child = Self::spawn(binary, &self.dir, self.port, password)?;
        self.until_ready()
    }

    fn start_once(binary: &std::path::Path) -> Result<Self, String> {
        let text = |error: std::io::Error| format!("MinIO cannot be started: {error}");
        let dir = tempfile::tempdir().map_err(text)?;
        let port = free_port().map_err(text)?;
        let child = Self::spawn(binary, &dir, port, PASSWORD)?;
        let mut server = Self { child, port, dir };
        server.until_ready()?;
        Ok(server)
    }

    fn spawn(
        binary: &std::path::Path,
        dir: &tempfile::TempDir,
        port: u16,
        password: &str,
    ) -> Result<Child, String> {
        let text = |error: std::io::Error| format!("MinIO cannot be started: {error}");
        let console = free_port().map_err(text)?;
        let log = std::fs::File::create(dir.path().join("log")).map_err(text)?;
        Command::new(binary)
            .args([
                "server",
                "--quiet",
                "--address",
                &format!("127.0.0.1:{port}"),
            ])
            .args(["--console-address", &format!("127.0.0.1:{console}")])
            .arg("--certs-dir")
            .arg(dir.path().join("certs"))
            .arg(dir.path().join("data"))
            .env_clear()
            .env("HOME", dir.path())
            .env("MINIO_ROOT_USER", USER)
            .env("MINIO_ROOT_PASSWORD", password)
            .env("MINIO_BROWSER", "off")
            .env("MINIO_UPDATE", "off")
            .stdin(Stdio::null())
            .stderr(log.try_clone().map_err(text)?)
            .stdout(log)
            .spawn()
            .map_err(text)
    }

    fn until_ready(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        while !self.is_ready() {
            let exited = !matches!(self.child.try_wait(), Ok(None));
            if exited || begin.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
                return Err(format!("MinIO did not become ready: {log}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Asked by hand, without credentials: the health routes say yes before MinIO knows its users, and until then
    /// every request is answered with 503. Afterwards this one is refused with 403.
    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
            let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
            let mut head = [0; 12];
            stream.read_exact(&mut head)?;
            Ok(head.ends_with(b" 403"))
        };
        ask().unwrap_or(false)
    }

    /// Where it keeps its buckets.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// `127.0.0.1:port`.
    pub fn endpoint(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its credentials.
    pub fn secrets(&self) -> Secrets {
        Secrets {
            access_key: USER.into(),
            secret_key: PASSWORD.into(),
            session_token: None,
        }
    }

    /// The setting for a bucket, which is made when it is opened.
    pub fn setting(&self, bucket: &str) -> StoreSetting {
        StoreSetting::Minio {
            endpoint: self.endpoint(),
            bucket: bucket.into(),
            prefix: String::new(),
            tls: false,
            region: "us-east-1".into(),
            create: true,
        }
    }

    /// The setting for the same bucket, which must be there, through object_store's own client.
    pub fn s3_setting(&self, bucket: &str) -> StoreSetting {
        StoreSetting::S3 {
            bucket: bucket.into(),
            prefix: String::new(),
            region: Some("us-east-1".into()),
            endpoint: Some(format!("http://{}", self.endpoint())),
        }
    }

    /// For the object store alone.
    pub fn config(&self, bucket: &str) -> MinioConfig {
        MinioConfig {
            endpoint: self.endpoint(),
            bucket: bucket.into(),
            tls: false,
            region: "us-east-1".into(),
            secrets: self.secrets(),
            timing: Timing::default(),
        }
    }
}

impl Drop for MinioServer {
    fn drop(&mut self) {
        // Only the process that was started here; it may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
