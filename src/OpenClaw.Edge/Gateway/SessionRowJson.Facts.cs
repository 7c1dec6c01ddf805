using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway;

/// <content>What a row tells of its tokens, its programs, its children, the model's window, its place.</content>
internal static partial class SessionRowJson
{
    /// <summary>Writes the tokens: none before the first turn, zero until its answer, and after a reset.</summary>
    public static void WriteTokens(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        if (row.TotalTokens is { } total)
        {
            json.WriteNumber("inputTokens"u8, row.InputTokens);
            json.WriteNumber("outputTokens"u8, row.OutputTokens);
            json.WriteNumber("totalTokens"u8, total);
            json.WriteNumber("estimatedCostUsd"u8, row.CostUsd);
        }
        else if (facts.IsEmptied)
        {
            json.WriteNumber("inputTokens"u8, 0);
            json.WriteNumber("outputTokens"u8, 0);
            json.WriteNumber("totalTokens"u8, 0);
        }
        else if (facts.HadTurn)
        {
            json.WriteNumber("totalTokens"u8, 0);
        }

        json.WriteBoolean("totalTokensFresh"u8, row.TotalTokens is not null || facts.IsEmptied || facts.HadTurn);
    }

    /// <summary>Writes who wrote in the session: programs, because people are not told apart here.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="row">The session.</param>
    /// <param name="most">Most of them in <c>participants</c>.</param>
    public static void WriteParticipants(Utf8JsonWriter json, SessionRow row, int most = 4)
    {
        IReadOnlyList<string> programs = row.Participants;
        if (programs.Count == 0)
        {
            return;
        }

        WritePrograms(json, "participants", programs.Take(most));
        WritePrograms(json, "expandedParticipants", programs);
        json.WriteNumber("participantCount"u8, programs.Count);
    }

    /// <summary>Writes a list of programs as participants.</summary>
    public static void WritePrograms(Utf8JsonWriter json, string name, IEnumerable<string> programs)
    {
        json.WriteStartArray(name);
        foreach (string program in programs)
        {
            json.WriteStartObject();
            json.WriteStartObject("identity"u8);
            json.WriteString("type"u8, "observation"u8);
            json.WriteNull("pluginId"u8); // explicit nulls of the wire
            json.WriteNull("accountId"u8);
            json.WriteString("senderKind"u8, "unknown"u8);
            json.WriteString("id"u8, program);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes <c>childSessions</c>; nothing when there are none.</summary>
    public static void WriteChildren(Utf8JsonWriter json, SessionFacts facts)
    {
        if (facts.Children.Count > 0)
        {
            json.WriteTexts("childSessions", facts.Children.Select(child => child.Text));
        }
    }

    /// <summary>Writes how full the window was, as an object.</summary>
    public static void WriteContext(Utf8JsonWriter json, ContextReport context)
    {
        int slash = context.ModelRef.IndexOf('/', StringComparison.Ordinal);
        int room = context.WindowTokens - context.ReserveTokens;
        int left = room - context.PromptTokens;
        json.WriteStartObject();
        json.WriteNumber("schemaVersion"u8, 1);
        json.WriteString("source"u8, "pre-prompt-estimate"u8);
        json.WriteNumber("updatedAt"u8, context.AtMs);
        json.WriteString("provider"u8, slash > 0 ? context.ModelRef[..slash] : "");
        json.WriteString("model"u8, context.ModelRef[(slash + 1)..]);
        json.WriteString("route"u8, left >= 0 ? "fits"u8 : "compact"u8);
        json.WriteBoolean("shouldCompact"u8, left < 0);
        json.WriteNumber("estimatedPromptTokens"u8, context.PromptTokens);
        json.WriteNumber("contextTokenBudget"u8, context.WindowTokens);
        json.WriteNumber("promptBudgetBeforeReserve"u8, room);
        json.WriteNumber("reserveTokens"u8, context.ReserveTokens);
        json.WriteNumber("effectiveReserveTokens"u8, context.ReserveTokens);
        json.WriteNumber("remainingPromptBudgetTokens"u8, Math.Max(0, left));
        json.WriteNumber("overflowTokens"u8, Math.Max(0, -left));
        json.WriteNumber("toolResultReducibleChars"u8, 0);
        json.WriteNumber("messageCount"u8, context.MessageCount);
        json.WriteNumber("unwindowedMessageCount"u8, context.MessageCount);
        json.WriteString("sessionId"u8, context.SessionId);
        json.WriteEndObject();
    }

    /// <summary>Writes where the session lies: on this machine.</summary>
    public static void WritePlacement(Utf8JsonWriter json, SessionRow row)
    {
        json.WriteStartObject("placement"u8);
        json.WriteString("state"u8, "local"u8);
        json.WriteNumber("generation"u8, 0);
        json.WriteNumber("createdAtMs"u8, row.CreatedAtMs);
        json.WriteNumber("updatedAtMs"u8, row.UpdatedAtMs);
        json.WriteNumber("stateChangedAtMs"u8, row.CreatedAtMs);
        json.WriteEndObject();
    }
}
