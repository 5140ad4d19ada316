//! The statements that both engines run.
//!
//! They use what SQLite and PostgreSQL have in common. Every one of them finds its rows by an index,
//! however many there are; `tests/plans.rs` asks both engines for their plans.

/// All projects.
pub(super) const PROJECTS: &str = "SELECT id, name, provider, default_branch, heard, seq \
    FROM flaky_projects ORDER BY name";

/// The projects after a change.
pub(super) const CHANGED_SINCE: &str = "SELECT id, name, provider, default_branch, heard, seq \
    FROM flaky_projects WHERE seq > $1 ORDER BY seq";

/// The newest runs of a project.
pub(super) const RUNS: &str = "SELECT body FROM flaky_runs WHERE project = $1 \
    ORDER BY created DESC, number DESC, attempt DESC LIMIT $2";

/// The newest runs of a branch or tag.
pub(super) const RUNS_OF_REF: &str = "SELECT body FROM flaky_runs \
    WHERE project = $1 AND git_ref = $2 \
    ORDER BY created DESC, number DESC, attempt DESC LIMIT $3";

/// The runs in progress that are older than a time.
pub(super) const UNFINISHED: &str = "SELECT p.id, p.name, p.provider, p.default_branch, p.heard, \
    p.seq, r.body FROM flaky_runs AS r JOIN flaky_projects AS p ON p.id = r.project \
    WHERE r.finished = 0 AND r.created < $1 ORDER BY r.created LIMIT $2";

/// The newest test reports of a project.
pub(super) const REPORTS: &str = "SELECT summary FROM flaky_reports WHERE project = $1 \
    ORDER BY at DESC, id DESC LIMIT $2";

/// The newest test reports of a branch or tag, and of none. Each half is bounded, so that an index can
/// give it in order.
pub(super) const REPORTS_OF_REF: &str = "SELECT summary FROM ( \
    SELECT * FROM (SELECT summary, at, id FROM flaky_reports WHERE project = $1 AND git_ref = $2 \
        ORDER BY at DESC, id DESC LIMIT $3) AS named \
    UNION ALL \
    SELECT * FROM (SELECT summary, at, id FROM flaky_reports WHERE project = $1 AND git_ref = '' \
        ORDER BY at DESC, id DESC LIMIT $3) AS unnamed \
    ) AS newest ORDER BY at DESC, id DESC LIMIT $3";

/// The results of the newest test reports of a project.
pub(super) const RESULTS: &str = "SELECT about, at, results FROM flaky_reports WHERE project = $1 \
    ORDER BY at DESC, id DESC LIMIT $2";

/// The results of the newest test reports of a branch or tag, and of none.
pub(super) const RESULTS_OF_REF: &str = "SELECT about, at, results FROM ( \
    SELECT * FROM (SELECT about, at, results, id FROM flaky_reports WHERE project = $1 AND git_ref = $2 \
        ORDER BY at DESC, id DESC LIMIT $3) AS named \
    UNION ALL \
    SELECT * FROM (SELECT about, at, results, id FROM flaky_reports WHERE project = $1 AND git_ref = '' \
        ORDER BY at DESC, id DESC LIMIT $3) AS unnamed \
    ) AS newest ORDER BY at DESC, id DESC LIMIT $3";

/// The last of some runs before a time, from a place on.
pub(super) const RUNS_TO_PRUNE: &str = "SELECT created, id FROM flaky_runs \
    WHERE (created, id) > ($1, $2) AND created < $3 ORDER BY created, id LIMIT 1 OFFSET $4";

/// Deletes the runs between two places that have a newer one of their kind.
pub(super) const PRUNE_RUNS: &str = "DELETE FROM flaky_runs AS older \
    WHERE (created, id) > ($1, $2) AND (created, id) <= ($3, $4) AND EXISTS ( \
        SELECT 1 FROM flaky_runs AS newer WHERE newer.project = older.project \
        AND newer.git_ref = older.git_ref AND newer.kind = older.kind \
        AND (newer.created, newer.number, newer.attempt) > (older.created, older.number, older.attempt))";

/// The last of some test reports before a time, from a place on.
pub(super) const REPORTS_TO_PRUNE: &str = "SELECT at, id FROM flaky_reports \
    WHERE (at, id) > ($1, $2) AND at < $3 ORDER BY at, id LIMIT 1 OFFSET $4";

/// Deletes the test reports between two places that are not of the newest run of their branch.
pub(super) const PRUNE_REPORTS: &str = "DELETE FROM flaky_reports AS older \
    WHERE (at, id) > ($1, $2) AND (at, id) <= ($3, $4) AND EXISTS ( \
        SELECT 1 FROM flaky_reports AS newer WHERE newer.project = older.project \
        AND newer.git_ref = older.git_ref AND (newer.about <> older.about OR newer.about = '') \
        AND (newer.at, newer.id) > (older.at, older.id))";

/// Checks that the database answers.
pub(super) const PING: &str = "SELECT seq, id FROM flaky_projects ORDER BY seq DESC LIMIT 1";
