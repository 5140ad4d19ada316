//! Deltas: an object described by parts of another one.

use super::object::Unread;

/// Length of a copied part whose length is not given, in bytes.
const USUAL: usize = 0x10000;

/// Applies a delta to its base. The result must not be longer than `limit` bytes.
pub(super) fn apply(base: &[u8], delta: &[u8], limit: u64) -> Result<Vec<u8>, Unread> {
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return Err(Unread::Damaged);
    }
    let length = size(&mut rest)?;
    if length > limit {
        return Err(Unread::TooLarge);
    }
    let length = length as usize;
    let mut result = Vec::with_capacity(length);
    while let Some((&code, after)) = rest.split_first() {
        rest = after;
        let part = if code & 0x80 != 0 {
            let start = number(&mut rest, code & 0xf)?;
            let length = match number(&mut rest, code >> 4 & 7)? {
                0 => USUAL,
                length => length,
            };
            base.get(start..).and_then(|rest| rest.get(..length))
        } else {
            let part = (code > 0).then(|| rest.split_at_checked(usize::from(code))).flatten();
            rest = part.map_or(rest, |(_, after)| after);
            part.map(|(part, _)| part)
        };
        result.extend_from_slice(part.ok_or(Unread::Damaged)?);
        if result.len() > length {
            return Err(Unread::Damaged);
        }
    }
    if result.len() == length { Ok(result) } else { Err(Unread::Damaged) }
}

/// Removes a size from the front: seven bits a byte, the lowest first.
fn size(bytes: &mut &[u8]) -> Result<u64, Unread> {
    let mut size = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Unread::Damaged)?;
        *bytes = rest;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err(Unread::Damaged)
}

/// Removes the bytes of a number that `present` says are there, the lowest first.
fn number(bytes: &mut &[u8], present: u8) -> Result<usize, Unread> {
    let mut number = 0;
    for place in 0..4 {
        if present >> place & 1 == 1 {
            let (byte, rest) = bytes.split_first().ok_or(Unread::Damaged)?;
            *bytes = rest;
            number |= usize::from(*byte) << (8 * place);
        }
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &[u8] = b"one two three";

    fn applied(delta: &[u8]) -> Result<Vec<u8>, Unread> {
        apply(BASE, delta, 100)
    }

    #[test]
    fn parts_are_copied_and_inserted() {
        let delta = [13, 9, 0x91, 4, 4, 2, b'o', b'n', 0x90, 3];
        assert_eq!(applied(&delta), Ok(b"two onone".to_vec()));
        let long = vec![b'x'; USUAL + 1];
        let delta = [0x81, 0x80, 4, 0x80, 0x80, 4, 0x80];
        assert_eq!(apply(&long, &delta, 1 << 20), Ok(long[..USUAL].to_vec()));
    }

    #[test]
    fn claims_are_checked() {
        for delta in [
            &b""[..],
            &[13],
            &[12, 0],
            &[13, 1],
            &[13, 2, 1, b'a'],
            &[13, 1, 2, b'a', b'b'],
            &[13, 3, 3, b'a'],
            &[13, 3, 0, b'a'],
            &[13, 3, 0x91, 12, 3],
            &[13, 3, 0x9f, 0xff, 0xff, 0xff, 0xff, 3],
            &[13, 3, 0x91, 12],
            &[0xff; 30],
        ] {
            assert_eq!(applied(delta), Err(Unread::Damaged), "{delta:?}");
        }
        assert_eq!(applied(&[13, 0xff, 0xff, 0xff, 0x7f]), Err(Unread::TooLarge));
    }
}
