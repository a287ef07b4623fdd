//! Every problem that the importer knows, with its texts: the only place for them.
use super::{Level, Problem};

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Code {
    EmptyFile,
    NotJson,
    Compressed,
    Utf16,
    Binary,
    Html,
    Pointer,
    Table,
    BadValue,
    StrayText,
    FileCutOff,
    LimitDepth,
    LimitRecord,
    Unrecognised,
    RequestFailed,
    BadField,
    NoChoices,
    NoCompletion,
    ZeroOmitted,
    NoLogprobs,
    Duplicate,
    TextMismatch,
    Missing,
    Censored,
    Invalid,
    Clamped,
    WrongUnits,
    AllZero,
    SampledNotListed,
    SampledValueDiffers,
    AlternativesMass,
    UsageMismatch,
    TruncatedByLength,
    EchoSuspected,
    ReasoningTokens,
    ArrayLengths,
    BadBytes,
    ReplacementChars,
    Surrogate,
    InvalidUtf8,
    MixedFormats,
    MixedModels,
    StreamCut,
    StreamHeadMissing,
    AfterSampling,
    GroupedText,
    PromptTokenUnknown,
    AlternativesUnsorted,
    AlternativesDuplicate,
    FloorSuspected,
    IdReused,
    StreamJoined,
    LimitExpansion,
    LimitNesting,
    Damaged,
    Trailing,
    Packing,
    SkippedMembers,
    Embedded,
    PythonRepr,
    OnlyTotals,
    LogHead,
    PromptSkipped,
    ByteOrderMark,
}

/// The texts of one code. `{n}` is the count, `{where}` and `{detail}` belong to the first place.
pub(crate) struct Texts {
    /// Its own code: a test checks that each one finds its own texts.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test of the order"))]
    code: Code,
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    one: &'static str,
    many: &'static str,
    remedy: &'static str,
}

