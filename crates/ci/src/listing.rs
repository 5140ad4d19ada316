//! Lists of names in messages.

use flaky_core::sanitize::sanitize;

/// The maximum length of a name in a list, in characters.
const LONGEST_NAME: usize = 60;

/// The first `most` names as a list: "a", "a and b", "a, b and 3 more".
pub(crate) fn joined<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let mut shown: Vec<String> =
        names.iter().take(most).map(|name| sanitize(name.as_ref(), LONGEST_NAME)).collect();
    let last = match names.len().saturating_sub(most) {
        0 => shown.pop().unwrap_or_default(),
        more => format!("{more} more"),
    };
    if shown.is_empty() { last } else { format!("{} and {last}", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_list_ends_with_and() {
        for (names, list) in [
            (&[][..], ""),
            (&["a"], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c"], "a, b and c"),
            (&["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        ] {
            assert_eq!(joined(names, 3), list);
        }
    }
}
