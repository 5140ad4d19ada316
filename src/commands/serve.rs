//! `flaky serve`: options, environment and config file → settings → the server.

mod config;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Builder;

use super::report::{invalid_query, token_in_environment, variable};
use super::runtime::block_on;
use crate::badge::LONGEST_LABEL;
use crate::cli::Console;
use crate::cli::page::STALE_S;
use crate::cli::rhythm::{BPM, GLITCH_RATE, HRV};
use crate::cli::serve::{
    KEEP_S, LISTEN, LOG, LogFormat, MAX_STREAMS, ProjectOn, RECONCILE_EVERY_S, RUN_TIMEOUT_S,
    ServeArgs,
};
use crate::cli::values::{Pool, Seconds};
use crate::error::{Error, io_message};
use crate::output::{self, Destination};
use crate::page::PageSettings;
use crate::serve::{
    self, AccessToken, Database, Origins, ProjectSettings, Reconciled, Settings, log,
};
use config::{Config, ProjectConfig};
use flaky_ci::Query;
use flaky_ci::webhook::Secret;
use flaky_core::rhythm::glitch;
use flaky_core::scene::theme;

/// The time between two requests of a page with several projects, in seconds. Unchanged states are
/// answered without a body.
const POLL_S: f64 = 5.0;
/// The environment variables of the secrets.
const WEBHOOK_SECRET: &str = "FLAKY_WEBHOOK_SECRET";
const REPORT_TOKEN: &str = "FLAKY_REPORT_TOKEN";
const READ_TOKEN: &str = "FLAKY_READ_TOKEN";

pub(super) fn run(args: ServeArgs, console: Console) -> Result<(), Error> {
    let config = args.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
    if args.probe {
        return block_on(serve::probe(listen(&args, &config)))?;
    }
    start_log(&args, &config, console)?;
    let settings = settings(args, config)?;
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start the network runtime: {error}")))?;
    runtime.block_on(serve::serve(settings, |address| {
        // For whoever has chosen port 0.
        let line = format!("http://{address}/\n");
        output::write(&Destination::Stdout, false, |out| out.write_all(line.as_bytes())).map(drop)
    }))
}

fn listen(args: &ServeArgs, config: &Config) -> SocketAddr {
    args.listen.or(config.listen).unwrap_or(LISTEN)
}

/// Starts the log as options, environment or file select; with `--quiet`, only errors are logged.
fn start_log(args: &ServeArgs, config: &Config, console: Console) -> Result<(), Error> {
    let format = match args.log_format.or(config.log_format).unwrap_or_default() {
        LogFormat::Text => log::LogFormat::Text,
        LogFormat::Json => log::LogFormat::Json,
    };
    let default = if console.quiet { "error" } else { LOG };
    let filter = args.log.as_deref().or(config.log.as_deref()).unwrap_or(default);
    log::start(format, filter).map_err(|why| {
        Error::usage(format!("--log {filter}: {why}")).hint("write info, or info,flaky=debug")
    })
}

