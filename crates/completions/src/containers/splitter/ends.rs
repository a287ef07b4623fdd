//! The end of the stream.
use super::{Splitter, State};
use crate::containers::{Position, RecordSink};
use crate::report::Code;
use metrics::format::counted;

impl Splitter {
    /// The end of the stream.
    pub(crate) fn finish(&mut self, sink: &mut dyn RecordSink) {
        loop {
            self.release(sink);
            match std::mem::replace(&mut self.state, State::Between) {
                State::Value if self.automaton.may_end_here() => self.value_ends(sink),
                State::Value => {
                    if !self.look_again(sink) {
                        return self.cut_off(sink);
                    }
                }
                State::ArrayOpened => return self.array_cut_off(sink),
                State::Between if self.in_array => return self.array_cut_off(sink),
                State::Between | State::Line => return self.nothing_there(sink),
                State::Resync(_, broken) => {
                    return self.report_broken(Code::BadValue, broken, None, sink);
                }
                State::Stray(_, mut broken, excerpt) => {
                    broken.what = excerpt.text();
                    return self.report_broken(self.stray_code(), broken, None, sink);
                }
            }
        }
    }

    /// The end between values: was there anything at all?
    fn nothing_there(&mut self, sink: &mut dyn RecordSink) {
        if self.records > 0 {
            return;
        }
        let detail = if self.offset == 0 {
            "it has no bytes"
        } else if self.layout.arrays > 0 {
            "it has a list without entries"
        } else {
            "it has nothing but white space"
        };
        sink.problem(Code::EmptyFile, Position::START, detail.to_owned());
    }

    fn cut_off(&mut self, sink: &mut dyn RecordSink) {
        let lost = self.offset - self.open.at.byte;
        let what = self.automaton.end_of_text();
        let detail = format!(
            "{what}; {}, {} lost",
            self.last_whole(),
            counted(lost, "byte", "bytes")
        );
        sink.problem(Code::FileCutOff, self.open.at, detail);
    }

    fn array_cut_off(&mut self, sink: &mut dyn RecordSink) {
        let detail = format!(
            "the array has no closing `]`; {}, nothing else lost",
            self.last_whole()
        );
        let at = self.position(self.records);
        sink.problem(Code::FileCutOff, at, detail);
    }

    fn last_whole(&self) -> String {
        match self.last_end {
            0 => "no whole record before it".to_owned(),
            end => format!("the last whole record ends at byte {end}"),
        }
    }
}
