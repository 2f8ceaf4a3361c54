//! How an audit event names a flag: `a_flag` in production, elsewhere `a_flag in staging`.

use std::fmt;

use crate::domain::environment::Environment;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureTarget<'a> {
    pub flag: &'a str,
    pub environment: Environment,
}

impl<'a> FeatureTarget<'a> {
    /// No flag's name has spaces.
    pub fn read(text: &'a str) -> Self {
        let elsewhere = text
            .split_once(" in ")
            .and_then(|(flag, key)| Some(Self { flag, environment: Environment::from_key(key)? }));
        elsewhere.unwrap_or(Self { flag: text, environment: Environment::Production })
    }
}

impl fmt::Display for FeatureTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.environment {
            Environment::Production => f.write_str(self.flag),
            other => write!(f, "{} in {other}", self.flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_reads_back() {
        for environment in Environment::ALL {
            let target = FeatureTarget { flag: "a_flag", environment };
            assert_eq!(FeatureTarget::read(&target.to_string()), target);
        }
        assert_eq!(FeatureTarget::read("a_flag").environment, Environment::Production);
    }
}
