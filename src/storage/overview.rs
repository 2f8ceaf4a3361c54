//! Reads for pages about many top-level groups at once: the front page, and the overview of consents. The
//! number of statements does not depend on the number of groups.

use crate::{
    domain::{
        flows::{
            catalogue::{CODE_REVIEW, Flow},
            consent::{CODE_REVIEW_FEATURE, ConsentGiven},
            wording::WordingId,
        },
        ids::{NamespaceId, UserId},
        namespace::{GroupPath, Namespace, Subscription},
        role::Role,
        settings::availability::DuoChain,
        time::Timestamp,
    },
    storage::{
        StorageError, UnitOfWork,
        flows::selections::consent_given,
        on_db,
        people::{
            memberships::{given_role, held_by},
            namespaces::NamespaceRow,
        },
        repository,
        settings::groups::SubscriptionRow,
        statements,
        text::contains,
        unit_of_work::{batches, fifty},
    },
};

/// `held`: where the user $1 has a role at $2, without what is below. Invitations of groups to projects also
/// bring those who are members further up, which is found from the few invitations.
macro_rules! held {
    () => {
        "WITH RECURSIVE given (id, access_level) AS (SELECT namespace_id, access_level FROM memberships WHERE user_id = $1 AND (expires_at IS NULL OR expires_at > $2) UNION SELECT s.namespace_id, CASE WHEN s.access_level < m.access_level THEN s.access_level ELSE m.access_level END FROM memberships m CROSS JOIN namespace_shares s WHERE s.invited_group_id = m.namespace_id AND m.user_id = $1 AND (m.expires_at IS NULL OR m.expires_at > $2) AND (s.expires_at IS NULL OR s.expires_at > $2)), invited (project_id, group_id, id) AS (SELECT s.namespace_id, s.invited_group_id, s.invited_group_id FROM namespace_shares s CROSS JOIN namespaces p WHERE p.id = s.namespace_id AND p.kind = 'project' AND (s.expires_at IS NULL OR s.expires_at > $2) UNION SELECT i.project_id, i.group_id, n.parent_id FROM invited i CROSS JOIN namespaces n WHERE n.id = i.id), held (id, access_level) AS (SELECT id, access_level FROM given UNION ALL SELECT i.project_id, 0 FROM invited i CROSS JOIN given g WHERE g.id = i.id AND (g.access_level >= 10 OR i.id = i.group_id))"
    };
}

/// Where the user $1 has a role at $2, with what is below.
macro_rules! visible {
    () => {
        concat!(
            held_by!("$1", "$2"),
            " SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, MAX(h.access_level) AS access_level, COUNT(*) OVER () AS total FROM held h CROSS JOIN namespaces n WHERE n.id = h.id AND "
        )
    };
}

/// The order and page of [`visible!`].
macro_rules! visible_page {
    () => {
        " GROUP BY n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, n.full_path_key ORDER BY n.full_path_key LIMIT $5 OFFSET $6"
    };
}

/// A top-level group `n` where Code Review is on without consent, with its seats.
macro_rules! transitional {
    ($from:literal) => {
        concat!(
            "SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, g.tier, g.duo_enterprise, CAST(NULL AS BIGINT) AS purchased, (SELECT COUNT(*) FROM seat_pools p JOIN duo_enterprise_seats s ON s.pool_id = p.id WHERE p.namespace_id = n.id AND s.state = 'used') AS used, n.archived_at, CAST(0 AS BIGINT) AS below, COUNT(*) OVER () AS total FROM ",
            $from,
            "CROSS JOIN namespaces n CROSS JOIN top_level_groups g WHERE n.id = f.namespace_id AND g.namespace_id = n.id AND n.parent_id IS NULL AND n.archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM namespace_consents c WHERE c.namespace_id = n.id AND c.feature = $3)"
        )
    };
}

