using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.create</c>, and <c>chat.toolTitles</c>, which the original keeps for old clients only.</summary>
internal sealed class SessionCreateMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const string CreateParams =
        "key:str1(512) agentId:str1 label:str1(512) displayName:str1(500) model:str1 thinkingLevel:str1 message:str1 task:str1 " +
        "parentSessionKey:str1 idempotencyKey:str1(512) attachments:arr timeoutMs:int(0..) incognito:bool " + SessionPlace.Params + " …";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("sessions.create", OperatorScopes.Write, CreateParams, CreateAsync),
        MethodEntry.Of("chat.toolTitles", OperatorScopes.Write, "…", _ => MethodReply.Object(json =>
        {
            json.WriteStartObject("titles"u8);
            json.WriteEndObject();
            json.WriteBoolean("disabled"u8, true);
        })),
    ];

    private async ValueTask<MethodReply> CreateAsync(MethodCall call, CancellationToken cancellationToken)
    {
        bool incognito = call.Flag("incognito") || Named(call, "parentSessionKey").IsIncognito;
        if (!call.Connection.Grant!.IsAdmin
            && (incognito || Named(call, "key").IsIncognito || call.Has("execNode") || call.Has("toolOverrides") || call.Text("permissionMode") == "full"))
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        string agentId = call.Text("agentId") ?? runtime.AgentsOf(call).Default.Id;
        if ((SessionPlace.Problem(call, runtime, agentId) ?? IncognitoProblem(call, incognito)) is { } misplaced)
        {
            return MethodReply.Invalid(misplaced);
        }

        List<AttachedFile> files = [];
        string name = call.Text("key") ?? $"agent:{agentId}:dashboard:{(incognito ? SessionKey.IncognitoMark : "")}{NewId(call.Text("idempotencyKey"))}";
        if (!SessionTarget.TryParse(name, agentId, runtime.Agents(), out SessionKey key, out GatewayError? error)
            || !ChatAttachments.TryRead(call, files, out IReadOnlyList<PromptImage> images, out error))
        {
            return MethodReply.Fail(error);
        }

        if (ReadPatch(call, key, out SessionPatch patch) is { } problem)
        {
            return MethodReply.Invalid(problem);
        }

        SessionRow row = await runtime.Sessions.PatchAsync(key, patch, cancellationToken);
        sessions.Changed(key, "create");
        RunRequest? request = RequestOf(call, key, images);
        if (request is not null && AttachedFiles.Keep(runtime, key, files, ref request) is { } unkept)
        {
            return MethodReply.Fail(unkept);
        }

        RunAdmission? run = request is null ? null : await runtime.Runs.StartAsync(request, CancellationToken.None);
        return Created(key, row, request, run);
    }

    private SessionKey Named(MethodCall call, string member) =>
        SessionKey.TryParse(call.Text(member), call.Text("agentId") ?? runtime.AgentsOf(call).Default.Id, out SessionKey key) ? key : default;

    // The rules and words are the original's.
    private string? IncognitoProblem(MethodCall call, bool incognito)
    {
        SessionKey wanted = Named(call, "key");
        SessionKey parent = Named(call, "parentSessionKey");
        return wanted.IsIncognito && !call.Flag("incognito") ? "incognito-shaped session keys require incognito: true"
            : !incognito ? parent.Text.Length > 0 && runtime.Sessions.Find(parent) is null ? $"unknown parent session: {call.Text("parentSessionKey")}" : null
            : call.Has("key") && !(wanted.IsIncognito && wanted.Rest.StartsWith("dashboard:", StringComparison.Ordinal)) ? "incognito sessions are web-only"
            : call.Has("key") && runtime.Sessions.Find(wanted) is not null ? "incognito is immutable and requires a new session key"
            : parent.Text.Length > 0 && runtime.Sessions.Find(parent) is null ? $"unknown parent session: {call.Text("parentSessionKey")}"
            : parent.Text.Length > 0 && !parent.IsIncognito ? "incognito sessions cannot have durable parents"
            : parent.IsIncognito && call.Has("key") ? "incognito sessions are web-only"
            : null;
    }

    private string? ReadPatch(MethodCall call, SessionKey key, out SessionPatch patch)
    {
        patch = new SessionPatch();
        if (call.Text("label") is { } label)
        {
            if (runtime.Sessions.List(new SessionQuery { Label = label, Archived = null, Limit = 1 }).Rows is [SessionRow other, ..]
                && other.Key.Text != key.Text)
            {
                return $"label already in use: {label}";
            }

            patch = patch with { Label = Optional.Of<string?>(label) };
        }

        if (call.Text("displayName") is { } displayName)
        {
            patch = patch with { DisplayName = Optional.Of<string?>(displayName) };
        }

        if (call.Text("thinkingLevel") is { } level)
        {
            patch = patch with { ThinkLevel = Optional.Of<string?>(level) };
        }

        if (call.Text("model") is { } model)
        {
            if (!runtime.Models.Catalog.TryResolve(model, out ModelProviderEntry? provider, out string? modelId))
            {
                return $"model not available: {model}";
            }

            patch = patch with { ModelOverride = Optional.Of<string?>($"{provider.Id}/{modelId}") };
        }

        Dictionary<string, JsonElement?> extra = new(StringComparer.Ordinal);
        foreach (JsonProperty member in call.Params.EnumerateObject())
        {
            if (member.Name is "permissionMode" or "toolOverrides" or "category" or "fastMode")
            {
                if (member.Name[0] is 'p' or 't' && SessionPatchReader.Wrong(member) is { } wrong)
                {
                    return wrong;
                }

                extra[member.Name] = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value;
            }
        }

        SessionPlace.Keep(call, extra);
        string? problem = ReadParent(call, key, extra);
        patch = extra.Count == 0 ? patch : patch with { Extra = extra };
        return problem;
    }

    // Who makes a session that is not the main one makes it beside the main one, unless they name another.
    private string? ReadParent(MethodCall call, SessionKey key, Dictionary<string, JsonElement?> extra)
    {
        if (runtime.Sessions.Find(key) is not null || key.IsMain)
        {
            return null;
        }

        extra["spawnDepth"] = JsonDocument.Parse("0").RootElement;
        if (key.IsIncognito && !call.Has("parentSessionKey"))
        {
            return null;
        }

        string name = call.Text("parentSessionKey") ?? $"agent:{key.AgentId}:main";
        if (!SessionTarget.TryParse(name, key.AgentId, runtime.Agents(), out SessionKey parent, out GatewayError? error))
        {
            return error.Message;
        }

        extra["parentSessionKey"] = JsonSerializer.SerializeToElement(parent.Text, TranscriptJson.Default.String);
        return null;
    }

    private static RunRequest? RequestOf(MethodCall call, SessionKey key, IReadOnlyList<PromptImage> images) =>
        (call.Text("message") ?? call.Text("task")) is not { } message
            ? null
            : new RunRequest
            {
                RunId = call.Text("idempotencyKey") ?? Guid.NewGuid().ToString(),
                SessionKey = key,
                Message = message,
                Images = images,
                Source = "chat",
                Timeout = call.Number("timeoutMs") is { } ms and > 0 ? TimeSpan.FromMilliseconds(ms) : null,
                Sender = call.Connection.Grant!.Sender,
                ConnectionId = call.Connection.Id,
                Client = call.Connection.Grant!.Program,
            };

    private MethodReply Created(SessionKey key, SessionRow row, RunRequest? request, RunAdmission? run) => MethodReply.Object(json =>
    {
        bool started = run?.Run is not null;
        SessionFacts facts = sessions.Of(row);
        json.WriteBoolean("ok"u8, true);
        json.WriteString("key"u8, key.Text);
        json.WriteString("sessionId"u8, row.SessionId);
        SessionEntryJson.WriteEntry(json, facts, reset: false, runtime.Agents().TryGet(key.AgentId, out AgentEntry? agent) ? agent.Workspace : null);
        json.WriteBoolean("runStarted"u8, started);
        if (started)
        {
            json.WriteString("runId"u8, request!.RunId);
        }
        else if (run is { } refused)
        {
            json.WritePropertyName("runError"u8);
            RunReplies.Refused(refused, request!).Write(json);
        }

        SessionEntryJson.WriteResolved(json, facts, runtime: false);
    });

    // The same idempotency key names the same session, so that a repeated call makes no second one.
    private static string NewId(string? idempotencyKey) => idempotencyKey is null
        ? Guid.NewGuid().ToString()
        : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)).AsSpan(0, 16)).ToString();
}
