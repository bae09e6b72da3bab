//! Credits: what operations cost, when the operator wants them to cost something.
//!
//! What is paid for and its payment are one transaction where there is one. Where there is none (a tool is tried out)
//! the payment comes first, and is given back when the operation could not be carried out.

use std::collections::BTreeMap;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    credit::{CreditEntry, Credits, Operation},
    page::{Page, PageRequest},
};
use callwright_store::credit::{Charge, Grant};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{App, app::require, audit};

/// The most characters of a note.
const MOST_NOTE: usize = 500;

/// What operations cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices(BTreeMap<Operation, Credits>);

impl Default for Prices {
    fn default() -> Self {
        Self(Operation::PRICES.into_iter().collect())
    }
}

impl Prices {
    /// The usual prices but for these, each written as `agent.execute=5`.
    ///
    /// # Errors
    /// Says what is wrong, in words for the operator.
    pub fn with<'a>(changes: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut prices = Self::default();
        for text in changes {
            let (name, amount) = text.split_once('=').ok_or_else(|| format!("`{text}` is not an operation=amount"))?;
            let operation = Operation::parse(name.trim()).ok_or_else(|| {
                let known = Operation::PRICES.map(|(operation, _)| operation.as_str()).join("`, `");
                format!("`{name}` is not an operation; there is `{known}`")
            })?;
            let amount: Credits = amount.trim().parse().map_err(|error| format!("`{text}`: {error}"))?;
            if amount < Credits::ZERO {
                return Err(format!("`{text}`: a price is not below 0"));
            }
            prices.0.insert(operation, amount);
        }
        Ok(prices)
    }

    /// What one operation costs.
    pub fn of(&self, operation: Operation) -> Credits {
        self.0.get(&operation).copied().unwrap_or_default()
    }
}

/// How an organization stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreditAccount {
    /// Whether operations are paid for here. If not, nothing is charged, whatever the prices say.
    pub enabled: bool,
    /// What there is.
    #[schema(value_type = f64)]
    pub balance: Credits,
    /// What operations cost.
    #[schema(value_type = BTreeMap<String, Credits>)]
    pub prices: BTreeMap<Operation, Credits>,
}

/// What an operation costs its caller; `None` when it costs nothing.
pub(crate) fn charge(app: &App, caller: &Caller, operation: Operation, subject: impl ToString) -> Option<Charge> {
    if !app.settings().credits {
        return None;
    }
    let price = app.settings().credit_prices.of(operation);
    (price > Credits::ZERO).then(|| Charge {
        org: caller.org_id,
        user: caller.user_id,
        operation,
        price,
        subject: subject.to_string(),
        now: app.clock().now(),
    })
}

/// Pays for `work`, which has no transaction to pay in, and gives it back when the work could not be carried out. Work
/// that was carried out and came to a bad end is paid for.
///
/// # Errors
/// Unpaid `credits_exhausted`, before the work begins.
pub(crate) async fn paid<T>(
    app: &App,
    charge: Option<Charge>,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let Some(charge) = charge else { return work.await };
    app.store().charge(charge.clone()).await?;
    let done = work.await;
    if done.is_err()
        && let Err(error) = app.store().refund(charge.clone(), app.clock().now()).await
    {
        tracing::error!(%error, operation = charge.operation.as_str(), "a charge could not be given back");
    }
    done
}

/// What the caller's organization has, and what things cost.
pub async fn account(app: &App, caller: &Caller) -> Result<CreditAccount, Fault> {
    require(caller, Right::View, Scope::Read)?;
    state(app, caller).await
}

async fn state(app: &App, caller: &Caller) -> Result<CreditAccount, Fault> {
    Ok(CreditAccount {
        enabled: app.settings().credits,
        balance: app.store().credit_balance(caller.org_id).await?,
        prices: app.settings().credit_prices.0.clone(),
    })
}

/// A page of the ledger, newest first.
pub async fn entries(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<CreditEntry>, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    Ok(app.store().credit_entries(caller.org_id, &page).await?)
}

/// Adds credits, or with a negative amount takes some away, and tells the line of the ledger.
///
/// # Errors
/// Conflict `balance_too_low` when there are not so many to take away.
pub async fn grant(app: &App, caller: &Caller, amount: Credits, note: Option<String>) -> Result<CreditEntry, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    if amount == Credits::ZERO {
        return Err(Fault::invalid("amount", "`amount` may not be 0"));
    }
    if note.as_ref().is_some_and(|note| note.chars().count() > MOST_NOTE) {
        return Err(Fault::invalid("note", format!("`note` may have at most {MOST_NOTE} characters")));
    }
    let details = json!({ "amount": amount, "note": note });
    let entry = audit::entry(app, caller, "credit.grant", "organization", caller.org_id, details);
    let grant = Grant { org: caller.org_id, user: caller.user_id, amount, note, now: app.clock().now() };
    let done = app
        .store()
        .write((grant, entry), |(grant, entry), tx| {
            Box::pin(async move {
                let done = tx.grant_credits(grant).await?;
                tx.append_audit(entry).await?;
                Ok(done)
            })
        })
        .await?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_what_the_operator_says_or_the_usual_one() {
        let prices = Prices::with(["agent.execute=2.5", " tool.test = 0 "]).unwrap();
        assert_eq!(prices.of(Operation::AgentExecute), Credits::from_thousandths(2_500));
        assert_eq!(prices.of(Operation::ToolTest), Credits::ZERO);
        assert_eq!(prices.of(Operation::AgentCreate), Credits::from_thousandths(1_000));
        for (text, why) in [
            ("agent.execute", "operation=amount"),
            ("agent.exec=1", "`agent.exec` is not an operation"),
            ("tool.test=0.0005", "three decimals"),
            ("tool.test=-1", "below 0"),
        ] {
            assert!(Prices::with([text]).unwrap_err().contains(why), "{text}");
        }
    }
}
