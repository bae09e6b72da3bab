//! A database that refuses some changes for a while, as one that is away or full does.

use serde_json::json;

use crate::{Server, postgres};

/// While this secret is there, the database refuses.
const GATE: &str = "DATABASE_AWAY";

impl Server {
    /// Has its database refuse a change, such as `INSERT ON ticket`, of every row for which `when` holds (`NEW.state =
    /// 'used'`), from now until [`Server::accept`]. The server is started again for that, once in its life.
    pub fn refuse(&mut self, change: &str, when: &str) {
        let shut = format!("EXISTS (SELECT 1 FROM secret WHERE name = '{GATE}') AND ({when})");
        self.terminate();
        match self.database_url().map(str::to_owned) {
            None => self.sql(&format!(
                "CREATE TRIGGER away BEFORE {change} FOR EACH ROW WHEN {shut} BEGIN SELECT RAISE(ABORT, 'away'); END;"
            )),
            Some(url) => {
                postgres::execute(
                    &url,
                    // As a server says that has no room for the work.
                    &format!(
                        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                         IF {shut} THEN RAISE EXCEPTION 'away' USING ERRCODE = '53000'; END IF; RETURN NEW; END $$"
                    ),
                );
                postgres::execute(
                    &url,
                    &format!("CREATE TRIGGER away BEFORE {change} FOR EACH ROW EXECUTE FUNCTION away()"),
                );
            }
        }
        self.restart();
        self.api().put(&format!("/api/v1/secrets/{GATE}"), json!({"value": "shut"})).expect(200);
    }

    /// Has its database take everything again.
    pub fn accept(&self) {
        self.api().delete(&format!("/api/v1/secrets/{GATE}")).expect(204);
    }
}