statements! {
    ROOTS = "SELECT id, full_path, CAST(NULL AS BIGINT) AS access_level FROM namespaces WHERE parent_id IS NULL";
    /// The role is that in the top-level group itself; 0 for one below only.
    ROOTS_OF_USER = concat!(held!(), " SELECT t.id, t.full_path, MAX(CASE WHEN h.id = t.id THEN h.access_level ELSE 0 END) AS access_level FROM held h CROSS JOIN namespaces n CROSS JOIN namespaces t WHERE n.id = h.id AND t.id = COALESCE(n.root_id, n.id) GROUP BY t.id, t.full_path");
    FOUND = "SELECT id, parent_id, root_id, kind, full_path, name, CAST(NULL AS BIGINT) AS access_level, COUNT(*) OVER () AS total FROM namespaces WHERE full_path_key LIKE CAST($1 AS TEXT) ESCAPE '!' OR name_key LIKE CAST($2 AS TEXT) ESCAPE '!' ORDER BY full_path_key LIMIT $3 OFFSET $4";
    FOUND_OF_USER = concat!(visible!(), "(n.full_path_key LIKE CAST($3 AS TEXT) ESCAPE '!' OR n.name_key LIKE CAST($4 AS TEXT) ESCAPE '!')", visible_page!());
    BELOW = "SELECT id, parent_id, root_id, kind, full_path, name, CAST(NULL AS BIGINT) AS access_level, CAST(0 AS BIGINT) AS total FROM namespaces WHERE full_path_key >= $1 AND full_path_key < $2 ORDER BY full_path_key LIMIT $3";
    BELOW_OF_USER = concat!(visible!(), "n.full_path_key >= $3 AND n.full_path_key < $4", visible_page!());
    /// For a batch of groups.
    FACTS = concat!("SELECT n.id, n.parent_id, n.root_id, n.kind, n.full_path, n.name, g.tier, g.duo_enterprise, p.purchased, (SELECT COUNT(*) FROM duo_enterprise_seats s WHERE s.pool_id = p.id AND s.state = 'used') AS used, n.archived_at, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM namespaces c WHERE c.parent_id = n.id LIMIT 1) AS any_child) AS below, CAST(0 AS BIGINT) AS total FROM namespaces n JOIN top_level_groups g ON g.namespace_id = n.id LEFT JOIN seat_pools p ON p.namespace_id = n.id WHERE n.id IN (", fifty!(), ")");
    /// The flows that are on, for a batch of groups.
    FLOWS_ON = concat!("SELECT f.namespace_id, f.flow, l.id AS consent_id, l.at AS consent_at, l.username AS consent_username, l.user_name AS consent_name FROM flow_selections f LEFT JOIN namespace_consents c ON c.namespace_id = f.namespace_id AND c.feature = $51 AND f.flow = $52 LEFT JOIN consent_ledger l ON l.id = c.ledger_id WHERE f.enabled = $53 AND f.namespace_id IN (", fifty!(), ")");
    /// Where the user holds a seat; NULL for one of the instance.
    SEATS_OF_USER = "SELECT p.namespace_id FROM duo_enterprise_seats s JOIN seat_pools p ON p.id = s.pool_id WHERE s.user_id = $1 AND s.state = 'used'";
    TRANSITIONAL = concat!(transitional!("flow_selections f "), " AND f.flow = $2 AND f.enabled = $4 ORDER BY n.full_path_key LIMIT $1");
    /// Where the user is an Owner of the top-level group.
    TRANSITIONAL_OF_OWNER = concat!("WITH owned (id) AS (SELECT namespace_id FROM memberships WHERE user_id = $1 AND access_level = 50 AND (expires_at IS NULL OR expires_at > $2) UNION SELECT s.namespace_id FROM memberships m CROSS JOIN namespace_shares s WHERE s.invited_group_id = m.namespace_id AND m.user_id = $1 AND m.access_level = 50 AND s.access_level = 50 AND (m.expires_at IS NULL OR m.expires_at > $2) AND (s.expires_at IS NULL OR s.expires_at > $2)) ", transitional!("owned o CROSS JOIN flow_selections f "), " AND f.namespace_id = o.id AND f.flow = $4 AND f.enabled = $5 ORDER BY n.full_path_key LIMIT $6");
    /// How far the set-up is. Each part stops at the first rows.
    STARTED = "SELECT (SELECT full_path FROM namespaces WHERE parent_id IS NULL ORDER BY full_path_key LIMIT 1) AS first_group, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM users WHERE kind = 'human' LIMIT 2) AS some_people) AS people, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM duo_enterprise_seats WHERE state = 'used' LIMIT 1) AS any_seat) AS seats, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM personal_access_tokens WHERE scopes LIKE '%read_decisions%' AND revoked_at IS NULL AND expires_at > $1 LIMIT 1) AS any_token) AS tokens, (SELECT MAX(day) FROM decision_counts) AS last_day";
    CONSENTS = "SELECT n.full_path, n.name, f.enabled, l.id AS consent_id, l.at AS consent_at, l.username AS consent_username, l.user_name AS consent_name, l.wording FROM namespaces n LEFT JOIN flow_selections f ON f.namespace_id = n.id AND f.flow = $1 LEFT JOIN namespace_consents c ON c.namespace_id = n.id AND c.feature = $2 LEFT JOIN consent_ledger l ON l.id = c.ledger_id WHERE n.parent_id IS NULL";
}

