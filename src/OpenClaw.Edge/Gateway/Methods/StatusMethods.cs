using System.Runtime.InteropServices;
using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>status</c>, <c>system.info</c>, and our own <c>edge.config.reload</c>.</summary>
internal sealed class StatusMethods(GatewayRuntime runtime, SessionEvents sessions, TaskLedger tasks, ProcessVitals vitals)
{
    private const int RecentSessions = 10;
    private const int StopBudgetMs = 10_000; // docs/protocol.md, stop
    private const int DesktopPort = 5900; // the original's; nothing listens there
    private readonly long _startedAt = runtime.Time.GetTimestamp();
    private readonly string _instanceId = Guid.NewGuid().ToString();

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("status", OperatorScopes.Read, "includeChannelSummary:bool machine:bool …", call => MethodReply.Object(json => WriteStatus(json, call))),
        MethodEntry.Of("system.info", OperatorScopes.Read, "", _ => MethodReply.Object(WriteSystem)),
        new("edge.config.reload", OperatorScopes.Admin, "", ReloadAsync),
    ];

    private void WriteStatus(Utf8JsonWriter json, MethodCall call)
    {
        AgentCatalog agents = runtime.Agents();
        IReadOnlyList<(string AgentId, HeartbeatConfig Config)> beats = HeartbeatPlan.Of(runtime.Config.Current.Config, agents);
        json.WriteString("runtimeVersion"u8, EdgeVersion.Compatible);
        json.WriteStartObject("hostDesktop"u8);
        json.WriteBoolean("enabled"u8, false);
        json.WriteString("state"u8, "disabled"u8);
        json.WriteNumber("port"u8, DesktopPort);
        json.WriteEndObject();
        json.WriteStartObject("heartbeat"u8);
        json.WriteString("defaultAgentId"u8, agents.Default.Id);
        json.WriteStartArray("agents"u8);
        foreach (AgentEntry agent in agents.All)
        {
            json.WriteStartObject();
            TimeSpan? every = beats.FirstOrDefault(beat => beat.AgentId == agent.Id).Config?.Every;
            json.WriteString("agentId"u8, agent.Id);
            json.WriteBoolean("enabled"u8, every is not null);
            json.WriteString("every"u8, every is { } span ? HeartbeatPlan.Words(span) : "disabled");
            if (every is { } interval)
            {
                json.WriteNumber("everyMs"u8, (long)interval.TotalMilliseconds);
            }
            else
            {
                json.WriteNull("everyMs"u8);
            }

            json.WriteBoolean("waitingForRoute"u8, false); // alerts stay in the session: they need none
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        foreach (string empty in (ReadOnlySpan<string>)["channelSummary", "degradedSecretOwners", "degradedPlugins"])
        {
            json.WriteStartArray(empty);
            json.WriteEndArray();
        }

        json.WriteTexts("queuedSystemEvents", runtime.Heartbeat.Notes.All());
        TaskJson.WriteCounts(json, tasks);
        bool machine = call.Flag("machine"); // ours: what our own commands ask for
        if (machine)
        {
            WriteMachine(json);
        }

        json.WriteStartObject("sessions"u8);
        if (call.Connection.Grant!.IsAdmin)
        {
            json.WriteStartArray("paths"u8);
            json.WriteStringValue(runtime.Paths.DatabasePath);
            json.WriteEndArray();
        }

        SessionPage page = runtime.Sessions.List(new SessionQuery { Limit = RecentSessions });
        json.WriteNumber("count"u8, page.TotalCount);
        WriteDefaults(json, provider: machine);
        WriteRecent(json, page);
        json.WriteStartArray("byAgent"u8);
        foreach (AgentEntry agent in agents.All)
        {
            SessionPage own = runtime.Sessions.List(new SessionQuery { AgentId = agent.Id, Limit = RecentSessions });
            json.WriteStartObject();
            json.WriteString("agentId"u8, agent.Id);
            if (call.Connection.Grant!.IsAdmin)
            {
                json.WriteString("path"u8, runtime.Paths.DatabasePath);
            }

            json.WriteNumber("count"u8, own.TotalCount);
            WriteRecent(json, own);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        HealthReport.WriteModelRuntime(json, runtime);
        vitals.Write(json, memory: true);
        WriteWorkers(json);
    }

    // The original's workers of their own and what its stop waits for; here the thread pool does the one, and the other is runs and jobs.
    private void WriteWorkers(Utf8JsonWriter json)
    {
        json.WriteStartObject("workerPools"u8);
        foreach (string pool in (ReadOnlySpan<string>)["transcriptReconciliation", "modelCatalog"])
        {
            json.WriteStartObject(pool);
            foreach (string count in (ReadOnlySpan<string>)["maxWorkers", "workers", "workersCreated", "activeTasks", "pendingTasks"])
            {
                json.WriteNumber(count, 0);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteNumber("pid"u8, Environment.ProcessId);
        json.WriteStartObject("shutdownBudget"u8);
        json.WriteNumber("timeoutMs"u8, StopBudgetMs);
        json.WriteNumber("reserveMs"u8, 0);
        json.WriteBoolean("nativeStopBudget"u8, false);
        json.WriteStartObject("activeWork"u8);
        json.WriteNumber("rootRequests"u8, runtime.Runs.Active.Count);
        json.WriteNumber("cronRuns"u8, runtime.Cron.Jobs.Count(job => job.State.RunningAtMs is not null));
        json.WriteNumber("sessionMutations"u8, 0);
        json.WriteNumber("terminalPersistence"u8, 0);
        json.WriteNumber("lifecycleWrites"u8, 0);
        json.WriteEndObject();
        json.WriteTexts("writeCustody", []);
        json.WriteEndObject();
    }

    // Ours: what is left of memory, and how warm it is.
    private void WriteMachine(Utf8JsonWriter json)
    {
        json.WriteStartObject("machine"u8);
        if (runtime.Strain.Memory.Memory is { } memory)
        {
            json.WriteNumber("memoryLimitBytes"u8, memory.Total);
            json.WriteNumber("memoryAvailableBytes"u8, memory.Headroom);
            if (memory.Stalled is { } stalled)
            {
                json.WriteNumber("memoryStalledPercent"u8, stalled);
            }
        }

        json.WriteBoolean("memoryShort"u8, runtime.Strain.Memory.IsShort);
        json.WriteNumber("refused"u8, runtime.Strain.Memory.Refused);
        if (runtime.Strain.Heat.Celsius is { } celsius)
        {
            json.WriteNumber("celsius"u8, Math.Round(celsius, 1));
            json.WriteBoolean("hot"u8, runtime.Strain.Heat.IsHot);
        }

        json.WriteEndObject();
    }

    private void WriteDefaults(Utf8JsonWriter json, bool provider)
    {
        string? wanted = runtime.Agents().Default.Model ?? runtime.Models.Catalog.DefaultModelRef;
        ModelInfo? info = wanted is null ? null : runtime.Models.Catalog.Describe(wanted);
        json.WriteStartObject("defaults"u8);
        if (provider)
        {
            json.WriteString("modelProvider"u8, info?.Provider ?? (wanted is null ? null : wanted[..Math.Max(0, wanted.IndexOf('/', StringComparison.Ordinal))]));
        }

        json.WriteString("model"u8, info?.Id ?? wanted?[(wanted.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        if (info is { ContextWindow: > 0 })
        {
            json.WriteNumber("contextTokens"u8, info.ContextWindow);
        }
        else
        {
            json.WriteNull("contextTokens"u8);
        }

        json.WriteEndObject();
    }

    private void WriteRecent(Utf8JsonWriter json, SessionPage page)
    {
        long now = runtime.Time.GetUtcNow().ToUnixTimeMilliseconds();
        json.WriteStartArray("recent"u8);
        foreach (SessionRow row in page.Rows)
        {
            json.WriteStartObject();
            json.WriteString("agentId"u8, row.AgentId);
            json.WriteString("key"u8, row.Key.Text);
            json.WriteString("kind"u8, SessionRowJson.KindOf(row.Key));
            json.WriteString("sessionId"u8, row.SessionId);
            json.WriteNumber("updatedAt"u8, row.UpdatedAtMs);
            json.WriteNumber("age"u8, Math.Max(0, now - row.UpdatedAtMs));
            SessionFacts facts = sessions.Of(row);
            WriteCounts(json, facts);
            if (facts.ModelRef is { } chosen)
            {
                json.WriteString("model"u8, row.Model ?? facts.ModelId);
                json.WriteString("configuredModel"u8, chosen);
                json.WriteString("selectedModel"u8, chosen);
            }

            json.WriteNull("modelSelectionReason"u8); // an explicit null of the wire, as those of the counts
            json.WriteString("runtime"u8, "OpenClaw Default"u8);
            if (facts.IsActive)
            {
                json.WriteBoolean("hasActiveRun"u8, true);
            }

            json.WriteStartArray("flags"u8);
            if (facts.HadTurn && !facts.HasCallsOnly)
            {
                json.WriteStringValue("system"u8);
            }

            json.WriteStringValue($"id:{row.SessionId}");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCounts(Utf8JsonWriter json, SessionFacts facts)
    {
        SessionRow row = facts.Row;
        if ((facts.HadTurn || facts.IsCut || facts.IsEmptied) && !facts.HasCallsOnly)
        {
            json.WriteBoolean("systemSent"u8, facts.HadTurn);
        }

        json.WriteBoolean("abortedLastRun"u8, row.AbortedLastRun);
        long? window = facts.Window;
        if (row.TotalTokens is { } total)
        {
            json.WriteNumber("inputTokens"u8, row.InputTokens);
            json.WriteNumber("outputTokens"u8, row.OutputTokens);
            json.WriteNumber("totalTokens"u8, total);
        }
        else
        {
            json.WriteNull("totalTokens"u8);
        }

        json.WriteBoolean("totalTokensFresh"u8, row.TotalTokens is not null);
        if (row.TotalTokens is { } used && window is { } size and > 0)
        {
            json.WriteNumber("remainingTokens"u8, Math.Max(0, size - used));
            json.WriteNumber("percentUsed"u8, Math.Min(100, used * 100 / size));
        }
        else
        {
            json.WriteNull("remainingTokens"u8);
            json.WriteNull("percentUsed"u8);
        }

        if (window is { } known)
        {
            json.WriteNumber("contextTokens"u8, known);
        }
    }

    private void WriteSystem(Utf8JsonWriter json)
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        json.WriteString("machineName"u8, Environment.MachineName);
        json.WriteString("hostname"u8, Environment.MachineName);
        json.WriteString("platform"u8, "linux"u8);
        json.WriteString("release"u8, Environment.OSVersion.Version.ToString());
        json.WriteString("arch"u8, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64"u8 : "x64"u8);
        json.WriteString("osLabel"u8, RuntimeInformation.OSDescription);
        json.WriteNumber("port"u8, runtime.Port());
        json.WriteString("nodeVersion"u8, $"OpenClaw.Edge {EdgeVersion.Own}");
        json.WriteNumber("pid"u8, Environment.ProcessId);
        json.WriteString("processInstanceId"u8, _instanceId);
        json.WriteNumber("uptimeMs"u8, (long)runtime.Time.GetElapsedTime(_startedAt).TotalMilliseconds);
        json.WriteNumber("cpuCount"u8, Environment.ProcessorCount);
        json.WriteString("cpuModel"u8, RuntimeInformation.OSArchitecture.ToString());
        json.WriteStartArray("loadAverage"u8);
        foreach (double load in ReadLoad())
        {
            json.WriteNumberValue(load);
        }

        json.WriteEndArray();
        json.WriteNumber("memoryTotalBytes"u8, memory.TotalAvailableMemoryBytes);
        json.WriteNumber("memoryFreeBytes"u8, Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes));
        vitals.Write(json, memory: true);
        WriteDisk(json);
        json.WriteStartObject("defaultAgentUtilityModel"u8);
        json.WriteString("status"u8, "unavailable"u8); // no small model is chosen for small work
        json.WriteEndObject();
    }

    private void WriteDisk(Utf8JsonWriter json)
    {
        try
        {
            DriveInfo disk = new(runtime.Paths.StateDir);
            json.WriteStartArray("disks"u8);
            json.WriteStartObject();
            json.WriteString("path"u8, disk.RootDirectory.FullName);
            json.WriteNumber("totalBytes"u8, disk.TotalSize);
            json.WriteNumber("availableBytes"u8, disk.AvailableFreeSpace);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteNumber("diskTotalBytes"u8, disk.TotalSize);
            json.WriteNumber("diskAvailableBytes"u8, disk.AvailableFreeSpace);
            json.WriteString("diskPath"u8, runtime.Paths.StateDir);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // a disk that does not tell its size: the members are optional
        }
    }

    // "0.20 0.18 0.12 1/80 11206"; three zeros where there is no /proc.
    private static double[] ReadLoad()
    {
        try
        {
            string[] words = File.ReadAllText("/proc/loadavg").Split(' ');
            return [.. words.Take(3).Select(word => double.Parse(word, System.Globalization.CultureInfo.InvariantCulture))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return [0, 0, 0];
        }
    }

    private async ValueTask<MethodReply> ReloadAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (runtime.ReloadConfig is not { } reload)
        {
            return MethodReply.Invalid("this gateway does not reload its configuration on request");
        }

        IReadOnlyList<Configuration.ConfigProblem> problems = await reload(cancellationToken);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, runtime.Health.Active.All(bad => bad.Code != Configuration.ConfigStore.ReloadFailedCode)); // in force
            json.WriteStartArray("issues"u8);
            foreach (Configuration.ConfigProblem problem in problems)
            {
                json.WriteStartObject();
                json.WriteString("path"u8, problem.Path);
                json.WriteString("message"u8, problem.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
