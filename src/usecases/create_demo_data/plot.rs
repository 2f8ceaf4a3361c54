//! What happens in the demo data, in the order of time: the part that the tutorial tells, and the company
//! around it.

use crate::domain::{
    environment::Environment, flows::catalogue::Tier, namespace::Subscription, role::Role, token::Scope,
};

/// An act of somebody: how many days ago, the user name, and what.
#[derive(Clone, Copy)]
pub(super) struct Step(pub i64, pub &'static str, pub Act);

/// The operator, who is no user, acts at the command line; everybody else on pages.
pub(super) const OPERATOR: &str = "operator";

/// A line of an imported file: path, user name, access level, and a custom role's name.
pub(super) type ImportedLine = (&'static str, &'static str, i64, Option<&'static str>);

/// Paths, user names, names and descriptions come in this order.
#[derive(Clone, Copy)]
pub(super) enum Act {
    Administrator(&'static str, &'static str),
    Person(&'static str, &'static str),
    Bot(&'static str, &'static str),
    SignIn,
    Block(&'static str),
    /// Of a user: its name, what it may, and in how many days it expires.
    Token(&'static str, &'static str, &'static [Scope], i64),
    TopLevel(&'static str, &'static str, Subscription),
    Group(&'static str, &'static str, &'static str),
    Project(&'static str, &'static str, &'static str),
    Subscribe(&'static str, Subscription),
    Archive(&'static str),
    /// By hand; also changes a role.
    Member(&'static str, &'static str, Role),
    /// Ends in so many days.
    MemberUntil(&'static str, &'static str, Role, i64),
    RemoveMember(&'static str, &'static str),
    ImportMembers(&'static [ImportedLine]),
    /// Invites the second group to the first namespace.
    Invite(&'static str, &'static str, Role),
    InviteUntil(&'static str, &'static str, Role, i64),
    Purchase(&'static str, i64),
    GiveSeat(&'static str, &'static str),
    TakeSeat(&'static str, &'static str),
    WaitForSeat(&'static str, &'static str),
    /// Turns on the flows that are generally available in the tier, but for Code Review.
    TurnOnFlows(&'static str),
    /// Turns on Code Review as before consent existed.
    TurnOnCodeReview(&'static str),
    Consent(&'static str),
    /// Turns Code Review off.
    Withdraw(&'static str),
    /// The users and projects in a new feature group.
    FeatureGroup(&'static str, &'static [&'static str], &'static [&'static str]),
    /// Opens a flag in an environment, for a feature group or for everyone.
    Flag(&'static str, Environment, Option<&'static str>),
    Freeze(Environment, &'static str),
    /// Definitions with the versions that are deployed.
    Deploy(Environment, &'static [(&'static str, &'static [&'static str])]),
    /// Opens a flag for everyone in so many days, with a reason.
    Schedule(&'static str, Environment, i64, &'static str),
}

use Act::{
    Administrator, Archive, Block, Bot, Consent, Deploy, FeatureGroup, Flag, Freeze, GiveSeat, Group,
    ImportMembers, Invite, InviteUntil, Member, MemberUntil, Person, Project, Purchase, RemoveMember,
    Schedule, SignIn, Subscribe, TakeSeat, Token, TopLevel, TurnOnCodeReview, TurnOnFlows, WaitForSeat,
    Withdraw,
};

const fn subscription(tier: Tier, duo_enterprise: bool) -> Subscription {
    Subscription { tier, duo_enterprise }
}

/// What the tutorial tells.
pub(super) const TUTORIAL: &[Step] = &[
    Step(60, OPERATOR, Administrator("admin", "Administrator")),
    Step(60, OPERATOR, Person("owner", "Group Owner")),
    Step(60, OPERATOR, Person("maintainer", "Group Maintainer")),
    Step(60, OPERATOR, Person("developer", "Developer Without Seat")),
    Step(60, OPERATOR, Person("reviewer", "Reviewer With Seat")),
    Step(60, OPERATOR, Person("outsider", "Outsider")),
    Step(60, "admin", TopLevel("acme", "Acme", subscription(Tier::Ultimate, true))),
    Step(60, "admin", Member("acme", "owner", Role::Owner)),
    Step(60, "owner", Member("acme", "maintainer", Role::Maintainer)),
    Step(60, "owner", Member("acme", "developer", Role::Developer)),
    Step(60, "owner", Member("acme", "reviewer", Role::Developer)),
    Step(60, "owner", GiveSeat("acme", "reviewer")),
    Step(60, "admin", TurnOnFlows("acme")),
    Step(60, "owner", Group("acme/platform", "Platform", "")),
    Step(60, "owner", Group("acme/platform/runtime", "Runtime", "")),
    Step(60, "owner", Project("acme/website", "Website", "")),
    Step(60, "owner", Project("acme/platform/api", "API", "")),
    Step(60, "admin", TopLevel("globex", "Globex", subscription(Tier::Premium, true))),
    Step(60, "admin", Member("globex", "owner", Role::Owner)),
    Step(60, "owner", Member("globex", "developer", Role::Developer)),
    Step(60, "owner", Member("globex", "reviewer", Role::Developer)),
    Step(60, "owner", GiveSeat("globex", "reviewer")),
    Step(60, "admin", TurnOnCodeReview("globex")),
    Step(60, "admin", TurnOnFlows("globex")),
    Step(60, "owner", Project("globex/portal", "Portal", "")),
    Step(60, "admin", TopLevel("initech", "Initech", subscription(Tier::Premium, false))),
    Step(60, "admin", Member("initech", "owner", Role::Owner)),
    Step(60, "owner", Member("initech", "developer", Role::Developer)),
    Step(60, "admin", TurnOnFlows("initech")),
    Step(60, "owner", Project("initech/tps", "TPS", "")),
];

/// The company around it, from the day after on.
pub(super) const COMPANY: &[Step] = &[
    Step(59, OPERATOR, Person("platform-lead", "Platform Lead")),
    Step(59, OPERATOR, Person("platform-developer-1", "Platform Developer 1")),
    Step(59, OPERATOR, Person("platform-developer-2", "Platform Developer 2")),
    Step(59, OPERATOR, Person("platform-developer-3", "Platform Developer 3")),
    Step(59, OPERATOR, Person("runtime-developer-1", "Runtime Developer 1")),
    Step(59, OPERATOR, Person("runtime-developer-2", "Runtime Developer 2")),
    Step(59, OPERATOR, Person("data-lead", "Data Lead")),
    Step(59, OPERATOR, Person("data-engineer-1", "Data Engineer 1")),
    Step(59, OPERATOR, Person("data-engineer-2", "Data Engineer 2")),
    Step(59, OPERATOR, Person("data-analyst", "Data Analyst")),
    Step(59, OPERATOR, Person("mobile-lead", "Mobile Lead")),
    Step(59, OPERATOR, Person("mobile-developer-1", "Mobile Developer 1")),
    Step(59, OPERATOR, Person("mobile-developer-2", "Mobile Developer 2")),
    Step(59, OPERATOR, Person("mobile-tester", "Mobile Tester")),
    Step(59, OPERATOR, Person("security-manager", "Security Manager")),
    Step(59, OPERATOR, Person("release-manager", "Release Manager")),
    Step(59, OPERATOR, Person("product-planner", "Product Planner")),
    Step(59, OPERATOR, Person("support-agent", "Support Agent")),
    Step(59, OPERATOR, Person("auditor", "Auditor")),
    Step(59, OPERATOR, Person("contractor", "Contractor")),
    Step(59, OPERATOR, Person("former-developer", "Former Developer")),
    Step(59, OPERATOR, Bot("review-bot", "Review Bot")),
    Step(58, "owner", Group("acme/data", "Data", "Warehouse and events.")),
    Step(58, "owner", Project("acme/data/warehouse", "Warehouse", "")),
    Step(
        58,
        "owner",
        Project("acme/data/event-stream.v2", "Event Stream v2", "Takes over from the first stream."),
    ),
    Step(58, "owner", Group("acme/mobile", "Mobile", "The apps.")),
    Step(58, "owner", Project("acme/mobile/android-app", "Android App", "")),
    Step(58, "owner", Project("acme/mobile/ios-app", "iOS App", "")),
    Step(58, "owner", Group("acme/security", "Security", "Reviews what others build.")),
    Step(58, "owner", Project("acme/security/policies", "Policies", "")),
    Step(58, "owner", Group("acme/legacy", "Legacy", "Replaced by Platform.")),
    Step(58, "owner", Project("acme/legacy/billing", "Billing", "")),
    Step(57, "owner", Member("acme/platform", "platform-lead", Role::Owner)),
    Step(57, "platform-lead", Member("acme/platform", "platform-developer-1", Role::Developer)),
    Step(57, "platform-lead", Member("acme/platform", "platform-developer-2", Role::Developer)),
    Step(57, "platform-lead", Member("acme/platform", "platform-developer-3", Role::Developer)),
    Step(57, "platform-lead", Member("acme/platform/runtime", "runtime-developer-1", Role::Maintainer)),
    Step(57, "platform-lead", Member("acme/platform/runtime", "runtime-developer-2", Role::Developer)),
    Step(57, "platform-lead", Project("acme/platform/deploy-tools", "Deploy Tools", "")),
    Step(57, "platform-lead", Project("acme/platform/runtime/scheduler", "Scheduler", "")),
    Step(56, "owner", Member("acme/mobile", "mobile-lead", Role::Owner)),
    Step(56, "mobile-lead", Member("acme/mobile", "mobile-developer-1", Role::Developer)),
    Step(56, "mobile-lead", Member("acme/mobile", "mobile-developer-2", Role::Developer)),
    Step(56, "mobile-lead", Member("acme/mobile", "mobile-tester", Role::Reporter)),
    Step(56, "owner", Member("acme/security", "security-manager", Role::SecurityManager)),
    Step(56, "owner", Member("acme/legacy", "former-developer", Role::Maintainer)),
    Step(56, "owner", Member("acme", "product-planner", Role::Planner)),
    Step(56, "owner", Member("acme", "support-agent", Role::Guest)),
    Step(56, "owner", Member("acme", "review-bot", Role::Developer)),
    Step(56, "owner", Member("acme", "auditor", Role::MinimalAccess)),
    Step(55, "admin", ImportMembers(DATA_TEAM)),
    Step(54, "admin", Purchase("acme", 12)),
    Step(54, "owner", GiveSeat("acme", "platform-developer-1")),
    Step(54, "owner", GiveSeat("acme", "platform-developer-2")),
    Step(54, "owner", GiveSeat("acme", "runtime-developer-1")),
    Step(54, "owner", GiveSeat("acme", "data-engineer-1")),
    Step(54, "owner", GiveSeat("acme", "data-engineer-2")),
    Step(54, "owner", GiveSeat("acme", "mobile-developer-1")),
    Step(54, "owner", GiveSeat("acme", "former-developer")),
    Step(53, OPERATOR, Token("review-bot", "review service", &[Scope::ReadDecisions], 300)),
    Step(52, "owner", Invite("acme/platform", "acme/security", Role::SecurityManager)),
    Step(50, OPERATOR, Person("globex-maintainer", "Globex Maintainer")),
    Step(50, OPERATOR, Person("globex-developer-1", "Globex Developer 1")),
    Step(50, OPERATOR, Person("globex-developer-2", "Globex Developer 2")),
    Step(50, OPERATOR, Person("globex-developer-3", "Globex Developer 3")),
    Step(49, "owner", Group("globex/shop", "Shop", "")),
    Step(49, "owner", Project("globex/shop/checkout", "Checkout", "")),
    Step(49, "owner", Member("globex", "globex-maintainer", Role::Maintainer)),
    Step(49, "owner", Member("globex", "globex-developer-1", Role::Developer)),
    Step(49, "owner", Member("globex", "globex-developer-2", Role::Developer)),
    Step(49, "owner", Member("globex/shop", "globex-developer-3", Role::Developer)),
    Step(48, "admin", Purchase("globex", 3)),
    Step(48, "owner", GiveSeat("globex", "globex-developer-1")),
    Step(48, "owner", GiveSeat("globex", "globex-developer-2")),
    Step(46, OPERATOR, Person("umbrella-owner", "Umbrella Owner")),
    Step(46, OPERATOR, Person("umbrella-maintainer", "Umbrella Maintainer")),
    Step(46, OPERATOR, Person("umbrella-developer-1", "Umbrella Developer 1")),
    Step(46, OPERATOR, Person("umbrella-developer-2", "Umbrella Developer 2")),
    Step(46, OPERATOR, Person("umbrella-developer-3", "Umbrella Developer 3")),
    Step(46, "admin", TopLevel("umbrella", "Umbrella", subscription(Tier::Premium, false))),
    Step(46, "admin", Member("umbrella", "umbrella-owner", Role::Owner)),
    Step(45, "umbrella-owner", Member("umbrella", "umbrella-maintainer", Role::Maintainer)),
    Step(45, "umbrella-owner", Member("umbrella", "umbrella-developer-1", Role::Developer)),
    Step(45, "umbrella-owner", Member("umbrella", "umbrella-developer-2", Role::Developer)),
    Step(45, "umbrella-owner", Member("umbrella", "umbrella-developer-3", Role::Reporter)),
    Step(45, "umbrella-owner", Group("umbrella/research", "Research", "")),
    Step(45, "umbrella-owner", Project("umbrella/research/trials", "Trials", "")),
    Step(45, "umbrella-owner", Project("umbrella/pharmacy", "Pharmacy", "")),
    Step(44, "admin", Subscribe("umbrella", subscription(Tier::Ultimate, true))),
    Step(44, "admin", Purchase("umbrella", 5)),
    Step(44, "umbrella-owner", TurnOnFlows("umbrella")),
    Step(43, "umbrella-owner", GiveSeat("umbrella", "umbrella-developer-1")),
    Step(43, "umbrella-owner", GiveSeat("umbrella", "umbrella-developer-2")),
    Step(42, "owner", MemberUntil("acme/mobile", "contractor", Role::Developer, -4)),
    Step(40, "umbrella-owner", Consent("umbrella")),
    Step(WITHDRAWN, "umbrella-owner", Withdraw("umbrella")),
    Step(36, "platform-lead", Member("acme/platform", "platform-developer-1", Role::Maintainer)),
    Step(34, "owner", Archive("acme/legacy")),
    Step(33, "admin", FeatureGroup("early_adopters", EARLY_ADOPTERS, &["acme/website"])),
    Step(32, "admin", Flag(RESOLVE_CONFLICTS, Environment::Dev, None)),
    Step(30, "admin", Flag(RESOLVE_CONFLICTS, Environment::Staging, Some("early_adopters"))),
    Step(29, "former-developer", SignIn),
    Step(28, "admin", Deploy(Environment::Production, DEPLOYED)),
    Step(26, "owner", Member("acme/data", "data-lead", Role::Owner)),
    Step(24, "owner", TakeSeat("acme", "former-developer")),
    Step(24, "admin", Block("former-developer")),
    Step(CONSENTED, "umbrella-owner", Consent("umbrella")),
    Step(18, "umbrella-owner", Member("umbrella", "umbrella-developer-3", Role::Developer)),
    Step(15, "owner", InviteUntil("acme/website", "acme/mobile", Role::Developer, 45)),
    Step(14, "owner", MemberUntil("acme/website", "contractor", Role::Reporter, 21)),
    Step(12, "owner", WaitForSeat("globex", "globex-developer-3")),
    Step(11, "outsider", SignIn),
    Step(10, "contractor", SignIn),
    Step(10, "owner", Token("owner", "dashboard", &[Scope::ReadSettings], 20)),
    Step(9, OPERATOR, Person("former-intern", "Former Intern")),
    Step(9, "globex-developer-3", SignIn),
    Step(9, "umbrella-developer-3", SignIn),
    Step(9, "owner", Member("globex/shop", "former-intern", Role::Reporter)),
    Step(8, "admin", Flag(RESOLVE_CONFLICTS, Environment::Production, Some("early_adopters"))),
    Step(7, "owner", RemoveMember("globex/shop", "former-intern")),
    Step(7, "admin", Block("former-intern")),
    Step(7, "platform-developer-3", SignIn),
    Step(6, "runtime-developer-2", SignIn),
    Step(6, "data-engineer-2", SignIn),
    Step(6, "auditor", SignIn),
    Step(6, "support-agent", SignIn),
    Step(5, "admin", Freeze(Environment::Pre, "Load tests until the end of the month.")),
    Step(5, "umbrella-developer-2", SignIn),
    Step(4, "mobile-tester", SignIn),
    Step(4, "data-analyst", SignIn),
    Step(3, OPERATOR, Person("new-starter", "New Starter")),
    Step(3, "platform-lead", Member("acme/platform", "new-starter", Role::Guest)),
    Step(3, "globex-developer-2", SignIn),
    Step(3, "product-planner", SignIn),
    Step(
        2,
        "admin",
        Schedule(RESOLVE_CONFLICTS, Environment::Staging, 5, "Half a month without a complaint."),
    ),
    Step(2, "security-manager", SignIn),
    Step(2, "mobile-developer-2", SignIn),
    Step(2, "umbrella-maintainer", SignIn),
    Step(1, "admin", SignIn),
    Step(1, "owner", SignIn),
    Step(1, "maintainer", SignIn),
    Step(1, "developer", SignIn),
    Step(1, "reviewer", SignIn),
    Step(1, "platform-lead", SignIn),
    Step(1, "platform-developer-1", SignIn),
    Step(1, "platform-developer-2", SignIn),
    Step(1, "runtime-developer-1", SignIn),
    Step(1, "data-lead", SignIn),
    Step(1, "data-engineer-1", SignIn),
    Step(1, "mobile-lead", SignIn),
    Step(1, "mobile-developer-1", SignIn),
    Step(1, "release-manager", SignIn),
    Step(1, "globex-maintainer", SignIn),
    Step(1, "globex-developer-1", SignIn),
    Step(1, "umbrella-owner", SignIn),
    Step(1, "umbrella-developer-1", SignIn),
];

/// Days since umbrella took back its first consent.
pub(super) const WITHDRAWN: i64 = 38;

/// Days since the consent of umbrella.
pub(super) const CONSENTED: i64 = 20;

const RESOLVE_CONFLICTS: &str = "mr_ai_resolve_conflicts";
const EARLY_ADOPTERS: &[&str] = &["platform-developer-1", "mobile-lead", "umbrella-developer-1"];

const DATA_TEAM: &[ImportedLine] = &[
    ("acme/data", "data-lead", 30, None),
    ("acme/data", "data-engineer-1", 30, None),
    ("acme/data", "data-engineer-2", 30, None),
    ("acme/data", "data-analyst", 20, Some("Report Author")),
    ("acme", "release-manager", 30, Some("Release Manager")),
];

/// Everything that a flow may ask for.
const DEPLOYED: &[(&str, &[&str])] = &[
    ("code_review/v1", &["1.0.0"]),
    ("developer/v1", &["2.0.0", "2.0.0-orbit"]),
    ("developer_unstable/experimental", &["1.0.0"]),
    ("fix_pipeline/v1", &["1.0.0"]),
    ("convert_to_gl_ci/v1", &["1.0.0"]),
    ("recommend_reviewers/v1", &["1.0.0"]),
    ("sast_fp_detection/v1", &["1.0.0"]),
    ("resolve_sast_vulnerability/v1", &["1.0.0"]),
    ("secrets_fp_detection/v1", &["1.0.0"]),
    ("resolve_dependency_bump/experimental", &["1.0.0"]),
];