const fn texts(
    code: Code,
    name: &'static str,
    level: Level,
    [one, many, remedy]: [&'static str; 3],
) -> Texts {
    Texts {
        code,
        name,
        level,
        one,
        many,
        remedy,
    }
}

use Level::{Error, Info, Warn};

/// In the order of [`Code`].
#[rustfmt::skip]
pub(crate) static TEXTS: [Texts; 64] = [
    texts(Code::EmptyFile, "empty_file", Error, [
        "The file is empty: {detail}.",
        "The file is empty: {detail}.",
        "Choose another file. The program that wrote this one may have failed."]),
    texts(Code::NotJson, "not_json", Error, [
        "This is not a file of JSON values: {detail}.",
        "This is not a file of JSON values: {detail}.",
        "Save the responses of the model as JSON, one per line or as an array, as the API sent them."]),
    texts(Code::Compressed, "compressed_file", Error, [
        "The file is compressed in a way that is not read: {detail}.",
        "The file is compressed in a way that is not read: {detail}.",
        "Unpack it and open what is inside; gzip, zstd and zip are read as they are."]),
    texts(Code::Utf16, "utf16", Info, [
        "The text is not stored as UTF-8 but was read as what it is: {detail}.",
        "The text is not stored as UTF-8 but was read as what it is: {detail}.",
        ""]),
    texts(Code::Binary, "binary_file", Error, [
        "This is no text file ({detail}).",
        "This is no text file ({detail}).",
        "Open the file that holds the responses of the model: JSON or JSON Lines."]),
    texts(Code::Html, "html_file", Error, [
        "This is HTML or XML, not a file of completions: it begins `{detail}`.",
        "This is HTML or XML, not a file of completions: it begins `{detail}`.",
        "Download the raw file instead of the page that shows it."]),
    texts(Code::Pointer, "lfs_pointer", Error, [
        "This stands for a file that Git keeps elsewhere: it begins `{detail}`.",
        "This stands for a file that Git keeps elsewhere: it begins `{detail}`.",
        "Fetch the file itself with `git lfs pull`, or download it from the page of the repository."]),
    texts(Code::Table, "table_file", Error, [
        "This is a table, not a file of completions; its first columns are {detail}.",
        "This is a table, not a file of completions; its first columns are {detail}.",
        "Save the responses of the model as JSON Lines; if a column of the table has them, write its cells one per line."]),
    texts(Code::BadValue, "bad_value", Error, [
        "1 value could not be read as JSON, at {where}: {detail}.",
        "{n} values could not be read as JSON, the first at {where}: {detail}.",
        "Correct it at the place shown, or go on without it: everything else was read."]),
    texts(Code::StrayText, "stray_text", Warn, [
        "Text outside the JSON values was skipped, at {where}: {detail}.",
        "{n} pieces of text outside the JSON values were skipped, the first at {where}: {detail}.",
        "Nothing to do if it is a log line or a comment."]),
    texts(Code::FileCutOff, "file_cut_off", Error, [
        "The end of the file is missing, at {where}: {detail}.",
        "The end of the file is missing, at {where}: {detail}.",
        "Copy or download the file again. What was whole is shown."]),
    texts(Code::LimitDepth, "limit_depth", Error, [
        "1 record was skipped, at {where}: {detail}.",
        "{n} records were skipped, the first at {where}: {detail}.",
        "Completions are nested about ten levels deep; this is probably something else."]),
    texts(Code::LimitRecord, "limit_record", Error, [
        "1 record was skipped, at {where}: {detail}.",
        "{n} records were skipped, the first at {where}: {detail}.",
        "Write one completion per record: JSON Lines or an array."]),
    texts(Code::Unrecognised, "unrecognised", Error, [
        "1 record has no known format, at {where}: {detail}.",
        "{n} records have no known format, the first at {where}: {detail}.",
        "Responses are read as services send them, alone or inside of other objects. The README lists the formats; the keys of the record say which one it may be."]),
    texts(Code::RequestFailed, "request_failed", Error, [
        "1 request failed, at {where}: {detail}.",
        "{n} requests failed, the first at {where}: {detail}.",
        "There is no answer to show; send the request again."]),
    texts(Code::BadField, "bad_field", Error, [
        "1 field has a type that it should not have, at {where}: {detail}.",
        "{n} fields have a type that they should not have, the first at {where}: {detail}.",
        "The rest of the record was read. See what wrote the file."]),
    texts(Code::NoChoices, "no_choices", Warn, [
        "1 completion has no choices, at {where}.",
        "{n} completions have no choices, the first at {where}.",
        ""]),
    texts(Code::NoCompletion, "no_completion", Warn, [
        "1 record has no completion, at {where}: {detail}.",
        "{n} records have no completion, the first at {where}: {detail}.",
        "There is nothing to show of them; all others were read."]),
    texts(Code::ZeroOmitted, "zero_omitted", Info, [
        "1 value is left out where others are given, and counts as 0, at {where}: {detail}.",
        "{n} values are left out where others are given, and count as 0, the first at {where}: {detail}.",
        ""]),
    texts(Code::NoLogprobs, "no_logprobs", Warn, [
        "1 sequence has no token log-probabilities, at {where}: {detail}.",
        "{n} sequences have no token log-probabilities, the first at {where}: {detail}.",
        "Ask the server for them: `logprobs: true` and `top_logprobs: 5` in a chat request, `logprobs: 5` in a legacy one."]),
    texts(Code::Duplicate, "duplicate", Warn, [
        "1 sequence is in the file twice, at {where}: {detail}.",
        "{n} sequences are in the file again, the first at {where}: {detail}.",
        "Both count in the means. Remove one if the file was put together by mistake."]),
    texts(Code::TextMismatch, "text_mismatch", Warn, [
        "The tokens of 1 sequence do not add up to its text, at {where}: {detail}.",
        "The tokens of {n} sequences do not add up to their texts, the first at {where}: {detail}.",
        "The tokens are shown; the details of a sequence have the text that the record states."]),
    texts(Code::Missing, "missing", Warn, [
        "1 token has no log-probability, at {where}: {detail}.",
        "{n} tokens have no log-probability, the first at {where}: {detail}.",
        "They are left out of every mean."]),
    texts(Code::Censored, "censored", Warn, [
        "1 token is less likely than the server reports, at {where}: {detail}.",
        "{n} tokens are less likely than the server reports, the first at {where}: {detail}.",
        "They are left out of every mean, so perplexities are lower bounds and probabilities upper bounds."]),
    texts(Code::Invalid, "invalid", Warn, [
        "1 value is above 0, which no log-probability can be, at {where}: {detail}.",
        "{n} values are above 0, which no log-probability can be, the first at {where}: {detail}.",
        "They count as 0. If there are many, the values are something else."]),
    texts(Code::Clamped, "clamped", Info, [
        "1 value is above 0 by rounding and counts as 0, at {where}: {detail}.",
        "{n} values are above 0 by rounding and count as 0, the first at {where}: {detail}.",
        ""]),
    texts(Code::WrongUnits, "wrong_units", Warn, [
        "The values of 1 sequence are no log-probabilities, at {where}: {detail}.",
        "The values of {n} sequences are no log-probabilities, the first at {where}: {detail}.",
        "They are not used. Write natural logarithms of probabilities under this name."]),
    texts(Code::AllZero, "all_zero", Warn, [
        "All values of 1 sequence are exactly 0, at {where}: {detail}.",
        "All values of {n} sequences are exactly 0, the first at {where}: {detail}.",
        "They are placeholders and not used: the server did not compute them."]),
    texts(Code::SampledNotListed, "sampled_not_listed", Info, [
        "1 written token is not among its alternatives, at {where}: {detail}.",
        "{n} written tokens are not among their alternatives, the first at {where}: {detail}.",
        ""]),
    texts(Code::SampledValueDiffers, "sampled_value_differs", Warn, [
        "1 token has another value among its alternatives, at {where}: {detail}.",
        "{n} tokens have another value among their alternatives, the first at {where}: {detail}.",
        "The token's own value is used."]),
    texts(Code::AlternativesMass, "alternatives_mass", Warn, [
        "The alternatives of 1 token have probabilities that add up to more than 1, at {where}: {detail}.",
        "The alternatives of {n} tokens have probabilities that add up to more than 1, the first at {where}: {detail}.",
        "The values of alternatives may not mean what they seem to."]),
    texts(Code::UsageMismatch, "usage_mismatch", Info, [
        "1 completion reports another number of tokens than it lists, at {where}: {detail}.",
        "{n} completions report another number of tokens than they list, the first at {where}: {detail}.",
        "One more per finished answer is the end token, which is not listed."]),
    texts(Code::TruncatedByLength, "truncated_by_length", Info, [
        "1 answer was cut by its length limit, at {where}.",
        "{n} answers were cut by their length limit, the first at {where}.",
        "Allow more tokens if the ends matter."]),
    texts(Code::EchoSuspected, "echo_suspected", Info, [
        "1 sequence seems to begin with its prompt, at {where}: {detail}.",
        "{n} sequences seem to begin with their prompts, the first at {where}: {detail}.",
        "Where the prompt ends is not in the file, so all tokens are shown and counted. Ask without `echo`."]),
    texts(Code::ReasoningTokens, "reasoning_tokens", Info, [
        "1 sequence has values for its reasoning, which are left out, at {where}.",
        "{n} sequences have values for their reasoning, which are left out, the first at {where}.",
        ""]),
    texts(Code::ArrayLengths, "array_lengths", Info, [
        "The lists of 1 sequence have different lengths, at {where}: {detail}.",
        "The lists of {n} sequences have different lengths, the first at {where}: {detail}.",
        "The list of tokens decides."]),
    texts(Code::BadBytes, "bad_bytes", Info, [
        "The bytes of 1 token are not whole numbers from 0 to 255, at {where}: {detail}.",
        "The bytes of {n} tokens are not whole numbers from 0 to 255, the first at {where}: {detail}.",
        "The token's text is used instead."]),
    texts(Code::ReplacementChars, "replacement_chars", Info, [
        "1 character of the text was lost before the file was written and reads \u{fffd}, at {where}.",
        "{n} characters of the text were lost before the file was written and read \u{fffd}, the first at {where}.",
        ""]),
    texts(Code::Surrogate, "surrogate", Info, [
        "1 half of a surrogate pair was replaced by \u{fffd}, at {where}.",
        "{n} halves of surrogate pairs were replaced by \u{fffd}, the first at {where}.",
        ""]),
    texts(Code::InvalidUtf8, "invalid_utf8", Warn, [
        "1 place is not UTF-8 and reads \u{fffd}, at {where}.",
        "{n} places are not UTF-8 and read \u{fffd}, the first at {where}.",
        "Save the file as UTF-8."]),
    texts(Code::MixedFormats, "mixed_formats", Info, [
        "The file has records of several formats: {detail}.",
        "The file has records of several formats: {detail}.",
        ""]),
    texts(Code::MixedModels, "mixed_models", Info, [
        "The file has answers of several models: {detail}.",
        "The file has answers of several models: {detail}.",
        "The overall figures are over all of them; filter by model to compare."]),
    texts(Code::StreamCut, "stream_cut", Warn, [
        "1 stream stops before its end, at {where}.",
        "{n} streams stop before their ends, the first at {where}.",
        "What had come is shown and counted. Record the stream again if the ends matter."]),
    texts(Code::StreamHeadMissing, "stream_head_missing", Warn, [
        "1 stream begins in the middle, at {where}.",
        "{n} streams begin in the middle, the first at {where}.",
        "Their first tokens are missing from the text and from every figure."]),
    texts(Code::AfterSampling, "after_sampling", Warn, [
        "1 sequence has probabilities after the sampling settings, at {where}.",
        "{n} sequences have probabilities after the sampling settings, the first at {where}.",
        "Temperature and cut-offs are part of them: do not compare them with other files."]),
    texts(Code::GroupedText, "grouped_text", Info, [
        "1 sequence has texts that stand for several tokens, at {where}.",
        "{n} sequences have texts that stand for several tokens, the first at {where}.",
        ""]),
    texts(Code::PromptTokenUnknown, "prompt_token_unknown", Info, [
        "1 token of a prompt is not told from its alternatives, at {where}.",
        "{n} tokens of prompts are not told from their alternatives, the first at {where}.",
        ""]),
    texts(Code::AlternativesUnsorted, "alternatives_unsorted", Info, [
        "The alternatives of 1 token are not in order, at {where}: {detail}.",
        "The alternatives of {n} tokens are not in order, the first at {where}: {detail}.",
        ""]),
    texts(Code::AlternativesDuplicate, "alternatives_duplicate", Info, [
        "1 token lists an alternative twice, at {where}: {detail}. Only some tokens were looked at.",
        "{n} tokens list an alternative twice, the first at {where}: {detail}. Only some tokens were looked at.",
        ""]),
    texts(Code::FloorSuspected, "floor_suspected", Warn, [
        "1 sequence has several values of exactly -100, at {where}.",
        "{n} sequences have several values of exactly -100, the first at {where}.",
        "Some servers write this instead of anything less likely; the values are used as they are."]),
    texts(Code::IdReused, "id_reused", Warn, [
        "1 sequence has the id of another one, but not its content, at {where}: {detail}.",
        "{n} sequences have the id of another one, but not its content, the first at {where}: {detail}.",
        "Two runs may have been put together. Both count in the means."]),
    texts(Code::StreamJoined, "stream_joined", Info, [
        "The pieces of 1 stream do not repeat what came before, at {where}: they were put one behind the other.",
        "The pieces of {n} streams do not repeat what came before, the first at {where}: they were put one behind the other.",
        ""]),
    texts(Code::LimitExpansion, "limit_expansion", Error, [
        "The file unpacks to more than is read, at {where}: {detail}.",
        "The file unpacks to more than is read, at {where}: {detail}.",
        "Unpack it and open the parts that you need."]),
    texts(Code::LimitNesting, "limit_nesting", Error, [
        "The file is compressed too many times, at {where}: {detail}.",
        "The file is compressed too many times, at {where}: {detail}.",
        "Unpack it and open what is inside."]),
    texts(Code::Damaged, "damaged_archive", Error, [
        "The compressed file is damaged, at {where}: {detail}.",
        "The compressed file is damaged in {n} places, the first at {where}: {detail}.",
        "Copy or download it again. What could be unpacked is shown."]),
    texts(Code::Trailing, "trailing_bytes", Info, [
        "Bytes behind the end of the compressed file were left out: {detail}.",
        "Bytes behind the end of the compressed file were left out in {n} places, the first: {detail}.",
        ""]),
    texts(Code::Packing, "unsupported_packing", Error, [
        "A packed file could not be opened: {detail}.",
        "{n} packed files could not be opened, the first of them: {detail}.",
        "Unpack it and open what is inside, or pack it with deflate and without a password."]),
    texts(Code::SkippedMembers, "skipped_members", Info, [
        "1 member of the archive was left out: {detail}.",
        "{n} members of the archive were left out: {detail}.",
        ""]),
    texts(Code::Embedded, "embedded", Info, [
        "The values were found inside another text, at {where}: {detail}.",
        "The values were found inside another text, the first at {where}: {detail}.",
        ""]),
    texts(Code::PythonRepr, "python_repr", Info, [
        "The file has Python literals instead of JSON, at {where}.",
        "The file has Python literals instead of JSON, the first at {where}.",
        "They were read. `json.dumps` writes what every program reads."]),
    texts(Code::OnlyTotals, "only_totals", Warn, [
        "1 record has no tokens to look at, at {where}: {detail}.",
        "{n} records have no tokens to look at, the first at {where}: {detail}.",
        "A total cannot be taken apart. Store the log-probability of each token."]),
    texts(Code::LogHead, "log_head", Info, [
        "1 record is the head of a log, without its samples, at {where}.",
        "{n} records are heads of logs, without their samples, the first at {where}.",
        ""]),
    texts(Code::PromptSkipped, "prompt_skipped", Info, [
        "The values of 1 prompt list the whole vocabulary and are left out, at {where}.",
        "The values of {n} prompts list the whole vocabulary and are left out, the first at {where}.",
        "Ask for a few alternatives of each token of the prompt."]),
    texts(Code::ByteOrderMark, "bom", Info, [
        "A byte order mark stands inside the file, at {where}.",
        "{n} byte order marks stand inside the file, the first at {where}.",
        "They were passed over. Files that are joined with `cat` bring one each."]),
];

impl Code {
    /// Its texts.
    pub(crate) fn texts(self) -> &'static Texts {
        &TEXTS[self as usize]
    }
}

