//! The async runtime of the command line: the crates below bring none.

use std::future::Future;

use tokio::runtime::Builder;

use crate::error::Error;

/// Runs a future to its end on this thread. What it leaves behind, such as the lookup of a name, is
/// not waited for: that would keep the program past its deadline.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start the network runtime: {error}")))?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(result)
}
