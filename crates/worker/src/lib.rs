//! The worker that reads a file, owns its columns and answers the page.
//!
//! ```text
//! protocol  what page and worker say to each other; all that the page needs of this crate
//! source    local files, or a stored one
//! stream    bytes of one on their way
//! lines     the lines that begin in a range of bytes
//! state     the columns, the current selection, and the answers. No browser in it
//! reading   from files to columns, with word of it to the page
//! crew      large files of lines are read by several helpers, dealt out here
//! helper    a worker of the worker's own: lines of a range of bytes
//! shading   by what tokens are coloured, and the alternatives that this needs
//! asking    which alternatives a query needs, read a few records at a time
//! panel     what is asked of the run besides its list, and the run beside it
//! files     what is listed, as a file to take away
//! warm      practice before the first file
//! host      the message loop
//! ```
//!
//! The handshake:
//! 1. The page makes a module worker from `/worker.js`, which loads the bundle of `crates/reader`. It is a bundle of its own: the
//!    page never parses and the worker never renders, so neither carries the other's code, and the first load stays small.
//! 2. Until that bundle runs, `worker.js` keeps the messages that come in; `worker_main` gets them and takes over ([`host::run`]).
//!    A message that arrives before would be lost otherwise.
//! 3. From then on every message is one [`protocol::Request`] or [`protocol::Response`], as postcard bytes in a transferred
//!    buffer. A local file travels beside it by reference: the page never holds its bytes.
//!
//! After a panic the instance is poisoned. The page then gets `{fatal}` or an `error` event, says so, and the next file opened
//! gets a new worker.
mod asking;
mod crew;
mod files;
pub mod helper;
pub mod host;
mod lines;
mod panel;
pub mod protocol;
mod reading;
mod shading;
mod source;
mod state;
mod stream;
mod warm;
