//! Whether a model fits.
use super::weights::Weights;
use crate::failure::{Failure, Result};

/// Room for the cache and for what is computed in between, as a part of the weights.
const BESIDES: f64 = 0.1;

/// Memory that may be used, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    free: u64,
}

impl Memory {
    /// What this machine has to give, or the container that the program runs in.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn free() -> Self {
        use sysinfo::{MemoryRefreshKind, RefreshKind, System};
        let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(memory);
        let container = system.cgroup_limits().map(|limits| limits.free_memory);
        let free = system.available_memory();
        Self {
            free: container.map_or(free, |container| container.min(free)),
        }
    }

    /// What is left of the 4 GiB that a module of WebAssembly can have.
    #[cfg(target_arch = "wasm32")]
    pub fn free() -> Self {
        const PAGE: u64 = 65_536;
        let taken = core::arch::wasm32::memory_size(0) as u64 * PAGE;
        Self {
            free: (1_u64 << 32) - taken,
        }
    }

    /// So many bytes.
    pub fn of(free: u64) -> Self {
        Self { free }
    }

    /// An error if the weights would not fit.
    pub(crate) fn check(self, weights: &Weights) -> Result<()> {
        let with_room = |bytes: u64| bytes.saturating_add((bytes as f64 * BESIDES) as u64);
        let needed = with_room(weights.bytes());
        // 0: the system does not say.
        if self.free == 0 || needed <= self.free {
            return Ok(());
        }
        Err(Failure::Memory {
            needed,
            free: self.free,
        })
    }
}
