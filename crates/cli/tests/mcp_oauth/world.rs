//! A server of ours that is connected to theirs.

use callwright_testkit::{Api, Database, Options, Reply, Server, people::PASSWORD, postgres};
use serde_json::{Value, json};
use url::Url;

use crate::provider::Provider;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
pub(crate) const SERVERS: &str = "/api/v1/mcp-servers";
pub(crate) const FILES: &str = "/api/v1/mcp-servers/files";

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) api: Api,
}

/// A browser with a session of one person.
pub(crate) struct Browser {
    pub(crate) api: Api,
    cookie: String,
}

/// Opens an address as a browser does, without following a redirect.
pub(crate) fn visit(address: &str, cookie: Option<&str>) -> Reply {
    let url: Url = address.parse().unwrap();
    let mut api = Api::new(url.origin().ascii_serialization(), None).with_header("accept", "text/html,*/*;q=0.8");
    if let Some(cookie) = cookie {
        api = api.with_header("cookie", cookie);
    }
    api.get(&address[url.origin().ascii_serialization().len()..])
}

/// The code on a page.
pub(crate) fn code_of(page: &Reply) -> String {
    let (_, rest) = page.text.split_once("<p class=code>").unwrap_or_else(|| panic!("no code: {page:?}"));
    rest.split_once('<').unwrap().0.to_owned()
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        Self::with(Options::new(BINARY, database))
    }

    pub(crate) fn with(options: Options) -> Self {
        let server = Server::start(options.env("CALLWRIGHT_LOG", "debug"));
        let api = server.api();
        Self { server, api }
    }

    pub(crate) fn register(&self, theirs: &Provider, more: Value) -> Value {
        let mut spec = json!({"name": "files", "url": theirs.url(), "auth": {"type": "authorization_code"}});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.api.post(SERVERS, spec).expect(201)
    }

    /// Begins, and goes as far as the address that leads back.
    pub(crate) fn go(&self, api: &Api) -> String {
        let begun = api.post(&format!("{FILES}/authorize"), json!({})).expect(200);
        let reply = visit(begun["authorize_url"].as_str().unwrap(), None);
        assert_eq!(reply.status, 302, "{reply:?}");
        reply.header("location").unwrap().to_owned()
    }

    /// Signs in as whoever has only a token: with the code of the page.
    pub(crate) fn sign_in(&self) -> Value {
        let page = visit(&self.go(&self.api), None);
        assert_eq!(page.status, 200, "{page:?}");
        self.api.post(&format!("{FILES}/authorize/confirm"), json!({"code": code_of(&page)})).expect(200)
    }

    /// Registered, signed in for, and its tools adopted.
    pub(crate) fn connected(database: Database, theirs: &Provider) -> Self {
        let world = Self::new(database);
        world.register(theirs, json!({}));
        let server = world.sign_in();
        assert_eq!(server["found"]["authorization"]["status"], "connected", "{server}");
        world.adopt();
        world
    }

    pub(crate) fn adopt(&self) {
        self.api.post(&format!("{FILES}/refresh"), json!({})).expect(200);
        let answer = self.api.post(&format!("{FILES}/tools"), json!({"all": true})).expect(200);
        assert_eq!(answer["tools"].as_array().unwrap().len(), 2, "{answer}");
    }

    pub(crate) fn call(&self, tool: &str) -> Value {
        call(&self.api, tool)
    }

    pub(crate) fn authorization(&self) -> Value {
        self.api.get(FILES).expect(200)["found"]["authorization"].clone()
    }

    pub(crate) fn browser(&self, email: &str) -> Browser {
        let credentials = json!({"email": email, "password": PASSWORD});
        let reply = self.api.anonymous().post("/api/v1/session", credentials);
        let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let session = reply.expect(200);
        let csrf = session["csrf_token"].as_str().unwrap();
        let api = self.api.anonymous().with_header("cookie", &cookie).with_header("x-csrf-token", csrf);
        Browser { api, cookie }
    }

    /// What the database holds of it in plain.
    pub(crate) fn stored(&mut self) -> String {
        let tables = [
            "SELECT id || subject || coalesce(why, '') || terms || sealed FROM oauth_grant",
            "SELECT issuer || client_id || sealed FROM oauth_client",
            "SELECT key_hash || sealed FROM oauth_attempt",
            "SELECT spec || found FROM mcp_server",
            "SELECT details FROM audit",
        ];
        match self.server.database_url() {
            Some(url) => {
                let rows = tables.iter().flat_map(|sql| postgres::execute(url, sql));
                rows.flatten().flatten().collect::<Vec<_>>().join("\n")
            }
            None => {
                let files = std::fs::read_dir(self.server.data_dir()).unwrap().filter_map(|entry| {
                    let path = entry.unwrap().path();
                    let is_database = path.file_name()?.to_str()?.starts_with("callwright.db");
                    is_database.then(|| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
                });
                files.collect::<Vec<_>>().join("\n")
            }
        }
    }
}

impl Browser {
    pub(crate) fn visit(&self, address: &str) -> Reply {
        visit(address, Some(&self.cookie))
    }
}

pub(crate) fn call(api: &Api, tool: &str) -> Value {
    api.post(&format!("/api/v1/tools/{tool}/call"), json!({"arguments": {}})).expect(200)
}
