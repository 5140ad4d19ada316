//! Invalid arguments and input: a clear error, the right exit code, and no output.

use proptest::prelude::*;

use crate::vocabulary::Folder;

/// Asserts that `flaky render WORDS -o ecg.gif` is a usage error with these words.
fn refused(words: &str, expected: &[&str]) {
    let folder = Folder::new();
    folder.flaky(&format!("render {words} -o ecg.gif")).fails(2, expected);
    assert!(folder.names().is_empty(), "{words}");
}

#[test]
fn numbers_out_of_range() {
    for duration in ["0", "-1", "-16s", "NaN", "inf", "1e9", "1e999", "0.5s", "16.005s", "", "s"] {
        refused(&format!("--duration={duration}"), &["--duration"]);
    }
    for size in [
        "0x0",
        "800",
        "800x",
        "x300",
        "-800x300",
        "15x300",
        "9000x300",
        "1e3x300",
        "99999999999x3",
        "NaNxNaN",
        "800x300x2",
    ] {
        refused(&format!("--size={size}"), &["--size", "800x300"]);
    }
    for bpm in ["0", "29.9", "181", "-75", "NaN", "inf", "fast"] {
        refused(&format!("--bpm={bpm}"), &["--bpm", "30 to 180"]);
    }
    for (option, values) in [
        ("--hrv", ["-1", "21", "NaN"]),
        ("--glitch-rate", ["0", "-4", "1e9"]),
        ("--fps", ["0", "241", "inf"]),
        ("--sweep-speed", ["0", "-25", "1e9"]),
        ("--gain", ["0", "huge", "NaN"]),
        ("--loops", ["0", "-1", "70000"]),
        ("--threads", ["0", "-1", "1000"]),
        ("--seed", ["-1", "4294967296", "x"]),
        ("--max-bytes", ["0", "-5MB", "5XB"]),
        ("--at", ["-1s", "NaN", "17s"]),
        ("--sample-rate", ["0", "-1", "1e9"]),
    ] {
        for value in values {
            refused(&format!("{option}={value}"), &[option]);
        }
    }
}

#[test]
fn unknown_names_come_with_the_near_one() {
    refused("--glitch flatlin", &["flatlin", "\"flatline\""]);
    refused("--glitch flatline,doublebeat", &["\"double-beat\""]);
    refused("--glitch=", &["flaky glitches"]);
    refused("--glitch qqqq", &["`flaky glitches`"]);
    refused("--glitch none,all", &["cannot be combined"]);
    refused("--theme phosphro", &["\"phosphor\""]);
    refused("--theme qqqq", &["`flaky themes`"]);
    refused("--colour trase=#fff", &["\"trace\""]);
    refused("--colour trace=green", &["#rrggbb"]);
    refused("--colour trace", &["NAME=#rrggbb"]);
    refused("--motion sideways", &["sweep", "scroll"]);
}

#[test]
fn what_a_format_cannot_do() {
    refused("--fps 60", &["GIF", "--fps 50"]);
    refused("--transparent", &[".svg, .apng or .png"]);
    refused("--at 2s", &["--still"]);
    refused("--size 16x8192 --sweep-speed 400", &["--sweep-speed", "cross the picture"]);
    refused(&format!("--label {}", "x".repeat(41)), &["--label", "40 characters"]);
    refused("--sample-rate 100", &[".csv"]);
    let folder = Folder::new();
    folder.flaky("render -o ecg.tiff").fails(2, &["ecg.tiff", "gif, svg"]);
    folder.flaky("render -o ecg").fails(2, &["ecg", "--format"]);
    folder.flaky("render -o -").fails(2, &["--format"]);
    folder.flaky("render --still -o ecg.csv").fails(2, &["--still", "csv"]);
    folder.flaky("render --max-bytes 1MB -o ecg.json").fails(2, &["--max-bytes", "json"]);
    folder.flaky("render").fails(2, &["--output"]);
    assert!(folder.names().is_empty());
}

