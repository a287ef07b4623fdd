//! The surprisal program.
use clap::Parser as _;
use server::{
    analyze,
    cli::{Cli, Command},
    compare, gc, generate, generations, paths, query, retain, score, serve, tree,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(arguments) => serve::main(arguments),
        Command::Analyze(arguments) => analyze::main(&arguments),
        Command::Compare(arguments) => compare::main(&arguments),
        Command::Query(arguments) => query::main(&arguments),
        Command::Generate(arguments) => generate::main(&arguments),
        Command::Score(arguments) => score::main(&arguments),
        Command::Generations(arguments) => generations::main(&arguments),
        Command::Paths(arguments) => paths::main(&arguments),
        Command::Tree(arguments) => tree::main(&arguments),
        Command::Gc(arguments) => gc::main(&arguments),
        Command::Retain(arguments) => retain::main(&arguments),
    }
}
