//! Which known word was meant.

/// The known word with the fewest letters to insert, remove or replace (Levenshtein distance), if at most half of the
/// letters of `word` are wrong; of equal ones the first in the alphabet.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known
        .into_iter()
        .map(|known| (strsim::levenshtein(word, known), known));
    let (distance, known) = near.min()?;
    (distance * 2 <= word.chars().count()).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn half_of_the_letters_may_be_wrong() {
        let known = ["rank", "prob", "entropy"];
        for (word, expected) in [
            ("rnak", Some("rank")),
            ("entropie", Some("entropy")),
            ("rx", None),
            ("", None),
            ("ränk", Some("rank")),
            ("something", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