/// The settings. Options win over environment variables, which clap has put into the options already,
/// and these win over the config file.
fn settings(args: ServeArgs, config: Config) -> Result<Settings, Error> {
    let seconds = |typed: Option<Seconds>, written: Option<Seconds>| {
        typed.or(written).map(|Seconds(seconds)| Duration::from_secs_f64(seconds))
    };
    let or_else = |typed: Vec<String>, written| if typed.is_empty() { written } else { typed };
    let listen = listen(&args, &config);
    let projects = config.projects.into_iter();
    let projects = projects.map(|(name, project)| Ok((name.clone(), of_project(&name, project)?)));
    let reconcile = if args.reconcile.is_empty() { config.reconcile } else { args.reconcile };
    let settings = Settings {
        listen,
        database: database(args.database.or(config.database))?,
        webhook_secrets: webhook_secrets(&config.webhook_secret.secrets(Some(WEBHOOK_SECRET))?)?,
        report_tokens: tokens(&config.report_token.secrets(Some(REPORT_TOKEN))?),
        read_tokens: tokens(&config.read_token.secrets(Some(READ_TOKEN))?),
        origins: origins(or_else(args.allow_origin, config.allow_origin)),
        is_public: args.public.or(config.public).unwrap_or_default(),
        default_project: args.project.or(config.project),
        projects: projects.collect::<Result<_, Error>>()?,
        reconcile: reconcile.into_iter().map(reconciled).collect::<Result<_, _>>()?,
        reconcile_every: seconds(args.reconcile_every, config.reconcile_every)
            .unwrap_or(Duration::from_secs_f64(RECONCILE_EVERY_S)),
        stale_after: seconds(args.stale_after, config.stale_after),
        run_timeout: seconds(args.run_timeout, config.run_timeout)
            .unwrap_or(Duration::from_secs_f64(RUN_TIMEOUT_S)),
        keep: seconds(args.keep, config.keep).unwrap_or(Duration::from_secs_f64(KEEP_S)),
        max_streams: args.max_streams.or(config.max_streams).unwrap_or(MAX_STREAMS),
        page: page(),
    };
    if settings.accepts_everything() && !listen.ip().is_loopback() {
        return Err(Error::usage(format!(
            "{listen} can be reached by others, and there is no webhook secret"
        ))
        .hint(format!(
            "put a secret into {WEBHOOK_SECRET}, and the same one into the settings of the webhook"
        )));
    }
    Ok(settings)
}

fn of_project(name: &str, config: ProjectConfig) -> Result<ProjectSettings, Error> {
    if let Some(label) = &config.label
        && label.chars().count() > LONGEST_LABEL
    {
        return Err(Error::usage(format!("the label of {name:?} is too long"))
            .hint(format!("use at most {LONGEST_LABEL} characters")));
    }
    Ok(ProjectSettings {
        webhook_secrets: webhook_secrets(&config.webhook_secret.secrets(None)?)?,
        report_tokens: tokens(&config.report_token.secrets(None)?),
        branch: config.branch,
        label: config.label,
        is_public: config.public,
    })
}

fn webhook_secrets(texts: &[String]) -> Result<Vec<Secret>, Error> {
    texts.iter().map(|text| Secret::new(text).ok_or_else(invalid_secret)).collect()
}

/// The error for a malformed secret, which it does not repeat.
fn invalid_secret() -> Error {
    Error::usage("a webhook secret begins with whsec_, but is not a signing secret")
        .hint("copy it as GitLab shows it: whsec_ and base64")
}

fn tokens(texts: &[String]) -> Vec<AccessToken> {
    texts.iter().filter_map(|text| AccessToken::new(text)).collect()
}

/// The database: a URL, or a file in the user's data directory, which is created.
fn database(url: Option<String>) -> Result<Database, Error> {
    let Some(url) = url else {
        let folder = dirs::data_dir().ok_or_else(|| {
            Error::failed("this user has no data directory").hint("name a database with --database")
        })?;
        let folder = folder.join("flaky");
        std::fs::create_dir_all(&folder).map_err(|error| {
            Error::failed(format!("cannot create {}: {}", folder.display(), io_message(&error)))
                .hint("name another database with --database")
        })?;
        return Ok(Database::Sqlite(folder.join("flaky.db")));
    };
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
        Some(("postgres" | "postgresql", _)) => Ok(Database::Postgres(url)),
        _ => Err(Error::usage(format!(
            "--database: {:?} is not the URL of a database",
            flaky_ci::without_secrets(&url)
        ))
        .hint("write sqlite:///path/to/file.db, or postgres://user@host/name")),
    }
}

fn origins(listed: Vec<String>) -> Origins {
    if listed.iter().any(|origin| origin == "*") { Origins::Any } else { Origins::Listed(listed) }
}

