//! Values by text keys in one file, limited in number and bytes.

use std::collections::BTreeMap;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoredFile;

/// Limits of one file.
const MAX_RECORDS: usize = 200_000;
const MAX_BYTES: usize = 16 << 20;

/// Values by text keys, each with the day on which it was last used.
///
/// The payload has a line of JSON for every record: `[key, day, value]`. When there are too many,
/// those used least recently are dropped.
#[derive(Debug)]
pub struct Records<V> {
    file: Option<StoredFile>,
    records: BTreeMap<String, Record<V>>,
    today: u32,
    limits: (usize, usize),
}

#[derive(Debug)]
struct Record<V> {
    /// Days since 1970.
    used: u32,
    value: V,
}

impl<V: Serialize + DeserializeOwned> Records<V> {
    /// The records of this file; without one they are forgotten at the end.
    pub fn open(file: Option<StoredFile>) -> Self {
        let payload = file.as_ref().and_then(StoredFile::read).unwrap_or_default();
        let records = payload
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .map(|(key, used, value)| (key, Record { used, value }))
            .collect();
        Self { file, records, today: today(), limits: (MAX_RECORDS, MAX_BYTES) }
    }

    /// The value of a key, which has now been used.
    pub fn get(&mut self, key: &str) -> Option<&mut V> {
        let record = self.records.get_mut(key)?;
        record.used = self.today;
        Some(&mut record.value)
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: String, value: V) {
        self.records.insert(key, Record { used: self.today, value });
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        self.records.remove(key);
    }

    /// Writes the file.
    ///
    /// # Errors
    /// If the folder cannot be written; the records are lost then.
    pub fn save(self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut lines = Vec::with_capacity(self.records.len());
        for (key, Record { used, value }) in &self.records {
            lines.push((*used, serde_json::to_string(&(key, used, value))? + "\n"));
        }
        // The latest first; stable, so that equal records give equal bytes.
        lines.sort_by(|a, b| b.0.cmp(&a.0));
        let (max_records, max_bytes) = self.limits;
        let mut payload = String::new();
        for (_, line) in lines.into_iter().take(max_records) {
            if payload.len() + line.len() > max_bytes {
                break;
            }
            payload += &line;
        }
        file.write(payload.as_bytes())
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

    type Fates = Records<BTreeMap<String, u8>>;

    fn fate(name: &str) -> BTreeMap<String, u8> {
        BTreeMap::from([(name.to_string(), 1)])
    }

    #[test]
    fn are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = Store::new(folder.path()).file("fates", 1, &"project");
        let mut records = Fates::open(Some(file.clone()));
        records.insert("abc".to_string(), fate("push\nand \"more\""));
        records.insert("empty".to_string(), BTreeMap::new());
        records.insert("gone".to_string(), fate("x"));
        records.remove("gone");
        records.save().unwrap();
        let mut records = Fates::open(Some(file.clone()));
        assert_eq!(records.get("abc"), Some(&mut fate("push\nand \"more\"")));
        assert_eq!(records.get("empty"), Some(&mut BTreeMap::new()));
        assert_eq!(records.get("gone"), None);
        // Lines of another shape are passed over.
        file.write(b"[\"abc\",1,{\"a\":1}]\n[\"b\"]\nnothing\n[\"c\",1,7]\n").unwrap();
        assert_eq!(Fates::open(Some(file)).records.len(), 1);
    }

    #[test]
    fn without_a_file_are_forgotten() {
        let mut records = Fates::open(None);
        records.insert("abc".to_string(), fate("push"));
        assert!(records.get("abc").is_some());
        records.save().unwrap();
    }

    #[test]
    fn used_least_recently_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = Store::new(folder.path()).file("fates", 1, &"project");
        let save = |limits, used: &[&str]| {
            let mut records = Fates::open(Some(file.clone()));
            records.limits = limits;
            records.today = 100;
            for key in used {
                records.get(key);
            }
            records.save().unwrap();
            Fates::open(Some(file.clone())).records.into_keys().collect::<Vec<_>>()
        };
        let lines = |days: [u8; 4]| {
            let line = |(key, day): (&str, u8)| format!("[\"{key}\",{day},{{\"k\":1}}]\n");
            ["a", "b", "c", "d"].into_iter().zip(days).map(line).collect::<String>()
        };
        file.write(lines([10, 40, 20, 30]).as_bytes()).unwrap();
        assert_eq!(save((3, 1000), &["a"]), ["a", "b", "d"]);
        file.write(lines([10, 40, 20, 30]).as_bytes()).unwrap();
        assert_eq!(save((10, 40), &[]), ["b", "d"]);
    }
}
