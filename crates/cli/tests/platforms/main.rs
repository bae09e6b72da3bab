//! Voice platforms and hooks over the network: Vapi's and Retell's webhooks, automation platforms both ways, and the
//! examples that we ship; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod automation;
mod examples;
mod hooks;
mod once;
mod protection;
mod retell;
mod vapi;

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use callwright_testkit::{Api, Database, Options, Reply, Server, Upstream};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// A server with a few tools on one upstream.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) api: Api,
    pub(crate) upstream: Upstream,
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        let (api, upstream) = (server.api(), Upstream::start());
        let world = Self { server, api, upstream };
        world.tool("slots", "read", json!({"day": {"type": "string"}, "limit": {"type": "integer"}}), json!({}));
        world.tool("book", "write", json!({"day": {"type": "string"}}), json!({}));
        world
    }

    /// A tool whose arguments reach the upstream as the body of a POST.
    pub(crate) fn tool(&self, name: &str, effect: &str, properties: Value, rest: Value) -> Value {
        let mut tool = json!({"name": name, "kind": "http", "effect": effect, "is_shared": true,
            "parameters": {"type": "object", "properties": properties, "additionalProperties": false},
            "config": {"method": "POST", "url": self.upstream.url(&format!("/{name}"))}});
        for (field, value) in rest.as_object().unwrap() {
            tool[field] = value.clone();
        }
        self.api.post("/api/v1/tools", tool).expect(201)
    }

    /// A hook; gives what was made.
    pub(crate) fn hook(&self, spec: Value) -> Made {
        let made = self.api.post("/api/v1/hooks", spec).expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Made { id: text(&made["hook"]["id"]), secret: text(&made["secret"]), address: text(&made["address"]) }
    }

    /// Sends a text as it is, without a token of ours.
    pub(crate) fn send(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.api.anonymous().raw("POST", path, &all, Some(body.as_bytes().to_vec()))
    }
}

/// A hook that was made.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) address: String,
}

/// Seconds since 1970, as a platform has them.
#[allow(clippy::disallowed_methods)]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// HMAC-SHA256 in hexadecimal.
pub(crate) fn sign(key: &str, payload: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(payload.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where `make test` has put what the platforms publish; without it these tests are left out, but not under CI.
pub(crate) fn installed() -> Option<PathBuf> {
    let name = "CALLWRIGHT_TEST_AUTOMATION";
    let path = std::env::var_os(name).map(PathBuf::from);
    assert!(path.is_some() || std::env::var_os("CI").is_none(), "`make test` installs what {name} names");
    if path.is_none() {
        eprintln!("{name} is not set: left out (`make test` installs it)");
    }
    path
}