/// A namespace that matches, with the caller's role; 0 results have no total.
#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    namespace: NamespaceRow,
    access_level: Option<i64>,
    total: i64,
}

/// A namespace that the caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupFound {
    pub namespace: Namespace,
    /// `None` for an administrator, who sees all.
    pub role: Option<Role>,
}

#[derive(sqlx::FromRow)]
struct FactsRow {
    #[sqlx(flatten)]
    namespace: NamespaceRow,
    #[sqlx(flatten)]
    subscription: SubscriptionRow,
    purchased: Option<i64>,
    used: i64,
    archived_at: Option<i64>,
    below: i64,
    total: i64,
}

/// A top-level group, with what its settings and seats are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopLevelFacts {
    pub namespace: Namespace,
    pub subscription: Subscription,
    pub chain: DuoChain,
    /// `None` while nobody said how many were bought.
    pub purchased: Option<i64>,
    pub used: i64,
    pub archived: bool,
    /// Whether there are subgroups or projects.
    pub has_below: bool,
}

/// Top-level groups where Code Review is on without consent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transitional {
    /// The first of them.
    pub groups: Vec<TopLevelFacts>,
    /// How many there are.
    pub total: i64,
}

#[derive(sqlx::FromRow)]
struct FlowOnRow {
    namespace_id: i64,
    flow: String,
    consent_id: Option<i64>,
    consent_at: Option<i64>,
    consent_username: Option<String>,
    consent_name: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StartedRow {
    first_group: Option<String>,
    people: i64,
    seats: i64,
    tokens: i64,
    last_day: Option<i64>,
}

/// What has been set up on this server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a step of its own")]
pub struct Started {
    /// The first top-level group by path; `None` when there is none.
    pub first_group: Option<GroupPath>,
    /// Whether there is more than one person.
    pub people: bool,
    /// Whether anybody has a seat.
    pub seats: bool,
    /// Whether a valid token may ask for decisions.
    pub token: bool,
    /// Whether a decision was ever asked for.
    pub decided: bool,
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    full_path: String,
    name: String,
    enabled: Option<bool>,
    consent_id: Option<i64>,
    consent_at: Option<i64>,
    consent_username: Option<String>,
    consent_name: Option<String>,
    wording: Option<String>,
}

/// Code Review of a top-level group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConsent {
    pub path: GroupPath,
    pub name: String,
    pub is_on: bool,
    /// With the wording that was agreed to.
    pub consent: Option<(ConsentGiven, WordingId)>,
}

impl TryFrom<FactsRow> for TopLevelFacts {
    type Error = StorageError;

    fn try_from(row: FactsRow) -> Result<Self, Self::Error> {
        Ok(Self {
            namespace: row.namespace.try_into()?,
            subscription: row.subscription.read()?,
            // Read for all at once.
            chain: DuoChain::ALL_ON,
            purchased: row.purchased,
            used: row.used,
            archived: row.archived_at.is_some(),
            has_below: row.below > 0,
        })
    }
}

