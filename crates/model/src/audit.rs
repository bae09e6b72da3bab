//! A row of the audit log, and the chain that makes every change of the log visible.
//!
//! Each row of an organization has a number, the hash of the row before it, and its own hash, which is SHA-256 over
//! that hash and everything in the row. So nothing can be changed, left out, put in or moved without breaking a link;
//! what the chain alone cannot show, that its newest rows were cut off, its head shows, which is kept elsewhere.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{AuditId, OrgId, TokenId, UserId},
};

/// Something that was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// Its id.
    pub id: AuditId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// When.
    pub at: Timestamp,
    /// Who; nobody when the server did it by itself.
    pub user_id: Option<UserId>,
    /// With which token or session.
    pub token_id: Option<TokenId>,
    /// What was done, for example `tool.update`.
    pub action: String,
    /// The kind of thing that it was done to.
    pub target_kind: String,
    /// Which one: an id or a name.
    pub target_id: String,
    /// What else is worth knowing; `changes` holds what was before and after. Never a secret.
    #[schema(value_type = Object)]
    pub details: Value,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// Its place in the chain; `null` for a row that is older than the chain.
    pub chain: Option<Link>,
}

/// A row's place in the chain of its organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// Counts up from 1 without a gap.
    pub seq: i64,
    /// The hash of the row before it; of the first row, of how many rows are older than the chain.
    pub prev_hash: String,
    /// SHA-256 of this row and `prev_hash`, in hexadecimal.
    pub hash: String,
}

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Head {
    /// The number of the last row; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// The row is not what its hash says.
    Altered,
    /// Rows before this one are gone.
    Removed,
    /// The row does not belong where it stands: it was put in or moved, or the one before it was replaced.
    Misplaced,
    /// The newest rows are gone, or the head is.
    Cut,
}

/// The first place where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Broken {
    /// The number of the row.
    pub seq: i64,
    /// Its id, when there is a row.
    pub id: Option<AuditId>,
    /// What is wrong.
    pub damage: Damage,
    /// The same in words.
    pub message: String,
}

