//! Whether a model fits.
use super::weights::Weights;
use crate::failure::{Failure, Result};
use metrics::format::bytes;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Room for the cache and for what is computed in between, as a part of the weights.
const BESIDES: f64 = 0.1;

/// Memory that may be used, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    free: u64,
}

impl Memory {
    /// What this machine has to give, or the container that the program runs in.
    pub fn free() -> Self {
        let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
        let system = System::new_with_specifics(memory);
        let container = system.cgroup_limits().map(|limits| limits.free_memory);
        let free = system.available_memory();
        Self {
            free: container.map_or(free, |container| container.min(free)),
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
        let stored = with_room(weights.smallest());
        Err(Failure::Memory {
            needed,
            free: self.free,
            remedy: match stored < needed {
                true => format!("compute it as it is stored, which needs {}", bytes(stored)),
                false => "take a smaller or a quantised model".to_owned(),
            },
        })
    }
}
