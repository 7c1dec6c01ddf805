using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>What pages ask about the gateway as a whole: <c>diagnostics.lanes</c>, <c>gateway.restart.preflight</c>, <c>.request</c>, <c>update.status</c>,
/// <c>channels.status</c>, <c>environments.list</c>, <c>projects.list</c>.</summary>
internal sealed class GatewayStateMethods(GatewayRuntime runtime, ProcessVitals vitals)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("diagnostics.lanes", OperatorScopes.Read, "", _ => MethodReply.Object(WriteLanes)),
        MethodEntry.Of("gateway.restart.preflight", OperatorScopes.Read, "…", _ => MethodReply.Object(WritePreflight)),
        MethodEntry.Of("gateway.restart.request", OperatorScopes.Admin, "…", Restart),
        MethodEntry.Of("update.status", OperatorScopes.Admin, "…", _ => MethodReply.Object(WriteUpdate)),
        MethodEntry.Of("channels.status", OperatorScopes.Read, "probe:bool timeoutMs:int(0..) channel:str1", Channels),
        MethodEntry.Of("environments.list", OperatorScopes.Read, "…", _ => MethodReply.Object(WriteEnvironments)),
        MethodEntry.Of("projects.list", OperatorScopes.Read, "…", _ => MethodReply.Object(WriteProjects)),
    ];

    private void WriteLanes(Utf8JsonWriter json)
    {
        IReadOnlyList<Run> runs = runtime.Runs.Active;
        int running = runs.Count(run => run.Status != RunStatus.Queued);
        int jobs = runtime.Cron.Jobs.Count(job => job.State.RunningAtMs is not null);
        json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteStartArray("lanes"u8);
        WriteLane(json, "cron", jobs, 0, runtime.Config.Current.Config.Cron.MaxConcurrentRuns);
        foreach (string lane in (HashSet<string>)["main", "nested", "subagent", .. runs.Select(run => run.Lane)])
        {
            if (lane != "cron")
            {
                int all = runs.Count(run => run.Lane == lane);
                int active = runs.Count(run => run.Lane == lane && run.Status != RunStatus.Queued);
                WriteLane(json, lane, active, all - active, runtime.Runs.CapacityOf(lane));
            }
        }

        json.WriteEndArray();
        IGrouping<string, Run>[] sessions = [.. runs.GroupBy(run => run.SessionKey.Text, StringComparer.Ordinal)];
        if (sessions.Length == 0)
        {
            json.WriteNull("dynamic"u8); // an explicit null of the wire
            return;
        }

        json.WriteStartObject("dynamic"u8);
        json.WriteNumber("laneCount"u8, sessions.Length);
        json.WriteNumber("activeCount"u8, running);
        json.WriteNumber("queuedCount"u8, runs.Count - running);
        json.WriteNumber("queuedLaneCount"u8, sessions.Count(session => session.Any(run => run.Status == RunStatus.Queued)));
        json.WriteEndObject();
    }

    private static void WriteLane(Utf8JsonWriter json, string name, int active, int queued, int most)
    {
        json.WriteStartObject();
        json.WriteString("lane"u8, name);
        json.WriteNumber("queuedCount"u8, queued);
        json.WriteNumber("activeCount"u8, active);
        json.WriteNumber("maxConcurrent"u8, most);
        json.WriteBoolean("draining"u8, false);
        json.WriteNumber("generation"u8, 0);
        json.WriteNull("blockedBy"u8);
        json.WriteEndObject();
    }

    private MethodReply Restart(MethodCall call)
    {
        // A target names the owner of the original's lock file; ours is the state directory's, so that none fits.
        if (call.Has("target"))
        {
            return MethodReply.Invalid(call.Params.GetProperty("target").ValueKind == JsonValueKind.Object
                ? "target gateway no longer owns the active lock" : "invalid targeted gateway restart");
        }

        string? reason = call.Params.TryGetProperty("reason", out JsonElement given) && given.ValueKind == JsonValueKind.String ? given.GetString()!.Trim() : null;
        bool skips = call.Params.TryGetProperty("skipDeferral", out JsonElement skip) && skip.ValueKind == JsonValueKind.True;
        reason = reason is null or "" ? "gateway.restart.safe" : reason[..Math.Min(reason.Length, 200)];
        if (runtime.Restarts.Ask(reason, 0, skips) is not { } ticket)
        {
            return MethodReply.Fail(new GatewayError("UNAVAILABLE", "this gateway runs inside another program and cannot start itself anew: restart that"));
        }

        bool idle = runtime.Runs.Active.Count == 0 && runtime.Cron.Jobs.All(job => job.State.RunningAtMs is null);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteString("status"u8, ticket.Coalesced ? "coalesced"u8 : skips || idle ? "scheduled"u8 : "deferred"u8);
            json.WriteStartObject("preflight"u8);
            WritePreflight(json);
            json.WriteEndObject();
            ticket.Write(json);
        });
    }

    private void WritePreflight(Utf8JsonWriter json)
    {
        IReadOnlyList<Run> runs = runtime.Runs.Active;
        int running = runs.Count(run => run.Status != RunStatus.Queued);
        int jobs = runtime.Cron.Jobs.Count(job => job.State.RunningAtMs is not null);
        int queued = runs.Count - running;
        (string Kind, int Count, string Text)[] blockers =
        [
            ("queue", queued, $"{queued} queued or active operation(s)"),
            ("embedded-run", running, $"{running} active embedded run(s)"),
            ("cron-run", jobs, $"{jobs} active cron run(s)"),
        ];
        blockers = [.. blockers.Where(blocker => blocker.Count > 0)];
        json.WriteBoolean("safe"u8, blockers.Length == 0);
        json.WriteStartObject("counts"u8);
        json.WriteNumber("queueSize"u8, queued);
        json.WriteNumber("pendingReplies"u8, 0);
        json.WriteNumber("embeddedRuns"u8, running);
        json.WriteNumber("cronRuns"u8, jobs);
        json.WriteNumber("backgroundExecSessions"u8, 0);
        json.WriteNumber("rootRequests"u8, 0);
        json.WriteNumber("activeTasks"u8, 0);
        json.WriteNumber("totalActive"u8, queued + running + jobs);
        json.WriteEndObject();
        json.WriteStartArray("blockers"u8);
        foreach ((string kind, int count, string text) in blockers)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, kind);
            json.WriteNumber("count"u8, count);
            json.WriteString("message"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("summary"u8, blockers.Length == 0
            ? "safe to restart now"
            : $"restart deferred: {string.Join("; ", blockers.Select(blocker => blocker.Text))}");
    }

    // Packages update this gateway; it never looks for a new version itself.
    private static void WriteUpdate(Utf8JsonWriter json)
    {
        json.WriteNull("sentinel"u8);
        json.WriteNull("updateAvailable"u8);
        json.WriteString("effectiveChannel"u8, "stable"u8);
        json.WriteStartObject("schedule"u8);
        json.WriteString("channel"u8, "stable"u8);
        json.WriteBoolean("autoEnabled"u8, false);
        json.WriteEndObject();
    }

    private MethodReply Channels(MethodCall call)
    {
        if (call.Text("channel") is { } channel)
        {
            return MethodReply.Invalid($"unknown channel: {channel}");
        }

        return MethodReply.Object(json =>
        {
            json.WriteNumber("ts"u8, runtime.Time.GetUtcNow().ToUnixTimeMilliseconds());
            vitals.Write(json);
            foreach (string list in (ReadOnlySpan<string>)["channelOrder", "channelMeta", "statusIssues"])
            {
                json.WriteStartArray(list);
                json.WriteEndArray();
            }

            foreach (string map in (ReadOnlySpan<string>)
                ["channelLabels", "channelDetailLabels", "channelSystemImages", "channels", "channelAccounts", "channelDefaultAccountId"])
            {
                json.WriteStartObject(map);
                json.WriteEndObject();
            }
        });
    }

    private static void WriteEnvironments(Utf8JsonWriter json)
    {
        json.WriteStartArray("environments"u8);
        json.WriteStartObject();
        json.WriteString("id"u8, "gateway"u8);
        json.WriteString("type"u8, "local"u8);
        json.WriteString("label"u8, "Gateway local"u8);
        json.WriteString("status"u8, "available"u8);
        json.WriteString("platform"u8, "linux"u8);
        json.WriteBoolean("sessionHost"u8, true);
        json.WriteString("trust"u8, "persistent"u8);
        json.WriteTexts("capabilities", ["agent.run", "sessions", "tools", "workspace"]);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteProjects(Utf8JsonWriter json)
    {
        json.WriteStartArray("projects"u8);
        foreach (AgentEntry agent in runtime.Agents().All)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, $"workspace:{agent.Id}");
            json.WriteString("displayName"u8, Path.GetFileName(agent.Workspace.TrimEnd('/')));
            json.WriteString("repoRoot"u8, agent.Workspace);
            json.WriteString("source"u8, "workspace"u8);
            json.WriteString("agentId"u8, agent.Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
