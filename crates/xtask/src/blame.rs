//! What a long log says about a failure: the part to read first, printed again at the end.

/// Lines of one failed check that are worth repeating.
const LINES: usize = 60;

/// Of test programs, the output of the tests that failed; of anything else, the last lines.
pub(crate) fn blame(log: &str) -> Vec<&str> {
    let mut found = failures(log);
    if found.is_empty() {
        found = log.lines().filter(|line| !line.trim().is_empty()).collect();
        found.drain(..found.len().saturating_sub(LINES));
    }
    found.truncate(LINES);
    found
}

/// Test programs print `failures:` twice: before the output of the failed tests, and before their names.
fn failures(log: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in log.lines() {
        match line.trim_end() {
            "failures:" => inside = !inside,
            line if line.starts_with("test result:") => inside = false,
            // The way through the runtime names no line of ours.
            line if inside && !is_frame(line) && !line.is_empty() => found.push(line),
            _ => {}
        }
    }
    found
}

/// `   7: core::ops::…` or `          at /rustc/…`.
fn is_frame(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("at ") || (digits.len() < line.len() && digits.starts_with(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failed_tests_are_told_without_the_others() {
        let log = "test a ... ok\nsuccesses:\n---- a stdout ----\nhello\n\nfailures:\n\n---- b stdout ----\nthread 'b' panicked at x.rs:3:5:\n\
                   boom\n   0: rust_begin_unwind\n             at /rustc/x\n\nfailures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed\nrunning 2 tests\n";
        assert_eq!(
            blame(log),
            [
                "---- b stdout ----",
                "thread 'b' panicked at x.rs:3:5:",
                "boom"
            ]
        );
    }

    #[test]
    fn without_tests_the_end_is_told() {
        let log: String = (0..100).map(|nth| format!("line {nth}\n\n")).collect();
        let told = blame(&log);
        assert_eq!(
            (told.len(), told[0], told[59]),
            (LINES, "line 40", "line 99")
        );
        assert_eq!(blame(""), Vec::<&str>::new());
    }
}
