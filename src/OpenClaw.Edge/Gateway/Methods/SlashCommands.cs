using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
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
            json.WriteString("nativeName"u8, name);
            json.WriteStartArray("textAliases"u8);
            json.WriteStringValue($"/{name}");
            json.WriteEndArray();
            json.WriteString("description"u8, description);
            json.WriteString("category"u8, CategoryOf(name));
            json.WriteString("source"u8, "native"u8);
            json.WriteString("scope"u8, "both"u8);
            json.WriteBoolean("acceptsArgs"u8, arguments);
            WriteArguments(json, name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // The original's shelves, by which pages group them.
    private static string CategoryOf(string name) => name switch
    {
        "status" or "context" or "commands" or "help" => "status",
        "model" or "think" or "elevated" or "queue" or "usage" => "options",
        _ => "session",
    };

    // What pages offer while a person types the command; a star stands for the levels of the session's model, which pages know.
    private static void WriteArguments(Utf8JsonWriter json, string name)
    {
        string[] offered = name switch
        {
            "compact" => ["instructions|What the summary should look at above all"],
            "model" => ["model|provider/model, or default"],
            "think" => ["level|How much the model reasons, or default|*"],
            "elevated" => ["mode|Where commands run|on off ask full default"],
            "queue" =>
            [
                "mode|What happens to a message that comes while a turn runs|steer followup collect interrupt default",
                "debounce|How long to wait for more, such as 500ms", "cap|Most messages that wait", "drop|Which go when there are more|old new summarize",
            ],
            _ => [],
        };
        if (offered.Length == 0)
        {
            return;
        }

        json.WriteStartArray("args"u8);
        foreach (string argument in offered)
        {
            string[] parts = argument.Split('|');
            json.WriteStartObject();
            json.WriteString("name"u8, parts[0]);
            json.WriteString("description"u8, parts[1]);
            json.WriteString("type"u8, parts[0] == "cap" ? "number"u8 : "string"u8);
            if (parts is [_, _, "*"])
            {
                json.WriteBoolean("dynamic"u8, true);
            }
            else if (parts is [_, _, { } choices])
            {
                WriteChoices(json, choices.Split(' '));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteChoices(Utf8JsonWriter json, string[] choices)
    {
        json.WriteStartArray("choices"u8);
        foreach (string choice in choices)
        {
            json.WriteStartObject();
            json.WriteString("value"u8, choice);
            json.WriteString("label"u8, choice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Whether a message starts the session over, alone or followed by text.</summary>
    public bool IsReset(string message) => runtime.Runs.Commands.IsReset(message, out _, out _);

    /// <summary>Whether a message starts the session over and has something to say in the new one.</summary>
    public bool OpensWithReset(string message) =>
        runtime.Runs.Commands.IsReset(message, out _, out string rest) && rest.Length > 0
        && (rest.AsSpan().IndexOfAny(" \t\r\n") >= 0 || !runtime.Models.Catalog.TryResolve(rest, out _, out _));

    /// <summary>Starts the session over when the message says so, once for a run id.</summary>
    /// <returns>The answer when nothing but that was said, else null, and what is left of the message for the new conversation.</returns>
    public async ValueTask<(string? Answer, string Message)> StartOverAsync(
        string message, string runId, SessionKey key, CancellationToken cancellationToken)
    {
        if (!runtime.Runs.Commands.IsReset(message, out string word, out string rest))
        {
            return (null, message);
        }

        if (rest.Length > 0 && (runtime.Runs.Find(runId) is not null || runtime.Sessions.FindByIdempotencyKey(key, runId + ":user") is not null))
        {
            return (null, rest); // said again: the run is known, and the session is the new one
        }

        bool known = runtime.Sessions.Find(key) is not null;
        (CommandAnswer answer, string left) = await runtime.Runs.Commands.StartOverAsync(word, rest, key, cancellationToken);
        if (known)
        {
            broadcaster.Sessions.Changed(key, "reset");
        }

        return left.Length > 0 ? (null, left) : (answer.Text, "");
    }

    /// <summary>Runs a command; null when the message is none and belongs to the model.</summary>
    public async ValueTask<MethodReply?> TryRunAsync(
        MethodCall call,
        SessionKey key,
        string runId,
        string message,
        CancellationToken cancellationToken)
    {
        bool isReset = IsReset(message);
        if (!ChatCommands.TryParse(message, out string name, out string rest) && !isReset)
        {
            return null;
        }

        if (isReset && !call.Connection.Grant!.Scopes.Allows(OperatorScopes.Write))
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Write));
        }

        if (ChatCommands.NeedsAdmin(name, rest) && !call.Connection.Grant!.Scopes.Allows(OperatorScopes.Admin))
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (!_done.TryAdd(runId))
        {
            return RunReplies.Status(runId, "ok");
        }

        string text;
        if (isReset)
        {
            text = (await StartOverAsync(message, runId, key, cancellationToken)).Answer ?? "";
        }
        else
        {
            if (name != "stop" && await runtime.Runs.ExpireAsync(key, "chat", cancellationToken))
            {
                broadcaster.Sessions.Changed(key, "reset");
            }

            text = await AnswerAsync(name, rest, key, cancellationToken);
            text += name == "model" ? await WriteDefaultAsync(rest, key) : "";
        }

        IReadOnlyList<TranscriptEntry> rows = await KeepAsync(key, runId, message, text, call.Connection.Grant!.Program, cancellationToken);
        call.Connection.Send(FrameWriter.Response(call.Id, json =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, runId);
            json.WriteString("status"u8, "started"u8);
            json.WriteEndObject();
        }));
        broadcaster.Sessions.Changed(key, "participants");
        broadcaster.Sessions.Stored(key, rows[0]);
        Publish(key, runId, rows[1].Message, isReset);
        broadcaster.Sessions.Changed(key, "agent.input.settled");
        broadcaster.Sessions.Stored(key, rows[1]);
        return MethodReply.Sent;
    }

    // What /model -a and -g add: the configuration's own model, after the session's.
    private async Task<string> WriteDefaultAsync(string arguments, SessionKey key)
    {
        (string wanted, string scope) = ChatCommands.ModelScope(arguments);
        if (scope == "session" || !runtime.Models.Catalog.TryResolve(wanted, out ModelProviderEntry? provider, out string? model))
        {
            return "";
        }

        IReadOnlyList<AgentConfig> agents = runtime.Config.Current.Config.Agents.List;
        int at = scope == "agent" ? agents.ToList().FindIndex(agent => agent.Id == key.AgentId) : -1;
        string path = at < 0 ? "agents.defaults.model.primary" : $"agents.list[{at}].model.primary";
        ConfigEdit edit = await Task.Run(() => runtime.Editor.Set(path, $"\"{JsonEncodedText.Encode($"{provider.Id}/{model}")}\""));
        if (edit.Changed)
        {
            await runtime.Config.ReloadAsync(CancellationToken.None);
        }

        return edit.Accepted ? $" It is the default now ({path})." : $" The default stays: {edit.Error}";
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

    // Both stay in the history, so that a page which reads it again still shows them; the model never sees them.
    private async Task<IReadOnlyList<TranscriptEntry>> KeepAsync(
        SessionKey key,
        string runId,
        string command,
        string answer,
        TransportClient? client,
        CancellationToken cancellationToken)
    {
        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        TranscriptEntry asked = Row(new ChatMessage
        {
            Role = "user",
            Content = MessageContent.Of(command),
            Timestamp = now,
            IdempotencyKey = $"{runId}:user",
            ExcludeFromContext = true,
            Mark = client is null ? null : new MessageMark(new MessageTransport([client])),
        });
        TranscriptEntry answered = Row(new ChatMessage
        {
            Role = "assistant",
            Content = MessageContent.Of([ContentPart.OfText(answer)]),
            Timestamp = now,
            StopReason = "stop",
            Usage = new MessageUsage(),
            Api = "openai-responses",
            Provider = "openclaw",
            Model = "gateway-injected",
            IdempotencyKey = runId,
            ExcludeFromContext = true,
        });
        return await runtime.Sessions.AppendAsync(
            key, [asked, answered], new SessionUpdate { Interaction = true, Participant = client?.Id }, cancellationToken);
    }

    private static TranscriptEntry Row(ChatMessage message) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Kind = TranscriptEntryKind.Message,
        Message = message,
    };

    // A page shows a notice of the gateway's otherwise than words of the agent's.
    private void Publish(SessionKey key, string runId, ChatMessage message, bool isNotice)
    {
        byte[] open = FrameWriter.OpenEvent("chat", json =>
        {
            json.WriteStartObject();
            json.WriteString("runId"u8, runId);
            json.WriteString("sessionKey"u8, key.Text);
            json.WriteNumber("seq"u8, 1);
            json.WriteString("state"u8, "final"u8);
            json.WriteStartObject("message"u8);
            foreach (JsonProperty member in JsonSerializer.SerializeToElement(message, TranscriptJson.Default.ChatMessage).EnumerateObject())
            {
                if (isNotice && member.NameEquals("content"u8))
                {
                    WriteNotice(json, message.Content.PlainText);
                }
                else
                {
                    member.WriteTo(json);
                }
            }

            json.WriteStartObject("__openclaw"u8);
            json.WriteBoolean("contextFreeCommand"u8, true);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
        broadcaster.ToReaders(open, key.Text, dropIfSlow: false);
    }

    private static void WriteNotice(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteBoolean("openclawStatusNotice"u8, true);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
