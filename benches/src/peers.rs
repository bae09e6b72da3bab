//! Gateways of others in front of the same upstream, driven by MCP.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    str::FromStr,
};

use crate::{Failure, load::Target, process::Process, server::free_address};

/// One of the gateways that we know how to start, and the Python it is installed in.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    known: &'static Known,
    python: PathBuf,
}

#[derive(Debug)]
struct Known {
    name: &'static str,
    /// In `peers/`; prints its bearer token once it can be called.
    script: &'static str,
    path: &'static str,
    tool: &'static str,
    /// LiteLLM puts a body of an OpenAPI operation under `body`.
    is_wrapped: bool,
}

const KNOWN: [Known; 3] = [
    Known { name: "FastMCP", script: "fastmcp_gateway.py", path: "/mcp", tool: "invoices", is_wrapped: false },
    Known {
        name: "ContextForge",
        script: "contextforge_gateway.py",
        path: "/mcp/",
        tool: "invoices",
        is_wrapped: false,
    },
    Known { name: "LiteLLM", script: "litellm_gateway.py", path: "/mcp/", tool: "billing-invoices", is_wrapped: true },
];

impl FromStr for Peer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            let names: Vec<_> = KNOWN.iter().map(|known| known.name).collect();
            format!("say NAME=PYTHON, where NAME is one of {}", names.join(", "))
        };
        let (name, python) = text.split_once('=').ok_or_else(wrong)?;
        let known = KNOWN.iter().find(|known| known.name.eq_ignore_ascii_case(name)).ok_or_else(wrong)?;
        Ok(Self { known, python: python.into() })
    }
}

impl Peer {
    /// Starts it in front of `upstream`; the process must be kept while it is driven.
    pub(crate) async fn start(&self, upstream: &str) -> Result<(Process, Target), Failure> {
        let known = self.known;
        let address = free_address()?;
        let script = format!("{}/peers/{}", env!("CARGO_MANIFEST_DIR"), known.script);
        let mut child =
            Command::new(&self.python).arg(script).args([&address, upstream]).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("the child has no output")?;
        let process = Process::new(child, address);
        let mut token = String::new();
        BufReader::new(output).read_line(&mut token)?;
        if token.trim().is_empty() {
            return Err(format!("{} did not start", known.name).into());
        }
        let target = Target::mcp_session(&process.address, known.path, process.pid(), known.tool, known.name);
        let mut target = target.with_token(token.trim());
        if known.is_wrapped {
            target = target.wrapped();
        }
        let target = target.begin().await?;
        Ok((process, target))
    }
}
