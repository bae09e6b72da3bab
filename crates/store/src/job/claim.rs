//! Taking jobs from the queue, fairly: an organization that carries little goes before one that carries much, and none
//! has more than its share of a node. Among the jobs of one organization the most urgent goes first.

use std::collections::HashMap;

use callwright_model::{
    Timestamp,
    id::{NodeId, OrgId},
};

use super::{COLUMNS, JobRow, row};
use crate::{
    db::{Store, Tx},
    error::Result,
    params,
};

/// Organizations with jobs in the queue that are looked at in one go.
const MOST_ORGS: i64 = 1_000;

/// What room a node has.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// How many jobs it takes.
    pub most: usize,
    /// How many of one organization it carries at most.
    pub share: usize,
    /// How many of each it carries by now.
    pub loads: HashMap<OrgId, usize>,
}

impl Room {
    /// Room for so many, whoever's they are.
    pub fn of(most: usize) -> Self {
        Self { most, share: usize::MAX, loads: HashMap::new() }
    }

    /// How many more of `org` it takes.
    fn left(&self, org: OrgId) -> usize {
        self.share.saturating_sub(self.loads.get(&org).copied().unwrap_or_default())
    }
}

/// How many jobs each of the waiting organizations is given, as far as they have so many: one after the other the one
/// that carries least. In a tie `turn` decides, so that it is not always the same.
fn shares(waiting: &[OrgId], room: &Room, turn: u128) -> Vec<(OrgId, usize)> {
    let mut given: Vec<(OrgId, usize)> = waiting.iter().map(|org| (*org, 0)).collect();
    for _ in 0..room.most {
        let load = |(org, count): &(OrgId, usize)| room.loads.get(org).copied().unwrap_or_default() + count;
        let rank = |one: &(OrgId, usize)| (load(one), mixed(one.0.raw() ^ turn));
        let next = given.iter_mut().filter(|one| one.1 < room.left(one.0)).min_by_key(|one| rank(one));
        let Some(next) = next else { break };
        next.1 += 1;
    }
    given.retain(|(_, count)| *count > 0);
    given
}

/// Spreads ids that differ in a few bits only: the last steps of MurmurHash3.
fn mixed(value: u128) -> u64 {
    let mut hash = (value >> 64) as u64 ^ value as u64;
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}

impl Tx<'_> {
    /// Organizations with jobs in the queue: from one to the next along the index, however many jobs there are.
    async fn waiting_orgs(&mut self) -> Result<Vec<OrgId>> {
        let sql = "WITH RECURSIVE waiting (org_id) AS (SELECT MIN(org_id) FROM job WHERE state = 'queued' UNION ALL \
                   SELECT (SELECT MIN(job.org_id) FROM job WHERE job.state = 'queued' \
                   AND job.org_id > waiting.org_id) FROM waiting WHERE waiting.org_id IS NOT NULL) \
                   SELECT org_id FROM waiting WHERE org_id IS NOT NULL LIMIT $1";
        self.fetch_all(sql, &params![MOST_ORGS]).await?.iter().map(|row| row.fields("job").id("org_id")).collect()
    }

    async fn claim_of(&mut self, org: OrgId, node: NodeId, now: Timestamp, most: usize) -> Result<Vec<JobRow>> {
        let dialect = self.dialect();
        // A node whose lease has ended takes nothing: its jobs are being given to others.
        let sql = format!(
            "UPDATE job SET state = 'running', owner = $1, epoch = epoch + 1, attempts = attempts + 1, \
             started_at = COALESCE(started_at, $2), updated_at = $2 WHERE id IN (SELECT id FROM job \
             WHERE state = 'queued' AND org_id = $3 AND run_at <= $2 ORDER BY priority DESC, run_at, id LIMIT $4{}) \
             AND EXISTS (SELECT 1 FROM node WHERE id = $1 AND lease_until > {}) RETURNING {COLUMNS}",
            dialect.for_update_skip_locked(),
            dialect.now()
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.fetch_all(&sql, &params![node, now, org, most]).await?.iter().map(row).collect()
    }

    async fn claim_jobs(&mut self, node: NodeId, now: Timestamp, mut room: Room) -> Result<Vec<JobRow>> {
        let mut waiting = self.waiting_orgs().await?;
        let turn = u128::from(now.micros().unsigned_abs());
        let mut claimed = Vec::new();
        // What one does not need the others are given, until nobody has anything or nothing is left.
        while room.most > 0 && !waiting.is_empty() {
            let given = shares(&waiting, &room, turn);
            if given.is_empty() {
                break;
            }
            for (org, count) in given {
                let jobs = self.claim_of(org, node, now, count).await?;
                if jobs.len() < count {
                    waiting.retain(|other| *other != org);
                }
                room.most = room.most.saturating_sub(jobs.len());
                *room.loads.entry(org).or_default() += jobs.len();
                claimed.extend(jobs);
            }
        }
        Ok(claimed)
    }
}

impl Store {
    /// Takes jobs whose time has come, as many as there is room for: of the organizations that carry least here first, of
    /// each the most urgent.
    pub async fn claim_jobs(&self, node: NodeId, now: Timestamp, room: Room) -> Result<Vec<JobRow>> {
        let is_due = "SELECT 1 FROM job WHERE state = 'queued' AND run_at <= $1 LIMIT 1";
        // Asking does not trouble the writer.
        let due = self.fetch_optional(is_due, params![now], |row| row.fields("job").int("one")).await?;
        if due.is_none() {
            return Ok(Vec::new());
        }
        self.write((node, now, room), |(node, now, room), tx| Box::pin(tx.claim_jobs(*node, *now, room.clone()))).await
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    #[test]
    fn who_carries_least_goes_first_and_nobody_has_more_than_a_share() {
        let ids = IdSource::default();
        let (busy, idle, third): (OrgId, OrgId, OrgId) = (ids.next(), ids.next(), ids.next());
        let of = |given: Vec<(OrgId, usize)>, org: OrgId| given.into_iter().find(|one| one.0 == org).map(|one| one.1);
        let room = |most| Room { most, share: 6, loads: HashMap::from([(busy, 4), (third, 6)]) };
        let waiting = [busy, idle, third];
        assert_eq!(shares(&waiting, &room(3), 1), [(idle, 3)]);
        let given = shares(&waiting, &room(6), 1);
        assert_eq!((of(given.clone(), busy), of(given, idle)), (Some(1), Some(5)));
        let given = shares(&waiting, &room(100), 1);
        assert_eq!((of(given.clone(), busy), of(given.clone(), idle), of(given, third)), (Some(2), Some(6), None));
        assert_eq!(shares(&[], &room(9), 1), []);
        let ties: std::collections::BTreeSet<_> = (0..64)
            .map(|turn| shares(&[busy, idle], &Room { most: 1, share: 6, loads: HashMap::new() }, turn << 40)[0].0)
            .collect();
        assert_eq!(ties.len(), 2, "in a tie now the one, now the other");
    }
}
