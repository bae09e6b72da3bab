//! Credits: a balance for each organization, and a ledger that says how it came to be. The balance is never below zero.

use callwright_model::{
    Timestamp,
    credit::{CreditEntry, CreditKind, Credits, Operation},
    id::{OrgId, UserId},
    page::{Page, PageRequest},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::Query,
    value::{Row, Value},
};

/// An operation that is to be paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Who pays.
    pub org: OrgId,
    /// Who asked for it.
    pub user: UserId,
    /// What it is.
    pub operation: Operation,
    /// What it costs.
    pub price: Credits,
    /// What it is about.
    pub subject: String,
    /// When.
    pub now: Timestamp,
}

/// Credits that are added, or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub org: OrgId,
    /// By whom.
    pub user: UserId,
    /// How many; less than nothing to take away.
    pub amount: Credits,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// The balance and the number of the line that made it.
type After = (Credits, i64);

fn after(row: &Row) -> Result<After> {
    let mut fields = row.fields("credit_balance");
    Ok((Credits::from_thousandths(fields.int("balance")?), fields.int("entries")?))
}

fn entry(row: &Row) -> Result<CreditEntry> {
    let mut fields = row.fields("credit_entry");
    Ok(CreditEntry {
        seq: fields.int("seq")?,
        user_id: fields.id("user_id")?,
        kind: fields.word("kind", CreditKind::parse)?,
        operation: fields.opt_word("operation", Operation::parse)?,
        amount: Credits::from_thousandths(fields.int("amount")?),
        balance: Credits::from_thousandths(fields.int("balance")?),
        subject: fields.opt_string("subject")?,
        note: fields.opt_string("note")?,
        created_at: fields.time("created_at")?,
    })
}

