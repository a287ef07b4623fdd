//! Names, ranges, defaults and what has no effect.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use decoding::parameters::{Field, TABLE};
use decoding::{EarlyStopping, Invalid, Mode, Parameters};

fn told(settings: &str) -> Result<Parameters, Invalid> {
    let mut parameters = Parameters::default();
    for (name, value) in settings.split(' ').filter_map(|one| one.split_once('=')) {
        parameters.set(name, value)?;
    }
    Ok(parameters)
}

#[test]
fn values_out_of_range_are_named_with_the_range() {
    for (settings, message) in [
        (
            "top_p=1.01",
            "top_p is 1.01; it must be a number from 0 to 1",
        ),
        ("top_p=NaN", "top_p is NaN; it must be a number from 0 to 1"),
        (
            "temperature=-0.5",
            "temperature is -0.5; it must be a number from 0 on",
        ),
        (
            "temperature=inf",
            "temperature is inf; it must be a number from 0 on",
        ),
        (
            "typical_p=0",
            "typical_p is 0; it must be a number above 0, up to 1",
        ),
        (
            "epsilon_cutoff=1",
            "epsilon_cutoff is 1; it must be a number from 0 to below 1",
        ),
        (
            "top_h=0",
            "top_h is 0; it must be a number above 0, up to 1",
        ),
        (
            "repetition_penalty=0",
            "repetition_penalty is 0; it must be a number above 0",
        ),
        (
            "presence_penalty=3",
            "presence_penalty is 3; it must be a number from -2 to 2",
        ),
        (
            "length_penalty=much",
            "length_penalty is much; it must be any number",
        ),
        (
            "num_beams=0",
            "num_beams is 0; it must be a whole number from 1 on",
        ),
        (
            "top_k=2.5",
            "top_k is 2.5; it must be a whole number from 0 on",
        ),
        (
            "top_k=-1",
            "top_k is -1; it must be a whole number from 0 on",
        ),
        (
            "max_new_tokens=0",
            "max_new_tokens is 0; it must be a whole number from 1 on",
        ),
        (
            "do_sample=yes",
            "do_sample is yes; it must be true or false",
        ),
        (
            "early_stopping=maybe",
            "early_stopping is maybe; it must be true or false or never",
        ),
        (
            "stop=",
            "stop_strings is empty; it must be a text that is not empty",
        ),
        (
            "logit_bias=3:101",
            "logit_bias is 3:101; it must be pairs like 17:-2.5,40:1 of a token id and a number from -100 to 100",
        ),
        (
            "eos_token_id=x",
            "eos_token_id is x; it must be token ids like 1,107",
        ),
        ("seed=-1", "seed is -1; it must be a whole number from 0 on"),
        ("topk=3", "there is no parameter topk"),
    ] {
        assert_eq!(told(settings).unwrap_err().to_string(), message);
    }
}

#[test]
fn fields_are_checked_like_texts() {
    let check = |change: fn(&mut Parameters)| {
        let mut parameters = Parameters::default();
        change(&mut parameters);
        parameters.settings().unwrap_err().to_string()
    };
    assert_eq!(
        check(|p| p.min_p = Some(f64::NAN)),
        "min_p is NaN; it must be a number from 0 to 1"
    );
    assert_eq!(
        check(|p| p.num_beams = Some(0)),
        "num_beams is 0; it must be a whole number from 1 on"
    );
    assert_eq!(
        check(|p| p.stop_strings.push(String::new())),
        "stop_strings is empty; it must be a text that is not empty"
    );
    assert_eq!(
        check(|p| p.logit_bias.push((3, -200.0))),
        "logit_bias is 3:-200; it must be pairs like 17:-2.5,40:1 of a token id and a number from -100 to 100"
    );
}

#[test]
fn numbers_of_answers_fit_the_mode() {
    for (settings, message) in [
        (
            "num_return_sequences=2",
            "num_return_sequences is 2; without do_sample and num_beams there is only 1 answer",
        ),
        (
            "num_generations=2 do_sample=true temperature=0",
            "num_return_sequences is 2; without do_sample and num_beams there is only 1 answer",
        ),
        (
            "num_beams=3 num_return_sequences=4",
            "num_return_sequences is 4; there cannot be more answers than num_beams",
        ),
    ] {
        assert_eq!(
            told(settings).unwrap().settings().unwrap_err().to_string(),
            message
        );
    }
    assert!(
        told("num_return_sequences=9 do_sample=true")
            .unwrap()
            .settings()
            .is_ok()
    );
}

