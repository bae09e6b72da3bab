//! Values to and from PostgreSQL's types.

use std::{borrow::Cow, error::Error as StdError};

use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

use crate::{
    error::{Error, Result},
    value::{Row, Value},
};

type Refusal = Box<dyn StdError + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refusal> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => match *ty {
                Type::INT8 => number.to_sql(ty, out),
                // A parameter next to a literal or a LIMIT may be taken for a smaller number.
                Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*number)?.to_sql(ty, out),
                _ => Err(format!("a whole number for a {ty}").into()),
            },
            Self::Real(number) if *ty == Type::FLOAT8 => number.to_sql(ty, out),
            Self::Text(text) if matches!(*ty, Type::TEXT | Type::VARCHAR | Type::UNKNOWN | Type::NAME) => {
                text.as_ref().to_sql(ty, out)
            }
            Self::Real(_) | Self::Text(_) => Err(format!("{self:?} for a {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// Parameters as `query` wants them.
pub(crate) fn borrowed(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// Parameters with the types of their columns, as `query_typed` wants them.
pub(crate) fn typed(params: &[Value]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    let type_of = |value: &Value| match value {
        Value::Int(_) => Type::INT8,
        Value::Real(_) => Type::FLOAT8,
        Value::Text(_) | Value::Null => Type::TEXT,
    };
    params.iter().map(|value| (value as &(dyn ToSql + Sync), type_of(value))).collect()
}

/// Copies what came.
pub(crate) fn rows(found: Vec<tokio_postgres::Row>) -> Result<Vec<Row>> {
    found.iter().map(row).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row> {
    let mut values = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        values.push(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map_or(Value::Null, Value::Int),
            Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map_or(Value::Null, |n| Value::Int(n.into())),
            Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map_or(Value::Null, Value::from),
            Type::FLOAT8 => row.try_get::<_, Option<f64>>(index)?.map_or(Value::Null, Value::Real),
            Type::TEXT | Type::VARCHAR | Type::NAME => {
                row.try_get::<_, Option<String>>(index)?.map_or(Value::Null, |text| Value::Text(Cow::Owned(text)))
            }
            ref other => {
                return Err(Error::Internal(format!("column `{}` has the type {other}", column.name())));
            }
        });
    }
    Ok(Row(values))
}
