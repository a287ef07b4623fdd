//! The names that the importer gives to containers, in words.

/// What the file was, from outside in: "gzip, then JSON lines".
pub(super) fn container(names: &str) -> String {
    let words: Vec<&str> = names.split('+').map(layer).collect();
    words.join(", then ")
}

fn layer(name: &str) -> &str {
    match name {
        "zstd" => "Zstandard",
        "zip" => "a zip archive",
        "utf16" => "text in UTF-16",
        "utf32" => "text in UTF-32",
        "json" => "one JSON value",
        "json_array" => "a JSON array",
        "jsonl" => "JSON lines",
        "json_concat" => "JSON values one after the other",
        "chunk_lines" => "a stream saved as JSON lines",
        "sse" => "a stream of events",
        "cassette" => "a cassette of recorded requests",
        "python_repr" => "Python literals",
        "embedded" => "JSON inside other text",
        "mixed" => "files of several kinds",
        "batch" => "lines of a batch",
        "nested" => "responses inside other objects",
        "dotnet_record" => "a recording of a .NET client",
        "http_record" => "recorded HTTP responses",
        "csv" => "a table",
        "empty" => "nothing: the file is empty",
        "" | "unknown" => "something unknown",
        // Its own name is the word.
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_named_from_outside_in() {
        for (names, words) in [
            ("jsonl", "JSON lines"),
            ("gzip+jsonl", "gzip, then JSON lines"),
            (
                "zip+zstd+utf16+json+dotnet_record+sse",
                "a zip archive, then Zstandard, then text in UTF-16, then one JSON value, then a recording of a .NET client, then a stream of events",
            ),
            ("mixed", "files of several kinds"),
            ("gzip+csv", "gzip, then a table"),
            ("something_new", "something_new"),
            ("", "something unknown"),
        ] {
            assert_eq!(container(names), words);
        }
    }
}
