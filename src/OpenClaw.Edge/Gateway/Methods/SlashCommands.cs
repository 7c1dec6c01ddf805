using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Messages that are commands to the gateway: answered by one <c>chat final</c>, without a turn.
/// Source: docs/protocol.md, other endings.</summary>
internal sealed class SlashCommands(GatewayRuntime runtime, Broadcaster broadcaster)
{
    private static readonly (string Name, string Description, bool Arguments)[] Known =
    [
        ("status", "Show the model, the session and the gateway", false),
        ("new", "Start over: forget this conversation", true),
        ("reset", "Start over: forget this conversation", true),
        ("stop", "Abort the running turn", false),
        ("model", "Show or choose this session's model", true),
        ("compact", "Shorten this conversation to a summary; text after it says what to look at", true),
        ("help", "List these commands", false),
    ];

    // Answers of commands by idempotency key, so that a repeated command runs once.
    private readonly RecentKeys _done = new(runtime.Time);

    /// <summary>Writes the member <c>commands</c>.</summary>
    public static void WriteList(Utf8JsonWriter json)
    {
        json.WriteStartArray("commands"u8);
        foreach ((string name, string description, bool arguments) in Known)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteStartArray("textAliases"u8);
            json.WriteStringValue($"/{name}");
            json.WriteEndArray();
            json.WriteString("description"u8, description);
            json.WriteString("category"u8, "session"u8);
            json.WriteString("source"u8, "native"u8);
            json.WriteString("scope"u8, "both"u8);
            json.WriteBoolean("acceptsArgs"u8, arguments);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Whether a message is <c>/new</c> or <c>/reset</c>, alone or followed by text.</summary>
    public static bool IsReset(string message) => Split(message).Name is "new" or "reset";

    /// <summary>Runs a command; null when the message is none and belongs to the model.</summary>
    public async ValueTask<MethodReply?> TryRunAsync(
        MethodCall call,
        SessionKey key,
        string runId,
        string message,
        CancellationToken cancellationToken)
    {
        (string name, string rest) = Split(message);
        if (name.Length == 0 || !Known.Any(known => known.Name == name))
        {
            return null;
        }

        if (name is "new" or "reset" && !call.Connection.Grant!.Scopes.Allows(OperatorScopes.Write))
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Write));
        }

        if (!_done.TryAdd(runId))
        {
            return RunReplies.Status(runId, "ok");
        }

        string text = await RunAsync(name, rest, key, cancellationToken);
        call.Connection.Send(FrameWriter.Response(call.Id, json =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, runId);
            json.WriteString("status"u8, "started"u8);
            json.WriteEndObject();
        }));
        Publish(key, runId, text);
        return MethodReply.Sent;
    }

    private async Task<string> RunAsync(string name, string rest, SessionKey key, CancellationToken cancellationToken)
    {
        switch (name)
        {
            case "status":
                return DescribeStatus(key);
            case "stop":
                IReadOnlyList<string> stopped = await runtime.Runs.AbortAsync(key, null, "rpc");
                return stopped.Count > 0 ? "Stopped." : "Nothing was running.";
            case "new" or "reset":
                await runtime.Runs.AbortAsync(key, null, "rpc");
                await runtime.Sessions.ResetAsync(key, name == "new" ? "new" : "reset", cancellationToken);
                broadcaster.Sessions.Changed(key, "reset");
                return "Started over. Nothing said before is part of this conversation any more.";
            case "compact":
                CompactionOutcome outcome = await runtime.Runs.CompactAsync(key, rest.Length > 0 ? rest : null, cancellationToken);
                if (!outcome.Compacted)
                {
                    return $"Compaction skipped: {outcome.Reason}.";
                }

                broadcaster.Sessions.Stored(key, outcome.Entry!);
                broadcaster.Sessions.Changed(key, "compact");
                return $"Compacted ({outcome.TokensBefore} tokens became {outcome.TokensAfter})"
                    + (outcome.ByModel ? "." : "; the model gave no summary, so this one was put together from the messages.");
            case "model":
                return await ModelAsync(rest, key, cancellationToken);
            default:
                return string.Join('\n', Known.Select(known => $"/{known.Name}: {known.Description}"));
        }
    }

    private async Task<string> ModelAsync(string rest, SessionKey key, CancellationToken cancellationToken)
    {
        if (rest.Length == 0)
        {
            return $"This session uses {CurrentModel(key)}. /model provider/model chooses another, /model default goes back.";
        }

        bool back = rest is "default" or "reset";
        ModelProviderEntry? provider = null;
        string? modelId = null;
        if (!back && !runtime.Models.Catalog.TryResolve(rest, out provider, out modelId))
        {
            return $"No model is called {rest}. `openclaw models list` shows what there is.";
        }

        string? chosen = back ? null : $"{provider!.Id}/{modelId}";
        await runtime.Sessions.PatchAsync(
            key,
            new SessionPatch { ModelOverride = Optional.Of(chosen) },
            cancellationToken);
        broadcaster.Sessions.Changed(key, "patch");
        return $"This session uses {CurrentModel(key)} from now on.";
    }

    private string DescribeStatus(SessionKey key)
    {
        SessionRow? row = runtime.Sessions.Find(key);
        var text = new StringBuilder();
        text.Append("OpenClaw.Edge ").Append(EdgeVersion.Own).AppendLine();
        text.Append("Model: ").AppendLine(CurrentModel(key));
        text.Append("Session: ").Append(key.Text);
        if (row is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $", {row.MessageCount} messages, {row.TotalTokens ?? 0} tokens in context");
        }

        foreach (Warnable warnable in runtime.Health.Active)
        {
            text.AppendLine().Append("Warning: ").Append(warnable.Message);
        }

        return text.ToString();
    }

    private string CurrentModel(SessionKey key) =>
        runtime.Sessions.Find(key)?.ModelOverride
        ?? (runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent) ? agent.Model : null)
        ?? runtime.Models.Catalog.DefaultModelRef
        ?? "no model (none is configured and none was found on this host)";

    private void Publish(SessionKey key, string runId, string text)
    {
        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        byte[] open = FrameWriter.OpenEvent("chat", json =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, runId);
            json.WriteString("sessionKey"u8, key.Text);
            json.WriteNumber("seq"u8, 1);
            json.WriteString("state"u8, "final"u8);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, text);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("provider"u8, "openclaw"u8);
            json.WriteString("model"u8, "gateway-injected"u8);
            json.WriteNumber("timestamp"u8, now);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        broadcaster.ToReaders(open, key.Text, dropIfSlow: false);
    }

    private static (string Name, string Arguments) Split(string message)
    {
        string text = message.Trim();
        if (!text.StartsWith('/') || text.Length < 2)
        {
            return ("", "");
        }

        int end = text.AsSpan().IndexOfAny(" \t\r\n:");
        return end < 0
            ? (text[1..].ToLowerInvariant(), "")
            : (text[1..end].ToLowerInvariant(), text[(end + 1)..].Trim());
    }
}
