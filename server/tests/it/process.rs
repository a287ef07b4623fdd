//! Connections: clients that break off, and a server that stops in good order.
use crate::app::{App, TINY, files};
use server::{config::Limits, serve};
use std::{net::SocketAddr, time::Duration};
use storage::StoreSetting;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

struct Running {
    app: App,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
    dir: tempfile::TempDir,
    before: Vec<String>,
}

async fn start(grace: Duration) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let app = App::on(
        &StoreSetting::File {
            dir: dir.path().to_owned(),
        },
        Limits::default(),
    )
    .await;
    let before = files(dir.path());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = tokio::spawn(serve::run(listener, app.server.clone(), grace, async {
        let _ = stopped.await;
    }));
    Running {
        app,
        address,
        stop,
        server,
        dir,
        before,
    }
}

/// Sends the head of an upload of `TINY` and the first `bytes` of its body.
async fn begin(address: SocketAddr, bytes: usize) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/runs?name=x HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n",
        TINY.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&TINY.as_bytes()[..bytes]).await.unwrap();
    client
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_nothing() {
    let running = start(Duration::from_secs(5)).await;
    let client = begin(running.address, 100).await;
    running.app.until_an_upload_runs().await;
    drop(client);
    let idle =
        tokio::time::timeout(Duration::from_secs(5), running.app.server.uploads.idle()).await;
    assert!(idle.is_ok(), "the upload goes on without its client");
    assert_eq!(files(running.dir.path()), running.before);
    assert_eq!(running.app.list().await.total, 0);
}

#[tokio::test]
async fn a_running_upload_may_finish_when_the_server_stops() {
    let running = start(Duration::from_secs(30)).await;
    let mut client = begin(running.address, 100).await;
    running.app.until_an_upload_runs().await;
    running.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!running.server.is_finished());
    client.write_all(&TINY.as_bytes()[100..]).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    running.server.await.unwrap().unwrap();
    assert_eq!(running.app.list().await.total, 1);
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn an_upload_that_takes_longer_than_the_grace_time_leaves_nothing() {
    let running = start(Duration::from_millis(50)).await;
    let client = begin(running.address, 100).await;
    running.app.until_an_upload_runs().await;
    running.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), running.server)
        .await
        .expect("it does not stop")
        .unwrap()
        .unwrap();
    assert_eq!(files(running.dir.path()), running.before);
    drop(client);
}

#[tokio::test]
async fn a_refused_client_that_is_still_sending_hears_why() {
    let running = start(Duration::from_secs(5)).await;
    let mut client = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /api/runs HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    // It goes on sending for a while before it looks at the answer.
    for _ in 0..64 {
        client.write_all(&[b' '; 65536]).await.unwrap();
    }
    let mut answer = vec![0; 4096];
    let read = client.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(
        answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains("The file is larger than 4.29 GB"),
        "{answer}"
    );
}
