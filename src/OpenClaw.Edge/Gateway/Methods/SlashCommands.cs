using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Messages that are commands to the gateway: answered by one <c>chat final</c>, without a turn.
/// Source: docs/protocol.md, other endings.</summary>
internal sealed class SlashCommands(GatewayRuntime runtime, Broadcaster broadcaster)
{
    // Answers of commands by idempotency key, so that a repeated command runs once.
    private readonly RecentKeys _done = new(runtime.Time);

    /// <summary>Writes the member <c>commands</c>.</summary>
    public static void WriteList(Utf8JsonWriter json)
    {
        json.WriteStartArray("commands"u8);
        foreach ((string name, string description, bool arguments) in ChatCommands.All)
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
    public static bool IsReset(string message) => ChatCommands.TryParse(message, out string name, out _) && (name is "new" or "reset");

    /// <summary>Runs a command; null when the message is none and belongs to the model.</summary>
    public async ValueTask<MethodReply?> TryRunAsync(
        MethodCall call,
        SessionKey key,
        string runId,
        string message,
        CancellationToken cancellationToken)
    {
        if (!ChatCommands.TryParse(message, out string name, out string rest))
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

        string text = await AnswerAsync(name, rest, key, cancellationToken);
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

    /// <summary>Runs a command and tells clients what it changed.</summary>
    public async Task<string> AnswerAsync(string name, string rest, SessionKey key, CancellationToken cancellationToken)
    {
        CommandAnswer answer = await runtime.Runs.Commands.RunAsync(name, rest, key, cancellationToken);
        if (answer.Stored is { } stored)
        {
            broadcaster.Sessions.Stored(key, stored);
        }

        if (answer.Changed is { } reason)
        {
            broadcaster.Sessions.Changed(key, reason);
        }

        if (name != "status")
        {
            return answer.Text;
        }

        var text = new StringBuilder();
        text.Append("OpenClaw.Edge ").Append(EdgeVersion.Own).AppendLine().Append(answer.Text);
        foreach (Warnable warnable in runtime.Health.Active)
        {
            text.AppendLine().Append("Warning: ").Append(warnable.Message);
        }

        return text.ToString();
    }

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
}
