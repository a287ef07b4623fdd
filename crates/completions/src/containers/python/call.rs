//! What Python prints of objects: `Name(key=value)`, `Name.MEMBER`, `<…>`.
use super::literal::{Done, Reader, is_word, name_len};
use crate::containers::json_text::push_string;

/// Classes that show what they wrap as their first argument, and how it is stored after it.
const ARRAYS: [&str; 4] = ["array", "tensor", "Tensor", "ndarray"];

/// Keywords that older releases of vLLM print without the quotes around their text.
const BARE: [&str; 2] = ["finish_reason", "stop_reason"];

impl Reader<'_> {
    /// `<FinishReason.STOP: 'stop'>` is its value, any other `<…>` a text.
    pub(super) fn angle(&mut self) -> Done {
        let start = self.at + 1;
        let name = name_len(&self.bytes[start..]);
        if name > 0 && self.bytes[start + name..].starts_with(b": ") {
            self.at = start + name + 1;
            self.value()?;
            if !self.take(b'>') {
                return self.fault(self.at, "`>` is missing");
            }
            return Ok(());
        }
        let rest = &self.bytes[start..];
        let len = memchr::memchr2(b'>', b'\n', rest).unwrap_or(rest.len());
        self.at = start + len;
        if rest.get(len) != Some(&b'>') {
            return self.fault(self.at, "`>` is missing");
        }
        push_string(&self.text[start..self.at], &mut self.out);
        self.at += 1;
        Ok(())
    }

    /// `None`, `Name(…)`, `Name.MEMBER`.
    pub(super) fn word(&mut self) -> Done {
        let start = self.at;
        let name = &self.text[start..start + name_len(&self.bytes[start..])];
        self.at += name.len();
        let json = match name {
            "None" | "null" => "null",
            "True" | "true" => "true",
            "False" | "false" => "false",
            "nan" | "NaN" => "NaN",
            "inf" | "Infinity" => "Infinity",
            _ if self.bytes.get(self.at) == Some(&b'(') => return self.call(name),
            // A name without a dot is a variable: this is a program, not what it printed.
            _ if name.contains('.') => {
                push_string(name, &mut self.out);
                return Ok(());
            }
            _ => return self.fault(start, "a name stands where a value should"),
        };
        self.out.push_str(json);
        Ok(())
    }

    /// A word without quotes; only some classes print one.
    fn bare(&mut self) -> bool {
        self.space();
        let name = &self.text[self.at..self.at + name_len(&self.bytes[self.at..])];
        let end = self.bytes.get(self.at + name.len());
        if name.is_empty() || is_word(name) || !matches!(end, Some(b',' | b')')) {
            return false;
        }
        push_string(name, &mut self.out);
        self.at += name.len();
        true
    }

    /// `TzInfo(UTC)`, `TzInfo(+02:00)`: what stands in brackets is a text.
    fn time_zone(&mut self) -> Done {
        let rest = &self.bytes[self.at..];
        let len = memchr::memchr2(b')', b'\n', rest).unwrap_or(rest.len());
        if rest.get(len) != Some(&b')') {
            return self.fault(self.at, "a comma or closing bracket is missing");
        }
        push_string(&self.text[self.at..self.at + len], &mut self.out);
        self.at += len + 1;
        Ok(())
    }

    /// `Name(…)`, read as an object of its keywords; other arguments are called 0, 1, …
    fn call(&mut self, name: &str) -> Done {
        self.at += 1;
        let class = name.rsplit('.').next().unwrap_or(name);
        let start = self.out.len();
        let mut last = start..start;
        let (mut plain, mut keywords) = (0, 0);
        let mut comma = true;
        if class == "TzInfo" {
            return self.time_zone();
        }
        self.out.push('{');
        while !self.take(b')') {
            if !comma {
                return self.fault(self.at, "a comma or closing bracket is missing");
            }
            if plain + keywords > 0 {
                self.out.push(',');
            }
            let len = name_len(&self.bytes[self.at..]);
            if len > 0 && self.bytes.get(self.at + len) == Some(&b'=') {
                let key = &self.text[self.at..self.at + len];
                push_string(key, &mut self.out);
                self.at += len + 1;
                keywords += 1;
                self.keyed |= !ARRAYS.contains(&class);
                self.out.push(':');
                if !(BARE.contains(&key) && self.bare()) {
                    self.value()?;
                }
            } else {
                push_string(&plain.to_string(), &mut self.out);
                plain += 1;
                self.out.push(':');
                let value = self.out.len();
                self.value()?;
                if keywords == 0 {
                    last = value..self.out.len();
                }
            }
            comma = self.take(b',');
        }
        let wraps = class.starts_with(|c: char| c.is_ascii_lowercase())
            || ["Decimal", "OrderedDict", "Counter"].contains(&class);
        if plain + keywords == 0 && ["set", "frozenset", "list", "tuple", "deque"].contains(&class)
        {
            self.out.truncate(start);
            self.out.push_str("[]");
        } else if (plain == 1 && (ARRAYS.contains(&class) || keywords == 0 && wraps))
            || (plain == 2 && keywords == 0 && ["defaultdict", "array"].contains(&class))
        {
            self.out.truncate(last.end);
            self.out.replace_range(start..last.start, "");
            if ["float", "int", "Decimal"].contains(&class) {
                self.unquote(start);
            }
        } else {
            self.out.push('}');
        }
        Ok(())
    }
}
