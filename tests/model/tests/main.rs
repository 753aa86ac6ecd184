//! draft
use model::*;
use stateright::{Checker, Model};
use std::time::Instant;

fn run(name: &str, protocol: Protocol) {
    let began = Instant::now();
    let checker = protocol.checker().target_max_depth(200).spawn_bfs().join();
    let n = checker.unique_state_count();
    let t = began.elapsed().as_secs_f64();
    println!("{name}: {n} states, depth {}, {t:.2}s", checker.max_depth());
    if let Some(path) = checker.discovery("every rule holds") {
        let rule = Rule::broken_by(path.last_state());
        let actions = path.into_actions();
        println!("   BROKEN {rule:?} in {} steps", actions.len());
        for a in actions { println!("      {a:?}"); }
    }
}
const B: Bounds = Bounds { leases: 4, early_looks: 0, crashes: 2, faults: 0, connects: [1, 0], removals: [0, 0], creates: 0 };

#[test]
fn try_it() {
    use Rotation::*;
    for rotation in [None, Grace, Strict, ReuseDetect] {
        for zombies in [false, true] {
            for (faults, early_looks) in [(0,0),(0,1),(1,0)] {
            if zombies && rotation == ReuseDetect { continue; }
            let p = Protocol { rotation, zombies, neighbour: Neighbour::Absent, bounds: Bounds { faults, early_looks, ..B }, without: &[] };
            run(&format!("{rotation:?} zombies {zombies} faults {faults} looks {early_looks}"), p);
            }
        }
    }
}
