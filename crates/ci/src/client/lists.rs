//! Lists that are split into pages.

use std::collections::VecDeque;

use reqwest::Url;

use super::{Client, Response};
use crate::FetchError;

/// The number of pages that are requested at once.
const BATCH: usize = 12;

impl Client {
    /// Fetches several lists, at most `most` pages of each on average. Returns the entries of each list
    /// in the order of `urls`, and the first error; `entries` parses a page.
    pub(crate) async fn get_lists<T: Send>(
        &self,
        urls: Vec<Url>,
        most: usize,
        entries: fn(&Response) -> Result<Vec<T>, FetchError>,
    ) -> (Vec<Vec<T>>, Option<FetchError>) {
        let mut lists: Vec<Vec<T>> = urls.iter().map(|_| Vec::new()).collect();
        let mut failure = None;
        let mut pages = most * urls.len();
        let mut waiting: VecDeque<(usize, Url)> = urls.into_iter().enumerate().collect();
        while !waiting.is_empty() && pages > 0 {
            let batch = waiting.drain(..waiting.len().min(BATCH));
            let (indices, urls): (Vec<usize>, Vec<_>) = batch.unzip();
            pages = pages.saturating_sub(urls.len());
            for (at, response) in indices.into_iter().zip(self.get_all(urls).await) {
                match response.and_then(|response| Ok((entries(&response)?, response.next))) {
                    Ok((page, next)) => {
                        lists[at].extend(page);
                        waiting.extend(next.map(|next| (at, next)));
                    }
                    Err(error) => {
                        failure.get_or_insert(error);
                    }
                }
            }
        }
        (lists, failure)
    }
}
