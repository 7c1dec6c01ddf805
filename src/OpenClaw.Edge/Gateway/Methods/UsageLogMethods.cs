using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.usage.timeseries</c> and <c>sessions.usage.logs</c>: one session's transcript as numbers and as lines.</summary>
internal sealed class UsageLogMethods(GatewayRuntime runtime)
{
    private const int MaxPoints = 200;
    private const int MaxRead = 100_000; // newest rows; far above what a person reads in a chart
    private const int DefaultLines = 200;
    private const int MaxLines = 1000;
    private const int LineLength = 2000;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("sessions.usage.timeseries", OperatorScopes.Read, "…", Timeseries),
        MethodEntry.Of("sessions.usage.logs", OperatorScopes.Read, "…", Logs),
    ];

    private MethodReply Timeseries(MethodCall call)
    {
        if (!TryRead(call, "timeseries", out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        if (runtime.Sessions.Find(key) is not { } row)
        {
            return MethodReply.Invalid($"No transcript found for session: {call.Text("key")}");
        }

        List<TranscriptEntry> points = [];
        foreach (TranscriptEntry entry in runtime.Sessions.ReadAllWindows(row, MaxRead))
        {
            if (entry.Message is { Role: "assistant", Usage: not null, Timestamp: > 0 })
            {
                points.Add(entry);
            }
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteStartArray("points"u8);
            WritePoints(json, points);
            json.WriteEndArray();
        });
    }

    private static void WritePoints(Utf8JsonWriter json, List<TranscriptEntry> points)
    {
        int step = Math.Max(1, (points.Count + MaxPoints - 1) / MaxPoints);
        long allTokens = 0;
        double allCost = 0;
        for (int from = 0; from < points.Count; from += step)
        {
            int to = Math.Min(from + step, points.Count);
            long input = 0, output = 0, cacheRead = 0, cacheWrite = 0, total = 0;
            double cost = 0;
            for (int i = from; i < to; i++)
            {
                MessageUsage usage = points[i].Message.Usage!;
                input += usage.Input;
                output += usage.Output;
                cacheRead += usage.CacheRead;
                cacheWrite += usage.CacheWrite;
                total += usage.TotalTokens;
                cost += usage.Cost.Total;
            }

            json.WriteStartObject();
            json.WriteNumber("timestamp"u8, points[to - 1].Message.Timestamp);
            json.WriteNumber("input"u8, input);
            json.WriteNumber("output"u8, output);
            json.WriteNumber("cacheRead"u8, cacheRead);
            json.WriteNumber("cacheWrite"u8, cacheWrite);
            json.WriteNumber("totalTokens"u8, total);
            json.WriteNumber("cost"u8, cost);
            json.WriteNumber("cumulativeTokens"u8, allTokens += total);
            json.WriteNumber("cumulativeCost"u8, allCost += cost);
            json.WriteEndObject();
        }
    }

    private MethodReply Logs(MethodCall call)
    {
        if (!TryRead(call, "logs", out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        int limit = (int)Math.Min(call.Number("limit") ?? DefaultLines, MaxLines);
        List<(ChatMessage Message, string Text)> lines = [];
        IReadOnlyList<TranscriptEntry> entries = limit > 0 && runtime.Sessions.Find(key) is { } row
            ? runtime.Sessions.ReadAllWindows(row, limit * 2) // messages without a text are no lines
            : [];
        foreach (TranscriptEntry entry in entries)
        {
            if (entry.Message is { Role: "user" or "assistant" or "toolResult" } message && TextOf(message) is { Length: > 0 } text)
            {
                lines.Add((message, text));
            }
        }

        return MethodReply.Object(json =>
        {
            json.WriteStartArray("logs"u8);
            for (int index = Math.Max(0, lines.Count - limit); index < lines.Count; index++)
            {
                WriteLine(json, lines[index].Message, lines[index].Text);
            }

            json.WriteEndArray();
        });
    }

    private static void WriteLine(Utf8JsonWriter json, ChatMessage message, string text)
    {
        json.WriteStartObject();
        json.WriteNumber("timestamp"u8, message.Timestamp);
        json.WriteString("role"u8, message.Role);
        json.WriteString("content"u8, text);
        if (message is { Role: "assistant", Usage: { } usage })
        {
            json.WriteNumber("tokens"u8, usage.TotalTokens);
            json.WriteNumber("cost"u8, usage.Cost.Total);
        }

        json.WriteEndObject();
    }

    // [Tool: read] stands for a call and for its result, as there.
    private static string TextOf(ChatMessage message)
    {
        StringBuilder text = new();
        if (message.Role == "toolResult")
        {
            text.Append("[Tool: ").Append(message.ToolName ?? "tool").Append("]\n[Tool Result]\n");
        }

        text.Append(message.Content.Text);
        foreach (ContentPart part in message.Content.Parts ?? [])
        {
            string? piece = part.Type == "toolCall" ? $"[Tool: {part.Name}]" : part.Type == "text" ? part.Text : null;
            if (piece is { Length: > 0 })
            {
                text.Append(piece).Append('\n');
            }
        }

        string all = text.ToString().Trim();
        int end = all.Length > LineLength && char.IsHighSurrogate(all[LineLength - 1]) ? LineLength - 1 : LineLength;
        return all.Length > LineLength ? string.Concat(all.AsSpan(0, end), "…") : all;
    }

    private bool TryRead(MethodCall call, string detail, out SessionKey key, out GatewayError? error)
    {
        key = default;
        if (call.Text("key") is not { Length: > 0 })
        {
            error = GatewayError.Invalid($"key is required for {detail}");
            return false;
        }

        return SessionTarget.TryRead(call, "key", runtime.Agents(), out key, out error);
    }
}
