namespace OpenClaw.Edge.Configuration;

/// <summary>What became of a change to the file.</summary>
/// <param name="Accepted">Whether the file now says what was asked.</param>
/// <param name="Changed">Whether bytes were written; false when it said so before.</param>
/// <param name="Error">Why it was refused, with the fix; null when accepted.</param>
/// <param name="Result">The configuration as it is, or would be, after the change; null when there is none.</param>
public sealed record ConfigEdit(bool Accepted, bool Changed, string? Error, ConfigSnapshot? Result)
{
    internal static ConfigEdit Refuse(string why) => new(false, false, why, null);
}
