//! The addresses of the pages of inherited settings.

use super::setting::Setting;
use crate::domain::{
    escape::query_value,
    namespace::GroupPath,
    paths::{ADMIN_SETTINGS, GroupPage},
};

/// The page of the inherited settings of a group or project; of the instance when `None`.
pub fn settings_of(group: Option<&GroupPath>) -> String {
    group.map_or_else(|| ADMIN_SETTINGS.to_owned(), |group| GroupPage::Availability.path(group))
}

/// The same, asking before values below are dropped.
pub fn settings_confirming(
    group: Option<&GroupPath>,
    setting: Setting,
    value: &str,
    cascade: bool,
) -> String {
    let (setting, value) = (setting.key(), query_value(value));
    format!("{}?confirm={setting}&value={value}&cascade={cascade}", settings_of(group))
}
