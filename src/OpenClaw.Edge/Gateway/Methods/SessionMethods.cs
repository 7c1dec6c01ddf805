using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Reading sessions: <c>sessions.list</c>, <c>.preview</c>, <c>.describe</c>, <c>.resolve</c>, <c>.subscribe</c>,
/// <c>.messages.subscribe</c>, <c>.messages.unsubscribe</c>.</summary>
internal sealed class SessionMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const int DefaultLimit = 100;

    private const string ListParams =
        "limit:int(1..) offset:int(0..) activeMinutes:int(1..) activeOnly:bool includeGlobal:bool includeUnknown:bool " +
        "includeDerivedTitles:bool includeLastMessage:bool agentId:str? search:str? label:str? archived:any " +
        "sortBy:updatedAt|lastInteractionAt|activity …";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("sessions.list", OperatorScopes.Read, ListParams, call => MethodReply.Value(json => WriteList(json, call))),
        MethodEntry.Of("sessions.preview", OperatorScopes.Read, "keys!:strs(1..) limit:int(1..) maxChars:int(20..)", Preview),
        MethodEntry.Of("sessions.describe", OperatorScopes.Read, "key!:str1(512) agentId:str? includeDerivedTitles:bool includeLastMessage:bool", Describe),
        MethodEntry.Of("sessions.resolve", OperatorScopes.Read, "key:str sessionId:str label:str shortId:str slugHint:str reference:str agentId:str? allowMissing:bool …", Resolve)
            with { Advertised = false },
        MethodEntry.Of("sessions.subscribe", OperatorScopes.Read, ListParams, Subscribe),
        MethodEntry.Of("sessions.messages.subscribe", OperatorScopes.Read, "key!:str1(512) agentId:str? includeApprovals:bool", SubscribeMessages),
        MethodEntry.Of("sessions.messages.unsubscribe", OperatorScopes.Read, "key!:str1(512) agentId:str?", UnsubscribeMessages),
    ];

    private void WriteList(Utf8JsonWriter json, MethodCall call)
    {
        SessionPage page = runtime.Sessions.List(QueryOf(call));
        var view = new SessionRowView(call.Flag("includeDerivedTitles"), call.Flag("includeLastMessage"), Runs: true, Activity: false);
        json.WriteStartObject();
        json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteString("path"u8, runtime.Paths.DatabasePath);
        json.WriteNumber("count"u8, page.Rows.Count);
        json.WriteNumber("totalCount"u8, page.TotalCount);
        json.WriteNumber("limitApplied"u8, page.LimitApplied);
        if (page.NextOffset is { } next)
        {
            json.WriteNumber("nextOffset"u8, next);
        }
        else
        {
            json.WriteNull("nextOffset"u8); // an explicit null of the wire
        }

        json.WriteBoolean("hasMore"u8, page.HasMore);
        json.WriteStartArray("owners"u8);
        json.WriteEndArray();
        ModelJson.WriteDefaults(json, runtime, thinking: true);
        json.WriteStartArray("sessions"u8);
        foreach (SessionRow row in page.Rows)
        {
            SessionRowJson.Write(json, sessions.Of(row), view);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What the members of <c>sessions.list</c> pick.</summary>
    internal static SessionQuery QueryOf(MethodCall call) => new()
    {
        AgentId = call.Text("agentId"),
        Search = call.Text("search"),
        Label = call.Text("label"),
        ActiveMinutes = call.Number("activeMinutes") is { } minutes ? (int)Math.Min(minutes, int.MaxValue) : null,
        ActiveOnly = call.Flag("activeOnly"),
        Archived = call.Text("archived") == "all" ? null : call.Flag("archived"),
        SortBy = call.Text("sortBy") switch
        {
            "lastInteractionAt" => SessionSort.LastInteractionAt,
            "activity" => SessionSort.Activity,
            _ => SessionSort.UpdatedAt,
        },
        Limit = (int)Math.Clamp(call.Number("limit") ?? DefaultLimit, 1, SessionQuery.MaxLimit),
        Offset = (int)Math.Min(call.Number("offset") ?? 0, int.MaxValue),
    };

    private MethodReply Preview(MethodCall call)
    {
        int limit = (int)Math.Clamp(call.Number("limit") ?? 12, 1, 50);
        int maxChars = (int)Math.Clamp(call.Number("maxChars") ?? 240, 20, 2000);
        return MethodReply.Object(json =>
        {
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteStartArray("previews"u8);
            foreach (JsonElement item in call.Params.GetProperty("keys").EnumerateArray().Take(64))
            {
                WritePreview(json, item.GetString()!, runtime.AgentsOf(call), limit, maxChars);
            }

            json.WriteEndArray();
        });
    }

    private void WritePreview(Utf8JsonWriter json, string text, AgentCatalog agents, int limit, int maxChars)
    {
        bool known = SessionTarget.TryParse(text, null, agents, out SessionKey key, out _)
            && runtime.Sessions.Find(key) is not null;
        IReadOnlyList<PreviewItem> items = known ? runtime.Sessions.Preview(key, limit, maxChars) : [];
        json.WriteStartObject();
        json.WriteString("key"u8, text);
        json.WriteString("status"u8, !known ? "missing"u8 : items.Count == 0 ? "empty"u8 : "ok"u8);
        json.WriteStartArray("items"u8);
        foreach (PreviewItem item in items)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, item.Role);
            json.WriteString("text"u8, item.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private MethodReply Describe(MethodCall call)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        SessionRow? row = runtime.Sessions.Find(key);
        return MethodReply.Object(json =>
        {
            if (row is null)
            {
                json.WriteNull("session"u8);
                return;
            }

            json.WritePropertyName("session"u8);
            SessionRowJson.Write(json, sessions.Of(row), new SessionRowView(call.Flag("includeDerivedTitles"), call.Flag("includeLastMessage"), Runs: false, Activity: true));
        });
    }

    private MethodReply Resolve(MethodCall call)
    {
        string? wanted = call.Text("key") ?? call.Text("reference");
        SessionRow? row = null;
        if (wanted is not null)
        {
            row = SessionTarget.TryParse(wanted, call.Text("agentId"), runtime.AgentsOf(call), out SessionKey key, out _)
                ? runtime.Sessions.Find(key)
                : null;
        }
        else if ((wanted = call.Text("sessionId") ?? call.Text("shortId")) is not null)
        {
            row = First(new SessionQuery { SessionId = wanted, Archived = null, Limit = 1 });
        }
        else if ((wanted = call.Text("label")) is not null)
        {
            row = First(new SessionQuery { Label = wanted, Archived = null, AgentId = call.Text("agentId"), Limit = 1 });
        }
        else
        {
            return MethodReply.Invalid("Either key, sessionId, label, shortId, or reference is required");
        }

        if (row is null)
        {
            return call.Flag("allowMissing")
                ? MethodReply.Object(json => json.WriteBoolean("ok"u8, false))
                : MethodReply.Invalid($"No session found: {wanted}");
        }

        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("key"u8, row.Key.Text);
            json.WriteString("agentId"u8, row.AgentId);
        });
    }

    private SessionRow? First(SessionQuery query) => runtime.Sessions.List(query).Rows is [SessionRow row, ..] ? row : null;

    private MethodReply Subscribe(MethodCall call)
    {
        call.Connection.Subscriptions.AddAll();
        bool withList = call.Params.EnumerateObject().Any();
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("subscribed"u8, true);
            if (withList)
            {
                json.WritePropertyName("list"u8);
                WriteList(json, call);
            }
        });
    }

    private MethodReply SubscribeMessages(MethodCall call)
    {
        bool approvals = call.Flag("includeApprovals");
        if (approvals && !ApprovalAudience.Admits(call.Connection.Grant!))
        {
            return MethodReply.Invalid("sessions.messages.subscribe includeApprovals requires a paired device and gateway scope: operator.approvals");
        }

        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        return call.Connection.Subscriptions.TryAdd(key.Text, approvals)
            ? Subscribed(key, subscribed: true, approvals)
            : MethodReply.Invalid($"too many subscriptions: at most {ConnectionSubscriptions.MaxKeys}; use sessions.subscribe");
    }

    private MethodReply UnsubscribeMessages(MethodCall call)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        call.Connection.Subscriptions.Remove(key.Text);
        return Subscribed(key, subscribed: false);
    }

    private MethodReply Subscribed(SessionKey key, bool subscribed, bool approvals = false) => MethodReply.Object(json =>
    {
        json.WriteBoolean("subscribed"u8, subscribed);
        json.WriteString("key"u8, key.Text);
        if (approvals)
        {
            json.WritePropertyName("approvalReplay"u8);
            ApprovalAudience.WriteReplay(json, runtime.Sessions, key, runtime.Guard?.Gate.Pending ?? [], runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        }
    });
}
