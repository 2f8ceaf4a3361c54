//! URLs of a flag's page in an environment.

use crate::domain::{environment::Environment, flags::Edit, paths};

/// A flag in an environment.
#[derive(Clone, Debug)]
pub(super) struct FlagPlace {
    pub flag: String,
    pub environment: Environment,
}

impl FlagPlace {
    /// URL of the dialog of a change.
    pub fn changing(&self, edit: &Edit) -> String {
        paths::feature_flag_changing(&self.flag, self.environment, &edit.to_string(), &[])
    }

    /// `action` URL of the forms that open a dialog. No fragment: it would take the focus from the dialog.
    pub fn action(&self) -> String {
        format!("{}/{}", paths::ADMIN_FEATURE_FLAGS, self.flag)
    }
}
