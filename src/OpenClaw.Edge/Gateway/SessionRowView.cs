namespace OpenClaw.Edge.Gateway;

/// <summary>What one reader of session rows asked to see. Source: docs/protocol.md, sessions.</summary>
/// <param name="Titles">A title made from the first message, where the session has no name.</param>
/// <param name="Preview">The start of the last message.</param>
/// <param name="Runs">Whether and which runs are active.</param>
/// <param name="Activity">The member <c>activitySummary</c>.</param>
internal sealed record SessionRowView(bool Titles, bool Preview, bool Runs, bool Activity)
{
    /// <summary>As events carry it.</summary>
    public static readonly SessionRowView Event = new(Titles: false, Preview: true, Runs: true, Activity: true);

    /// <summary>As histories carry it.</summary>
    public static readonly SessionRowView History = new(Titles: false, Preview: false, Runs: false, Activity: true);
}
