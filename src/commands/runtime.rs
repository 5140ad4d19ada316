//! The async runtime. `flaky-ci` does not depend on one.

use std::future::Future;

use tokio::runtime::Builder;

use crate::error::Error;

/// Runs a future to completion on this thread. Tasks that it leaves behind, such as a DNS lookup,
/// are not waited for, since they could outlast the deadline.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start the network runtime: {error}")))?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(result)
}
