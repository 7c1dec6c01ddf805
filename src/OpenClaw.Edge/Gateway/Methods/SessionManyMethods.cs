using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>sessions.patchMany</c>, <c>.compact</c>, <c>.cleanup</c>, <c>.viewers.set</c>.</summary>
internal sealed class SessionManyMethods(GatewayRuntime runtime, SessionEvents sessions)
{
    private const int MaxTargets = 100;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        new("sessions.patchMany", OperatorScopes.Write, "targets!:arr patch!:obj", PatchManyAsync),
        new("sessions.compact", OperatorScopes.Admin, "key!:str1(512) agentId:str1 maxLines:int(1..)", CompactAsync),
        new("sessions.cleanup", OperatorScopes.Admin, "agent:str1 allAgents:bool enforce:bool activeKey:str1 fixMissing:bool fixDmScope:bool dryRun:bool", CleanUpAsync),
        MethodEntry.Of("sessions.viewers.set", OperatorScopes.Read, "sessionKeys!:strs …", Viewers),
    ];

    // One store holds the sessions of all agents, so one summary says it all. There is no transcript without its session here to fix.
    private async ValueTask<MethodReply> CleanUpAsync(MethodCall call, CancellationToken cancellationToken)
    {
        bool warnOnly = runtime.Config.Current.Config.Session.Maintenance.WarnOnly;
        UpkeepReport report = await runtime.Upkeep.RunAsync(!call.Flag("dryRun") && (!warnOnly || call.Flag("enforce")), cancellationToken);
        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, runtime.Agents().Default.Id);
            json.WriteString("storePath"u8, runtime.Paths.DatabasePath);
            json.WriteString("mode"u8, warnOnly ? "warn"u8 : "enforce"u8);
            json.WriteBoolean("dryRun"u8, report.DryRun);
            json.WriteNumber("beforeCount"u8, report.Before);
            json.WriteNumber("afterCount"u8, report.Before - report.Actions.Count + report.Count("evict-budget"));
            json.WriteNumber("missing"u8, 0);
            json.WriteNumber("dmScopeRetired"u8, 0);
            json.WriteNumber("archived"u8, report.Count("archive-age"));
            json.WriteNumber("capArchived"u8, report.Count("archive-cap"));
            json.WriteNumber("pruned"u8, report.Count("prune-stale"));
            json.WriteNumber("capped"u8, report.Count("cap-overflow"));
            json.WriteNumber("transcriptsRemoved"u8, report.Transcripts);
            json.WriteStartObject("diskBudget"u8);
            json.WriteNumber("totalBytesBefore"u8, report.BytesBefore);
            json.WriteNumber("totalBytesAfter"u8, report.BytesAfter);
            json.WriteNumber("removedEntries"u8, report.Count("evict-budget"));
            json.WriteBoolean("overBudget"u8, report.IsOverBudget);
            json.WriteEndObject();
            json.WriteBoolean("wouldMutate"u8, report.Changes);
            json.WriteBoolean("applied"u8, !report.DryRun);
            json.WriteStartArray("actions"u8);
            foreach ((SessionKey key, string action) in report.Actions)
            {
                json.WriteStartObject();
                json.WriteString("key"u8, key.Text);
                json.WriteString("action"u8, action);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private async ValueTask<MethodReply> PatchManyAsync(MethodCall call, CancellationToken cancellationToken)
    {
        JsonElement targets = call.Params.GetProperty("targets");
        if (targets.GetArrayLength() is 0 or > MaxTargets)
        {
            return MethodReply.Invalid(targets.GetArrayLength() == 0
                ? "invalid sessions.patchMany params: at /targets: must not have fewer than 1 items"
                : $"invalid sessions.patchMany params: at /targets: must not have more than {MaxTargets} items");
        }

        int wrong = targets.EnumerateArray().TakeWhile(target => KeyOf(target) is not null).Count();
        if (wrong < targets.GetArrayLength())
        {
            return MethodReply.Invalid($"invalid sessions.patchMany params: at /targets/{wrong}: must have required property 'key'");
        }

        JsonElement members = call.Params.GetProperty("patch");
        if (SessionPatchReader.NeedsAdmin(members) && !call.Connection.Grant!.IsAdmin)
        {
            return MethodReply.Fail(GatewayConnection.MissingScope(OperatorScopes.Admin));
        }

        if (SessionPatchReader.Read(members, runtime.Models.Catalog, out SessionPatch patch) is { } problem)
        {
            return MethodReply.Invalid(problem);
        }

        List<(string Key, string? AgentId, GatewayError? Error)> outcomes = [];
        foreach (JsonElement target in targets.EnumerateArray())
        {
            string text = KeyOf(target)!;
            string? agentId = target.TryGetProperty("agentId", out JsonElement agent) && agent.ValueKind == JsonValueKind.String ? agent.GetString() : null;
            if (SessionTarget.TryParse(text, agentId, runtime.AgentsOf(call), out SessionKey key, out GatewayError? error))
            {
                await runtime.Sessions.PatchAsync(key, patch, cancellationToken);
                sessions.Changed(key, "patch");
            }

            outcomes.Add((text, agentId, error));
        }

        return MethodReply.Object(json => WriteOutcomes(json, outcomes));
    }

    private static string? KeyOf(JsonElement target) =>
        target.ValueKind == JsonValueKind.Object && target.TryGetProperty("key", out JsonElement key) && key.ValueKind == JsonValueKind.String
        && key.GetString() is { Length: > 0 and <= 512 } text
            ? text
            : null;

    private static void WriteOutcomes(Utf8JsonWriter json, List<(string Key, string? AgentId, GatewayError? Error)> outcomes)
    {
        json.WriteStartArray("outcomes"u8);
        foreach ((string key, string? agentId, GatewayError? error) in outcomes)
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, error is null);
            json.WriteString("key"u8, key);
            if (agentId is not null)
            {
                json.WriteString("agentId"u8, agentId);
            }

            if (error is not null)
            {
                json.WritePropertyName("error"u8);
                error.Write(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Rows stay on disk here, so maxLines has nothing to cut: a history that is longer gets a summary, as without it.
    private async ValueTask<MethodReply> CompactAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (!SessionTarget.TryRead(call, "key", runtime.Agents(), out SessionKey key, out GatewayError? error))
        {
            return MethodReply.Fail(error);
        }

        if (runtime.Sessions.Find(key) is not { } row)
        {
            return Compacted(key, ok: true, new CompactionOutcome(false, "no sessionId"));
        }

        if (call.Number("maxLines") is { } lines && row.MessageCount <= lines)
        {
            return Compacted(key, ok: true, new CompactionOutcome(false), row.MessageCount);
        }

        string operation = Guid.NewGuid().ToString();
        CompactionOutcome outcome = new(false, "it was interrupted");
        sessions.Compacting(key, operation, ended: null, null);
        try
        {
            outcome = await runtime.Runs.CompactAsync(key, null, cancellationToken);
        }
        finally
        {
            sessions.Compacting(key, operation, outcome.Compacted, outcome.Reason);
        }

        if (outcome.Compacted)
        {
            sessions.Changed(key, "compact");
        }

        return Compacted(key, ok: outcome.Compacted, outcome);
    }

    private static MethodReply Compacted(SessionKey key, bool ok, CompactionOutcome outcome, long? kept = null) => MethodReply.Object(json =>
    {
        json.WriteBoolean("ok"u8, ok);
        json.WriteString("key"u8, key.Text);
        json.WriteBoolean("compacted"u8, outcome.Compacted);
        if (kept is { } count)
        {
            json.WriteNumber("kept"u8, count);
        }

        if (outcome.Reason is { } reason)
        {
            json.WriteString("reason"u8, reason);
        }

        if (outcome.Compacted)
        {
            json.WriteStartObject("result"u8);
            json.WriteString("summary"u8, outcome.Summary);
            if (outcome.FirstKeptEntryId is { } first)
            {
                json.WriteString("firstKeptEntryId"u8, first);
            }

            json.WriteNumber("tokensBefore"u8, outcome.TokensBefore);
            json.WriteNumber("tokensAfter"u8, outcome.TokensAfter);
            json.WriteEndObject();
        }
    });

    private MethodReply Viewers(MethodCall call)
    {
        string[] keys = [.. call.Params.GetProperty("sessionKeys").EnumerateArray().Take(MaxTargets)
            .Select(item => SessionTarget.TryParse(item.GetString(), null, runtime.AgentsOf(call), out SessionKey key, out _) ? key.Text : null).OfType<string>()];
        call.Connection.Subscriptions.Watched = keys;
        return MethodReply.Object(json => json.WriteTexts("sessionKeys", keys));
    }
}
