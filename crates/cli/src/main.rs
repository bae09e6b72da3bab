//! `callwright`: the server, and the commands that speak to one.
//!
//! `serve`, `migrate` and `doctor` work on this machine; every other command is a client of a server's REST API and
//! needs nothing but its address and a token. Data goes to standard output, talk to standard error; the exit code is
//! 0 when it worked, 1 when it did not, 2 when the command line makes no sense.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod argument;
mod client;
mod command;
mod failure;
mod fixtures;
mod output;
mod sandbox;
mod settings;
mod start;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

/// Under many connections the system's allocator is what costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match command::run(command::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.exit_code)
        }
    }
}
