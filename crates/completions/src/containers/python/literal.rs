//! One value: read by descent, written as JSON on the way.
use crate::containers::json_text::push_string;
use std::ops::Range;

/// Deeper than this no stack has to reach, whatever the limit.
const DEEPEST: usize = 512;

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) out: String,
    depth: usize,
    max_depth: usize,
    /// There was a key.
    pub(super) keyed: bool,
    /// Dicts so far.
    dicts: usize,
}

/// A value that was read.
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) json: String,
    /// There is a key in it.
    pub(super) keyed: bool,
}

/// Why a value cannot be read.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where to go on.
    pub(super) at: usize,
    pub(super) reason: &'static str,
    /// It had a key by then.
    pub(super) keyed: bool,
}

pub(super) type Done = Result<(), Fault>;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, max_depth: usize) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            out: String::new(),
            depth: 0,
            max_depth: max_depth.min(DEEPEST),
            keyed: false,
            dicts: 0,
        }
    }

    /// The first place at or after `at` where a value may begin.
    pub(super) fn next_start(&self, mut at: usize) -> Option<usize> {
        loop {
            match *self.bytes.get(at)? {
                b'{' | b'[' | b'(' => return Some(at),
                byte if is_name(byte) => {
                    let len = name_len(&self.bytes[at..]).max(1);
                    // Whoever goes on inside a letter is past its first byte.
                    let ascii = byte.is_ascii();
                    match (self.bytes.get(at + len), self.bytes.get(at + len + 1)) {
                        (Some(b'('), _) if ascii => return Some(at),
                        (Some(b'='), Some(next)) if ascii && *next > b' ' && *next != b'=' => {
                            return Some(at);
                        }
                        _ => at += len,
                    }
                }
                _ => at += 1,
            }
        }
    }

    /// Reads the value that begins at `start`.
    pub(super) fn read(&mut self, start: usize) -> Result<Value, Fault> {
        self.at = start;
        self.depth = 0;
        self.keyed = false;
        self.out.clear();
        let name = name_len(&self.bytes[start..]);
        let start = if name > 0 && self.bytes.get(start + name) == Some(&b'=') {
            self.fragment(start)?
        } else {
            self.value()?;
            start
        };
        Ok(Value {
            range: start..self.at,
            json: std::mem::take(&mut self.out),
            keyed: self.keyed,
        })
    }

    /// `a=1 b=[…]` on one line is an object; `a=[…]` alone is a value with a name. Returns where it begins.
    fn fragment(&mut self, start: usize) -> Result<usize, Fault> {
        let mut first = None;
        let mut pairs = 0;
        loop {
            let name = name_len(&self.bytes[self.at..]);
            let pair = name > 0 && self.bytes.get(self.at + name) == Some(&b'=');
            if !pair {
                break;
            }
            self.out.push(if pairs == 0 { '{' } else { ',' });
            push_string(&self.text[self.at..self.at + name], &mut self.out);
            self.out.push(':');
            self.at += name + 1;
            let (source, json) = (self.at, self.out.len());
            self.value()?;
            first.get_or_insert((source, json));
            pairs += 1;
            let end = self.at;
            while let Some(b' ' | b'\t' | b',') = self.bytes.get(self.at) {
                self.at += 1;
            }
            if name_len(&self.bytes[self.at..]) == 0 || self.at == end {
                self.at = end;
                break;
            }
            let next = name_len(&self.bytes[self.at..]);
            if self.bytes.get(self.at + next) != Some(&b'=') {
                self.at = end;
                break;
            }
        }
        match first {
            Some((source, json)) if pairs == 1 => {
                self.out.replace_range(..json, "");
                Ok(source)
            }
            _ => {
                self.out.push('}');
                self.keyed = true;
                Ok(start)
            }
        }
    }

    pub(super) fn fault<T>(&self, at: usize, reason: &'static str) -> Result<T, Fault> {
        Err(Fault {
            at,
            reason,
            keyed: self.keyed,
        })
    }

    pub(super) fn space(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'#' => {
                    let rest = &self.bytes[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ => return,
            }
        }
    }

    /// Takes this byte if it is next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        self.space();
        let next = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(next);
        next
    }

    pub(super) fn value(&mut self) -> Done {
        if self.depth == self.max_depth {
            return self.fault(self.at, "a value is nested too deep");
        }
        self.space();
        if self.string_prefix().is_some() {
            return self.strings();
        }
        self.depth += 1;
        match self.bytes.get(self.at) {
            Some(b'{') => self.braces()?,
            Some(b'[') => {
                self.at += 1;
                self.out.push('[');
                self.items(b']')?;
            }
            Some(b'(') => self.tuple()?,
            Some(b'<') => self.angle()?,
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => self.number()?,
            Some(&byte) if is_name(byte) => self.word()?,
            Some(_) => {
                return self.fault(
                    self.at,
                    "something that Python does not print stands in a value",
                );
            }
            None => return self.fault(self.at, "the text ends inside a value"),
        }
        self.depth -= 1;
        Ok(())
    }

    /// What follows an opening bracket, up to the closing one. Returns whether there is exactly one value without a comma.
    fn items(&mut self, close: u8) -> Result<bool, Fault> {
        let mut count = 0;
        let mut comma = true;
        while !self.take(close) {
            if !comma {
                return self.fault(self.at, "a comma or closing bracket is missing");
            }
            if count > 0 {
                self.out.push(',');
            }
            self.value()?;
            count += 1;
            comma = self.take(b',');
        }
        self.out.push(']');
        Ok(count == 1 && !comma)
    }

    fn tuple(&mut self) -> Done {
        self.at += 1;
        let start = self.out.len();
        self.out.push('[');
        if self.items(b')')? {
            // Brackets around one value mean nothing.
            self.out.pop();
            self.out.remove(start);
        }
        Ok(())
    }

    /// A dict, or a set.
    fn braces(&mut self) -> Done {
        self.at += 1;
        let start = self.out.len();
        if self.take(b'}') {
            self.out.push_str("{}");
            return Ok(());
        }
        self.out.push('{');
        let mut dicts = self.dicts;
        self.value()?;
        if !self.take(b':') {
            self.out.replace_range(start..=start, "[");
            let comma = self.take(b',');
            if self.take(b'}') {
                self.out.push(']');
                return Ok(());
            }
            if !comma {
                return self.fault(self.at, "a comma or closing bracket is missing");
            }
            self.out.push(',');
            return self.items(b'}').map(|_| ());
        }
        let mut key = start + 1;
        loop {
            // No dict can be a key. Text in quotes in quotes, and so on, would double with each of them.
            if self.dicts != dicts {
                return self.fault(self.at, "a key is not one");
            }
            self.key(key);
            self.keyed = true;
            self.out.push(':');
            self.value()?;
            let comma = self.take(b',');
            if self.take(b'}') {
                self.out.push('}');
                self.dicts += 1;
                return Ok(());
            }
            if !comma {
                return self.fault(self.at, "a comma or closing brace is missing");
            }
            self.out.push(',');
            key = self.out.len();
            dicts = self.dicts;
            self.value()?;
            if !self.take(b':') {
                return self.fault(self.at, "a key has no value");
            }
        }
    }

    /// What was written from `start` on is a key: anything but a string is put in quotes.
    fn key(&mut self, start: usize) {
        if !self.out[start..].starts_with('"') {
            let key = self.out.split_off(start);
            push_string(&key, &mut self.out);
        }
    }
}

/// A byte of a name, letters beyond ASCII included.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Length of the name, with dots, at the first byte.
pub(super) fn name_len(bytes: &[u8]) -> usize {
    if !bytes.first().is_some_and(|&byte| is_name(byte)) {
        return 0;
    }
    let mut len = 0;
    loop {
        let rest = &bytes[len..];
        len += rest
            .iter()
            .take_while(|&&byte| is_name(byte) || byte.is_ascii_digit())
            .count();
        match bytes.get(len..len + 2) {
            Some(&[b'.', next]) if is_name(next) => len += 1,
            _ => return len,
        }
    }
}

/// A word that is a value of its own.
pub(super) fn is_word(name: &str) -> bool {
    matches!(
        name,
        "None" | "True" | "False" | "null" | "true" | "false" | "nan" | "NaN" | "inf" | "Infinity"
    )
}
