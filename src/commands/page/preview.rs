//! `flaky page --preview`: serves the page until Ctrl-C is pressed.

use std::io;

use crate::cli::Console;
use crate::commands::runtime::block_on;
use crate::error::{Error, io_message};
use crate::output::{self, Destination};
use crate::page::Asset;
use crate::serve;

/// Serves the page until Ctrl-C is pressed. The address goes to standard output.
pub(super) fn run(html: String, assets: Vec<Asset>, console: Console) -> Result<(), Error> {
    block_on(until_interrupted(html, assets, console))?
}

async fn until_interrupted(
    html: String,
    assets: Vec<Asset>,
    console: Console,
) -> Result<(), Error> {
    let failed = |what: &str, error: &io::Error| {
        Error::failed(format!("cannot {what}: {}", io_message(error)))
    };
    // The runtime drops the server, with its open connections, when this function returns.
    let address = serve::preview(html, assets)
        .await
        .map_err(|error| failed("listen on 127.0.0.1", &error))?;
    // Ctrl-C is awaited before anybody learns the address.
    let interrupted = tokio::spawn(tokio::signal::ctrl_c());
    tokio::task::yield_now().await;
    let line = format!("http://{address}/\n");
    output::write(&Destination::Stdout, false, |out| out.write_all(line.as_bytes()))?;
    console.say("press Ctrl-C to end the preview");
    match interrupted.await {
        Ok(result) => result.map_err(|error| failed("wait for Ctrl-C", &error)),
        Err(error) => Err(failed("wait for Ctrl-C", &error.into())),
    }
}
