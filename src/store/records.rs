//! A map with text keys in one file, with a maximum number of entries and bytes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::StoredFile;

/// Maximum number of entries and bytes of a file.
const MAX_RECORDS: usize = 200_000;
const MAX_BYTES: usize = 16 << 20;

/// A file with a map and the day on which each key was last used.
///
/// The map may be of any type that serialises to a JSON object. The payload has a line `[key, day,
/// value]` for every key, with days counted from 1970-01-01. If there are too many entries, the
/// least recently used are dropped.
#[derive(Debug)]
pub(crate) struct Records {
    file: StoredFile,
    days: BTreeMap<String, u32>,
    limits: (usize, usize),
}

impl Records {
    /// Reads the map; the default value if the file is missing or contains something else.
    pub(crate) fn open<T: DeserializeOwned + Default>(file: StoredFile) -> (Self, T) {
        let (days, map) = Self::parse(&file.read().unwrap_or_default());
        (Self { file, days, limits: (MAX_RECORDS, MAX_BYTES) }, map)
    }

    /// Parses a payload to the days and the map. Lines of another form are skipped.
    pub(crate) fn parse<T: DeserializeOwned + Default>(
        payload: &[u8],
    ) -> (BTreeMap<String, u32>, T) {
        let (mut days, mut map) = (BTreeMap::new(), Map::new());
        for line in payload.split(|byte| *byte == b'\n') {
            if let Ok((key, day, value)) = serde_json::from_slice::<(String, u32, Value)>(line) {
                days.insert(key.clone(), day);
                map.insert(key, value);
            }
        }
        (days, serde_json::from_value(Value::Object(map)).unwrap_or_default())
    }

    /// Writes the map. The keys in `used` and new keys count as used today.
    ///
    /// # Errors
    /// Fails if the map does not serialise to an object, or the file cannot be written.
    pub(crate) fn save<'a>(
        self,
        map: &impl Serialize,
        used: impl IntoIterator<Item = &'a str>,
    ) -> io::Result<()> {
        let Value::Object(map) = serde_json::to_value(map)? else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let (today, used) = (today(), used.into_iter().collect::<BTreeSet<&str>>());
        let mut lines = Vec::with_capacity(map.len());
        for (key, value) in &map {
            let known = self.days.get(key).filter(|_| !used.contains(key.as_str()));
            let day = known.copied().unwrap_or(today);
            lines.push((day, serde_json::to_string(&(key, day, value))? + "\n"));
        }
        // Most recent first. The sort is stable, so equal maps give equal bytes.
        lines.sort_by_key(|(day, _)| Reverse(*day));
        let (max_records, max_bytes) = self.limits;
        let mut payload = String::new();
        for (_, line) in lines.into_iter().take(max_records) {
            if payload.len() + line.len() > max_bytes {
                break;
            }
            payload += &line;
        }
        self.file.write(payload.as_bytes())
    }
}

fn today() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since.as_secs() / 86_400) as u32
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;

    type Verdicts = BTreeMap<String, Vec<String>>;

    fn verdicts(keys: &[&str]) -> Verdicts {
        keys.iter().map(|key| ((*key).to_string(), vec!["push\n\"x\"".to_string()])).collect()
    }

    fn file(folder: &tempfile::TempDir) -> StoredFile {
        Store::new(folder.path()).file("verdicts", 1, &"project")
    }

    #[test]
    fn a_map_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let (records, mut map) = Records::open::<Verdicts>(file(&folder));
        assert!(map.is_empty());
        map.extend(verdicts(&["abc", "def"]));
        map.insert("none".to_string(), Vec::new());
        records.save(&map, []).unwrap();
        assert_eq!(Records::open::<Verdicts>(file(&folder)).1, map);
    }

    #[test]
    fn a_payload_of_another_shape_is_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let read = |payload: &[u8]| {
            file(&folder).write(payload).unwrap();
            Records::open::<Verdicts>(file(&folder)).1.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(read(b"[\"a\",1,[]]\n[\"b\"]\nnothing\n\xff\n[\"c\",2,[\"x\"]]"), ["a", "c"]);
        assert_eq!(read(b"[\"a\",1,7]\n"), [""; 0]);
        let records = Records::open::<Verdicts>(file(&folder)).0;
        assert_eq!(records.save(&7, []).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn the_keys_used_least_recently_are_dropped_first() {
        let folder = tempfile::tempdir().unwrap();
        let kept = |limits, used: &[&str], new: &[&str]| {
            let line = |(key, day): (&str, u8)| format!("[\"{key}\",{day},[\"x\"]]\n");
            let lines: String = [("a", 10), ("b", 40), ("c", 20), ("d", 30)].map(line).concat();
            file(&folder).write(lines.as_bytes()).unwrap();
            let (mut records, mut map) = Records::open::<Verdicts>(file(&folder));
            records.limits = limits;
            map.extend(verdicts(new));
            records.save(&map, used.iter().copied()).unwrap();
            Records::open::<Verdicts>(file(&folder)).1.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(kept((4, 1000), &[], &[]), ["a", "b", "c", "d"]);
        assert_eq!(kept((3, 1000), &["a"], &[]), ["a", "b", "d"]);
        assert_eq!(kept((3, 1000), &["c"], &["new"]), ["b", "c", "new"]);
        assert_eq!(kept((10, 30), &[], &[]), ["b", "d"]);
    }
}
