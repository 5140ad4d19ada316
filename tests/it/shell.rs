//! Lines of a shell, in help and documentation: which of their commands are ours, and the words of each.

/// The commands of a line that start `flaky`, without what stands around them: a comment, variables
/// that are set for the command, where its output goes.
pub fn invocations(line: &str) -> Vec<&str> {
    let line = line.split(" #").next().unwrap_or_default();
    let commands = [" && ", " | ", "; "].iter().fold(vec![line], |commands, separator| {
        commands.into_iter().flat_map(|command| command.split(separator)).collect()
    });
    let commands = commands.into_iter().map(|command| {
        let command = command.trim().trim_start_matches("eval \"$(").trim_end_matches(")\"");
        let command = command.split(" > ").next().unwrap_or_default();
        let command = command.split(" >> ").next().unwrap_or_default();
        after_variables(command).trim()
    });
    commands.filter(|command| *command == "flaky" || command.starts_with("flaky ")).collect()
}

/// A command without the variables that are set for it.
fn after_variables(command: &str) -> &str {
    let mut rest = command;
    while let Some((word, after)) = rest.split_once(' ') {
        let name = word.split_once('=').map(|(name, _)| name);
        if !name.is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// Splits a command into words as a shell does, with quotes. Variables stay as they are.
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[test]
fn our_commands_are_found_in_a_line() {
    for (line, expected) in [
        ("flaky render -o a.gif   # flaky too", &["flaky render -o a.gif"][..]),
        ("FLAKY_TOKEN=… flaky serve", &["flaky serve"]),
        ("mkdir -p man && flaky man man", &["flaky man man"]),
        ("eval \"$(flaky a)\" | flaky b -", &["flaky a", "flaky b -"]),
        ("flaky status --markdown >> \"$FILE\"", &["flaky status --markdown"]),
        ("cd flaky_test; sh run.sh", &[]),
        ("flaky", &["flaky"]),
    ] {
        assert_eq!(invocations(line), expected, "{line}");
    }
}

#[test]
fn quotes_keep_words_together() {
    assert_eq!(
        words("flaky badge --job 'test (ubuntu*)'  --title \"it's\" ''"),
        ["flaky", "badge", "--job", "test (ubuntu*)", "--title", "it's", ""]
    );
}
