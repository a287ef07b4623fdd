//! What the tokens of generated files say.

/// A token: its name as a server prints it, and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
}

const fn plain(name: &'static str) -> Word {
    Word {
        name,
        bytes: name.as_bytes(),
    }
}

macro_rules! plain {
    ($($name:literal)*) => { [$(plain($name)),*] };
}

/// As in English answers: most have a leading space, some are escaped in JSON.
pub(crate) const ENGLISH: [Word; 72] = plain![
    " the" " a" " of" " and" " to" " in" " is" " that" " for" " it" " as" " with" " was" " be" " by" " on" " not" " this"
    " are" " or" " from" " at" " which" " but" " have" " an" " had" " they" " you" " were" " their" " one" " all" " we"
    " can" " has" " there" " been" " if" " more" " when" " will" " would" " who" " so" " no" " model" " probability"
    " temperature" " distribution" " particularly" "ing" "ed" "s" "ly" "er" "tion" "," "." ":" "\n" "\n\n" " \"" "\"" "-"
    "'s" "1" "2" "20" "(" ")" "\\"
];

/// Polish, Russian, Greek, Chinese, Japanese, Korean, emoji.
pub(crate) const FOREIGN: [Word; 32] = plain![
    " zażółć" " gęślą" " jaźń" " się" " że" "ą" "ść" " в" " на" " что" " вероятность" " модель" "ов" "ние" " και" " του"
    "ς" "的" "是" "模型" "概率" "，" "。" "の" "です" "モデル" " 모델" "은" "😀" "🚀" "é" " naïve"
];

/// One character in two tokens, which servers name U+FFFD.
pub(crate) const HALVES: [Word; 2] = [
    Word {
        name: "\u{fffd}",
        bytes: b"\xf0\x9f\x98",
    },
    Word {
        name: "\u{fffd}",
        bytes: b"\x8a",
    },
];
