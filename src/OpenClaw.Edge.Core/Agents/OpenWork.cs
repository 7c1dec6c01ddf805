using System.Text.Json;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>The note on a sub-agent's session that its work was taken and its parent has not heard of the end. It is written before the
/// work begins and taken away when the parent has been told, so that a restart between the two is told of too.</summary>
/// <param name="RunId">The work's run.</param>
/// <param name="Announce">Whether the parent wants to hear of it.</param>
internal sealed record OpenWork(string RunId, bool Announce)
{
    /// <summary>Member of the session's row; not on the wire.</summary>
    public const string Member = "subagentOpen";

    /// <summary>The run that tells the parent. The same after a restart: a run of this id that is stored is not made again.</summary>
    public static string AnnouncementOf(string runId) => runId + ":announce";

    /// <summary>The note as it is stored.</summary>
    public static JsonElement Mark(string runId, bool announce)
    {
        using JsonDocument note = JsonDocument.Parse($$"""{"runId":"{{runId}}","announce":{{(announce ? "true" : "false")}}}""");
        return note.RootElement.Clone();
    }

    /// <summary>The change that takes the note away.</summary>
    public static SessionPatch Done { get; } = new() { Extra = new Dictionary<string, JsonElement?> { [Member] = null } };

    /// <summary>Reads the note of a row; null when it has none that can be read.</summary>
    public static OpenWork? Of(SessionRow row) =>
        row.Extra is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty(Member, out JsonElement note)
        && note.ValueKind == JsonValueKind.Object && note.TryGetProperty("runId", out JsonElement run) && run.ValueKind == JsonValueKind.String
            ? new OpenWork(run.GetString()!, note.TryGetProperty("announce", out JsonElement announce) && announce.ValueKind == JsonValueKind.True)
            : null;

    /// <summary>Who gave the work; null when nobody can be told.</summary>
    public static SessionKey? ParentOf(SessionRow row) =>
        row.Extra is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty(SessionReach.SpawnedBy, out JsonElement by)
        && by.ValueKind == JsonValueKind.String && SessionKey.TryParse(by.GetString(), row.AgentId, out SessionKey parent)
            ? parent
            : null;
}