/// The live page as `flaky page` writes it without options, but for the pace of its requests.
fn page() -> PageSettings {
    let Pool(pool) = glitch::DEFAULT.parse().expect("the default glitches");
    PageSettings {
        title: None,
        status_urls: Vec::new(),
        poll_s: POLL_S,
        stale_s: STALE_S,
        theme: theme::find(theme::DEFAULT).expect("the default theme"),
        seed: None,
        bpm: BPM,
        hrv_bpm: HRV,
        pool,
        glitches_per_min: GLITCH_RATE,
        sound: false,
        assets: false,
        address: None,
        link: None,
    }
}

/// A project to compare, with the token of the environment.
fn reconciled(ProjectOn { provider, project }: ProjectOn) -> Result<Reconciled, Error> {
    let default_server = provider.from_env(&variable).server;
    let query = Query { default_server, all_branches: true, ..Query::new(project) };
    let target = provider.target(&query).map_err(|error| invalid_query(provider, &error))?;
    Ok(Reconciled { provider, target, token: token_in_environment(provider) })
}

#[cfg(test)]
mod tests {
    use super::{config::Config, database, settings};
    use crate::cli::{Cli, Command};
    use crate::serve::{Database, Settings};

    /// The settings of these arguments and this config file.
    fn of(arguments: &str, file: &str) -> Result<Settings, String> {
        let words = ["flaky", "serve", "--database", "sqlite://x.db"];
        let words = words.into_iter().chain(arguments.split_whitespace());
        let Command::Serve(args) = Cli::of(words).command else {
            panic!("another command");
        };
        let config: Config = toml::from_str(file).map_err(|error| error.message().to_string())?;
        settings(*args, config).map_err(|error| error.message)
    }

    #[test]
    fn an_option_wins_over_the_file() {
        let file = "keep = '7d'\nmax-streams = 5\nproject = 'a/b'";
        let settings = of("--keep 90d", file).unwrap();
        assert_eq!(settings.keep.as_secs(), 90 * 86_400);
        assert_eq!(settings.max_streams, 5);
        assert_eq!(settings.default_project.as_deref(), Some("a/b"));
    }

    #[test]
    fn nothing_beyond_this_computer_can_connect_without_a_secret() {
        let refused = of("--listen 0.0.0.0:8080", "").unwrap_err();
        assert!(refused.contains("no webhook secret"), "{refused}");
        assert!(of("--listen 127.0.0.1:8080", "").is_ok());
        assert!(of("--listen [::1]:8080", "").is_ok());
    }

    #[test]
    fn a_mistake_in_the_file_is_an_error() {
        for (file, why) in [
            ("lisen = '127.0.0.1:1'", "unknown field `lisen`"),
            ("keep = '7 parsecs'", "expected a time"),
            ("allow-origin = ['https://art.example/page']", "expected scheme"),
            ("reconcile = ['svn:a/b']", "svn"),
            ("webhook-secret = 'typed here'", "expected { env"),
            ("[projects.'a/b']\nlable = 'x'", "unknown field `lable`"),
            ("webhook-secret = { env = 'FLAKY_NEVER_SET' }", "FLAKY_NEVER_SET"),
            ("webhook-secret = { file = '/nonexistent/secret' }", "/nonexistent/secret"),
        ] {
            let error = of("", file).unwrap_err();
            assert!(error.contains(why), "{file}: {error}");
        }
    }

    #[test]
    fn the_example_in_the_documentation_can_be_read() {
        let page = include_str!("../../docs/serve.md");
        let example = page.split("```toml\n").nth(1).expect("an example");
        let example = example.split("```").next().expect("its end");
        let config: Config = toml::from_str(example).expect("a config file");
        assert_eq!(config.projects.len(), 1);
    }

    #[test]
    fn a_database_is_a_url() {
        let of = |url: &str| database(Some(url.to_string())).map_err(|error| error.message);
        assert_eq!(of("sqlite:///data/x.db"), Ok(Database::Sqlite("/data/x.db".into())));
        assert_eq!(of("sqlite://x.db"), Ok(Database::Sqlite("x.db".into())));
        assert!(matches!(of("postgres://me:pw@db/flaky"), Ok(Database::Postgres(_))));
        for wrong in ["x.db", "sqlite://", "mysql://me:secret@db/flaky"] {
            let error = of(wrong).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
