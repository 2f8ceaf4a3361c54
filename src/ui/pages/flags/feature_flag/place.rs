//! Where the forms of a flag's page lead.

use crate::domain::{environment::Environment, flags::Edit, paths};

/// A flag in an environment.
#[derive(Clone, Debug)]
pub(super) struct FlagPlace {
    pub flag: String,
    pub environment: Environment,
}

impl FlagPlace {
    /// The dialog of a change.
    pub fn changing(&self, edit: &Edit) -> String {
        paths::feature_flag_changing(&self.flag, self.environment, &edit.to_string(), &[])
    }

    /// Where the forms ask for one. Without a fragment: that would take the focus from the dialog.
    pub fn action(&self) -> String {
        format!("{}/{}", paths::ADMIN_FEATURE_FLAGS, self.flag)
    }
}
