using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>Whether a program made a session by a call of <c>agent</c>, and whether anybody has talked in it since: the original names such
/// a session by its key and counts it as no conversation.</summary>
public static class SessionOrigin
{
    private const string Name = "madeBy";
    private const string Run = "run"; // made by a call
    private const string Calls = "calls"; // and there were only calls since

    /// <summary>Whether a call made it.</summary>
    public static bool IsMadeByRun(SessionRow row) => Of(row?.Extra) is not null;

    /// <summary>Whether there were only calls in it.</summary>
    public static bool HasCallsOnly(SessionRow row) => Of(row?.Extra) == Calls;

    /// <summary>The row's other members after an input from there; null when nothing changes.</summary>
    internal static string? With(JsonElement? extra, string source, bool isNew) =>
        (isNew, source, Of(extra)) switch
        {
            (true, "agent", _) => Mark(extra, Calls),
            (_, "chat", Calls) => Mark(extra, Run),
            _ => null,
        };

    private static string? Of(JsonElement? extra) =>
        extra is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(Name, out JsonElement made) ? made.GetString() : null;

    private static string? Mark(JsonElement? extra, string made) => ExtraMembers.Merge(extra, new Dictionary<string, JsonElement?>(StringComparer.Ordinal)
    {
        [Name] = JsonSerializer.SerializeToElement(made, TranscriptJson.Default.String),
    });
}
