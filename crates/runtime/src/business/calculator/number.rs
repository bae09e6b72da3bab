//! Decimals of 28 digits that remember whether anything was rounded on the way.

use rust_decimal::{
    Decimal, MathematicalOps, RoundingStrategy,
    prelude::{FromPrimitive, ToPrimitive},
};

use super::Problem;

/// The largest whole exponent.
const MOST_EXPONENT: i64 = 10_000;

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number {
    /// Its value.
    pub value: Decimal,
    /// Whether it is the result itself, not the nearest decimal.
    pub is_exact: bool,
}

/// Why an operation has no result.
pub(super) fn too_large() -> Problem {
    Problem::new("too_large", "a number on the way is too large: at most 28 digits are worked with")
}

fn division_by_zero() -> Problem {
    Problem::new("division_by_zero", "a division by zero has no result; check the expression and the values in it")
}

impl Number {
    /// A number that was written out.
    pub(super) fn exact(value: Decimal) -> Self {
        Self { value, is_exact: true }
    }

    /// A number that is the nearest decimal only.
    pub(super) fn rounded(value: Decimal) -> Self {
        Self { value, is_exact: false }
    }

    /// Reads `12.5` or `1.25e1`; none when it has more digits than are worked with.
    pub(super) fn read(text: &str) -> Option<Self> {
        let value = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text).ok()?
        } else {
            Decimal::from_str_exact(text).ok()?
        };
        Some(Self::exact(value))
    }

    /// A result of two numbers that was worked out to `wanted` decimals if it is to be exact.
    fn of(self, other: Self, value: Option<Decimal>, wanted: u32) -> Result<Self, Problem> {
        let value = value.ok_or_else(too_large)?;
        Ok(Self { value, is_exact: self.is_exact && other.is_exact && (value.scale() >= wanted) })
    }

    pub(super) fn add(self, other: Self) -> Result<Self, Problem> {
        let wanted = self.value.scale().max(other.value.scale());
        self.of(other, self.value.checked_add(other.value), wanted)
    }

    pub(super) fn subtract(self, other: Self) -> Result<Self, Problem> {
        self.add(other.negate())
    }

    pub(super) fn negate(self) -> Self {
        Self { value: -self.value, ..self }
    }

    pub(super) fn multiply(self, other: Self) -> Result<Self, Problem> {
        let (a, b) = (self.value.normalize(), other.value.normalize());
        let wanted = if a.is_zero() || b.is_zero() { 0 } else { a.scale() + b.scale() };
        self.of(other, a.checked_mul(b), wanted)
    }

    pub(super) fn divide(self, other: Self) -> Result<Self, Problem> {
        if other.value.is_zero() {
            return Err(division_by_zero());
        }
        let quotient = self.value.checked_div(other.value).ok_or_else(too_large)?;
        let back = Self::exact(quotient).multiply(Self::exact(other.value));
        let is_exact = back.is_ok_and(|back| back.is_exact && back.value == self.value);
        Ok(Self { value: quotient, is_exact: is_exact && self.is_exact && other.is_exact })
    }

    pub(super) fn remainder(self, other: Self) -> Result<Self, Problem> {
        if other.value.is_zero() {
            return Err(division_by_zero());
        }
        self.of(other, self.value.checked_rem(other.value), 0)
    }

    /// A whole exponent multiplies, any other goes by floating point.
    pub(super) fn power(self, exponent: Self) -> Result<Self, Problem> {
        let whole = exponent.value.fract().is_zero().then(|| exponent.value.to_i64()).flatten();
        match whole {
            Some(n) if n.abs() <= MOST_EXPONENT => {
                let power = self.times_itself(n.unsigned_abs())?;
                let power = if n < 0 { Self::exact(Decimal::ONE).divide(power)? } else { power };
                Ok(Self { is_exact: power.is_exact && exponent.is_exact, ..power })
            }
            None if self.value.is_sign_negative() && !self.value.is_zero() => {
                Err(Problem::new("not_defined", "a negative number has no power of an exponent that is not whole"))
            }
            None if exponent.value == Decimal::new(5, 1) => self.root(),
            _ => self.approximately(|base| base.powf(exponent.value.to_f64().unwrap_or(f64::NAN))),
        }
    }

    fn times_itself(self, mut n: u64) -> Result<Self, Problem> {
        let (mut power, mut square) = (Self::exact(Decimal::ONE), self);
        while n > 0 {
            if n & 1 == 1 {
                power = power.multiply(square)?;
            }
            n >>= 1;
            if n > 0 {
                square = square.multiply(square)?;
            }
        }
        Ok(power)
    }

    pub(super) fn root(self) -> Result<Self, Problem> {
        let root = self
            .value
            .sqrt()
            .map(|root| root.normalize())
            .ok_or_else(|| Problem::new("not_defined", "a negative number has no square root"))?;
        let square = Self::exact(root).multiply(Self::exact(root));
        let is_exact = square.is_ok_and(|square| square.is_exact && square.value == self.value);
        Ok(Self { value: root, is_exact: is_exact && self.is_exact })
    }

    /// What floating point makes of it, to 15 digits.
    pub(super) fn approximately(self, work: impl FnOnce(f64) -> f64) -> Result<Self, Problem> {
        let result = work(self.value.to_f64().unwrap_or(f64::NAN));
        if result.is_nan() {
            return Err(Problem::new("not_defined", "this has no result for that number"));
        }
        Decimal::from_f64(result).map(Self::rounded).ok_or_else(too_large)
    }

    /// Rounded to so many decimals, halves away from zero, as on a bill.
    pub(super) fn round(self, decimals: u32) -> Self {
        let value = self.value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        Self { value, ..self }
    }
}