#[test]
fn a_rhythm_file_excludes_what_it_says_itself() {
    let folder = Folder::new().with("a.json", r#"{"duration_s": 8, "beats": []}"#);
    for option in
        ["--bpm 60", "--seed 1", "--glitch none", "--duration 8s", "--hrv 0", "--glitch-rate 1"]
    {
        let words = format!("render --rhythm a.json {option} -o ecg.png");
        folder.flaky(&words).fails(2, &["--rhythm"]);
    }
}

#[test]
fn hostile_rhythms() {
    let deep = format!(r#"{{"duration_s": 8, "beats": {}"#, "[".repeat(10_000));
    let many =
        format!(r#"{{"duration_s": 8, "beats": [{}]}}"#, vec![r#"{"t_s": 1}"#; 1000].join(","));
    let beat = |fields: &str| format!(r#"{{"duration_s": 8, "beats": [{{{fields}}}]}}"#);
    let episode =
        |fields: &str| format!(r#"{{"duration_s": 8, "beats": [], "episodes": [{{{fields}}}]}}"#);
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "`{`"),
        ("not json".into(), "`{`"),
        (deep, "expected an object, found a list"),
        (many, "closer than"),
        ("[]".into(), "`{`"),
        (r#"{"duration_s": 8}"#.into(), "`beats` is missing at line 1, column 17"),
        (r#"{"beats": []}"#.into(), "`duration_s` is missing"),
        (r#"{"duration_s": 0, "beats": []}"#.into(), "duration"),
        (r#"{"duration_s": -8, "beats": []}"#.into(), "duration"),
        (r#"{"duration_s": 1e308, "beats": []}"#.into(), "duration"),
        (r#"{"duration_s": 1e999, "beats": []}"#.into(), "out of range"),
        (r#"{"duration_s": 8.001, "beats": []}"#.into(), "hundredths"),
        (r#"{"duration_s": 8, "beats": [], "tempo": 9}"#.into(), "unknown field `tempo`"),
        (r#"{"duration_s": 8, "beats": [], "bpm": -1}"#.into(), "bpm"),
        (r#"{"duration_s": 8, "beats": [], "seed": -1}"#.into(), "line 1"),
        (beat(r#""t_s": -0.1"#), "beats[0].t_s"),
        (beat(r#""t_s": 8.1"#), "beats[0].t_s"),
        (beat(r#""t_s": "1""#), "expected a number, found the text \"1\" at line 1"),
        (beat(r#""t_s": 1, "kind": "hiccup""#), "hiccup"),
        (beat(r#""t_s": 1, "kind": "flatlin""#), "did you mean \"flatline\"?"),
        (beat(r#""t_s": 1, "code": "Z""#), "unknown value `Z`"),
        (beat(r#""t_s": 1, "amplitude": 1e6"#), "amplitude"),
        (episode(r#""kind": "flatline", "start_s": 5, "end_s": 2"#), "episodes[0]"),
        (episode(r#""kind": "flatline", "start_s": 5, "end_s": 9"#), "episodes[0]"),
        (episode(r#""kind": "normal", "start_s": 5, "end_s": 6"#), "normal"),
    ];
    for (text, expected) in cases {
        let folder = Folder::new().with("bad.json", &text);
        let words = "render --rhythm bad.json -o ecg.png";
        folder.flaky(words).fails(1, &["bad.json is not a rhythm", expected]);
        assert_eq!(folder.names(), ["bad.json"]);
    }
    let one = r#"{"kind": "wander", "start_s": 0, "end_s": 8}"#;
    let text = format!(r#"{{"duration_s": 8, "beats": [], "episodes": [{}]}}"#, [one; 9].join(","));
    let folder = Folder::new().with("bad.json", &text);
    folder.flaky("render --rhythm bad.json -o ecg.png").fails(1, &["episodes overlap"]);
    let folder = Folder::new();
    std::fs::write(folder.path("bad.json"), [0xff, 0xfe, 0x00]).unwrap();
    folder.flaky("render --rhythm bad.json -o ecg.png").fails(1, &["UTF-8"]);
    folder.flaky("render --rhythm none.json -o ecg.png").fails(1, &["none.json", "no such file"]);
    folder.flaky("render --rhythm . -o ecg.png").fails(1, &["cannot read ."]);
}

#[test]
fn odd_but_valid_rhythms_are_drawn() {
    for text in [
        r#"{"duration_s": 1, "beats": []}"#,
        r#"{"duration_s": 1, "beats": [{"t_s": 1}]}"#,
        r#"{"duration_s": 8, "beats": [{"t_s": 8}, {"t_s": 0.2}], "bpm": 0}"#,
        r#"{"duration_s": 8, "extent": "line", "beats": [{"t_s": 0, "amplitude": -10}]}"#,
        r#"{"duration_s": 8, "beats": [{"t_s": 4, "kind": "runaway", "code": "E"}],
            "episodes": [{"kind": "dropped-beat", "start_s": 0, "end_s": 0},
                         {"kind": "lead-off", "start_s": 0, "end_s": 8},
                         {"kind": "fibrillation", "start_s": 0, "end_s": 8}],
            "state": {"word": "\u0000\u202e\ud83d\ude00 failed", "alarm": "high"}}"#,
    ] {
        for options in ["", "--motion scroll", "--size 16x16", "--gain 0.1", "--sweep-speed 100"] {
            let folder = Folder::new().with("odd.json", text);
            for format in ["gif", "svg", "png", "csv"] {
                let extra = if format == "csv" { "" } else { options };
                folder.render(&format!("--rhythm odd.json {extra}"), &format!("a.{format}"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "[ -~]{0,80}") {
        let _ = flaky_core::rhythm::json::from_str(&text);
    }

    #[test]
    fn no_word_makes_a_parser_panic(word in "\\PC{0,12}") {
        use flaky::cli::values;
        let _ = values::duration(&word);
        let _ = values::size(&word);
        let _ = values::bytes(&word);
        let _ = values::colour(&word);
        let _ = word.parse::<values::Pool>();
        let _ = word.parse::<values::Gain>();
        let _ = word.parse::<values::Loops>();
        let _ = word.parse::<flaky_core::scene::Rgb>();
    }
}