#[test]
fn defaults_are_those_of_transformers() {
    let settings = Parameters::default().settings().unwrap();
    assert_eq!(
        (
            settings.mode,
            settings.num_beams,
            settings.num_return_sequences
        ),
        (Mode::Greedy, 1, 1)
    );
    assert_eq!(
        (settings.temperature, settings.top_k, settings.top_p),
        (1.0, 50, 1.0)
    );
    assert_eq!(
        (settings.repetition_penalty, settings.length_penalty),
        (1.0, 1.0)
    );
    assert_eq!(settings.early_stopping, EarlyStopping::Heuristic);
    for (settings, longest, shortest) in [
        ("", 27, 0),
        ("max_length=9", 9, 0),
        ("max_length=9 max_new_tokens=5", 12, 0),
        ("min_length=8", 27, 8),
        ("min_length=8 min_new_tokens=3", 27, 10),
    ] {
        let settings = told(settings).unwrap().settings().unwrap();
        assert_eq!(
            (settings.max_length(7), settings.min_length(7)),
            (longest, shortest)
        );
    }
}

#[test]
fn the_table_is_complete_and_its_defaults_are_in_force() {
    assert_eq!(TABLE.len(), 26);
    for entry in TABLE {
        assert!(
            !entry.help.is_empty() && !entry.range.to_string().is_empty(),
            "{}",
            entry.name
        );
        // A default that is a value is one that changes nothing.
        if matches!(entry.field, Field::Bias | Field::Eos | Field::Stop)
            || entry.default.contains(' ')
        {
            continue;
        }
        let parameters = told(&format!("{}={}", entry.name, entry.default)).unwrap();
        assert_eq!(
            parameters.settings(),
            Parameters::default().settings(),
            "{}",
            entry.name
        );
    }
}

#[test]
fn what_has_no_effect_is_said() {
    for (settings, expected) in [
        ("", ""),
        (
            "top_k=0 seed=1",
            "top_k has no effect without do_sample: nothing is drawn; seed has no effect without do_sample: nothing is drawn",
        ),
        ("do_sample=true top_k=0 seed=1", ""),
        (
            "temperature=0",
            "temperature has no effect without do_sample: nothing is drawn",
        ),
        (
            "temperature=0 do_sample=true",
            "do_sample has no effect at temperature 0: the best token is taken, nothing is drawn",
        ),
        (
            "temperature=0 do_sample=true min_p=0.1",
            "do_sample has no effect at temperature 0: the best token is taken, nothing is drawn; min_p has no effect at temperature 0: the best token is taken, nothing is drawn",
        ),
        (
            "length_penalty=2",
            "length_penalty has no effect without num_beams above 1",
        ),
        ("early_stopping=true num_beams=2 length_penalty=2", ""),
        (
            "early_stopping=never num_beams=2 length_penalty=0",
            "early_stopping never acts as false if length_penalty is not above 0",
        ),
        (
            "max_length=3 max_new_tokens=4",
            "max_length has no effect beside max_new_tokens, which wins",
        ),
        (
            "min_length=3 min_new_tokens=4 eos_token_id=1",
            "min_length has no effect beside min_new_tokens, which wins",
        ),
        (
            "min_new_tokens=4",
            "min_new_tokens has no effect without eos_token_id: there is no end to put off",
        ),
    ] {
        let idle = told(settings).unwrap().without_effect();
        let said: Vec<String> = idle
            .iter()
            .map(|idle| format!("{} {}", idle.name, idle.reason))
            .collect();
        assert_eq!(said.join("; "), expected, "{settings}");
    }
    assert_eq!(
        Parameters::default().why_idle("top_p"),
        Some("has no effect without do_sample: nothing is drawn")
    );
    assert_eq!(Parameters::default().why_idle("num_generations"), None);
}

/// Each can be used as it is, and nothing in it is idle.
#[test]
fn presets_do_what_they_say() {
    for preset in decoding::parameters::PRESETS {
        let mut parameters = Parameters::default();
        for (name, value) in preset.told {
            parameters.set(name, value).unwrap();
        }
        assert!(parameters.settings().is_ok(), "{}", preset.name);
        assert_eq!(parameters.without_effect(), [], "{}", preset.name);
    }
}
