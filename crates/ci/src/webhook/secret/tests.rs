//! Signatures that another program computed.

use jiff::Timestamp;

use super::super::sent::Sent;
use super::{Dialect, Refusal, Secret, TOLERANCE_S, authenticate};

const BODY: &str = r#"{"zen":"Short beats long."}"#;
/// The HMAC of the body with the secrets "hush" and "another".
const BY_HUSH: &str = "d4498f37a19ce3a4511622daa0c3ec889b725c426593acf1cb22f1dad931d975";
const BY_ANOTHER: &str = "4cf8e30ef7f7e394ba4d678372da4d94d89a890463efb67eee422743efe374b0";
/// Two keys of Standard Webhooks, and the signatures of the message `msg_7` at `SENT_S`.
const KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const BY_KEY: &str = "v1,kK4eIvIBr7gXGb3onfEfCT3qoF4UFrubmGM/kEjOUE0=";
const NEW_KEY: &str = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4";
const BY_NEW_KEY: &str = "v1,j6NdJIW6z+SuoYyTsPg+mm8oPlA1SYVfFXdfkxSgAq8=";
/// The HMAC of the body with the text of `KEY`.
const BY_TEXT_OF_KEY: &str = "2f596bcf62ca9f2d6d492e4d974454ab8e7b0efbee3cdc5480ae9c1793b3c8e4";
const SENT_S: i64 = 1_714_564_800;

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("a secret")
}

fn checked(dialect: Dialect, sent: &Sent, secrets: &[&str], second: i64) -> Result<usize, Refusal> {
    let secrets: Vec<Secret> = secrets.iter().map(|text| secret(text)).collect();
    let now = Timestamp::from_second(second).expect("a time");
    sent.ask(|request| authenticate(dialect, request, secrets.iter(), now))
}

fn github(signature: &str, secrets: &[&str]) -> Result<usize, Refusal> {
    let sent = Sent::new(BODY).with("x-hub-signature-256", signature);
    checked(Dialect::GitHub, &sent, secrets, SENT_S)
}

fn gitlab(token: &str, secrets: &[&str]) -> Result<usize, Refusal> {
    checked(Dialect::GitLab, &Sent::new(BODY).with("x-gitlab-token", token), secrets, SENT_S)
}

/// A request signed as Standard Webhooks specifies.
fn signed(signatures: &str) -> Sent {
    Sent::new(BODY)
        .with("webhook-id", "msg_7")
        .with("webhook-timestamp", &SENT_S.to_string())
        .with("webhook-signature", signatures)
}

fn standard(signatures: &str, secrets: &[&str]) -> Result<usize, Refusal> {
    checked(Dialect::GitLab, &signed(signatures), secrets, SENT_S)
}

#[test]
fn a_body_is_signed_with_one_of_the_secrets() {
    let by_hush = format!("sha256={BY_HUSH}");
    assert_eq!(github(&by_hush, &["hush"]), Ok(0));
    assert_eq!(github(&by_hush, &["another", "hush"]), Ok(1));
    assert_eq!(github(&format!("sha256={BY_ANOTHER}"), &["another", "hush"]), Ok(0));
    assert_eq!(github(&format!("sha256={}", BY_HUSH.to_uppercase()), &["hush"]), Ok(0));
    assert_eq!(github(&by_hush, &["another"]), Err(Refusal::Wrong));
    assert_eq!(github(&by_hush, &[]), Err(Refusal::Wrong));
}

#[test]
fn what_is_no_signature_of_the_body_is_refused() {
    for signature in [
        "",
        "sha256=",
        BY_HUSH,
        &format!("sha1={BY_HUSH}"),
        &format!("sha256={}", &BY_HUSH[..62]),
        &format!("sha256={}", &BY_HUSH[..63]),
        &format!("sha256={BY_HUSH}00"),
        &format!("sha256={}", BY_HUSH.replace('d', "x")),
        &format!("sha256={}", BY_HUSH.replacen('d', "c", 1)),
    ] {
        assert_eq!(github(signature, &["hush"]), Err(Refusal::Wrong), "{signature}");
    }
    let other_body = Sent::new("{}").with("x-hub-signature-256", &format!("sha256={BY_HUSH}"));
    assert_eq!(checked(Dialect::GitHub, &other_body, &["hush"], SENT_S), Err(Refusal::Wrong));
}

