//! Objects in files of their own.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use git2::{ObjectType, Oid};

use super::inflate::Inflater;
use super::object::{Object, Unread, limit};

/// Length of the longest header, `commit 16777216` and a NUL, with room for more digits.
const HEADER: usize = 32;

/// Reads an object from its file in this directory.
pub(super) fn read(folder: &Path, id: Oid, inflater: &mut Inflater) -> Result<Object, Unread> {
    let name = id.to_string();
    let path = folder.join(&name[..2]).join(&name[2..]);
    let Ok(metadata) = fs::metadata(&path) else { return Err(Unread::Missing) };
    // Opening a named pipe would wait for somebody to write into it.
    if !metadata.is_file() {
        return Err(Unread::Damaged);
    }
    let mut file = BufReader::with_capacity(1 << 14, File::open(path)?);
    let mut head = [0; HEADER];
    let (length, ended) = inflater.start().fill(&mut file, &mut head)?;
    let head = &head[..length];
    let end = memchr::memchr(0, head).ok_or(Unread::Damaged)?;
    let (kind, size) = header(&head[..end]).ok_or(Unread::Damaged)?;
    if size > limit(kind) {
        return Err(Unread::TooLarge);
    }
    let data = head[end + 1..].to_vec();
    let size = size as usize;
    let data = match ended {
        true if data.len() == size => data,
        true => return Err(Unread::Damaged),
        false => inflater.rest(&mut file, data, size)?,
    };
    Ok(Object { kind, data })
}

/// Parses a kind and a size, such as `blob 12`.
fn header(bytes: &[u8]) -> Option<(ObjectType, u64)> {
    let (kind, size) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
    let kind = match kind {
        "commit" => ObjectType::Commit,
        "tree" => ObjectType::Tree,
        "blob" => ObjectType::Blob,
        "tag" => ObjectType::Tag,
        _ => return None,
    };
    Some((kind, size.parse().ok()?))
}

/// Ids of the files in this directory that begin with these hexadecimal digits, at least two.
pub(super) fn beginning_with(folder: &Path, digits: &str) -> Vec<Oid> {
    let (first, rest) = digits.split_at(2);
    let names = fs::read_dir(folder.join(first)).into_iter().flatten().flatten();
    names
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.starts_with(rest).then(|| format!("{first}{name}"))?;
            (id.len() == 40).then(|| Oid::from_str(&id).ok())?
        })
        .collect()
}
