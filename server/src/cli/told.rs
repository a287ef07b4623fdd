//! The parameters of generation as arguments: each row of the decoder's table is one.
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use decoding::parameters::{Field, TABLE};
use decoding::{Invalid, Parameters};

/// What was told, by the names of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told(Vec<(&'static str, String)>);

impl Told {
    /// What is in force: the defaults of the model, and above them what was told.
    pub fn over(&self, mut parameters: Parameters) -> Result<Parameters, Invalid> {
        // Lists grow with each call: what was told takes the place of the model's.
        if self.has("eos_token_id") {
            parameters.eos_token_id.clear();
        }
        if self.has("stop_strings") {
            parameters.stop_strings.clear();
        }
        for (name, text) in &self.0 {
            parameters.set(name, text)?;
        }
        Ok(parameters)
    }

    /// Whether a parameter was told.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(told, _)| *told == name)
    }
}

impl Args for Told {
    fn augment_args(command: Command) -> Command {
        TABLE.iter().fold(command, |command, entry| {
            let dashes = |name: &str| name.replace('_', "-");
            let list = matches!(entry.field, Field::Bias | Field::Eos | Field::Stop);
            let mut arg = Arg::new(entry.name)
                .long(dashes(entry.name))
                .value_name("VALUE")
                .help(format!(
                    "{} [{}; default: {}]",
                    entry.help, entry.range, entry.default
                ))
                .help_heading("Parameters")
                .allow_hyphen_values(true)
                .action(if list {
                    ArgAction::Append
                } else {
                    ArgAction::Set
                });
            // As they are written in Python, too.
            if entry.name.contains('_') {
                arg = arg.alias(entry.name);
            }
            if let Some(alias) = entry.alias {
                arg = arg.visible_alias(dashes(alias));
                if alias.contains('_') {
                    arg = arg.alias(alias);
                }
            }
            command.arg(arg)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Told {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut told = Vec::new();
        for entry in TABLE {
            let values = matches.get_many::<String>(entry.name);
            told.extend(
                values
                    .into_iter()
                    .flatten()
                    .map(|value| (entry.name, value.clone())),
            );
        }
        Ok(Self(told))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
