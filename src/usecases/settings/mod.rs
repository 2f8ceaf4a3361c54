//! Settings that groups and projects inherit.

pub mod change_settings;
pub mod set_setting;
pub mod setting_error;
pub mod show_settings;
