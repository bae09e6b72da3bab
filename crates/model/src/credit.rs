//! Credits: what operations cost an organization, and the ledger of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use crate::{Timestamp, id::UserId};

/// The most of them that one line of the ledger moves.
const MOST: i64 = 1_000_000_000_000;

/// An exact amount, counted in thousandths. On the wire a number with at most three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Credits(i64);

impl Credits {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many thousandths.
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// How many thousandths.
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The same amount the other way.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

/// Why a text or a number is not an amount.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it must be an amount of credits with at most three decimals, up to a billion")]
pub struct ParseCreditsError;

impl FromStr for Credits {
    type Err = ParseCreditsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_well = !whole.is_empty() && whole.len() <= 10 && decimals.len() <= 3;
        if !is_well || !is_number(whole) || !is_number(decimals) || (digits.contains('.') && decimals.is_empty()) {
            return Err(ParseCreditsError);
        }
        let thousandths: i64 = format!("{whole}{decimals:0<3}").parse().map_err(|_| ParseCreditsError)?;
        if thousandths > MOST {
            return Err(ParseCreditsError);
        }
        Ok(Self(if is_negative { -thousandths } else { thousandths }))
    }
}

impl Serialize for Credits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 1_000 {
            0 => serializer.serialize_i64(self.0 / 1_000),
            // The shortest decimal that is this number has three decimals at most.
            _ => serializer.serialize_f64(self.0 as f64 / 1_000.0),
        }
    }
}

impl<'de> Deserialize<'de> for Credits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        // The number as it was written, so that what is not exact is refused and not rounded.
        number.to_string().parse().map_err(de::Error::custom)
    }
}

impl utoipa::PartialSchema for Credits {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .description(Some("An exact amount with at most three decimals"))
            .minimum(Some(-1_000_000_000_i64))
            .maximum(Some(1_000_000_000_i64))
            .into()
    }
}

impl ToSchema for Credits {
    fn name() -> std::borrow::Cow<'static, str> {
        "Credits".into()
    }
}

/// What costs something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Operation {
    /// An agent is made.
    #[serde(rename = "agent.create")]
    AgentCreate,
    /// A run is begun.
    #[serde(rename = "agent.execute")]
    AgentExecute,
    /// An agent is made on a base, as the guide's clients do.
    #[serde(rename = "agent.custom")]
    AgentCustom,
    /// A workflow is made.
    #[serde(rename = "workflow.create")]
    WorkflowCreate,
    /// A tool is made.
    #[serde(rename = "tool.create")]
    ToolCreate,
    /// A tool is changed.
    #[serde(rename = "tool.update")]
    ToolUpdate,
    /// A tool is tried out.
    #[serde(rename = "tool.test")]
    ToolTest,
}

impl Operation {
    /// Every operation with what it costs unless the operator says otherwise.
    pub const PRICES: [(Self, Credits); 7] = [
        (Self::AgentCreate, Credits(1_000)),
        (Self::AgentExecute, Credits(5_000)),
        (Self::AgentCustom, Credits(2_000)),
        (Self::WorkflowCreate, Credits(3_000)),
        (Self::ToolCreate, Credits(2_000)),
        (Self::ToolUpdate, Credits(1_000)),
        (Self::ToolTest, Credits(500)),
    ];

    /// The name used on the wire, in settings and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AgentCreate => "agent.create",
            Self::AgentExecute => "agent.execute",
            Self::AgentCustom => "agent.custom",
            Self::WorkflowCreate => "workflow.create",
            Self::ToolCreate => "tool.create",
            Self::ToolUpdate => "tool.update",
            Self::ToolTest => "tool.test",
        }
    }

    /// Reads that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::PRICES.into_iter().map(|(operation, _)| operation).find(|operation| operation.as_str() == text)
    }
}

/// What a line of the ledger is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CreditKind {
    /// An operation was paid for.
    Charge,
    /// A charge was given back, because the operation could not be carried out.
    Refund,
    /// An administrator added some, or took some away.
    Grant,
}

impl CreditKind {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Grant => "grant",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Charge, Self::Refund, Self::Grant].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A line of an organization's ledger. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditEntry {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// Who did it.
    pub user_id: UserId,
    /// What it is.
    pub kind: CreditKind,
    /// What was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// What was added; less than nothing for a charge.
    pub amount: Credits,
    /// What there was after it.
    #[schema(value_type = f64)]
    pub balance: Credits,
    /// What it was about: the id of the thing, or a tool's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_or_refused() {
        for (text, thousandths) in [("5", 5_000), ("0.5", 500), ("-2.125", -2_125), ("1000000000", MOST), ("0", 0)] {
            let amount: Credits = text.parse().unwrap();
            assert_eq!((amount.thousandths(), amount.to_string().as_str()), (thousandths, text));
            let json = serde_json::to_string(&amount).unwrap();
            assert_eq!(json, text);
            assert_eq!(serde_json::from_str::<Credits>(&json).unwrap(), amount);
        }
        for text in ["", "-", ".5", "5.", "0.0001", "1e3", "1000000000.001", "99999999999", "+1", "0x1", "1_000"] {
            assert_eq!(text.parse::<Credits>(), Err(ParseCreditsError), "{text}");
        }
        assert!(serde_json::from_str::<Credits>("0.1234").is_err());
        assert_eq!(serde_json::from_str::<Credits>("5.0").unwrap(), Credits(5_000));
    }

    #[test]
    fn every_operation_has_its_own_name() {
        for (operation, _) in Operation::PRICES {
            assert_eq!(Operation::parse(operation.as_str()), Some(operation));
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.as_str());
        }
    }
}
