using System.Data.Common;
using System.Text.Json;

namespace OpenClaw.Edge.Sessions;

/// <summary>Reads rows in the order of <see cref="Storage.SessionTable.Columns"/>.</summary>
internal static class SessionRowReader
{
    /// <summary>One row.</summary>
    public static SessionRow Read(DbDataReader row) => new()
    {
        RowId = row.GetInt64(0),
        Key = KeyOf(row.GetString(1)),
        SessionId = row.GetString(2),
        LifecycleRevision = row.GetString(3),
        Window = row.GetInt64(4),
        MessageCount = row.GetInt64(5),
        CreatedAtMs = row.GetInt64(6),
        UpdatedAtMs = row.GetInt64(7),
        LastInteractionAtMs = Number(row, 8),
        Status = Number(row, 9) is long status ? (SessionStatus)status : null,
        StartedAtMs = Number(row, 10),
        EndedAtMs = Number(row, 11),
        LastRunId = Text(row, 12),
        AbortedLastRun = row.GetInt64(13) != 0,
        InputTokens = row.GetInt64(14),
        OutputTokens = row.GetInt64(15),
        TotalTokens = Number(row, 16),
        ContextTokens = Number(row, 17),
        CostUsd = row.GetDouble(18),
        CompactionCount = row.GetInt32(19),
        Archived = row.GetInt64(20) != 0,
        Pinned = row.GetInt64(21) != 0,
        Unread = row.GetInt64(22) != 0,
        ModelProvider = Text(row, 23),
        Model = Text(row, 24),
        Label = Text(row, 25),
        DisplayName = Text(row, 26),
        ModelOverride = Text(row, 27),
        ThinkLevel = Text(row, 28),
        VerboseLevel = Text(row, 29),
        ReasoningLevel = Text(row, 30),
        QueueMode = Text(row, 31),
        DerivedTitle = Text(row, 32),
        LastMessagePreview = Text(row, 33),
        Extra = Text(row, 34) is string extra ? Parse(extra) : null,
    };

    /// <summary>A key that this program stored.</summary>
    public static SessionKey KeyOf(string text) =>
        SessionKey.TryParse(text, "main", out SessionKey key) ? key : throw new InvalidDataException($"Stored session key '{text}' is none.");

    /// <summary>A text that may be absent.</summary>
    public static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A number that may be absent.</summary>
    public static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
