//! Dispatches the operations of a [`Provider`] to the module of each platform.
//!
//! To add a platform, add a directory with its wire types, words and requests, and a variant of
//! [`Provider`]. Compiler errors show the remaining places.

use crate::failed_test::FailedTest;
use crate::query::{Environment, Lookup};
use crate::{
    Client, FetchError, PageRequest, Provider, ProviderInfo, Query, QueryError, Run, RunPage,
    Target, cctray, endpoint, gitea, github, gitlab, jenkins, woodpecker,
};

impl Provider {
    /// Detects the CI job that this process runs in: its platform and a query for its project.
    pub fn of_current_job(env: Lookup<'_>) -> Option<(Self, Query)> {
        Self::ALL.into_iter().find_map(|provider| Some((provider, provider.from_env(env).job?)))
    }

    /// The properties of the platform.
    pub fn info(self) -> &'static ProviderInfo {
        match self {
            Self::GitLab => &gitlab::INFO,
            Self::Gitea => &gitea::INFO,
            Self::GitHub => &github::INFO,
            Self::Woodpecker => &woodpecker::INFO,
            Self::Jenkins => &jenkins::INFO,
            Self::CcTray => &cctray::INFO,
            Self::Endpoint => &endpoint::INFO,
        }
    }

    /// Reads the platform's environment variables. They are read nowhere else.
    pub fn from_env(self, env: Lookup<'_>) -> Environment {
        match self {
            Self::GitLab => gitlab::from_env(env),
            Self::Gitea => gitea::from_env(env),
            Self::GitHub => github::from_env(env),
            Self::Woodpecker => woodpecker::from_env(env),
            Self::Jenkins => jenkins::from_env(env),
            Self::CcTray | Self::Endpoint => Environment::default(),
        }
    }

    /// Resolves a query to a server and a project, without sending anything.
    ///
    /// # Errors
    /// Fails if the query is malformed.
    pub fn target(self, query: &Query) -> Result<Target, QueryError> {
        match self {
            Self::GitLab => gitlab::target(query),
            Self::Gitea => gitea::target(query),
            Self::GitHub => github::target(query),
            Self::Woodpecker => woodpecker::target(query),
            Self::Jenkins => jenkins::target(query),
            Self::CcTray => cctray::target(query),
            Self::Endpoint => endpoint::target(query),
        }
    }

    /// Fetches what the query leaves open, such as the default branch.
    pub(crate) async fn resolve(
        self,
        client: &Client,
        target: &mut Target,
    ) -> Result<(), FetchError> {
        match self {
            Self::GitLab => gitlab::resolve(client, target).await,
            Self::Gitea => github::resolve_branch(client, target).await,
            Self::GitHub => github::resolve(client, target).await,
            Self::Woodpecker => woodpecker::resolve(client, target).await,
            Self::Jenkins | Self::CcTray | Self::Endpoint => Ok(()),
        }
    }

    /// Fetches a page of runs, newest first.
    pub(crate) async fn runs(
        self,
        client: &Client,
        target: &Target,
        page: PageRequest,
    ) -> Result<RunPage, FetchError> {
        match self {
            Self::GitLab => gitlab::runs(client, target, page).await,
            Self::Gitea => gitea::runs(client, target, page).await,
            Self::GitHub => github::runs(client, target, page).await,
            Self::Woodpecker => woodpecker::runs(client, target, page).await,
            Self::Jenkins => jenkins::runs(client, target, page).await,
            Self::CcTray => cctray::runs(client, target).await,
            Self::Endpoint => endpoint::runs(client, target).await,
        }
    }

    /// Fetches the run with this number; `None` where the platform numbers no runs, or does not show
    /// a single one.
    pub(crate) async fn run(
        self,
        client: &Client,
        target: &Target,
        number: u64,
    ) -> Result<Option<Run>, FetchError> {
        match self {
            Self::GitLab => gitlab::run(client, target, number).await.map(Some),
            Self::GitHub => github::run(client, target, number).await.map(Some),
            Self::Woodpecker => woodpecker::run(client, target, number).await.map(Some),
            Self::Gitea | Self::Jenkins | Self::CcTray | Self::Endpoint => Ok(None),
        }
    }

    /// Adds evidence of flakiness: jobs, and earlier attempts as separate runs. Returns the first
    /// error; everything that could be fetched is added nevertheless.
    pub(crate) async fn enrich(
        self,
        client: &Client,
        target: &Target,
        runs: &mut Vec<Run>,
    ) -> Option<FetchError> {
        match self {
            Self::GitLab => gitlab::enrich(client, target, runs).await,
            Self::GitHub => github::enrich(client, target, runs).await,
            Self::Woodpecker => woodpecker::enrich(client, target, runs).await,
            Self::Gitea | Self::Jenkins | Self::CcTray | Self::Endpoint => None,
        }
    }

    /// Fetches the tests that failed in a run; none where the platform keeps no test reports.
    pub(crate) async fn failed_tests(
        self,
        client: &Client,
        target: &Target,
        run: u64,
    ) -> Result<Vec<FailedTest>, FetchError> {
        match self {
            Self::GitLab => gitlab::failed_tests(client, target, run).await,
            Self::Jenkins => jenkins::failed_tests(client, target, run).await,
            Self::Gitea | Self::GitHub | Self::Woodpecker | Self::CcTray | Self::Endpoint => {
                Ok(Vec::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn a_name_is_the_same_in_json() {
        for provider in Provider::ALL {
            let json = serde_json::to_value(provider).expect("JSON");
            assert_eq!(json, provider.info().name);
        }
    }

    #[test]
    fn a_job_is_recognised_by_its_variables() {
        let of = |variables: &[(&str, &str)]| {
            let env = |name: &str| {
                let found = variables.iter().find(|(of, _)| *of == name)?;
                Some(found.1.to_string())
            };
            Provider::of_current_job(&env)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("CI_API_V4_URL", "https://x/api/v4")]), None);
        let (provider, query) = of(&[
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", "https://x/api/v4"),
            ("CI_PROJECT_PATH", "group/project"),
            ("CI_PIPELINE_ID", "9"),
        ])
        .expect("a job");
        assert_eq!((provider, query.project.as_str()), (Provider::GitLab, "group/project"));
        assert_eq!(query.current_job.expect("a job").run, Some(9));
        // Gitea's runners also set GitHub's variables.
        let (provider, query) = of(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITEA_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "owner/repo"),
            ("GITHUB_JOB", "badge"),
        ])
        .expect("a job");
        assert_eq!((provider, query.current_job.expect("a job").run), (Provider::Gitea, None));
    }
}
