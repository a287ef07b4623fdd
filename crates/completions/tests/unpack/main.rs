//! Layers around a file: what comes out, what is reported, whatever the chunks and the damage, in bounded memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
#[path = "../common/mod.rs"]
mod common;

mod archives;
mod damage;
mod limits;
mod make;
mod plain;
mod streams;

use completions::Limits;
use completions::unpack::UnpackProblemKind as Kind;
use completions::unpack::{UnpackProblem, Unpacked, Unpacker};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The counters of the allocator are global: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that comes out of a file.
#[derive(PartialEq, Default)]
struct Out {
    /// Members with their texts; a file without members has one without a name.
    texts: Vec<(String, Vec<u8>)>,
    layers: Vec<&'static str>,
    problems: Vec<UnpackProblem>,
}

impl std::fmt::Debug for Out {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts = self.texts.iter();
        let texts: Vec<_> = texts.map(|(name, text)| (name, text.len())).collect();
        write!(
            formatter,
            "{texts:?} {:?} {:#?}",
            self.layers, self.problems
        )
    }
}

impl Out {
    fn text(&self) -> String {
        let all = self.texts.iter().flat_map(|(_, text)| text.clone());
        String::from_utf8(all.collect()).unwrap()
    }

    fn names(&self) -> Vec<&str> {
        self.texts.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn kinds(&self) -> Vec<Kind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    fn details(&self) -> Vec<String> {
        let told = self.problems.iter().map(|problem| {
            let member = problem.member.clone().unwrap_or_default();
            format!("{member}@{}: {}", problem.offset, problem.detail)
        });
        told.collect()
    }
}

fn unpack_in(limits: Limits, file: &[u8], sizes: &[usize]) -> Out {
    let mut out = Out::default();
    let mut unpacker = Unpacker::new(limits);
    let mut rest = file;
    let texts = &mut out.texts;
    let mut take = |piece: Unpacked<'_>| match piece {
        Unpacked::Member(name) => texts.push((name.to_owned(), Vec::new())),
        Unpacked::Bytes(bytes) => {
            assert!(!bytes.is_empty());
            if texts.is_empty() {
                texts.push(Default::default());
            }
            texts.last_mut().unwrap().1.extend_from_slice(bytes);
        }
    };
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(size.clamp(1, rest.len()));
        unpacker.push(chunk, &mut take);
        out.problems.append(&mut unpacker.problems());
        rest = after;
    }
    unpacker.finish(&mut take);
    out.problems.append(&mut unpacker.problems());
    out.layers = unpacker.layers().to_vec();
    out
}

/// Unpacks in one push, and makes sure that it is the same in pushes of one byte.
#[track_caller]
fn unpack(file: &[u8]) -> Out {
    unpack_with(Limits::default(), file)
}

#[track_caller]
fn unpack_with(limits: Limits, file: &[u8]) -> Out {
    let whole = unpack_in(limits, file, &[usize::MAX]);
    assert_eq!(unpack_in(limits, file, &[1]), whole, "byte by byte");
    whole
}

/// A file with something wrong: what is delivered all the same, and what is said.
#[track_caller]
fn wrong(file: Vec<u8>, text: &str, kinds: &[Kind], details: &[&str]) {
    let out = unpack(&file);
    assert_eq!(out.details(), details);
    assert_eq!(out.kinds(), kinds);
    assert!(out.text() == text, "{out:?}");
}
