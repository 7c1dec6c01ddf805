using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.branches.list</c>, <c>.branches.switch</c>, <c>.rewind</c>, <c>.fork</c>. Texts are the original's.</summary>
internal sealed class SessionBranchMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const string OfSession = "sessionKey!:str1(512) agentId:str1";
    private const int MaxAttachments = 10;

    // As the original: an image larger than this is not handed back. Base64 of 5 MiB.
    private const int MaxAttachmentChars = (5242880 + 2) / 3 * 4;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("sessions.branches.list", OperatorScopes.Read, OfSession, List),
        new("sessions.branches.switch", OperatorScopes.Admin, OfSession + " leafEntryId!:str1", (call, cancel) => ChangeAsync(call, "switch", cancel)),
        new("sessions.rewind", OperatorScopes.Admin, OfSession + " entryId!:str1", (call, cancel) => ChangeAsync(call, "rewind", cancel)),
        new("sessions.fork", OperatorScopes.Write, OfSession + " entryId!:str1", (call, cancel) => ChangeAsync(call, "fork", cancel)),
    ];

    private MethodReply List(MethodCall call)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        IReadOnlyList<SessionBranch> branches = runtime.Sessions.Branches(key);
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("branches"u8);
            foreach (SessionBranch branch in branches)
            {
                json.WriteStartObject();
                json.WriteString("leafEntryId"u8, branch.LeafEntryId);
                json.WriteString("headline"u8, branch.Headline);
                json.WriteNumber("messageCount"u8, branch.Messages);
                json.WriteString("updatedAt"u8, DateTimeOffset.FromUnixTimeMilliseconds(branch.UpdatedAtMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                json.WriteBoolean("active"u8, branch.IsActive);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private async ValueTask<MethodReply> ChangeAsync(MethodCall call, string action, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        string entryId = call.Text(action == "switch" ? "leafEntryId" : "entryId")!.Trim();
        SessionKey target = key;
        if (action == "fork")
        {
            _ = SessionKey.TryParse($"agent:{key.AgentId}:dashboard:{(key.IsIncognito ? SessionKey.IncognitoMark : "")}{Guid.NewGuid()}", key.AgentId, out target);
        }

        BranchOutcome outcome = await (action switch
        {
            "switch" => runtime.Sessions.SwitchBranchAsync(key, entryId, cancellationToken),
            "rewind" => runtime.Sessions.RewindAsync(key, entryId, cancellationToken),
            _ => runtime.Sessions.ForkAsync(key, target, entryId, cancellationToken),
        });
        if (outcome.Status != BranchStatus.Done)
        {
            return MethodReply.Fail(ErrorOf(outcome.Status, action, call.Text("sessionKey")!, entryId));
        }

        sessions.Changed(target, action == "switch" ? "branch-switch" : action);
        return MethodReply.Object(json =>
        {
            if (action == "fork")
            {
                json.WriteString("sessionKey"u8, target.Text);
            }

            if (outcome.Cut is { } cut)
            {
                WriteEditor(json, cut.Message);
            }
        });
    }

    // What the person had written, so that it can be written again.
    private static void WriteEditor(Utf8JsonWriter json, ChatMessage message)
    {
        if (message.Content.PlainText is { Length: > 0 } text)
        {
            json.WriteString("editorText"u8, text);
        }

        int written = 0;
        foreach (ContentPart part in message.Content.Parts ?? [])
        {
            if (part is not { Type: "image", Data: { Length: > 0 and <= MaxAttachmentChars } data, MimeType: { } type }
                || !type.StartsWith("image/", StringComparison.Ordinal) || written == MaxAttachments)
            {
                continue;
            }

            if (written++ == 0)
            {
                json.WriteStartArray("editorAttachments"u8);
            }

            json.WriteStartObject();
            json.WriteString("mimeType"u8, type);
            json.WriteString("data"u8, data);
            json.WriteEndObject();
        }

        if (written > 0)
        {
            json.WriteEndArray();
        }
    }

    private static GatewayError ErrorOf(BranchStatus status, string action, string name, string entryId)
    {
        string title = action switch { "switch" => "Branch switch", "rewind" => "Rewind", _ => "Fork" };
        return status switch
        {
            BranchStatus.Working => new GatewayError(ErrorCodes.Unavailable, $"{title} is unavailable while the agent is working."),
            BranchStatus.Full => new GatewayError(ErrorCodes.Unavailable, $"{name} has {SessionStore.MaxBranches} branches; fork the session and go on there."),
            BranchStatus.MissingSession => GatewayError.Invalid($"session not found: {name}"),
            BranchStatus.Archived => GatewayError.Invalid($"{title} is unavailable for archived sessions."),
            BranchStatus.MissingEntry => GatewayError.Invalid($"{(action == "switch" ? "branch" : "message")} entry not found: {entryId}"),
            BranchStatus.NotUserMessage => GatewayError.Invalid($"entry is not a user message: {entryId}"),
            BranchStatus.OffActivePath => GatewayError.Invalid($"message entry is not on the active path: {entryId}"),
            BranchStatus.NotBranchTip => GatewayError.Invalid($"entry is not a branch tip: {entryId}"),
            _ => GatewayError.Invalid($"branch is already active: {entryId}"),
        };
    }
}
