//! How many threads compute.
use crate::failure::{Failure, Result};

/// Sets the number of threads that all models of the program compute with; as many as there are processors unless it is
/// told. Once, and before anything is computed.
///
/// # Errors
///
/// [`Failure::Threads`] if they cannot be started, or are there already.
pub fn threads(count: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build_global()
        .map_err(Failure::Threads)
}
