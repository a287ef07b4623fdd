//! Ctrl-C: reading and writing end in good order; the second one ends the program.
use super::input::Message;
use std::{
    io::{self, Write},
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, SyncSender, channel},
    },
    task::Poll,
};

/// Whether to stop, known to all threads.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    /// Who waits for something that may never come.
    waiting: Arc<Mutex<Option<SyncSender<Message>>>>,
}

impl Stop {
    /// Listens for Ctrl-C from now on, in a thread of its own. Where that fails, Ctrl-C ends the program as always.
    pub fn on_ctrl_c() -> Self {
        let stop = Self::default();
        let heard = stop.clone();
        let (ready, listening) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                runtime.block_on(heard.listen(&ready));
            }
        });
        let _ = listening.recv();
        stop
    }

    async fn listen(&self, ready: &Sender<()>) {
        loop {
            let mut signal = pin!(tokio::signal::ctrl_c());
            // The first look at it is what begins to listen.
            let first = futures::poll!(signal.as_mut());
            let _ = ready.send(());
            let heard = match first {
                Poll::Ready(heard) => heard,
                Poll::Pending => signal.await,
            };
            if heard.is_err() {
                return;
            }
            self.ask();
        }
    }

    fn ask(&self) {
        if self.asked.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(super::STOPPED));
        }
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = waiting.as_ref() {
            // A full queue is being read, and whoever reads looks at the flag.
            let _ = sender.try_send(Message::Stop);
        }
    }

    /// Wakes the reader of this queue.
    pub fn wake(&self, sender: SyncSender<Message>) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
    }

    /// Somebody has asked to stop.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// A writer that fails as soon as somebody asks to stop.
    pub fn guard<W: Write>(&self, inner: W) -> Guarded<'_, W> {
        Guarded { stop: self, inner }
    }
}

/// See [`Stop::guard`].
#[derive(Debug)]
pub struct Guarded<'a, W> {
    stop: &'a Stop,
    inner: W,
}

impl<W: Write> Write for Guarded<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.is_asked() {
            return Err(io::Error::other("stopped"));
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_reader_is_woken_and_writing_ends() {
        let stop = Stop::default();
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        stop.wake(sender);
        let mut out = stop.guard(Vec::new());
        out.write_all(b"before").unwrap();
        assert!(!stop.is_asked());
        stop.ask();
        assert!(stop.is_asked());
        assert!(matches!(receiver.try_recv(), Ok(Message::Stop)));
        assert_eq!(out.write_all(b"after").unwrap_err().to_string(), "stopped");
        assert_eq!(out.inner, b"before");
    }
}
