//! `seat`: Duo Enterprise seats of a top-level group or of the instance.

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        open::origin,
        output::{Format, Row, print, print_list, say},
    },
    domain::{
        field_edit::FieldEdit,
        namespace::GroupPath,
        people::seats::{SeatCounts, SeatPlace, read_purchased},
        time::Timestamp,
    },
    storage::SeatHolder,
    usecases::{
        App, UseCaseError,
        administrator::Administrator,
        people::{
            change_seats::{SeatChange, change_seats},
            list_seat_pools::list_seat_pools,
            seat_keeper::SeatKeeper,
            set_purchased_seats::set_purchased_seats,
            show_seats::all_seats,
        },
        seat_effect::consequence,
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum SeatCommand {
    /// Give seats to users: to all of them or to nobody
    #[command(after_help = "\
Examples:
  duo-console seat give ann bob --group acme
  duo-console seat give ann --instance
  duo-console seat give zoe --group acme --wait")]
    Give {
        #[command(flatten)]
        who: Who,
        /// Put them on the waiting list instead, if no seat is free
        #[arg(long)]
        wait: bool,
    },
    /// Take seats back, or take users off the waiting list
    #[command(after_help = "\
Examples:
  duo-console seat take ann --group acme")]
    Take {
        #[command(flatten)]
        who: Who,
    },
    /// List who has a seat, and who waits for one
    List {
        #[command(flatten)]
        place: Place,
        /// The output: a table or JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show how many seats there are, or set how many were purchased
    #[command(after_help = "\
Without --purchased, lists the seats of the instance and of every top-level group with Duo Enterprise.

Examples:
  duo-console seat pool
  duo-console seat pool --group acme --purchased 25
  duo-console seat pool --instance --purchased unknown")]
    Pool(Pool),
}

#[derive(Debug, clap::Args)]
pub struct Who {
    /// The user names or email addresses
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Place {
    /// The top-level group whose seats they are
    #[arg(long, value_name = "PATH", value_parser = GroupPath::parse)]
    group: Option<GroupPath>,
    /// The seats of the whole instance, which count in every group with Duo Enterprise
    #[arg(long)]
    instance: bool,
}

impl From<Place> for SeatPlace {
    fn from(place: Place) -> Self {
        place.group.map_or(Self::Instance, Self::Group)
    }
}

#[derive(Debug, clap::Args)]
pub struct Pool {
    /// The top-level group whose number is set
    #[arg(long, value_name = "PATH", value_parser = GroupPath::parse, requires = "purchased", conflicts_with = "instance")]
    group: Option<GroupPath>,
    /// Set the number of the whole instance
    #[arg(long, requires = "purchased")]
    instance: bool,
    /// How many seats were purchased: a number, or unknown, which sets no limit
    #[arg(long, value_name = "N|unknown", value_parser = Purchased::read, conflicts_with = "format")]
    purchased: Option<Purchased>,
    /// The output: a table or JSON
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A number of purchased seats, or that it is unknown.
#[derive(Clone, Copy, Debug)]
struct Purchased(Option<i64>);

impl Purchased {
    fn read(text: &str) -> Result<Self, &'static str> {
        if text.trim().is_empty() { Err("Say a number or unknown.") } else { read_purchased(text).map(Self) }
    }
}

#[derive(Serialize)]
struct SeatRow {
    user: String,
    name: String,
    state: &'static str,
    source: &'static str,
    since: String,
    blocked: bool,
    last_sign_in_at: Option<String>,
}

impl From<SeatHolder> for SeatRow {
    fn from(seat: SeatHolder) -> Self {
        Self {
            user: seat.username,
            name: seat.name,
            state: seat.state.key(),
            source: seat.source.key(),
            since: seat.since.rfc3339(),
            blocked: seat.is_blocked,
            last_sign_in_at: seat.last_sign_in_at.map(Timestamp::rfc3339),
        }
    }
}

impl Row for SeatRow {
    const HEADINGS: &'static [&'static str] = &["USER", "NAME", "STATE", "GIVEN BY", "SINCE", "LAST SIGN-IN"];
    const NONE: &'static str = "Nobody has a seat or waits for one.";

    fn cells(&self) -> Vec<String> {
        let state = if self.blocked { format!("{}, blocked", self.state) } else { self.state.to_owned() };
        let last = self.last_sign_in_at.clone().unwrap_or_default();
        let (user, name) = (self.user.clone(), self.name.clone());
        vec![user, name, state, self.source.to_owned(), self.since.clone(), last]
    }
}

#[derive(Serialize)]
struct PoolRow {
    /// `null` for the instance.
    group: Option<String>,
    /// Without it, the seats do not count.
    duo_enterprise: bool,
    purchased: Option<i64>,
    used: i64,
    /// `null` without limit.
    free: Option<i64>,
    waiting: i64,
}

impl PoolRow {
    fn new(group: Option<String>, duo_enterprise: bool, counts: SeatCounts) -> Self {
        let SeatCounts { purchased, used, waiting } = counts;
        Self { group, duo_enterprise, purchased, used, free: counts.free(), waiting }
    }
}

impl Row for PoolRow {
    const HEADINGS: &'static [&'static str] = &["POOL", "PURCHASED", "USED", "FREE", "WAITING"];
    const NONE: &'static str = "There are no seats.";

    fn cells(&self) -> Vec<String> {
        let or =
            |number: Option<i64>, none: &str| number.map_or_else(|| none.to_owned(), |it| it.to_string());
        let pool = match (&self.group, self.duo_enterprise) {
            (None, _) => String::from("(instance)"),
            (Some(group), true) => group.clone(),
            (Some(group), false) => format!("{group} (no Duo Enterprise)"),
        };
        let [used, waiting] = [self.used, self.waiting].map(|it| it.to_string());
        vec![pool, or(self.purchased, "unknown"), used, or(self.free, "no limit"), waiting]
    }
}

pub(in crate::cli) async fn run(app: &App, command: SeatCommand) -> Result<(), Failure> {
    let keeper = SeatKeeper::Operator(origin(app));
    match command {
        SeatCommand::Give { who, wait } => {
            change(app, &keeper, who, if wait { SeatChange::Wait } else { SeatChange::Give }).await
        }
        SeatCommand::Take { who } => change(app, &keeper, who, SeatChange::Take).await,
        SeatCommand::List { place, format } => {
            let place = SeatPlace::from(place);
            let (counts, seats) = all_seats(app, &keeper, &place).await.map_err(named(&place))?;
            let rows: Vec<_> = seats.into_iter().map(SeatRow::from).collect();
            if format == Format::Text {
                say(format_args!("{}, {} waiting.", counts.words(), counts.waiting));
            }
            Ok(print_list(format, &rows)?)
        }
        SeatCommand::Pool(pool) => run_pool(app, &keeper, pool).await,
    }
}

async fn run_pool(app: &App, keeper: &SeatKeeper, pool: Pool) -> Result<(), Failure> {
    if let Some(Purchased(purchased)) = pool.purchased {
        let place = pool.group.map_or(SeatPlace::Instance, SeatPlace::Group);
        if place == SeatPlace::Instance && !pool.instance {
            return Err(Failure::Usage(String::from("Add --group PATH or --instance.")));
        }
        let set = set_purchased_seats(app, keeper, &place, FieldEdit::to(purchased)).await;
        let counts = set.map_err(named(&place))?;
        return Ok(print(format_args!("Saved for {place}: {}.", counts.words()))?);
    }
    let pools = list_seat_pools(app, &Administrator::operator(origin(app)), None).await?;
    let mut rows = vec![PoolRow::new(None, true, pools.instance)];
    let groups = pools.groups.into_iter();
    rows.extend(groups.map(|it| PoolRow::new(Some(it.path.to_string()), it.duo_enterprise, it.counts)));
    Ok(print_list(pool.format, &rows)?)
}

async fn change(app: &App, keeper: &SeatKeeper, who: Who, change: SeatChange) -> Result<(), Failure> {
    let place = SeatPlace::from(who.place);
    let changed = change_seats(app, keeper, &place, change, &who.users.join(" ")).await;
    let changed = changed.map_err(named(&place))?;
    let words = [changed.words(), consequence(app, &changed).await?].join(" ");
    Ok(print(words.trim_end())?)
}

fn named(place: &SeatPlace) -> impl Fn(UseCaseError) -> Failure {
    let place = place.to_string();
    move |error| match error {
        UseCaseError::NotFound(_) => Failure::refused(format!("There is no group {place}.")),
        other => other.into(),
    }
}
