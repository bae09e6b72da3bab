//! What a server knows about its own health, for `callwright doctor` and whoever else asks.
//!
//! A check is a function from the application to findings; a later kind of tool adds a file and a line in [`CHECKS`].
//! Checks are bounded, change nothing, and tell no secret. Those about the machine and about secrets are for
//! administrators; the others are for everybody who may look.

mod alerts;
mod authorizations;
mod clock;
mod database;
mod deliveries;
mod disk;
mod mail;
mod models;
mod python;
mod secrets;
mod token;
mod upstreams;

use std::time::Duration;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
};
use futures_util::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{App, app::require};

/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// Why it matters; absent when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What to do; a command where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// What a server knows about its health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Diagnosis {
    /// What was looked at, in the order of the checks.
    pub findings: Vec<Finding>,
    /// Checks that only an administrator is told about.
    pub left_out: Vec<String>,
}

impl Finding {
    fn ok(check: &str, found: impl Into<String>) -> Self {
        Self { check: check.to_owned(), verdict: Verdict::Ok, found: found.into(), why: None, fix: None }
    }

    fn warn(check: &str, found: impl Into<String>, why: &str, fix: impl Into<String>) -> Self {
        let (why, fix) = (Some(why.to_owned()), Some(fix.into()));
        Self { check: check.to_owned(), verdict: Verdict::Warn, found: found.into(), why, fix }
    }

    fn fail(check: &str, found: impl Into<String>, why: &str, fix: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, ..Self::warn(check, found, why, fix) }
    }
}

/// Looks at one thing, in the organization of whoever asks.
type Run = for<'a> fn(&'a App, &'a Caller) -> BoxFuture<'a, Result<Vec<Finding>, Fault>>;

/// A thing to look at.
struct Check {
    name: &'static str,
    /// Whether it tells of the machine, of secrets or of addresses.
    is_for_admins: bool,
    run: Run,
}

const CHECKS: [Check; 12] = [
    Check { name: "token", is_for_admins: false, run: |app, caller| Box::pin(token::look(app, caller)) },
    Check { name: "server database", is_for_admins: false, run: |app, _| Box::pin(database::look(app)) },
    Check { name: "database clock", is_for_admins: false, run: |app, _| Box::pin(clock::look(app)) },
    Check { name: "upstreams", is_for_admins: false, run: |app, caller| Box::pin(upstreams::look(app, caller.org_id)) },
    Check { name: "alerts", is_for_admins: false, run: |app, caller| Box::pin(alerts::look(app, caller.org_id)) },
    Check { name: "python sandbox", is_for_admins: false, run: |app, _| Box::pin(python::look(app)) },
    Check { name: "disk", is_for_admins: true, run: |app, _| Box::pin(disk::look(app)) },
    Check { name: "secrets", is_for_admins: true, run: |app, caller| Box::pin(secrets::look(app, caller.org_id)) },
    Check {
        name: "deliveries",
        is_for_admins: true,
        run: |app, caller| Box::pin(deliveries::look(app, caller.org_id)),
    },
    Check {
        name: "authorizations",
        is_for_admins: true,
        run: |app, caller| Box::pin(authorizations::look(app, caller.org_id)),
    },
    Check {
        name: "model providers",
        is_for_admins: true,
        run: |app, caller| Box::pin(models::look(app, caller.org_id)),
    },
    Check { name: "mail", is_for_admins: true, run: |app, _| Box::pin(mail::look(app)) },
];

/// Looks at everything that `caller` may know.
pub async fn diagnose(app: &App, caller: &Caller) -> Result<Diagnosis, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let is_admin = caller.may(Right::Govern, Scope::Admin);
    let (mut findings, mut left_out) = (Vec::new(), Vec::new());
    for check in &CHECKS {
        if check.is_for_admins && !is_admin {
            left_out.push(check.name.to_owned());
            continue;
        }
        // What cannot be looked at is a finding, not the end of the examination.
        let looked = tokio::time::timeout(PATIENCE, (check.run)(app, caller)).await;
        let why = "without it nobody knows how this stands";
        match looked {
            Ok(Ok(found)) => findings.extend(found),
            Ok(Err(fault)) => {
                tracing::warn!(check = check.name, ?fault, "a check of the doctor failed");
                findings.push(Finding::fail(check.name, fault.message, why, "look into the server's log"));
            }
            Err(_) => findings.push(Finding::fail(
                check.name,
                format!("it took longer than {} s", PATIENCE.as_secs()),
                why,
                "try again; if it stays so, look into the server's log",
            )),
        }
    }
    Ok(Diagnosis { findings, left_out })
}
