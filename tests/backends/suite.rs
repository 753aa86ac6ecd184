//! A suite: named cases, each of which needs nothing but a place to run at.

use crate::bench::Bench;
use std::future::Future;
use std::pin::Pin;

/// A case under way.
pub(crate) type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One promise of a service. It panics where the promise is not kept.
pub(crate) struct Case {
    /// The promise.
    pub(crate) name: &'static str,
    /// Tries it.
    pub(crate) run: fn(Bench) -> Running,
}

/// Lists the cases of a suite, and makes each a test against the embedded AWS.
macro_rules! suite {
    ($($file:ident::$case:ident,)*) => {
        /// The cases.
        pub(crate) const CASES: &[$crate::suite::Case] = &[$(
            $crate::suite::Case { name: stringify!($case), run: |bench| Box::pin($file::$case(bench)) },
        )*];

        mod embedded {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    super::$file::$case($crate::bench::Bench::embedded().await).await;
                }
            )*
        }
    };
}

pub(crate) use suite;
