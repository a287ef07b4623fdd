//! What is wanted of each figure.

use super::stats::Estimate;

/// A figure with a goal; the numbers are those of the performance plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Compute,
    EndToEnd,
    Reading,
    WasmToNative,
    Instructions,
    Serde,
    FirstRows,
    Memory,
    LongestTask,
    Scrolling,
    Nodes,
    FilterAnswer,
    Writing,
    Prompt,
    Loading,
    ModelMemory,
    Choice,
    BrowserWriting,
    BrowserPrompt,
    BrowserLoading,
    BrowserMemory,
}

/// Floor, goal, and what is worth a note.
pub(crate) struct Goal {
    pub(crate) number: u8,
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) steps: [f64; 3],
}

impl Row {
    pub(crate) fn goal(self) -> Goal {
        match self {
            Self::Compute => Goal {
                number: 1,
                what: "compute only, one thread, against the JavaScript baseline, CPU",
                unit: "x",
                steps: [5.0, 8.0, 10.0],
            },
            Self::EndToEnd => Goal {
                number: 2,
                what: "from file to figures in Chromium, against the JavaScript baseline",
                unit: "x",
                steps: [2.5, 3.5, 4.2],
            },
            Self::Reading => Goal {
                number: 2,
                what: "from file to figures / the time that reading the file alone takes",
                unit: "x",
                steps: [3.0, 2.0, 1.5],
            },
            Self::FirstRows => Goal {
                number: 6,
                what: "from file to first rows",
                unit: " ms",
                steps: [300.0, 150.0, 100.0],
            },
            Self::Memory => Goal {
                number: 8,
                what: "peak extra memory / file size (meant for 1 GB)",
                unit: "",
                steps: [0.25, 0.17, 0.05],
            },
            Self::LongestTask => Goal {
                number: 9,
                what: "longest task of the page while it reads (meant for 1 GB)",
                unit: " ms",
                steps: [50.0, 25.0, 16.0],
            },
            Self::Scrolling => Goal {
                number: 10,
                what: "script, style and layout of a picture while one scrolls, 95th percentile (meant for a million tokens)",
                unit: " ms",
                steps: [8.0, 4.0, 2.0],
            },
            Self::Nodes => Goal {
                number: 10,
                what: "most nodes of the page while it is scrolled",
                unit: "",
                steps: [3000.0, 2000.0, 1000.0],
            },
            Self::FilterAnswer => Goal {
                number: 11,
                what: "slowest answer to a query, from the key on (meant for a million tokens)",
                unit: " ms",
                steps: [100.0, 50.0, 32.0],
            },
            Self::Writing => Goal {
                number: 18,
                what: "local model, tokens written: speed / that of llama.cpp, CPU",
                unit: "x",
                steps: [0.4, 0.8, 1.0],
            },
            Self::Prompt => Goal {
                number: 19,
                what: "local model, prompt read: speed / that of llama.cpp, CPU",
                unit: "x",
                steps: [0.4, 0.8, 1.0],
            },
            Self::Loading => Goal {
                number: 20,
                what: "local model, loaded: speed / that of llama.cpp, CPU",
                unit: "x",
                steps: [0.4, 0.8, 1.0],
            },
            Self::ModelMemory => Goal {
                number: 21,
                what: "local model: peak memory / that of llama.cpp",
                unit: "x",
                steps: [2.0, 1.2, 1.0],
            },
            Self::Choice => Goal {
                number: 22,
                what: "choice of a token out of 150,000",
                unit: " ms",
                steps: [0.5, 0.3, 0.1],
            },
            Self::BrowserWriting => Goal {
                number: 23,
                what: "local model in Chromium, tokens written: speed / native with one thread",
                unit: "x",
                steps: [0.3, 0.5, 0.7],
            },
            Self::BrowserPrompt => Goal {
                number: 24,
                what: "local model in Chromium, prompt read: speed / native with one thread",
                unit: "x",
                steps: [0.3, 0.5, 0.7],
            },
            Self::BrowserLoading => Goal {
                number: 25,
                what: "local model in Chromium: from its file to a model / the time that reading the file alone takes there",
                unit: "x",
                steps: [8.0, 5.0, 3.0],
            },
            Self::BrowserMemory => Goal {
                number: 26,
                what: "local model in Chromium: peak memory / native",
                unit: "x",
                steps: [4.0, 2.0, 1.2],
            },
            Self::WasmToNative => Goal {
                number: 3,
                what: "time in WebAssembly / native time, CPU",
                unit: "x",
                steps: [2.2, 1.7, 1.4],
            },
            Self::Instructions => Goal {
                number: 4,
                what: "native instructions per byte",
                unit: "",
                steps: [11.0, 8.0, 6.0],
            },
            Self::Serde => Goal {
                number: 5,
                what: "native against serde_json, typed and borrowed, CPU",
                unit: "x",
                steps: [3.0, 4.5, 6.0],
            },
        }
    }
}

impl Goal {
    fn more_is_better(&self) -> bool {
        self.steps[0] < self.steps[2]
    }

    /// `5 / 8 / 10`, with the direction.
    pub(crate) fn steps(&self) -> String {
        let [floor, goal, stretch] = self.steps;
        let sign = if self.more_is_better() { "≥" } else { "≤" };
        format!("{sign} {floor} / {goal} / {stretch}")
    }

    /// What was reached, by the worse end of the interval.
    pub(crate) fn verdict(&self, found: &Estimate) -> &'static str {
        let reached = |step: f64| {
            if self.more_is_better() {
                found.low >= step
            } else {
                found.high <= step
            }
        };
        match self.steps.map(reached) {
            [_, _, true] => "stretch",
            [_, true, _] => "goal",
            [true, ..] => "floor",
            _ => "**below the floor**",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_end_of_the_interval_decides() {
        let between = |low: f64, high: f64| Estimate {
            median: f64::midpoint(low, high),
            low,
            high,
        };
        for (row, found, expected) in [
            (Row::Compute, between(4.9, 9.0), "**below the floor**"),
            (Row::Compute, between(5.0, 9.0), "floor"),
            (Row::Compute, between(8.0, 12.0), "goal"),
            (Row::Compute, between(10.0, 12.0), "stretch"),
            (
                Row::Instructions,
                Estimate::exact(11.1),
                "**below the floor**",
            ),
            (Row::Instructions, Estimate::exact(11.0), "floor"),
            (Row::Instructions, Estimate::exact(8.0), "goal"),
            (Row::WasmToNative, between(1.0, 1.71), "floor"),
            (Row::WasmToNative, between(1.0, 1.4), "stretch"),
        ] {
            assert_eq!(row.goal().verdict(&found), expected, "{row:?} {found:?}");
        }
        assert_eq!(Row::Instructions.goal().steps(), "≤ 11 / 8 / 6");
        assert_eq!(Row::Serde.goal().steps(), "≥ 3 / 4.5 / 6");
    }
}
