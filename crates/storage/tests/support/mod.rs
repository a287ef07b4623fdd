//! What the tests of this room share.
#![allow(dead_code, reason = "each test program uses a part of it")]
pub(crate) mod backend;
pub(crate) mod faulty;
pub(crate) mod killing;
pub(crate) mod proxy;
pub(crate) mod stub;
