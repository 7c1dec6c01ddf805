using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>chat.send</c>, <c>chat.abort</c>, <c>chat.inject</c>.</summary>
internal sealed class ChatMethods(GatewayRuntime runtime, Broadcaster broadcaster, SlashCommands commands)
{
    private const string SendParams =
        "sessionKey!:str1(512) message!:str idempotencyKey!:str1(512) agentId:str? sessionId:str? thinking:str? " +
        "queueMode:steer|followup|collect|interrupt deliver:bool attachments:arr timeoutMs:int(0..) " +
        "suppressCommandInterpretation:bool …";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("chat.send", OperatorScopes.Write, SendParams, SendAsync) { NeedsSessionTarget = true },
        new("chat.abort", OperatorScopes.Write, "sessionKey!:str1(512) runId:str1 agentId:str? preserveSideRuns:bool", AbortAsync),
        new("chat.inject", OperatorScopes.Admin, "sessionKey!:str1(512) message!:str1 label:str(100) agentId:str?", InjectAsync)
            { NeedsSessionTarget = true },
    ];

    private async ValueTask<MethodReply> SendAsync(MethodCall call, CancellationToken cancellationToken)
    {
        List<AttachedFile> files = [];
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error)
            || !ChatAttachments.TryRead(call, files, out IReadOnlyList<PromptImage> images, out error))
        {
            return MethodReply.Fail(error);
        }

        string message = call.Text("message")!;
        if (message.Length == 0 && images.Count == 0 && files.Count == 0)
        {
            return MethodReply.Invalid("message or attachment required");
        }

        if (key.IsIncognito && runtime.Sessions.Find(key) is null)
        {
            return MethodReply.Invalid($"Incognito session \"{key.Text}\" was not found.");
        }

        if (IsOtherWindow(call, key))
        {
            return MethodReply.Fail(GatewayError.Invalid(
                "session changed; reload the history and send again",
                json => json.WriteString("reason"u8, "session-changed"u8)));
        }

        string runId = call.Text("idempotencyKey")!;
        if (IsOtherBranch(call, key, runId))
        {
            return MethodReply.Fail(GatewayError.Invalid(
                "active branch changed; review and retry",
                json => json.WriteString("reason"u8, "active-leaf-changed"u8)));
        }

        if (!call.Flag("suppressCommandInterpretation") && commands.OpensWithReset(message))
        {
            message = (await commands.StartOverAsync(message, runId, key, cancellationToken)).Message;
        }

        InlineDirectives? inline = call.Flag("suppressCommandInterpretation")
            ? null : InlineDirectives.Read(message, word => runtime.Models.Catalog.TryResolve(word, out _, out _));
        if (inline is not null)
        {
            message = inline.Message;
            if (inline.Model is { } model)
            {
                await commands.AnswerAsync("model", model, key, cancellationToken);
            }
        }
        else if (!call.Flag("suppressCommandInterpretation")
            && await commands.TryRunAsync(call, key, runId, message, cancellationToken) is { } answered)
        {
            return answered;
        }

        var request = new RunRequest
        {
            RunId = runId,
            SessionKey = key,
            Message = message,
            Images = images,
            Source = "chat",
            Think = inline?.Think ?? call.Text("thinking"),
            Elevated = inline?.Elevated,
            QueueMode = inline?.Queue ?? ModeOf(call.Text("queueMode")),
            Timeout = call.Number("timeoutMs") is { } ms and > 0 ? TimeSpan.FromMilliseconds(ms) : null,
            Sender = call.Connection.Grant!.Sender,
            ConnectionId = call.Connection.Id,
            Client = call.Connection.Grant!.Program,
        };

        if (AttachedFiles.Keep(runtime, key, files, ref request) is { } unkept)
        {
            return MethodReply.Fail(unkept);
        }

        // The run outlives the socket: it must not end with the connection's token half-way through admission.
        RunAdmission admission = await runtime.Runs.StartAsync(request, CancellationToken.None);
        return await RunReplies.OfChatAsync(admission, request);
    }

    private async ValueTask<MethodReply> AbortAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        IReadOnlyList<string> ids = await runtime.Runs.AbortAsync(key, call.Text("runId"), "rpc");
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteBoolean("aborted"u8, ids.Count > 0);
            json.WriteTexts("runIds"u8, ids);
        });
    }

    private async ValueTask<MethodReply> InjectAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (runtime.Sessions.Find(key) is null)
        {
            return MethodReply.Invalid("session not found");
        }

        string message = call.Text("message")!;
        string text = call.Text("label") is { Length: > 0 } label ? $"[{label}]\n\n{message}" : message;
        TranscriptEntry stored = await new ChatInjection(runtime, broadcaster).PutAsync(key, text, cancellationToken);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("messageId"u8, stored.Id);
        });
    }

    private bool IsOtherWindow(MethodCall call, SessionKey key) =>
        call.Text("sessionId") is { Length: > 0 } sessionId
        && runtime.Sessions.Find(key) is { } row
        && row.SessionId != sessionId;

    // A page whose history somebody took back must not go on as if it were there. With the session's id an older row of the same line will do:
    // others may have spoken meanwhile.
    private bool IsOtherBranch(MethodCall call, SessionKey key, string runId)
    {
        if (!call.Has("expectedLeafEntryId") || call.Text("queueMode") == "steer" || runtime.Runs.Find(runId) is not null)
        {
            return false;
        }

        string? expected = call.Text("expectedLeafEntryId")?.Trim();
        string? leaf = runtime.Sessions.ReadPage(key, 1).Entries is [{ } last] ? last.Id : null;
        bool before = expected is not null && runtime.Sessions.FindEntry(key, expected) is not null;
        return leaf != expected && !(before && call.Text("sessionId") is { Length: > 0 });
    }

    private static QueueMode? ModeOf(string? text) => text switch
    {
        "collect" => QueueMode.Collect,
        "steer" => QueueMode.Steer,
        "followup" => QueueMode.Followup,
        "interrupt" => QueueMode.Interrupt,
        _ => null,
    };
}
