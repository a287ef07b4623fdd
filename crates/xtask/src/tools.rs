//! The tools together. Each is looked for (and got, when it is missing) at most once, and only when something needs it.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::run::Done;
use crate::toolchain::Wasm;
use crate::workspace::Workspace;
use crate::{browser, minio, node, toolchain, valgrind};

pub(crate) struct Tools<'a> {
    pub(crate) workspace: &'a Workspace,
    wasm: OnceCell<Done<Wasm>>,
    node: OnceCell<Done<node::Node>>,
    chromium: OnceCell<Done<PathBuf>>,
    minio: OnceCell<Done<PathBuf>>,
    valgrind: OnceCell<Done<PathBuf>>,
}

impl<'a> Tools<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            wasm: OnceCell::new(),
            node: OnceCell::new(),
            chromium: OnceCell::new(),
            minio: OnceCell::new(),
            valgrind: OnceCell::new(),
        }
    }

    /// A compiler for wasm32. Nothing works without it.
    pub(crate) fn wasm(&self) -> Done<&Wasm> {
        once(&self.wasm, || toolchain::ensure(self.workspace))
    }

    /// Node with the packages of the lock file. The site can be built without it, only larger.
    pub(crate) fn node(&self) -> Done<&node::Node> {
        once(&self.node, || node::ensure(self.workspace))
    }

    /// A browser for the end-to-end tests.
    pub(crate) fn chromium(&self) -> Done<&Path> {
        once(&self.chromium, browser::ensure).map(PathBuf::as_path)
    }

    /// The MinIO server program, for the tests. May be missing: those tests are then skipped, and it is said.
    pub(crate) fn minio(&self) -> Done<&Path> {
        once(&self.minio, || minio::ensure(self.workspace)).map(PathBuf::as_path)
    }

    /// What counts instructions. May be missing: that check is then skipped, and it is said.
    pub(crate) fn valgrind(&self) -> Done<&Path> {
        once(&self.valgrind, valgrind::ensure).map(PathBuf::as_path)
    }

    /// Everything, with one line each. `false` when a tool is missing that the site or the tests need.
    pub(crate) fn set_up(&self) -> Done<bool> {
        let mut whole = true;
        let mut tell = |name: &str, needed: bool, found: Done<String>| match found {
            Ok(what) => println!("{name:<13}{what}"),
            Err(failure) => {
                whole &= !needed;
                println!("{name:<13}{failure}");
            }
        };
        let shown = |path: &Path| path.display().to_string();
        tell("wasm32", true, self.wasm().map(ToString::to_string));
        tell("Node", true, self.node().map(ToString::to_string));
        tell("Chromium", true, self.chromium().map(shown));
        tell("MinIO", false, self.minio().map(shown));
        tell("Valgrind", false, self.valgrind().map(shown));
        Ok(whole)
    }
}

fn once<T>(cell: &OnceCell<Done<T>>, get: impl FnOnce() -> Done<T>) -> Done<&T> {
    cell.get_or_init(get).as_ref().map_err(Clone::clone)
}
