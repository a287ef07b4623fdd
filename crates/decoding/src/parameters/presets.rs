//! Settings that go together, to begin with.

/// Settings under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What it is called.
    pub name: &'static str,
    /// What it is good for, in a plain sentence.
    pub about: &'static str,
    /// Names and values of parameters; all others have their defaults.
    pub told: &'static [(&'static str, &'static str)],
}

/// All of them, the plainest one first.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "Greedy",
        about: "The best token each time: one answer, the same each time.",
        told: &[],
    },
    Preset {
        name: "Balanced",
        about: "Draws among likely tokens; what chats usually do.",
        told: &[
            ("do_sample", "true"),
            ("temperature", "0.7"),
            ("top_p", "0.9"),
        ],
    },
    Preset {
        name: "As the model is",
        about: "Draws from the whole vocabulary, unchanged: how often something comes is what the model thinks of it.",
        told: &[("do_sample", "true"), ("top_k", "0")],
    },
    Preset {
        name: "Daring",
        about: "Evens the choice out, and drops what is hopeless beside the best token.",
        told: &[
            ("do_sample", "true"),
            ("temperature", "1.5"),
            ("top_k", "0"),
            ("min_p", "0.1"),
        ],
    },
    Preset {
        name: "Beams",
        about: "Follows four beginnings and shows the best answers by their mean per token.",
        told: &[
            ("num_beams", "4"),
            ("num_return_sequences", "2"),
            ("early_stopping", "true"),
        ],
    },
    Preset {
        name: "Most likely text",
        about: "Textbook beam search: the whole answer of the highest probability that four beams find.",
        told: &[("num_beams", "4"), ("length_penalty", "0")],
    },
];
