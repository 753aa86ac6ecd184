//! The protocol with one line taken out. `tests/checks/broken.rs` shows which rule each is missed by;
//! `tests/checks/spare.rs` those that are a second rope, and what the first one is.

/// What is different from the whole protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Writes require the grant, not the holder's fence.
    NoFence,
    /// Writes require the fence, not the grant.
    FenceWithoutGrant,
    /// Writes require nothing and bring an item back that is gone.
    WritesWithoutCondition,
    /// A commit does not require that the pointer is still the parent's.
    CommitWithoutParent,
    /// The lease is taken without a look whether it is free.
    LeaseTakenWhileHeld,
    /// The lease is taken although pointer or journal were written after the copy was read.
    LeaseWithAnOldCopy,
    /// Who has lost the lease does not store what was received.
    TokenDroppedWithTheLease,
    /// The journal requires the fence.
    ParkRequiresTheFence,
    /// The journal is not looked into.
    JournalNotDrained,
    /// The pointer is moved first, then the version is written.
    CommitBeforeThePut,
    /// The first refusal is the verdict.
    VerdictAtOnce,
    /// The quiet period ends while somebody from before it may still act.
    QuietShorterThanTheLease,
    /// Another version is looked for in the secrets of other grants too.
    CandidatesAcrossGrants,
    /// No other version is looked for.
    TriesNoOtherVersion,
    /// A refusal that came late in the deadline is noted without looking for another version.
    HurriesToTheVerdict,
    /// A roll forward leaves the suspicion as it was.
    SuspicionOutlivesRollForward,
    /// A commit forgets which versions were refused.
    CommitForgetsTheDead,
    /// While an overtaken journal is there, Secrets Manager is not looked into.
    OvertakenJournalHidesTheVault,
    /// The provider is asked with what is labelled `AWSCURRENT`.
    ReadsAwsCurrent,
    /// The provider is asked without rolling forward first.
    AsksBeforeRollingForward,
    /// The lease is given back although the provider may still handle the request.
    LeaseGivenBackWithoutAnAnswer,
    /// A disconnect does not require that the journal is as it was read.
    JournalForgottenByADisconnect,
    /// What comes after a disconnect and is refused by Secrets Manager is kept nowhere.
    NothingIsParkedAfterADisconnect,
    /// A disconnect does not tell cleanup of the token lease.
    LeaseNotHandedOver,
    /// A reconnect does not hand the former grant to cleanup.
    FormerGrantForgotten,
    /// A claimed flow is not due for cleanup.
    ClaimedFlowIsNotDue,
    /// Cleanup deletes the secret of a flow without a look whether it succeeded.
    FlowCleanupWithoutALook,
    /// Cleanup deletes what the integration's key leads to, not what is on its list.
    CleanupWithoutItsStamp,
    /// No window is begun.
    RevocationWithoutWindow,
    /// A connect does not look whether a window is alive.
    ConnectsWhileRevoking,
    /// It is not looked whether anybody uses the provider's account.
    RevocationWithoutMappings,
    /// It is looked before the window is begun.
    MappingsReadBeforeTheWindow,
    /// A revocation may still reach the provider after its window.
    RevocationBeyondItsWindow,
    /// A connect that exchanged its code before a revocation may be committed after the window.
    WindowShorterThanAConnect,
}
