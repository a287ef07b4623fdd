//! Chromium for the end-to-end tests: the system's, never a download of Playwright.

use std::path::PathBuf;

use crate::debian;
use crate::run::{Done, Failure, find, named_by};

const NAMES: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// Finds Chromium, or installs it as root on Debian.
pub(crate) fn ensure() -> Done<PathBuf> {
    let look = || NAMES.iter().find_map(|name| find(name));
    if let Some(path) = named_by("SURPRISAL_CHROMIUM")?.or_else(look) {
        return Ok(path);
    }
    let missing = || {
        Failure::new(
            "there is no Chromium for the browser tests",
            "`sudo apt-get install chromium`, or set SURPRISAL_CHROMIUM to the program",
        )
    };
    if !debian::is_root_on_debian() {
        return Err(missing());
    }
    debian::install("a browser for the tests", &["chromium"])?;
    look().ok_or_else(missing)
}
