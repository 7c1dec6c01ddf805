using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>What a compaction came to.</summary>
/// <param name="Compacted">Whether history is shorter now.</param>
/// <param name="Reason">Why not, for a person; null when it is.</param>
/// <param name="Entry">The stored summary row; null when there is none.</param>
/// <param name="TokensBefore">Estimated tokens of the history before.</param>
/// <param name="TokensAfter">And after.</param>
/// <param name="FirstKeptEntryId">First row that stays as it is; null when the summary stands for all.</param>
/// <param name="ByModel">Whether a model wrote the summary; else it was put together from the messages.</param>
public sealed record CompactionOutcome(
    bool Compacted,
    string? Reason = null,
    TranscriptEntry? Entry = null,
    int TokensBefore = 0,
    int TokensAfter = 0,
    string? FirstKeptEntryId = null,
    bool ByModel = false)
{
    /// <summary>The summary; null when there is none.</summary>
    public string? Summary => Entry?.Message.Content.PlainText;
}
