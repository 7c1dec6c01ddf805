using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>Why the last run of a session failed, as its row keeps it.</summary>
public static class SessionRunError
{
    private const string Name = "lastRunError";
    private const int MaxLength = 500;

    /// <summary>Reads it from a row; null when the last run did not fail.</summary>
    public static string? Of(SessionRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row is { Status: SessionStatus.Failed, Extra: { ValueKind: JsonValueKind.Object } members }
            && members.TryGetProperty(Name, out JsonElement error) && error.ValueKind == JsonValueKind.String
            ? error.GetString()
            : null;
    }

    /// <summary>The row's other members with this error, or without one; null when nothing changes.</summary>
    internal static string? With(JsonElement? extra, string? error)
    {
        bool has = extra is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(Name, out _);
        return error is null && !has
            ? null
            : ExtraMembers.Merge(extra, new Dictionary<string, JsonElement?>(StringComparer.Ordinal)
            {
                [Name] = error is null ? null : JsonSerializer.SerializeToElement(error.Length > MaxLength ? error[..MaxLength] : error, TranscriptJson.Default.String),
            });
    }
}