fn path(text: &str) -> Result<GroupPath, StorageError> {
    GroupPath::parse(text).map_err(|_| StorageError::inconsistent("namespaces", "full_path", text))
}

fn found(rows: Vec<FoundRow>) -> Result<(Vec<GroupFound>, i64), StorageError> {
    let total = rows.first().map_or(0, |row| row.total);
    let group = |row: FoundRow| {
        let role = row.access_level.map(|level| given_role(level, None)).transpose()?;
        Ok(GroupFound { namespace: row.namespace.try_into()?, role: role.map(|it| it.role()) })
    };
    Ok((rows.into_iter().map(group).collect::<Result<_, StorageError>>()?, total))
}

pub struct Overview<'a> {
    pub(in crate::storage) uow: &'a mut UnitOfWork,
}

repository!(overview -> Overview);

impl Overview<'_> {
    /// The top-level groups in which `user` may see anything at `now`, with the role in the group itself; all
    /// when `user` is `None`. In no order.
    pub async fn roots(
        &mut self,
        user: Option<UserId>,
        now: Timestamp,
    ) -> Result<Vec<(NamespaceId, String, Option<Role>)>, StorageError> {
        let rows: Vec<(i64, String, Option<i64>)> = on_db!(self.uow, |c| match user {
            Some(user) => {
                sqlx::query_as(ROOTS_OF_USER).bind(user.0).bind(now.as_millis()).fetch_all(c).await
            }
            None => sqlx::query_as(ROOTS).fetch_all(c).await,
        })?;
        let role = |level: Option<i64>| level.and_then(Role::from_access_level);
        Ok(rows.into_iter().map(|(id, path, level)| (NamespaceId(id), path, role(level))).collect())
    }

    /// What `user` may see with `filter` in path or name, in tree order, and how many there are; of all when
    /// `user` is `None`.
    pub async fn find(
        &mut self,
        user: Option<UserId>,
        filter: &str,
        now: Timestamp,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<GroupFound>, i64), StorageError> {
        let (Some(path), Some(name)) = (contains(&filter.replace('/', "+")), contains(filter)) else {
            return Ok((Vec::new(), 0));
        };
        found(on_db!(self.uow, |c| match user {
            Some(user) => {
                let found = sqlx::query_as(FOUND_OF_USER).bind(user.0).bind(now.as_millis());
                found.bind(path).bind(name).bind(limit).bind(offset).fetch_all(c).await
            }
            None => {
                sqlx::query_as(FOUND).bind(path).bind(name).bind(limit).bind(offset).fetch_all(c).await
            }
        })?)
    }

    /// What `user` may see below a namespace, in tree order, at most `limit`; everything when `user` is `None`.
    pub async fn below(
        &mut self,
        user: Option<UserId>,
        top: &GroupPath,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<GroupFound>, StorageError> {
        let (from, until) = top.keys_below();
        let rows = on_db!(self.uow, |c| match user {
            Some(user) => {
                let below = sqlx::query_as(BELOW_OF_USER).bind(user.0).bind(now.as_millis());
                below.bind(from).bind(until).bind(limit).bind(0_i64).fetch_all(c).await
            }
            None => sqlx::query_as(BELOW).bind(from).bind(until).bind(limit).fetch_all(c).await,
        })?;
        found(rows).map(|(groups, _)| groups)
    }

    /// Settings and seats of top-level groups, in no order.
    pub async fn facts(&mut self, ids: &[NamespaceId]) -> Result<Vec<TopLevelFacts>, StorageError> {
        let mut facts = Vec::with_capacity(ids.len());
        for ids in batches(ids) {
            let rows: Vec<FactsRow> = on_db!(self.uow, |c| {
                ids.fold(sqlx::query_as(FACTS), |query, id| query.bind(id.0)).fetch_all(c).await
            })?;
            facts.extend(rows);
        }
        self.with_chains(facts).await
    }

    /// The flows of the catalogue that are on in top-level groups, with the current consent to Code Review.
    pub async fn flows_on(
        &mut self,
        ids: &[NamespaceId],
    ) -> Result<Vec<(NamespaceId, &'static Flow, Option<ConsentGiven>)>, StorageError> {
        let mut flows = Vec::new();
        for ids in batches(ids) {
            let rows: Vec<FlowOnRow> = on_db!(self.uow, |c| {
                let query = ids.fold(sqlx::query_as(FLOWS_ON), |query, id| query.bind(id.0));
                query.bind(CODE_REVIEW_FEATURE).bind(CODE_REVIEW).bind(true).fetch_all(c).await
            })?;
            flows.extend(rows.into_iter().filter_map(|row| {
                let flow = Flow::find(&row.flow)?;
                let given =
                    consent_given(row.consent_id, row.consent_at, row.consent_username, row.consent_name);
                Some((NamespaceId(row.namespace_id), flow, given))
            }));
        }
        Ok(flows)
    }

    /// The top-level groups whose seats the user holds; `None` for the instance.
    pub async fn seats_of(&mut self, user: UserId) -> Result<Vec<Option<NamespaceId>>, StorageError> {
        let pools: Vec<Option<i64>> =
            on_db!(self.uow, |c| sqlx::query_scalar(SEATS_OF_USER).bind(user.0).fetch_all(c).await)?;
        Ok(pools.into_iter().map(|id| id.map(NamespaceId)).collect())
    }

    /// Where Code Review is on without consent and `owner` could consent; anywhere when `None`. The first
    /// `limit` by path, archived groups aside.
    pub async fn transitional(
        &mut self,
        owner: Option<UserId>,
        now: Timestamp,
        limit: i64,
    ) -> Result<Transitional, StorageError> {
        let rows: Vec<FactsRow> = on_db!(self.uow, |c| if let Some(owner) = owner {
            let query = sqlx::query_as(TRANSITIONAL_OF_OWNER).bind(owner.0).bind(now.as_millis());
            let query = query.bind(CODE_REVIEW_FEATURE).bind(CODE_REVIEW).bind(true).bind(limit);
            query.fetch_all(c).await
        } else {
            let query = sqlx::query_as(TRANSITIONAL).bind(limit).bind(CODE_REVIEW);
            query.bind(CODE_REVIEW_FEATURE).bind(true).fetch_all(c).await
        })?;
        let total = rows.first().map_or(0, |row| row.total);
        Ok(Transitional { groups: self.with_chains(rows).await?, total })
    }

    async fn with_chains(&mut self, rows: Vec<FactsRow>) -> Result<Vec<TopLevelFacts>, StorageError> {
        let mut facts = rows.into_iter().map(TopLevelFacts::try_from).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<_> = facts.iter().map(|it| it.namespace.id).collect();
        let settings = self.uow.inherited_settings().of_top_level(&ids).await?;
        for (facts, settings) in facts.iter_mut().zip(settings) {
            facts.chain = settings.chain();
        }
        Ok(facts)
    }

    pub async fn started(&mut self, now: Timestamp) -> Result<Started, StorageError> {
        let row: StartedRow =
            on_db!(self.uow, |c| sqlx::query_as(STARTED).bind(now.as_millis()).fetch_one(c).await)?;
        Ok(Started {
            first_group: row.first_group.as_deref().map(path).transpose()?,
            people: row.people > 1,
            seats: row.seats > 0,
            token: row.tokens > 0,
            decided: row.last_day.is_some(),
        })
    }

    /// Code Review of every top-level group, in no order.
    pub async fn consents(&mut self) -> Result<Vec<StoredConsent>, StorageError> {
        let rows: Vec<ConsentRow> = on_db!(self.uow, |c| sqlx::query_as(CONSENTS)
            .bind(CODE_REVIEW)
            .bind(CODE_REVIEW_FEATURE)
            .fetch_all(c)
            .await)?;
        let consent = |row: ConsentRow| {
            let given = consent_given(row.consent_id, row.consent_at, row.consent_username, row.consent_name);
            Ok(StoredConsent {
                path: path(&row.full_path)?,
                name: row.name,
                is_on: row.enabled.unwrap_or(false),
                consent: given.zip(row.wording.map(WordingId::from_text)),
            })
        };
        rows.into_iter().map(consent).collect()
    }
}
