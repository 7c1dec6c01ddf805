namespace OpenClaw.Edge.Sessions;

/// <summary>A page of a session list.</summary>
/// <param name="Rows">The sessions in the asked order.</param>
/// <param name="TotalCount">Sessions that match in all.</param>
/// <param name="LimitApplied">The limit after clamping.</param>
/// <param name="NextOffset">Where the next page starts; null when this is the last.</param>
public sealed record SessionPage(IReadOnlyList<SessionRow> Rows, int TotalCount, int LimitApplied, int? NextOffset)
{
    /// <summary>Whether more sessions match.</summary>
    public bool HasMore => NextOffset is not null;
}
