//! draft
use model::*;
use stateright::{Checker, Model};
use std::time::Instant;

fn run(name: &str, protocol: Protocol) {
    let limit = std::env::var("LIMIT").ok().map_or(240, |l| l.parse().unwrap());
    let builder = protocol.checker().timeout(std::time::Duration::from_secs(limit));
    if std::env::var("DFS").is_ok() { tell(name, builder.spawn_dfs()) } else { tell(name, builder.spawn_bfs()) }
}
fn tell(name: &str, checker: impl Checker<Protocol>) {
    let began = Instant::now();
    println!("size {}", std::mem::size_of::<State>());
    let checker = checker.join();
    let n = checker.unique_state_count();
    let t = began.elapsed().as_secs_f64();
    println!("{name}: {n} states, depth {}, {t:.2}s", checker.max_depth());
    if let Some(path) = checker.discovery(EVERY_RULE) {
        let rule = Rule::broken_in(path.last_state());
        let actions = path.into_actions();
        println!("   BROKEN {rule:?} in {} steps", actions.len());
        if std::env::var("TRACE").is_ok() { for a in actions { println!("      {a:?}"); } }
    }
}

#[test]
fn explore() {
    use Rotation::*;
    // spec: rotation zombies neighbour leases looks crashes faults connA connB remA remB creates
    let spec = std::env::var("SPEC").unwrap();
    for line in spec.split(';') {
        let w: Vec<&str> = line.split_whitespace().collect();
        if w.is_empty() { continue; }
        let n = |i: usize| w[i].parse::<u8>().unwrap();
        let rots = match w[0] { "N" => vec![None], "G" => vec![Grace], "S" => vec![Strict], "R" => vec![ReuseDetect], _ => vec![None, Grace, Strict, ReuseDetect] };
        for rotation in rots {
            let neighbour = match w[2] { "A" => Neighbour::Absent, "U" => Neighbour::Unconnected, _ => Neighbour::Connected };
            let without: Vec<Variant> = w[12..].iter().map(|v| *ALL.iter().find(|x| format!("{x:?}") == *v).unwrap_or_else(|| panic!("{v}"))).collect();
            let p = Protocol { rotation, zombies: w[1] == "z", neighbour,
                bounds: Bounds { leases: n(3), early_looks: n(4), crashes: n(5), faults: n(6), connects: PerTenant::of(n(7), n(8)), removals: PerTenant::of(n(9), n(10)), creates: n(11) },
                without: without.leak() };
            run(&format!("{rotation:?} {line}"), p);
        }
    }
}
use Variant::*;
const ALL: &[Variant] = &[ParkRequiresTheFence, JournalNotDrained, CommitBeforeThePut, NoFence, FenceWithoutGrant, WritesWithoutCondition, CommitWithoutParent, LeaseTakenWhileHeld, LeaseWithAnOldCopy, TokenDroppedWithTheLease, VerdictAtOnce, QuietShorterThanTheLease, CandidatesAcrossGrants, TriesNoOtherVersion, HurriesToTheVerdict, SuspicionOutlivesRollForward, CommitForgetsTheDead, OvertakenJournalHidesTheVault, ReadsAwsCurrent, AsksBeforeRollingForward, LeaseGivenBackWithoutAnAnswer, JournalForgottenByADisconnect, NothingIsParkedAfterADisconnect, LeaseNotHandedOver, FormerGrantForgotten, ClaimedFlowIsNotDue, FlowCleanupWithoutALook, CleanupWithoutItsStamp, RevocationWithoutWindow, ConnectsWhileRevoking, RevocationWithoutMappings, MappingsReadBeforeTheWindow, RevocationBeyondItsWindow, WindowShorterThanAConnect];