impl Tx<'_> {
    /// Pays for an operation, in the transaction of what is paid for: call it last, because others wait for the balance
    /// until the commit.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when there is not enough.
    pub async fn charge(&mut self, charge: &Charge) -> Result<()> {
        let price = charge.price.thousandths();
        let taken = self.take(charge.org, price, charge.now).await?;
        let Some((balance, seq)) = taken else {
            let balance = self.balance(charge.org).await?;
            return Err(Error::Exhausted { operation: charge.operation, price: charge.price, balance });
        };
        let entry = CreditEntry {
            seq,
            user_id: charge.user,
            kind: CreditKind::Charge,
            operation: Some(charge.operation),
            amount: charge.price.negated(),
            balance,
            subject: Some(charge.subject.clone()),
            note: None,
            created_at: charge.now,
        };
        self.push_credit_entry(charge.org, &entry).await
    }

    /// Gives a charge back.
    pub async fn refund(&mut self, charge: &Charge, now: Timestamp) -> Result<()> {
        let (balance, seq) = self.add(charge.org, charge.price.thousandths(), now).await?;
        let entry = CreditEntry {
            seq,
            user_id: charge.user,
            kind: CreditKind::Refund,
            operation: Some(charge.operation),
            amount: charge.price,
            balance,
            subject: Some(charge.subject.clone()),
            note: None,
            created_at: now,
        };
        self.push_credit_entry(charge.org, &entry).await
    }

    /// Adds credits, or takes some away.
    ///
    /// # Errors
    /// Conflict `balance_too_low` when there are not so many to take away.
    pub async fn grant_credits(&mut self, grant: &Grant) -> Result<CreditEntry> {
        let amount = grant.amount.thousandths();
        let (balance, seq) = if amount >= 0 {
            self.add(grant.org, amount, grant.now).await?
        } else {
            let taken = self.take(grant.org, -amount, grant.now).await?;
            taken.ok_or_else(|| Error::conflict("balance_too_low", "there are not so many credits to take away"))?
        };
        let entry = CreditEntry {
            seq,
            user_id: grant.user,
            kind: CreditKind::Grant,
            operation: None,
            amount: grant.amount,
            balance,
            subject: None,
            note: grant.note.clone(),
            created_at: grant.now,
        };
        self.push_credit_entry(grant.org, &entry).await?;
        Ok(entry)
    }

    /// Takes from the balance what is there to take: the condition and the change are one statement, so that of two who
    /// come together the second sees what the first has left.
    async fn take(&mut self, org: OrgId, amount: i64, now: Timestamp) -> Result<Option<After>> {
        let sql = "UPDATE credit_balance SET balance = balance - $2, entries = entries + 1, updated_at = $3 \
                   WHERE org_id = $1 AND balance >= $2 RETURNING balance, entries";
        self.fetch_optional(sql, &params![org, amount, now]).await?.as_ref().map(after).transpose()
    }

    async fn add(&mut self, org: OrgId, amount: i64, now: Timestamp) -> Result<After> {
        let sql = "INSERT INTO credit_balance (org_id, balance, entries, updated_at) VALUES ($1, $2, 1, $3) \
                   ON CONFLICT (org_id) DO UPDATE SET balance = credit_balance.balance + excluded.balance, \
                   entries = credit_balance.entries + 1, updated_at = excluded.updated_at RETURNING balance, entries";
        let row = self.fetch_optional(sql, &params![org, amount, now]).await?;
        row.as_ref().map(after).transpose()?.ok_or_else(|| Error::Internal("a balance was not written".to_owned()))
    }

    async fn balance(&mut self, org: OrgId) -> Result<Credits> {
        let sql = "SELECT balance, entries FROM credit_balance WHERE org_id = $1";
        let row = self.fetch_optional(sql, &params![org]).await?;
        Ok(row.as_ref().map(after).transpose()?.unwrap_or_default().0)
    }

    async fn push_credit_entry(&mut self, org: OrgId, entry: &CreditEntry) -> Result<()> {
        let sql = "INSERT INTO credit_entry (org_id, seq, user_id, kind, operation, amount, balance, subject, note, \
                   created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let params = params![
            org,
            entry.seq,
            entry.user_id,
            Value::word(entry.kind.as_str()),
            entry.operation.map(|operation| Value::word(operation.as_str())),
            entry.amount.thousandths(),
            entry.balance.thousandths(),
            entry.subject.as_deref(),
            entry.note.as_deref(),
            entry.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }
}

impl Store {
    /// Pays for something that has no transaction of its own.
    ///
    /// # Errors
    /// [`Error::Exhausted`] when there is not enough.
    pub async fn charge(&self, charge: Charge) -> Result<()> {
        self.write(charge, |charge, tx| Box::pin(tx.charge(charge))).await
    }

    /// Gives a charge back.
    pub async fn refund(&self, charge: Charge, now: Timestamp) -> Result<()> {
        self.write((charge, now), |(charge, now), tx| Box::pin(tx.refund(charge, *now))).await
    }

    /// What an organization has.
    pub async fn credit_balance(&self, org: OrgId) -> Result<Credits> {
        let sql = "SELECT balance, entries FROM credit_balance WHERE org_id = $1";
        Ok(self.fetch_optional(sql, params![org], after).await?.unwrap_or_default().0)
    }

    /// Lines of an organization's ledger, newest first.
    pub async fn credit_entries(&self, org: OrgId, page: &PageRequest) -> Result<Page<CreditEntry>> {
        let before = match page.after.as_deref() {
            None => None,
            Some([key]) => Some(key.parse::<i64>().map_err(|_| Error::Cursor)?),
            Some(_) => return Err(Error::Cursor),
        };
        let sql = "SELECT seq, user_id, kind, operation, amount, balance, subject, note, created_at FROM credit_entry \
                   WHERE org_id = $1";
        let mut query = Query::new(sql, params![org]);
        query.and("seq <", before).push(" ORDER BY seq DESC").limit(page);
        let rows = self.fetch_query(query, entry).await?;
        Ok(Page::from_rows(rows, page.limit, |entry| vec![entry.seq.to_string()]))
    }
}
