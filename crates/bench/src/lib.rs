//! Generated completions files, and the importer against its rivals.
//!
//! | module | subject |
//! |---|---|
//! | [`shape`] | which kinds of files there are |
//! | [`mod@generate`] | writes a file of a kind, of any size, the same on every machine |
//! | `random`, `words`, `plan`, `record`, `json` | what that is made of |
//! | [`figures`] | what every side must agree on before a time means anything |
//! | [`sides`] | the importer and `serde_json` with typed structs, doing the same work |
//! | [`choice`] | the choice of a token out of a large vocabulary |
//! | [`clock`] | processor and wall time |
//!
//! `js/baseline.mjs` is the frozen rival in JavaScript, `js/compare.mjs` lets them take turns; `examples/module` is the
//! importer for WebAssembly. `cargo xtask bench` builds and runs it all.
pub mod choice;
pub mod clock;
pub mod figures;
pub mod generate;
pub mod shape;
pub mod sides;

mod json;
mod plan;
mod random;
mod record;
mod words;

pub use figures::Figures;
pub use generate::generate;
pub use shape::Shape;