fn digest(value: &Value) -> String {
    Sha256::digest(value.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the first row of a chain points back to: the organization, and how many rows are older than the chain, so that
/// none can be slipped in among those.
pub fn genesis(org: OrgId, unchained: i64) -> String {
    digest(&json!(["callwright-audit-0", org, unchained]))
}

/// The value with the fields of its objects in order of their names: the form over which a hash is the same for
/// everybody who reads the row.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            Value::Object(fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

impl AuditRow {
    /// The hash that this row has at place `seq` behind the row of `prev_hash`: SHA-256 of a JSON list, written
    /// without blanks, of a name for this form, `prev_hash`, `seq` and the row's fields.
    pub fn hash(&self, seq: i64, prev_hash: &str) -> String {
        digest(&json!([
            "callwright-audit-1",
            prev_hash,
            seq,
            self.organization_id,
            self.id,
            self.at.micros(),
            self.user_id,
            self.token_id,
            self.action,
            self.target_kind,
            self.target_id,
            sorted(&self.details),
            self.request_id,
        ]))
    }

    /// The link that this row gets behind `head`.
    pub fn link(&self, head: &Head) -> Link {
        let seq = head.seq + 1;
        Link { seq, prev_hash: head.hash.clone(), hash: self.hash(seq, &head.hash) }
    }

    fn broken(&self, seq: i64, damage: Damage, message: impl Into<String>) -> Broken {
        Broken { seq, id: Some(self.id), damage, message: message.into() }
    }
}

/// Walks a chain row by row, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    head: Option<Head>,
    unchained: i64,
    is_part: bool,
}

impl Verifier {
    /// For a part of a log, which may begin anywhere: there is nothing to compare its first row with.
    pub fn of_part() -> Self {
        Self { is_part: true, ..Self::default() }
    }

    /// From the beginning of a chain, behind rows that are older than it.
    pub fn behind(unchained: i64) -> Self {
        Self { unchained, ..Self::default() }
    }

    /// From behind a row that was verified earlier.
    pub fn resume(head: Head) -> Self {
        Self { head: Some(head), ..Self::default() }
    }

    /// The last row that was walked over.
    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// How many rows came before the chain.
    pub fn unchained(&self) -> i64 {
        self.unchained
    }

    /// Walks over the next row.
    ///
    /// # Errors
    /// The chain is broken here.
    pub fn push(&mut self, row: &AuditRow) -> Result<(), Broken> {
        let Some(link) = &row.chain else {
            if let Some(head) = &self.head {
                let message = "this row is no part of the chain, yet stands behind rows that are";
                return Err(row.broken(head.seq + 1, Damage::Misplaced, message));
            }
            self.unchained += 1;
            return Ok(());
        };
        let (seq, hash) = match &self.head {
            Some(head) => (head.seq, head.hash.clone()),
            None if self.is_part && link.seq > 1 && self.unchained == 0 => (link.seq - 1, link.prev_hash.clone()),
            None => (0, genesis(row.organization_id, self.unchained)),
        };
        if link.seq > seq + 1 {
            let message = format!("the rows {} to {} are gone", seq + 1, link.seq - 1);
            return Err(row.broken(seq + 1, Damage::Removed, message));
        }
        if link.seq <= seq {
            let message = format!("row {} stands behind row {seq}", link.seq);
            return Err(row.broken(link.seq, Damage::Misplaced, message));
        }
        if row.hash(link.seq, &link.prev_hash) != link.hash {
            return Err(row.broken(link.seq, Damage::Altered, "the row is not what its hash says"));
        }
        if link.prev_hash != hash {
            let message = if seq == 0 {
                format!("the chain does not begin behind {} older rows, as it says", self.unchained)
            } else {
                format!(
                    "it was not made behind row {seq} as that stands here: one of the two was put in, moved or replaced"
                )
            };
            return Err(row.broken(link.seq, Damage::Misplaced, message));
        }
        self.head = Some(Head { seq: link.seq, hash: link.hash.clone() });
        Ok(())
    }

    /// Whether the chain ends where `head`, kept elsewhere, says.
    ///
    /// # Errors
    /// It does not.
    pub fn finish(&self, head: &Head) -> Result<(), Broken> {
        let (seq, hash) = self.head.as_ref().map_or((0, ""), |last| (last.seq, last.hash.as_str()));
        if seq == head.seq && (seq == 0 || hash == head.hash) {
            return Ok(());
        }
        let (at, message) = if seq < head.seq {
            (seq + 1, format!("the log ends with row {seq}, but {} were written: the newest are gone", head.seq))
        } else if seq > head.seq {
            (head.seq + 1, format!("the log has {seq} rows, but only {} were written by the server", head.seq))
        } else {
            (seq, format!("the hash of row {seq} is not the one that was kept"))
        };
        Err(Broken { seq: at, id: None, damage: Damage::Cut, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdSource;

    fn chain(unchained: usize, chained: usize) -> (Vec<AuditRow>, Head) {
        let ids = IdSource::default();
        let org = ids.next();
        let mut head = Head { seq: 0, hash: genesis(org, unchained as i64) };
        let rows = (0..unchained + chained)
            .map(|n| {
                let mut row = AuditRow {
                    id: ids.next(),
                    organization_id: org,
                    at: Timestamp::from_micros(n as i64),
                    user_id: None,
                    token_id: None,
                    action: "tool.update".to_owned(),
                    target_kind: "tool".to_owned(),
                    target_id: format!("t{n}"),
                    details: json!({"b": {"z": n, "a": 0.1}, "a": [1, null]}),
                    request_id: None,
                    chain: None,
                };
                if n >= unchained {
                    let link = row.link(&head);
                    head = Head { seq: link.seq, hash: link.hash.clone() };
                    row.chain = Some(link);
                }
                row
            })
            .collect();
        (rows, head)
    }

    fn walk(rows: &[AuditRow], head: &Head) -> Option<(i64, Damage)> {
        let mut verifier = Verifier::default();
        let walked = rows.iter().try_for_each(|row| verifier.push(row)).and_then(|()| verifier.finish(head));
        walked.err().map(|broken| (broken.seq, broken.damage))
    }

    #[test]
    fn a_whole_chain_holds_also_after_it_was_written_and_read() {
        for (unchained, chained) in [(0, 0), (0, 5), (3, 5)] {
            let (rows, head) = chain(unchained, chained);
            assert_eq!(walk(&rows, &head), None);
            let text = serde_json::to_string(&rows).unwrap();
            let rows: Vec<AuditRow> = serde_json::from_str(&text).unwrap();
            assert_eq!(walk(&rows, &head), None);
        }
    }

    #[test]
    fn the_order_of_fields_does_not_count() {
        let (mut rows, head) = chain(0, 1);
        rows[0].details = serde_json::from_str(r#"{"a": [1, null], "b": {"a": 0.1, "z": 0}}"#).unwrap();
        assert_eq!(walk(&rows, &head), None);
    }

    type Change = fn(&mut Vec<AuditRow>);

    #[test]
    fn whatever_is_done_to_a_chain_shows() {
        let table: &[(Change, i64, Damage)] = &[
            (|rows| rows[4].action = "tool.delete".to_owned(), 3, Damage::Altered),
            (|rows| rows[4].details["b"]["z"] = json!(7), 3, Damage::Altered),
            (|rows| rows[4].user_id = Some(IdSource::default().next()), 3, Damage::Altered),
            (|rows| drop(rows.remove(4)), 3, Damage::Removed),
            (|rows| drop(rows.remove(2)), 1, Damage::Removed),
            (|rows| drop(rows.remove(0)), 1, Damage::Misplaced),
            (|rows| rows.insert(1, AuditRow { chain: None, ..rows[0].clone() }), 1, Damage::Misplaced),
            (|rows| rows.swap(4, 5), 3, Damage::Removed),
            (|rows| rows.insert(5, rows[4].clone()), 3, Damage::Misplaced),
            (|rows| rows.truncate(5), 4, Damage::Cut),
            (|rows| rows.push(AuditRow { chain: None, ..rows[0].clone() }), 6, Damage::Misplaced),
        ];
        for (index, (change, seq, damage)) in table.iter().enumerate() {
            let (mut rows, head) = chain(2, 5);
            change(&mut rows);
            assert_eq!(walk(&rows, &head), Some((*seq, *damage)), "change {index}");
        }
    }

    #[test]
    fn a_row_that_was_replaced_with_its_hash_shows_in_the_next() {
        let (mut rows, head) = chain(0, 5);
        rows[2].action = "nothing.happened".to_owned();
        let link = rows[2].chain.clone().unwrap();
        let hash = rows[2].hash(3, &link.prev_hash);
        rows[2].chain = Some(Link { hash, ..link });
        assert_eq!(walk(&rows, &head), Some((4, Damage::Misplaced)));
        let head_of_three = Head { seq: 3, hash: "kept elsewhere".to_owned() };
        assert_eq!(walk(&rows[..3], &head_of_three), Some((3, Damage::Cut)));
    }

    #[test]
    fn a_part_of_a_log_is_verified_from_where_it_begins() {
        let (rows, head) = chain(1, 5);
        assert_eq!(walk(&rows[3..], &head), Some((1, Damage::Removed)), "the whole begins at its beginning");
        let mut part = Verifier::of_part();
        rows[3..].iter().for_each(|row| part.push(row).unwrap());
        part.finish(&head).unwrap();
        let mut verifier = Verifier::resume(Head { seq: 2, hash: rows[2].chain.as_ref().unwrap().hash.clone() });
        rows[3..].iter().for_each(|row| verifier.push(row).unwrap());
        verifier.finish(&head).unwrap();
    }
}
