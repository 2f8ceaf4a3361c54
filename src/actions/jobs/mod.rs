//! Background jobs: queue, schedule.

pub mod forms;
