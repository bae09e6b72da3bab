//! `callwright member`: who belongs to the organization.

use clap::{Args, Subcommand};
use serde_json::json;

use super::Remote;
use crate::{
    failure::Failure,
    output::{self, Table, text, time},
};

/// The organization's members.
#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// List members.
    List(List),
    /// Invite somebody, and print what they need to join.
    Invite(Invite),
}

/// All members.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    remote: Remote,
}

/// Whom to invite.
#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// Their e-mail address.
    email: String,
    /// viewer, operator, builder, admin or owner.
    #[arg(long, default_value = "operator")]
    role: String,
    #[command(flatten)]
    remote: Remote,
}

/// Carries the command out.
pub(super) fn run(command: Member) -> Result<(), Failure> {
    match command {
        Member::List(command) => list(&command),
        Member::Invite(command) => invite(&command),
    }
}

fn list(command: &List) -> Result<(), Failure> {
    let members = command.remote.connect()?.list("/api/v1/members", &[], usize::MAX)?;
    if command.remote.json {
        return output::json(&members.into());
    }
    let mut table = Table::new(["ID", "EMAIL", "NAME", "ROLE", "SINCE"]);
    for member in &members {
        table.row([
            text(member, "user_id"),
            text(member, "email"),
            text(member, "name"),
            text(member, "role"),
            time(member, "created_at"),
        ]);
    }
    table.print("no members")
}

fn invite(command: &Invite) -> Result<(), Failure> {
    let body = json!({"email": command.email, "role": command.role});
    let answer = command.remote.connect()?.post("/api/v1/invitations", &body)?;
    if command.remote.json {
        return output::json(&answer);
    }
    output::say(format!("{} can join with this, once:", command.email));
    output::line(&text(&answer, "token"))
}
