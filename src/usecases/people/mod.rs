//! Groups, projects, memberships and seats.

pub mod change_seats;
pub(super) mod group_frame;
pub mod list_groups;
pub mod list_seat_pools;
pub mod seat_error;
pub mod seat_keeper;
pub mod set_purchased_seats;
pub mod show_seats;
pub mod sign_in_with_provider;
pub mod unlink_user;
