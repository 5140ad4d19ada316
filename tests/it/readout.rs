//! The readout: texts stay on the screen, do not overlap, and show the most urgent alarm.

use flaky_core::rhythm::json;
use flaky_core::scene::{Caption, MonitorSettings, Scene, Size};
use flaky_draw::text::DEJAVU;

fn scene(text: &str, width: u32, height: u32, label: &str) -> Scene {
    let settings = MonitorSettings {
        size: Size { width, height },
        lead: label.to_string(),
        ..MonitorSettings::default()
    };
    flaky_core::scene::monitor(&json::from_str(text).expect("a rhythm"), &settings, &DEJAVU).scene
}

/// Left, right, top and bottom of a caption's letters.
pub fn bounds(caption: &Caption) -> [f64; 4] {
    let (left, line) = DEJAVU.lay_out_caption(caption);
    [left, left + line.width, caption.y - 0.76 * caption.size, caption.y]
}

/// What the screen says at a time, an alarm among it.
fn alarm_at(scene: &Scene, t_s: f64) -> Option<String> {
    let shown = scene.captions.iter().filter(|caption| caption.shown_at(t_s));
    shown.map(|caption| caption.text.clone()).find(|text| text.starts_with('*'))
}

const EPISODES: &str = r#"{"duration_s": 20, "beats": [{"t_s": 1}, {"t_s": 2}, {"t_s": 13}],
    "episodes": [{"kind": "flatline", "start_s": 3.5, "end_s": 11.5},
                 {"kind": "muscle", "start_s": 4, "end_s": 5},
                 {"kind": "double-beat", "start_s": 12, "end_s": 12.5}]}"#;
const STATE: &str = r#"{"duration_s": 8, "beats": [],
    "state": {"word": "waiting for something else entirely", "alarm": "high"}}"#;

#[test]
fn texts_keep_apart_and_on_the_screen() {
    let sizes = [(800, 300), (480, 300), (240, 80), (120, 60), (100, 40), (300, 800), (2400, 200)];
    for (width, height) in sizes {
        for rhythm in [EPISODES, STATE] {
            for label in ["II", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", ""] {
                let scene = scene(rhythm, width, height, label);
                for t_s in [0.0, 4.5, 9.0, 12.2, 14.0] {
                    let shown: Vec<_> =
                        scene.captions.iter().filter(|caption| caption.shown_at(t_s)).collect();
                    for (i, caption) in shown.iter().enumerate() {
                        let [left, right, top, bottom] = bounds(caption);
                        let place = format!("{:?} at {t_s} s on {width}x{height}", caption.text);
                        assert!(left >= 0.0 && right <= f64::from(width), "{place}");
                        assert!(top >= 0.0 && bottom <= f64::from(height), "{place}");
                        for other in &shown[..i] {
                            let [l, r, t, b] = bounds(other);
                            let apart = right <= l || r <= left || bottom <= t || b <= top;
                            assert!(apart, "{place} runs into {:?}", other.text);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_worst_alarm_is_said_and_comes_back() {
    let scene = scene(EPISODES, 800, 300, "II");
    assert_eq!(alarm_at(&scene, 1.0), None);
    assert_eq!(alarm_at(&scene, 4.5).as_deref(), Some("*** ASYSTOLE"));
    assert_eq!(alarm_at(&scene, 9.0).as_deref(), Some("*** ASYSTOLE"));
    // One that lasts comes before one that lingers.
    assert_eq!(alarm_at(&scene, 12.2).as_deref(), Some("** DOUBLE BEAT"));
    assert_eq!(alarm_at(&scene, 13.0).as_deref(), Some("*** ASYSTOLE"));
    assert_eq!(alarm_at(&scene, 15.0).as_deref(), Some("** DOUBLE BEAT"));
    assert_eq!(alarm_at(&scene, 16.0), None);
}

#[test]
fn a_long_word_is_cut_where_everyone_sees_it() {
    let word = alarm_at(&scene(STATE, 120, 60, "II"), 0.0).expect("the state");
    assert!(word.starts_with("*** WAITING") && word.ends_with('…'), "{word}");
    let whole = alarm_at(&scene(STATE, 1200, 300, "II"), 0.0).expect("the state");
    assert_eq!(whole, "*** WAITING FOR SOMETHING ELSE ENTIRELY");
}

#[test]
fn a_screen_too_small_for_letters_has_none() {
    assert!(scene(EPISODES, 64, 64, "II").captions.is_empty());
}
