//! Runs in an object store.
//!
//! Blobs are immutable, the manifest is written last and is the commit. Nothing depends on conditional writes or on
//! object attributes, so any store that can put, get, list and delete is good enough.
//!
//! | module | job |
//! |---|---|
//! | [`setting`], `secrets` | which store, from one URL; credentials apart from it |
//! | `open`, `probe` | from the setting to a store that was seen to work |
//! | [`minio`] | MinIO behind `object_store::ObjectStore` |
//! | `s3` | AWS S3 and what speaks like it, through object_store's own client (feature `s3`) |
//! | `keys` | where everything lies |
//! | `objects` | small JSON objects, written with certainty |
//! | `manifest` | a run as it is stored, at most 64 KiB |
//! | `upload`, `parts`, `pointer` | bytes on their way in: hash, parts, deduplication |
//! | `file` | bytes on their way out, compared with what was stored |
//! | `catalogue` | what is known of all runs: a SQLite database that is filled from the store and can always be lost |
//! | `change` | what people change of a run: name, tags, note |
//! | [`generations`] | the completions of all runs as records: an index that is filled from the blobs and can always be lost |
//! | [`share`] | links that show one run to whoever has them |
//! | [`retain`] | takes out of the store what a policy forbids |
//! | `gc` | removes blobs that no living run needs |
//! | `leftovers` | finds what an upload leaves behind when its process is killed |
//! | [`runs`] | [`RunStore`]: upload, commit, read, list, delete |
//! | [`error`] | what can go wrong, and what that is over HTTP |
mod catalogue;
mod change;
pub mod error;
mod file;
mod gc;
pub mod generations;
mod keys;
mod leftovers;
mod manifest;
pub mod minio;
mod objects;
mod open;
mod parts;
mod percent;
mod pointer;
mod probe;
pub mod retain;
pub mod runs;
#[cfg(feature = "s3")]
mod s3;
mod secrets;
pub mod setting;
pub mod share;
#[cfg(feature = "testing")]
pub mod testing;
mod upload;

pub use catalogue::{RunQuery, Sort};
pub use change::RunChange;
pub use error::StorageError;
pub use gc::{Gc, GcReport};
pub use generations::aggregate::{Aggregate, AggregateQuery, Cost, Distribution, Figures, Group};
pub use generations::detail::GenerationDetail;
pub use generations::facet::Facet;
pub use generations::field::check as check_field;
pub use generations::filter::Filter;
pub use generations::price::{Price, Prices};
pub use generations::query::{GenerationList, GenerationQuery, GenerationSort};
pub use keys::{is_id, stored_at_ms};
pub use retain::{Retain, RetainReport};
pub use runs::{FileBody, OTHER_FILE, RunStore, Upload, Uploaded};
pub use setting::{Secrets, SettingError, StoreSetting};
pub use share::{NewShare, Opened, Share, ShareState};
