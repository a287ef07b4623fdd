//! Whether a model fits.
use super::weights::Weights;
use crate::failure::{Failure, Result};

/// Room for the cache and for what is computed in between, as a part of the weights.
const BESIDES: f64 = 0.1;

/// Memory that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Bytes; `None` is what there is when a model asks.
    limit: Option<u64>,
}

impl Memory {
    /// What this machine has to give, or the container that the program runs in, or its own limit; in WebAssembly what is left of
    /// the 4 GiB of a module. Measured when the rest of a model has been read: its tokenizer has taken its part by then.
    pub fn free() -> Self {
        Self { limit: None }
    }

    /// So many bytes.
    pub fn of(free: u64) -> Self {
        Self { limit: Some(free) }
    }

    /// An error if the weights would not fit.
    pub(crate) fn check(self, weights: &Weights) -> Result<()> {
        let with_room = |bytes: u64| bytes.saturating_add((bytes as f64 * BESIDES) as u64);
        let needed = with_room(weights.bytes());
        let free = self.limit.unwrap_or_else(measured);
        // 0: the system does not say.
        if free == 0 || needed <= free {
            return Ok(());
        }
        Err(Failure::Memory { needed, free })
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn measured() -> u64 {
    use sysinfo::{MemoryRefreshKind, RefreshKind, System};
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let container = system.cgroup_limits().map(|limits| limits.free_memory);
    let limits = container.into_iter().chain(process_limit());
    limits.fold(system.available_memory(), u64::min)
}

#[cfg(target_arch = "wasm32")]
fn measured() -> u64 {
    const PAGE: u64 = 65_536;
    let taken = core::arch::wasm32::memory_size(0) as u64 * PAGE;
    (1_u64 << 32) - taken
}

/// What is left of the addresses that this process may have, where a limit is set (`ulimit -v`).
#[cfg(not(target_arch = "wasm32"))]
fn process_limit() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    left_of(&limits, &status)
}

#[cfg(not(target_arch = "wasm32"))]
fn left_of(limits: &str, status: &str) -> Option<u64> {
    let number = |text: &str, line: &str| {
        let line = text.lines().find_map(|own| own.strip_prefix(line))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let most = number(limits, "Max address space")?;
    let taken = number(status, "VmSize:")?.saturating_mul(1024);
    // 0 would mean that nobody says.
    Some(most.saturating_sub(taken).max(1))
}

#[cfg(test)]
mod tests {
    use super::left_of;

    #[test]
    fn limits_of_a_process() {
        let status = "Name:\tsurprisal\nVmPeak:\t  900 kB\nVmSize:\t     700 kB\n";
        for (limit, expected) in [
            ("1048576", Some(1_048_576 - 716_800)),
            ("10", Some(1)),
            ("unlimited", None),
        ] {
            let limits = format!(
                "Limit                     Soft Limit           Hard Limit           Units     \nMax address space         {limit}            unlimited            bytes     \n"
            );
            assert_eq!(left_of(&limits, status), expected, "{limit}");
        }
        assert_eq!(left_of("", status), None);
    }
}
