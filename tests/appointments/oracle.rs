//! Random histories of appointments that both sides change, with crashes, lost answers and expired sync tokens in between:
//! in the end both sides are equal, there is one event at most, and no edit is lost without a word.
//!
//! `AURA_ORACLE_HISTORIES` plays more of them, `AURA_ORACLE_SEED` the one of this seed alone.

use super::office;
use super::steps::{History, Warm};
use crate::sync::scene::Scene;
use futures_util::{FutureExt, StreamExt, stream};
use std::panic::AssertUnwindSafe;
use std::time::Instant;

/// Histories of an ordinary run.
const HISTORIES: u64 = 1_000;
/// Histories of one world.
const OF_A_WORLD: usize = 125;
/// Worlds at a time.
const CONCURRENCY: usize = 4;

#[expect(clippy::disallowed_methods, reason = "a person asks for the long run, or for one history again")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// One history; what is wrong with it.
async fn play(scene: &Scene, warm: Warm, seed: u64) -> (Warm, Option<String>) {
    let mut history = History::of(scene, warm, seed).await;
    let steps = 5 + history.dice.below(8);
    let played = async {
        history.begin_to_listen().await;
        for _ in 0..steps {
            history.step().await;
        }
        history.note("— quiet —".into());
        history.quiesce().await;
        history.broken().await
    };
    let broken = match AssertUnwindSafe(played).catch_unwind().await {
        Ok(broken) => broken,
        Err(panic) => {
            scene.faults.clear();
            let text = panic.downcast_ref::<String>().cloned();
            vec![text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()]
        }
    };
    let story = history.story.join("\n  ");
    let told = (!broken.is_empty()).then(|| format!("seed {seed}: {broken:#?}\n  {story}"));
    // The next history begins with an empty calendar.
    for event in history.calendar.events() {
        // An exception is gone already when its series is.
        let _ = history.calendar.delete(event["id"].as_str().expect("an id"));
    }
    (history.warm, told)
}

/// A world with these histories, one after the other. After one that broke nothing in it is as it should be: the others
/// get a new one.
async fn world_of(seeds: Vec<u64>) -> Vec<String> {
    let (mut all, mut seeds) = (vec![], seeds.into_iter());
    while seeds.len() > 0 {
        let scene = office(0).await;
        scene.faults.near(scene.stack.embedded().expect("the embedded AWS"));
        let mut warm = Warm::of(&scene);
        for seed in seeds.by_ref() {
            let (after, broken) = play(&scene, warm, seed).await;
            warm = after;
            if let Some(broken) = broken {
                all.push(broken);
                break;
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn histories_of_both_sides_end_alike_and_lose_no_edit_without_a_word() {
    let began = Instant::now();
    let count = asked("AURA_ORACLE_HISTORIES").unwrap_or(HISTORIES);
    let seeds: Vec<u64> = match asked("AURA_ORACLE_SEED") {
        Some(seed) => vec![seed],
        None => (0..count).collect(),
    };
    let worlds = seeds.chunks(OF_A_WORLD).map(<[u64]>::to_vec);
    let worlds = worlds.map(|seeds| async { tokio::spawn(world_of(seeds)).await.expect("a world") });
    let ended: Vec<Vec<String>> = stream::iter(worlds).buffer_unordered(CONCURRENCY).collect().await;
    let broken: Vec<String> = ended.into_iter().flatten().collect();
    let seconds = began.elapsed().as_secs_f32();
    println!("{} histories, {} broken, {seconds:.1} s", seeds.len(), broken.len());
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}
