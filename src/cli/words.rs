//! Words that several commands take as values.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// `yes` or `no`.
pub(super) fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["yes", "no"]).map(|word| word == "yes")
}
