//! The forms that give seats, take them back, and say how many were purchased.

/// The `action` URL of the form that gives seats, or puts people on the waiting list.
pub const GIVE_ADDRESS: &str = "/actions/give_seats";
/// The `action` URL of the buttons that take a seat back, or somebody off the waiting list.
pub const TAKE_ADDRESS: &str = "/actions/take_seat";
/// The `action` URL of the form that sets how many seats were purchased.
pub const PURCHASED_ADDRESS: &str = "/actions/set_purchased_seats";
/// The subject of their flash.
pub const SUBJECT: &str = "seats";
