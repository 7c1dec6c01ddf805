using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Changing sessions: <c>sessions.patch</c>, <c>.reset</c>, <c>.delete</c>, <c>.abort</c>, <c>.send</c>, <c>.steer</c>.</summary>
internal sealed class SessionChangeMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const string SendParams =
        "key!:str1(512) message!:str1 agentId:str? attachments:arr thinking:str? timeoutMs:int(0..) idempotencyKey:str1(512) …";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("sessions.patch", OperatorScopes.Write, SessionPatchReader.Params, PatchAsync),
        new("sessions.reset", OperatorScopes.Admin, "key!:str1(512) agentId:str? reason:=new|reset expectedSessionId:str?", ResetAsync),
        new("sessions.delete", OperatorScopes.Write, "key!:str1(512) agentId:str? deleteTranscript:bool archivedOnly:bool expectedSessionId:str? …", DeleteAsync) { NeedsSessionTarget = true },
        new("sessions.abort", OperatorScopes.Write, "key:str(512) runId:str agentId:str? clearQueued:bool", AbortAsync),
        new("sessions.send", OperatorScopes.Write, SendParams, (call, cancel) => SendAsync(call, null, cancel)) { NeedsSessionTarget = true },
        new("sessions.steer", OperatorScopes.Write, SendParams, (call, cancel) => SendAsync(call, QueueMode.Interrupt, cancel)) { NeedsSessionTarget = true, Advertised = false },
    ];

    private async ValueTask<MethodReply> PatchAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (SessionPatchReader.NeedsAdmin(call.Params) && !call.Connection.Grant!.IsAdmin)
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (SessionPatchReader.Read(call.Params, runtime.Models.Catalog, out SessionPatch patch) is { } problem)
        {
            return MethodReply.Invalid(problem);
        }

        SessionRow row = await runtime.Sessions.PatchAsync(key, patch, cancellationToken);
        sessions.Changed(key, "patch");
        return Entry(row, path: true, reset: false);
    }

    private async ValueTask<MethodReply> ResetAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (IsOtherWindow(call, key))
        {
            return MethodReply.Fail(Stale());
        }

        if (key.IsIncognito)
        {
            return await ForgetAsync(call, key, cancellationToken);
        }

        await runtime.Runs.AbortAsync(key, null, "rpc");
        SessionRow row = await runtime.Sessions.ResetAsync(key, call.Text("reason") ?? "reset", cancellationToken);
        sessions.Changed(key, "reset");
        return Entry(row, path: false, reset: true);
    }

    // What is in memory only does not start over: it is gone.
    private async Task<MethodReply> ForgetAsync(MethodCall call, SessionKey key, CancellationToken cancellationToken)
    {
        if (runtime.Sessions.Find(key) is not { } row)
        {
            return MethodReply.Invalid($"unknown session: {call.Text("key")}");
        }

        await runtime.Runs.AbortAsync(key, null, "rpc");
        bool deleted = await runtime.Sessions.DeleteAsync(key, cancellationToken);
        sessions.Changed(key, "delete", goneId: row.SessionId);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("key"u8, key.Text);
            json.WriteBoolean("deleted"u8, deleted);
        });
    }

    private async ValueTask<MethodReply> DeleteAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        bool archivedOnly = call.Flag("archivedOnly");
        if (!archivedOnly && !call.Connection.Grant!.IsAdmin)
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (key.IsMain)
        {
            return MethodReply.Invalid($"Cannot delete the main session ({key.Text}).");
        }

        SessionRow? row = runtime.Sessions.Find(key);
        if (archivedOnly && row is not { Archived: true })
        {
            return MethodReply.Invalid($"Session {call.Text("key")} is not archived. Archive it first, then delete it.");
        }

        if ((call.Text("expectedSessionId")?.Trim() is { Length: > 0 } id && row?.SessionId != id)
            || (call.Text("expectedLifecycleRevision")?.Trim() is { Length: > 0 } revision && row?.LifecycleRevision != revision))
        {
            return MethodReply.Fail(GatewayError.Invalid(
                $"Session {call.Text("key")} changed before deletion. Retry.", json => json.WriteString("reason"u8, "session-changed"u8)));
        }

        string? kept = null;
        bool deleted = false;
        if (row is not null)
        {
            await runtime.Runs.AbortAsync(key, null, "rpc");
            try
            {
                kept = key.IsIncognito ? null : await new SessionArchive(runtime).WriteAsync(
                    row, runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent) ? agent.Workspace : null, cancellationToken);
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                return MethodReply.Fail(GatewayError.Unavailable(
                    $"Session {key.Text} was not deleted: its transcript could not be kept ({full.Message}). Make room or rights in {runtime.Paths.StateDir} and retry."));
            }

            deleted = await runtime.Sessions.DeleteAsync(key, cancellationToken);
        }

        sessions.Changed(key, "delete", goneId: row?.SessionId);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("key"u8, key.Text);
            json.WriteBoolean("deleted"u8, deleted);
            json.WriteTexts("archived", kept is null ? [] : [kept]);
        });
    }

    private async ValueTask<MethodReply> AbortAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string? runId = call.Text("runId");
        SessionKey key;
        if (call.Text("key") is null && runId is not null && runtime.Runs.Find(runId) is { } run)
        {
            key = run.SessionKey;
        }
        else if (!call.Has("key"))
        {
            return MethodReply.Invalid("key required");
        }
        else if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        IReadOnlyList<string> ids = await runtime.Runs.AbortAsync(key, runId, "rpc");
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("abortedRunId"u8, ids.Count > 0 ? ids[0] : null); // an explicit null of the wire
            json.WriteString("status"u8, ids.Count > 0 ? "aborted"u8 : "no-active-run"u8);
        });
    }

    private async ValueTask<MethodReply> SendAsync(MethodCall call, QueueMode? mode, CancellationToken cancellationToken)
    {
        List<AttachedFile> files = [];
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error)
            || !ChatAttachments.TryRead(call, files, out IReadOnlyList<Providers.PromptImage> images, out error))
        {
            return MethodReply.Fail(error);
        }

        if (runtime.Sessions.Find(key) is null)
        {
            return MethodReply.Invalid($"session not found: {key.Text}");
        }

        var request = new RunRequest
        {
            RunId = call.Text("idempotencyKey") ?? Guid.NewGuid().ToString(),
            SessionKey = key,
            Message = call.Text("message")!,
            Images = images,
            Source = "chat",
            Think = call.Text("thinking"),
            Timeout = call.Number("timeoutMs") is { } ms and > 0 ? TimeSpan.FromMilliseconds(ms) : null,
            QueueMode = mode,
            Sender = call.Connection.Grant!.Sender,
            ConnectionId = call.Connection.Id,
            Client = call.Connection.Grant!.Program,
        };
        if (AttachedFiles.Keep(runtime, key, files, ref request) is { } unkept)
        {
            return MethodReply.Fail(unkept);
        }

        RunAdmission admission = await runtime.Runs.StartAsync(request, CancellationToken.None);
        if (admission.Status == RunAdmissionStatus.Started)
        {
            sessions.Changed(key, admission.Interrupted ? "steer" : "send");
        }

        return await RunReplies.OfChatAsync(admission, request);
    }

    private bool IsOtherWindow(MethodCall call, SessionKey key) =>
        call.Text("expectedSessionId") is { Length: > 0 } expected
        && runtime.Sessions.Find(key) is { } row
        && row.SessionId != expected;

    private static GatewayError Stale() => GatewayError.Invalid(
        "session changed; reload it and try again",
        json => json.WriteString("reason"u8, "session-changed"u8));

    private MethodReply Entry(SessionRow row, bool path, bool reset) => MethodReply.Object(json =>
    {
        SessionFacts facts = sessions.Of(row);
        json.WriteBoolean("ok"u8, true);
        if (path)
        {
            json.WriteString("path"u8, runtime.Paths.DatabasePath);
        }

        json.WriteString("key"u8, row.Key.Text);
        SessionEntryJson.WriteEntry(json, facts, reset);
        SessionEntryJson.WriteResolved(json, facts, runtime: path);
    });
}