#[test]
fn each_dialect_has_its_own_header() {
    for (dialect, header, signature) in [
        (Dialect::GitHub, "x-hub-signature-256", format!("sha256={BY_HUSH}")),
        (Dialect::Gitea, "x-gitea-signature", BY_HUSH.to_string()),
        (Dialect::Forgejo, "x-forgejo-signature", BY_HUSH.to_string()),
        (Dialect::GitLab, "x-gitlab-token", "hush".to_string()),
    ] {
        let sent = Sent::new(BODY).with(header, &signature);
        for other in [Dialect::GitHub, Dialect::Gitea, Dialect::Forgejo, Dialect::GitLab] {
            let expected = if other == dialect { Ok(0) } else { Err(Refusal::Unsigned) };
            assert_eq!(checked(other, &sent, &["hush"], SENT_S), expected, "{dialect:?} {other:?}");
        }
    }
}

#[test]
fn a_token_is_one_of_the_secrets() {
    assert_eq!(gitlab("hush", &["another", "hush"]), Ok(1));
    for token in ["", "hus", "hush!", "Hush", "another hush"] {
        assert_eq!(gitlab(token, &["hush"]), Err(Refusal::Wrong), "{token}");
    }
    assert_eq!(gitlab("hush", &[]), Err(Refusal::Wrong));
}

#[test]
fn a_signing_key_closes_the_door_for_tokens() {
    assert_eq!(gitlab("hush", &["hush", KEY]), Err(Refusal::Unsigned));
    assert_eq!(gitlab(KEY, &[KEY]), Err(Refusal::Unsigned));
    let both = signed("v1,AAAA").with("x-gitlab-token", "hush");
    assert_eq!(checked(Dialect::GitLab, &both, &["hush", KEY], SENT_S), Err(Refusal::Wrong));
}

#[test]
fn one_of_several_signatures_is_enough() {
    assert_eq!(standard(BY_KEY, &[KEY]), Ok(0));
    assert_eq!(standard(BY_KEY, &[NEW_KEY, KEY]), Ok(1));
    assert_eq!(standard(&format!("{BY_KEY} {BY_NEW_KEY}"), &[NEW_KEY]), Ok(0));
    assert_eq!(standard(&format!("v1a,AAAA v1,!! v2 {BY_KEY}"), &[KEY]), Ok(0));
    assert_eq!(standard(BY_KEY.trim_end_matches('='), &[KEY]), Ok(0));
    for wrong in [
        "",
        "v1,",
        BY_NEW_KEY,
        &BY_KEY.replacen("v1", "v1a", 1),
        &BY_KEY.replacen("v1,", "", 1),
        &BY_KEY[..BY_KEY.len() - 4],
        &format!("{}{BY_KEY}", "v1,AAAA ".repeat(super::MAX_SIGNATURES)),
    ] {
        assert_eq!(standard(wrong, &[KEY]), Err(Refusal::Wrong), "{wrong}");
    }
}

#[test]
fn every_part_of_a_signed_message_counts() {
    let parts = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let values = ["msg_7", &SENT_S.to_string(), BY_KEY];
    let sent = |without: Option<usize>, changed: Option<usize>| {
        let kept = (0..3).filter(|at| Some(*at) != without);
        let value = |at: usize| {
            if Some(at) == changed { values[at].replacen('7', "8", 1) } else { values[at].into() }
        };
        kept.fold(Sent::new(BODY), |sent, at| sent.with(parts[at], &value(at)))
    };
    let check = |sent: Sent| checked(Dialect::GitLab, &sent, &[KEY], SENT_S);
    assert_eq!(check(sent(None, None)), Ok(0));
    for (part, name) in parts.iter().enumerate() {
        assert_eq!(check(sent(Some(part), None)), Err(Refusal::Unsigned), "{name}");
        assert_eq!(check(sent(None, Some(part))), Err(Refusal::Wrong), "{name}");
    }
}

#[test]
fn a_signed_message_expires() {
    let at = |second| checked(Dialect::GitLab, &signed(BY_KEY), &[KEY], second);
    let tolerance = i64::try_from(TOLERANCE_S).expect("a few minutes");
    for offset in [-tolerance, 0, tolerance] {
        assert_eq!(at(SENT_S + offset), Ok(0), "{offset}");
    }
    for offset in [-tolerance - 1, tolerance + 1, -SENT_S] {
        assert_eq!(at(SENT_S + offset), Err(Refusal::Stale), "{offset}");
    }
}

#[test]
fn a_signing_key_is_a_text_for_other_platforms() {
    assert_eq!(github(&format!("sha256={BY_TEXT_OF_KEY}"), &[KEY]), Ok(0));
}

#[test]
fn what_protects_nothing_is_no_secret() {
    for text in ["", " \n", "whsec_", "whsec_?", "whsec_=="] {
        assert!(Secret::new(text).is_none(), "{text:?}");
    }
    assert_eq!(github(&format!("sha256={BY_HUSH}"), &[" hush\n"]), Ok(0));
    assert_eq!(format!("{:?}", secret("hush")), "a secret");
}
