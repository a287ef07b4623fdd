//! The parameters of generation as arguments: each row of the decoder's table is one.
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use decoding::parameters::{Field, TABLE};
use std::ops::Deref;

/// What was told on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told(writer::Told);

impl Deref for Told {
    type Target = writer::Told;

    fn deref(&self) -> &writer::Told {
        &self.0
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
        Ok(Self(writer::Told::new(told)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