impl Texts {
    pub(crate) fn remedy(&self) -> &'static str {
        self.remedy
    }

    /// The texts of a stable name.
    pub(crate) fn by_name(name: &str) -> Option<&'static Self> {
        TEXTS.iter().find(|texts| texts.name == name)
    }

    /// What happened, in one sentence.
    pub(crate) fn sentence(&self, problem: &Problem) -> String {
        let template = if problem.count == 1 {
            self.one
        } else {
            self.many
        };
        let (place, detail) = match problem.places.first() {
            Some(place) if place.line == 0 => (
                format!("byte {} of the unpacked text", place.byte),
                place.detail.as_str(),
            ),
            Some(place) => (
                format!("line {}, byte {}", place.line, place.byte),
                place.detail.as_str(),
            ),
            None => ("a place that was not kept".to_owned(), "no details"),
        };
        // In one pass, so that a text from the file is never taken for a placeholder.
        let mut sentence = String::with_capacity(template.len() + detail.len() + 16);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            sentence.push_str(before);
            match after.split_once('}') {
                Some(("n", after)) => {
                    sentence.push_str(&metrics::format::count(problem.count));
                    rest = after;
                }
                Some(("where", after)) => {
                    sentence.push_str(&place);
                    rest = after;
                }
                Some((_, after)) => {
                    sentence.push_str(detail);
                    rest = after;
                }
                None => rest = after,
            }
        }
        sentence + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    #[test]
    fn every_code_finds_its_own_texts() {
        for (position, texts) in TEXTS.iter().enumerate() {
            assert_eq!(texts.code as usize, position, "{}", texts.name);
            assert_eq!(
                Texts::by_name(texts.name).map(|texts| texts.code),
                Some(texts.code)
            );
        }
    }

    #[test]
    fn every_text_is_a_sentence() {
        for texts in &TEXTS {
            for template in [texts.one, texts.many] {
                assert!(template.ends_with('.'), "{}", texts.name);
                assert!(
                    template.starts_with(char::is_uppercase) || template.starts_with(['1', '{']),
                    "{}",
                    texts.name
                );
                let known = template
                    .replace("{n}", "")
                    .replace("{where}", "")
                    .replace("{detail}", "");
                assert!(!known.contains(['{', '}']), "{}", texts.name);
            }
            assert!(
                texts.remedy.is_empty() || texts.remedy.ends_with('.'),
                "{}",
                texts.name
            );
            assert!(
                texts.level == Level::Info
                    || !texts.remedy.is_empty()
                    || texts.code == Code::NoChoices
            );
        }
    }

    #[test]
    fn sentences_are_filled_in() {
        let place = Place {
            source: 0,
            record: 3,
            line: 17,
            byte: 4082,
            sequence: None,
            detail: "it has {n} and {where}".to_owned(),
        };
        let mut problem = Problem {
            code: "bad_value",
            level: Level::Error,
            count: 1,
            places: vec![place],
        };
        assert_eq!(
            problem.sentence(),
            "1 value could not be read as JSON, at line 17, byte 4082: it has {n} and {where}."
        );
        problem.count = 12_345;
        assert_eq!(
            problem.sentence(),
            format!(
                "{} values could not be read as JSON, the first at line 17, byte 4082: it has {{n}} and {{where}}.",
                metrics::format::count(12_345)
            )
        );
        assert_eq!(
            problem.remedy(),
            "Correct it at the place shown, or go on without it: everything else was read."
        );
    }
}
