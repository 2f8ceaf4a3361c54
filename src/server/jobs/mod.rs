//! Background jobs: workers, page and forms.

pub(super) mod forms;
pub(super) mod workers;
