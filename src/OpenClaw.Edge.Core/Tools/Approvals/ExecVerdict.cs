namespace OpenClaw.Edge.Tools;

/// <summary>What a policy says of a command.</summary>
/// <param name="Outcome">Run, refuse, or ask a person.</param>
/// <param name="Reason">Why, in a few words for the ledger.</param>
/// <param name="ResolvedPath">Path of the first program; null when it is not known.</param>
/// <param name="Lasting">Entries that <c>allow-always</c> would add; empty when the command cannot be bound.</param>
/// <param name="Used">Entries of the allowlist that let it run.</param>
public sealed record ExecVerdict(
    ExecOutcome Outcome, string Reason, string? ResolvedPath, IReadOnlyList<AllowEntry> Lasting, IReadOnlyList<AllowEntry> Used);
