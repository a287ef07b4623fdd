//! A thread that reads the inputs while another one parses: neither waits for the other, and Ctrl-C is heard even when a
//! stream stands still.
use super::{Input, Origin, Unreadable, stored};
use crate::analyze::stop::Stop;
use std::{
    fs::File,
    io::{self, Read},
    sync::mpsc::{Receiver, RecvError, Sender, SyncSender, channel, sync_channel},
};

/// What is read at once.
const CHUNK: usize = 1 << 18;
/// Chunks that wait to be parsed.
const AHEAD: usize = 8;

/// What happens, in order. Inputs go by their index.
#[derive(Debug)]
pub enum Message {
    /// An input was opened.
    Begin(usize),
    /// Bytes of it.
    Chunk(usize, Vec<u8>),
    /// Its end; what went wrong, if something did.
    End(usize, Option<Unreadable>),
    /// That was the last input.
    Done,
    /// Somebody asks to stop.
    Stop,
}

/// The side that parses.
#[derive(Debug)]
pub struct Feed {
    messages: Receiver<Message>,
    spare: Sender<Vec<u8>>,
}

impl Feed {
    /// Waits for what happens next.
    pub fn next(&self) -> Result<Message, RecvError> {
        self.messages.recv()
    }

    /// A chunk that is no longer needed.
    pub fn give_back(&self, chunk: Vec<u8>) {
        let _ = self.spare.send(chunk);
    }
}

/// Begins to read.
pub fn start(inputs: Vec<Input>, stop: &Stop) -> Feed {
    let (sender, messages) = sync_channel(AHEAD);
    let (spare, used) = channel();
    stop.wake(sender.clone());
    let reader = Reader {
        sender,
        used,
        runtime: None,
    };
    std::thread::spawn(move || reader.all(inputs));
    Feed { messages, spare }
}

/// Nobody listens any more.
struct Gone;

struct Reader {
    sender: SyncSender<Message>,
    used: Receiver<Vec<u8>>,
    /// Made for the first address.
    runtime: Option<tokio::runtime::Runtime>,
}

impl Reader {
    fn all(mut self, inputs: Vec<Input>) {
        for (index, input) in inputs.into_iter().enumerate() {
            let end = match self.one(index, input.origin) {
                Ok(Ok(())) => None,
                Ok(Err(failure)) => Some(failure),
                Err(Gone) => return,
            };
            if self.send(Message::End(index, end)).is_err() {
                return;
            }
        }
        let _ = self.send(Message::Done);
    }

    fn send(&self, message: Message) -> Result<(), Gone> {
        self.sender.send(message).map_err(|_| Gone)
    }

    fn one(&mut self, index: usize, origin: Origin) -> Result<Result<(), Unreadable>, Gone> {
        match origin {
            Origin::None(why) => Ok(Err(why)),
            Origin::Stdin => {
                self.send(Message::Begin(index))?;
                self.stream(index, &mut io::stdin().lock())
            }
            Origin::File(path) => match File::open(path) {
                Ok(mut file) => {
                    self.send(Message::Begin(index))?;
                    self.stream(index, &mut file)
                }
                Err(error) => Ok(Err(Unreadable::open(error))),
            },
            Origin::Run(address) => self.run(index, &address),
        }
    }

    fn stream(&self, index: usize, input: &mut dyn Read) -> Result<Result<(), Unreadable>, Gone> {
        loop {
            let mut chunk = self.used.try_recv().unwrap_or_default();
            chunk.resize(CHUNK, 0);
            match input.read(&mut chunk) {
                Ok(0) => return Ok(Ok(())),
                Ok(count) => {
                    chunk.truncate(count);
                    self.send(Message::Chunk(index, chunk))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Ok(Err(Unreadable::read(error))),
            }
        }
    }

    fn run(
        &mut self,
        index: usize,
        address: &stored::Address,
    ) -> Result<Result<(), Unreadable>, Gone> {
        let runtime = match self.runtime.take().map_or_else(runtime, Ok) {
            Ok(runtime) => self.runtime.insert(runtime),
            Err(error) => return Ok(Err(Unreadable::open(error))),
        };
        let mut response = match runtime.block_on(address.open()) {
            Ok(response) => response,
            Err(failure) => return Ok(Err(failure)),
        };
        let (sender, used) = (&self.sender, &self.used);
        sender.send(Message::Begin(index)).map_err(|_| Gone)?;
        loop {
            match runtime.block_on(stored::next(&mut response)) {
                Ok(None) => return Ok(Ok(())),
                Ok(Some(bytes)) => {
                    let mut chunk = used.try_recv().unwrap_or_default();
                    chunk.clear();
                    chunk.extend_from_slice(&bytes);
                    let chunk = Message::Chunk(index, chunk);
                    sender.send(chunk).map_err(|_| Gone)?;
                }
                Err(failure) => return Ok(Err(failure)),
            }
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
