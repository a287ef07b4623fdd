//! The query language: no text stops it, errors point into the text, and a query that is printed means the same.
#![no_main]
use analysis::query::Query;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match Query::parse(text) {
        Ok(query) => {
            let printed = query.to_string();
            let again = Query::parse(&printed);
            assert_eq!(again.as_ref().ok(), Some(&query), "{printed}");
        }
        Err(error) => assert!(text.get(error.at.clone()).is_some(), "{error:?}"),
    }
});
