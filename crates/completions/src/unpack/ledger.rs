//! What the layers share: the limits, the problems, what was delivered so far.
use super::{UnpackProblem, UnpackProblemKind, Unpacked};
use crate::Limits;

/// The books of one file.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) limits: Limits,
    /// Names of the layers, from outside in.
    pub(super) layers: Vec<&'static str>,
    pub(super) problems: Vec<UnpackProblem>,
    /// Problems of each kind, listed or not.
    counts: [u64; UnpackProblemKind::COUNT],
    /// The member of a zip archive that is being read.
    pub(super) member: Option<String>,
    /// Bytes of text delivered, of this member.
    pub(super) delivered: u64,
    /// Bytes of zip archives in memory.
    pub(super) held: usize,
    /// A limit was met: nothing more is read.
    pub(super) stopped: bool,
}

impl Ledger {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            layers: Vec::new(),
            problems: Vec::new(),
            counts: [0; UnpackProblemKind::COUNT],
            member: None,
            delivered: 0,
            held: 0,
            stopped: false,
        }
    }

    /// A layer of this name lies inside `outside` others.
    pub(super) fn layer(&mut self, outside: usize, name: &'static str) {
        if self.layers.len() == outside {
            self.layers.push(name);
        }
    }

    /// Writes a problem down, unless enough of its kind are: a file can be made to have millions.
    pub(super) fn add(&mut self, problem: UnpackProblem) {
        let Some(count) = self.counts.get_mut(problem.kind as usize) else {
            return;
        };
        *count += 1;
        if *count <= self.limits.places.max(1) as u64 {
            self.problems.push(problem);
        }
    }

    /// A problem at the place reached.
    pub(super) fn problem(&mut self, kind: UnpackProblemKind, detail: String) {
        self.counted(kind, 1, detail);
    }

    /// A problem that stands for several.
    pub(super) fn counted(&mut self, kind: UnpackProblemKind, count: u64, detail: String) {
        self.add(UnpackProblem {
            kind,
            offset: self.delivered,
            count,
            member: self.member.clone(),
            detail,
        });
    }

    /// The end: says how many problems were not listed.
    pub(super) fn close(&mut self) {
        let listed = self.limits.places.max(1) as u64;
        for (kind, count) in UnpackProblemKind::ALL.into_iter().zip(&mut self.counts) {
            let more = count.saturating_sub(listed);
            *count = 0;
            if more > 0 {
                self.problems.push(UnpackProblem {
                    kind,
                    offset: self.delivered,
                    count: more,
                    member: None,
                    detail: format!("{more} more of the same kind"),
                });
            }
        }
    }
}

/// The books and the way out.
pub(super) struct Sink<'a> {
    pub(super) ledger: &'a mut Ledger,
    pub(super) out: &'a mut dyn FnMut(Unpacked<'_>),
}

impl Sink<'_> {
    /// Delivers text.
    pub(super) fn deliver(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.ledger.delivered += text.len() as u64;
            (self.out)(Unpacked::Bytes(text));
        }
    }
}
