//! Charts of decisions, as SVG from the server. The numbers are beside or behind them as text.

pub mod chart;
pub mod sparkline;
