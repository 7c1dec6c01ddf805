using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>chat.history</c>, <c>chat.startup</c>, <c>chat.metadata</c>, <c>chat.message.get</c>, <c>sessions.get</c>.</summary>
internal sealed class ChatHistoryMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const int DefaultLimit = 200;
    private const int MaxBytes = 6 * 1024 * 1024; // docs/protocol.md, limits and timers

    // Who asks for whole texts copies the transcript (openclaw sessions export): nothing is hidden from them.
    private const int WholeTexts = 500_000;

    private const int MaxDeltaMessages = 200;
    private const int MaxDeltaBytes = 1_000_000;

    private const string HistoryParams =
        "sessionKey!:str1(512) agentId:str? limit:int(1..1000) maxBytes:int(1024..) offset:int(0..) cursor:str messageId:str " +
        "sessionId:str? maxChars:int(1..500000) pendingBefore:any inputRunIds:strs shortId:str slugHint:str …";

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("chat.history", OperatorScopes.Read, HistoryParams, call => History(call, "sessionKey")),
        new("chat.startup", OperatorScopes.Read, HistoryParams, StartupAsync),
        MethodEntry.Of("chat.message.get", OperatorScopes.Read, "sessionKey!:str1(512) messageId!:str1 agentId:str? maxChars:int(1..)", Message),
        MethodEntry.Of("sessions.get", OperatorScopes.Read, "key!:str1(512) limit:int(1..1000) agentId:str? …", Messages) with { Advertised = false },
        new("chat.metadata", OperatorScopes.Read, "agentId:str? authProfileId:str? sessionKey:str?", MetadataAsync),
    ];

    // With the pickers' contents for a session that is there, so that a page draws at once.
    private async ValueTask<MethodReply> StartupAsync(MethodCall call, CancellationToken cancellationToken)
    {
        bool known = SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out _) && runtime.Sessions.Find(key) is not null;
        return History(call, "sessionKey", known ? await runtime.Models.Catalog.ListModelsAsync(cancellationToken) : null);
    }

    private MethodReply History(MethodCall call, string member, IReadOnlyList<ModelInfo>? metadata = null)
    {
        // The history of an agent that is gone is empty, as there, and no error.
        if (!SessionKey.TryParse(call.Text(member), call.Text("agentId") ?? runtime.AgentsOf(call).Default.Id, out SessionKey key))
        {
            return MethodReply.Invalid("invalid session key");
        }

        long maxBytes = Math.Min(call.Number("maxBytes") ?? MaxBytes, MaxBytes);
        return call.Text("cursor") is { } cursor
            ? Delta(call, key, cursor, Math.Min(maxBytes, MaxDeltaBytes))
            : Page(call, member, key, maxBytes, metadata);
    }

    private MethodReply Page(MethodCall call, string member, SessionKey key, long maxBytes, IReadOnlyList<ModelInfo>? metadata)
    {
        int limit = (int)(call.Number("limit") ?? DefaultLimit);
        long offset = call.Number("offset") ?? 0;
        IReadOnlyList<TranscriptEntry> waiting = runtime.Runs.WaitingFor(key); // first: what gets its place meanwhile comes twice rather than not at all
        SessionRow? row = runtime.Sessions.Find(key);
        TranscriptPage page = row is null ? TranscriptPage.Empty : ReadPage(key, limit, offset, maxBytes);
        Run? active = runtime.Runs.ActiveFor(key);
        return MethodReply.Object(json =>
        {
            json.WriteString("sessionKey"u8, call.Text(member));
            if (row is not null)
            {
                json.WriteString("sessionId"u8, row.SessionId);
            }

            WriteMessages(json, page, row?.HistoryRevision, all: call.Number("maxChars") == WholeTexts);
            HistoryActivityJson.Write(json, page.Entries);
            WriteWaiting(json, call, waiting, page);
            if (row is not null && offset == 0)
            {
                WriteCursor(json, row, page.Entries.Count > 0 ? page.Entries[^1].Seq : 0);
            }

            WriteInFlight(json, active);
            json.WriteBoolean("hasMore"u8, page.HasMore);
            if (page.HasMore)
            {
                json.WriteNumber("nextOffset"u8, offset + page.Entries.Count);
            }

            json.WriteNumber("totalMessages"u8, page.Total);
            SessionFacts? facts = row is null ? null : sessions.Of(row);
            ModelJson.WriteDefaults(json, runtime, thinking: facts is not null);
            WriteInfo(json, key, facts, LeafOf(key, page, offset));
            if (facts is not null)
            {
                json.WriteString("thinkingLevel"u8, facts.Row.ThinkLevel ?? "off");
            }

            if (metadata is not null)
            {
                json.WriteStartObject("metadata"u8);
                WriteMetadata(json, metadata, facts is not null);
                json.WriteEndObject();
            }
        });
    }

    // What came after the cursor, as session.message events would have told it; a reset asks the client for a fresh page.
    private MethodReply Delta(MethodCall call, SessionKey key, string text, long maxBytes)
    {
        SessionRow? row = runtime.Sessions.Find(key);
        if (row is null || !HistoryCursor.TryParse(text, out HistoryCursor cursor) || cursor.SessionId != row.SessionId)
        {
            return Reset();
        }

        IReadOnlyList<TranscriptEntry> waiting = runtime.Runs.WaitingFor(key);
        Run? active = runtime.Runs.ActiveFor(key);
        TranscriptPage page = runtime.Sessions.ReadPage(key, MaxDeltaMessages, null, maxBytes);
        long first = page.Entries.Count > 0 ? page.Entries[0].Seq : 1;
        long last = page.Entries.Count > 0 ? page.Entries[^1].Seq : 0;
        if (first > cursor.LastSeq + 1 || last < cursor.LastSeq || runtime.Sessions.Find(key)?.HistoryRevision != cursor.Revision
            || page.Entries.Any(entry => entry.Seq > cursor.LastSeq && JoinedAnother(entry)))
        {
            return Reset();
        }

        SessionFacts facts = sessions.Of(row);
        return MethodReply.Object(json =>
        {
            json.WriteString("kind"u8, "delta"u8);
            json.WriteStartArray("messages"u8);
            foreach (TranscriptEntry entry in page.Entries.Where(entry => entry.Seq > cursor.LastSeq && !MessageJson.IsHidden(entry)))
            {
                SessionEvents.WriteMessage(json, key, entry, facts);
            }

            json.WriteEndArray();
            WriteCursor(json, row, last);
            WriteWaiting(json, call, waiting, page);
            WriteInfo(json, key, facts, page.Entries is [.., TranscriptEntry newest] ? newest.Id : null);
            WriteInFlight(json, active);
        });
    }

    private static MethodReply Reset() => MethodReply.Object(json => json.WriteString("kind"u8, "reset"u8));

    private static void WriteCursor(Utf8JsonWriter json, SessionRow row, long lastSeq) =>
        json.WriteString("deltaCursor"u8, new HistoryCursor(row.SessionId, row.HistoryRevision, lastSeq).ToString());

    // A turn that took a message in says at its end what it has said before and after it: pages put that together only from a whole history.
    private static bool JoinedAnother(TranscriptEntry entry) =>
        entry is { RunId: { } runId, Message: { Role: "user", IdempotencyKey: { } asked } } && asked != $"{runId}:user";

    private static void WriteWaiting(Utf8JsonWriter json, MethodCall call, IReadOnlyList<TranscriptEntry> waiting, TranscriptPage page) =>
        WaitingInputJson.Write(
            json, waiting.Count == 0 ? waiting : [.. waiting.Where(entry => !MessageJson.IsHidden(entry) && !page.Entries.Any(row => row.Id == entry.Id))], call.Number("pendingBefore"),
            AskedRuns(call));

    private static HashSet<string>? AskedRuns(MethodCall call)
    {
        if (!call.Params.TryGetProperty("inputRunIds"u8, out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        HashSet<string> runs = new(StringComparer.Ordinal);
        foreach (JsonElement run in list.EnumerateArray())
        {
            runs.Add(run.GetString()!);
        }

        return runs;
    }

    private static void WriteInFlight(Utf8JsonWriter json, Run? active)
    {
        if (active is { Status: RunStatus.Running })
        {
            json.WriteStartObject("inFlightRun"u8);
            json.WriteString("runId"u8, active.Id);
            json.WriteString("text"u8, active.TextSoFar);
            json.WriteNumber("startedAt"u8, active.StartedAtMs);
            json.WriteEndObject();
        }
    }

    // The row that an answer would follow; an older page asks for it.
    private string? LeafOf(SessionKey key, TranscriptPage page, long offset) =>
        (offset == 0 || page.Total == 0 ? page : runtime.Sessions.ReadPage(key, 1)).Entries is [.., TranscriptEntry last] ? last.Id : null;

    private void WriteInfo(Utf8JsonWriter json, SessionKey key, SessionFacts? facts, string? leaf)
    {
        json.WriteStartObject("sessionInfo"u8);
        if (facts is not null)
        {
            SessionRowJson.WriteMembers(json, facts, SessionRowView.History);
        }
        else
        {
            SessionRowJson.WriteUnknown(json, key, runtime);
        }

        json.WriteBoolean("hasActiveRun"u8, facts?.IsActive ?? false);
        json.WriteTexts("activeRunIds"u8, facts?.ActiveRunIds ?? []);
        json.WriteString("activeLeafEntryId"u8, leaf); // an explicit null of the wire
        json.WriteEndObject();
    }

    // Offsets count from the newest message backwards.
    private TranscriptPage ReadPage(SessionKey key, int limit, long offset, long maxBytes)
    {
        if (offset == 0)
        {
            return runtime.Sessions.ReadPage(key, limit, null, maxBytes);
        }

        long total = runtime.Sessions.ReadPage(key, 1).Total;
        return offset >= total
            ? new TranscriptPage([], total, HasMore: false)
            : runtime.Sessions.ReadPage(key, limit, total - offset + 1, maxBytes);
    }

    private MethodReply Message(MethodCall call)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        TranscriptEntry? entry = runtime.Sessions.FindEntry(key, call.Text("messageId")!);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, entry is not null);
            if (entry is null)
            {
                json.WriteString("unavailableReason"u8, "not_found"u8);
                return;
            }

            json.WritePropertyName("message"u8);
            MessageJson.Write(json, entry, runtime.Sessions.Find(key)?.HistoryRevision);
        });
    }

    private MethodReply Messages(MethodCall call)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        int limit = (int)(call.Number("limit") ?? DefaultLimit);
        TranscriptPage page = runtime.Sessions.Find(key) is null
            ? TranscriptPage.Empty
            : runtime.Sessions.ReadPage(key, limit, null, MaxBytes);
        return MethodReply.Object(json => WriteMessages(json, page, runtime.Sessions.Find(key)?.HistoryRevision, transport: false));
    }

    private async ValueTask<MethodReply> MetadataAsync(MethodCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelInfo> models = await runtime.Models.Catalog.ListModelsAsync(cancellationToken);
        return MethodReply.Object(json => WriteMetadata(json, models, call.Has("sessionKey")));
    }

    private void WriteMetadata(Utf8JsonWriter json, IReadOnlyList<ModelInfo> models, bool ofSession)
    {
        ModelJson.WriteList(json, models, runtime);
        SlashCommands.WriteList(json);
        json.WriteBoolean("swarmEnabled"u8, false);
        json.WriteStartObject("accountSelection"u8);
        json.WriteString("kind"u8, "automatic"u8);
        json.WriteString("label"u8, "Automatic account selection"u8);
        json.WriteEndObject();
        if (ofSession)
        {
            json.WriteBoolean("runtimeSelectionLocked"u8, false);
        }
    }

    private static void WriteMessages(Utf8JsonWriter json, TranscriptPage page, string? source, bool transport = true, bool all = false)
    {
        json.WriteStartArray("messages"u8);
        bool boundary = false;
        foreach (TranscriptEntry entry in page.Entries)
        {
            if (!all && MessageJson.IsHidden(entry))
            {
                boundary = true;
                continue;
            }

            bool carries = boundary && entry.Message.Role != "system";
            MessageJson.Write(json, entry, source, transport, carries);
            boundary &= !carries;
        }

        json.WriteEndArray();
    }
}
