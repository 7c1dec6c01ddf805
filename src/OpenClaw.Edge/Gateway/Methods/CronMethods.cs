using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>cron.*</c>: jobs of the scheduler.</summary>
internal sealed class CronMethods(GatewayRuntime runtime, CronScheduler cron)
{
    /// <summary>Params that name a job one way or the other.</summary>
    public const string Id = "or:id!:str1 jobId!:str1";

    private readonly string _instanceId = Guid.NewGuid().ToString();

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("cron.list", OperatorScopes.Read,
            "includeDisabled:bool limit:int(1..200) offset:int(0..) query:str enabled:=all|enabled|disabled sortBy:=nextRunAtMs|updatedAtMs|name sortDir:=asc|desc agentId:str1 compact:bool scheduleKind:=all|at|every|cron|on-exit|stream lastRunStatus:=all|ok|error|skipped|unknown trigger:=all|conditional|unconditional includeDeliveryPreviews:bool sessionKey:str1 sessionAgentId:str1", List),
        MethodEntry.Of("cron.status", OperatorScopes.Read, "", _ => MethodReply.Object(WriteStatus)),
        MethodEntry.Of("cron.get", OperatorScopes.Read, Id, Get),
        new("cron.add", OperatorScopes.Admin, "name!:str …", AddAsync) { IsControlPlaneWrite = true },
        new("cron.update", OperatorScopes.Admin, Id + " patch!:obj expectedConfigRevision:str", UpdateAsync) { IsControlPlaneWrite = true },
        new("cron.remove", OperatorScopes.Admin, Id, RemoveAsync) { IsControlPlaneWrite = true },
        new("cron.run", OperatorScopes.Admin, Id + " mode:=due|force|if-enabled expectedProcessInstanceId:str1", RunAsync) { IsControlPlaneWrite = true },
    ];

    /// <summary>Tells readers what happens to jobs.</summary>
    public static void Tell(Broadcaster broadcaster, CronEvent told) => broadcaster.Publish("cron", OperatorScopes.Read, json =>
    {
        json.WriteStartObject();
        json.WriteString("jobId"u8, told.Job.Id);
        json.WriteString("action"u8, told.Action);
        if (told.Entry is { } entry)
        {
            foreach (JsonProperty member in JsonSerializer.SerializeToElement(entry, CronJson.Default.CronRunEntry).EnumerateObject())
            {
                if (member.Name is not ("jobId" or "action" or "ts" or "jobName"))
                {
                    member.WriteTo(json);
                }
            }
        }
        else if (told.Action == "started")
        {
            json.WriteNumber("runAtMs"u8, told.Job.State.RunningAtMs ?? 0);
        }
        else if (told.Job.State.NextRunAtMs is { } next)
        {
            json.WriteNumber("nextRunAtMs"u8, next);
        }

        json.WritePropertyName("job"u8);
        JsonSerializer.Serialize(json, told.Job, CronJson.Default.CronJob);
        json.WriteEndObject();
    });

    private MethodReply List(MethodCall call)
    {
        string? query = call.Text("query");
        string? agentId = call.Text("agentId");
        string state = call.Text("enabled") ?? (call.Flag("includeDisabled") ? "all" : "enabled");
        IEnumerable<CronJob> found = cron.Jobs.Where(job =>
            (state == "all" || job.Enabled == (state == "enabled"))
            && (agentId is null || Owner(job).Equals(agentId, StringComparison.OrdinalIgnoreCase))
            && (call.Text("scheduleKind") is null or "all" || job.Schedule.Kind == call.Text("scheduleKind"))
            && (call.Text("lastRunStatus") is null or "all" || (job.State.LastRunStatus ?? "unknown") == call.Text("lastRunStatus"))
            && (call.Text("trigger") is null or "all" || (job.Trigger is not null) == (call.Text("trigger") == "conditional"))
            && (query is null || job.Name.Contains(query, StringComparison.OrdinalIgnoreCase)
                || job.Description?.Contains(query, StringComparison.OrdinalIgnoreCase) == true));
        found = call.Text("sortBy") switch
        {
            "name" => found.OrderBy(job => job.Name, StringComparer.OrdinalIgnoreCase).ThenBy(job => job.Id, StringComparer.Ordinal),
            "updatedAtMs" => found.OrderBy(job => job.UpdatedAtMs).ThenBy(job => job.Id, StringComparer.Ordinal),
            _ => found.OrderBy(job => job.State.NextRunAtMs ?? long.MaxValue).ThenBy(job => job.Id, StringComparer.Ordinal),
        };
        CronJob[] all = [.. call.Text("sortDir") == "desc" ? found.Reverse() : found];
        int offset = (int)Math.Min(call.Number("offset") ?? 0, all.Length);
        int limit = (int)(call.Number("limit") ?? Math.Clamp(all.Length, 1, 200));
        CronJob[] page = [.. all.Skip(offset).Take(limit)];
        bool compact = call.Flag("compact");
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("jobs"u8);
            foreach (CronJob job in page)
            {
                CronJobJson.Write(json, job, compact, Owner(job));
            }

            json.WriteEndArray();
            if (!compact && !IsFalse(call, "includeDeliveryPreviews"))
            {
                json.WriteStartObject("deliveryPreviews"u8);
                foreach (CronJob job in page)
                {
                    CronJobJson.WritePreview(json, job.Id, job);
                }

                json.WriteEndObject();
            }

            json.WriteString("snapshotRevision"u8, Revision(all));
            WritePaging(json, all.Length, offset, limit, page.Length);
        });
    }

    private static bool IsFalse(MethodCall call, string name) => call.Params.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.False;

    private void WriteStatus(Utf8JsonWriter json)
    {
        json.WriteBoolean("enabled"u8, cron.IsEnabled);
        json.WriteBoolean("triggersEnabled"u8, cron.AreTriggersEnabled);
        json.WriteString("storePath"u8, runtime.Paths.DatabasePath);
        json.WriteString("storage"u8, "sqlite"u8);
        json.WriteString("sqlitePath"u8, runtime.Paths.DatabasePath);
        json.WriteNumber("jobs"u8, cron.Jobs.Count);
        if (cron.NextWakeAtMs is { } next)
        {
            json.WriteNumber("nextWakeAtMs"u8, next);
        }
        else
        {
            json.WriteNull("nextWakeAtMs"u8); // the original's clients want the member
        }
    }

    // Found once: it may be gone when the answer is written.
    private MethodReply Get(MethodCall call) => IdOf(call) is { } id && cron.Find(id) is { } job
        ? MethodReply.Value(json => CronJobJson.Write(json, job, compact: false, owner: null))
        : Refuse(call, cron) ?? NotFound(IdOf(call)!);

    /// <summary>The answer to a call that names no job that is there; null when it does.</summary>
    public static MethodReply? Refuse(MethodCall call, CronScheduler cron) => IdOf(call) is not { } id
        ? MethodReply.Invalid($"invalid {call.Method} params: missing id")
        : cron.Find(id) is null ? NotFound(id) : null;

    private ValueTask<MethodReply> AddAsync(MethodCall call, CancellationToken cancellationToken) => GuardAsync(call, async () =>
    {
        if (call.Text("agentId") is { } agent && !runtime.Agents().TryGet(agent, out _))
        {
            return MethodReply.Fail(GatewayError.Unavailable($"Error: cron job agent is unavailable: {agent}"));
        }

        (CronJob job, bool isNew, bool isChanged) = await cron.DeclareAsync(call.Params, cancellationToken);
        return job.DeclarationKey is null
            ? MethodReply.Value(json => CronJobJson.Write(json, job, compact: false, owner: null, preview: true))
            : MethodReply.Object(json =>
            {
                json.WriteBoolean("created"u8, isNew);
                if (!isNew)
                {
                    json.WriteBoolean("updated"u8, isChanged);
                }

                json.WritePropertyName("job"u8);
                CronJobJson.Write(json, job, compact: false, owner: null);
                CronJobJson.WritePreview(json, "deliveryPreview", job);
            });
    });

    private ValueTask<MethodReply> UpdateAsync(MethodCall call, CancellationToken cancellationToken) => GuardAsync(call, async () =>
    {
        if (Refuse(call, cron) is { } refusal)
        {
            return refusal;
        }

        string id = IdOf(call)!;
        CronJob job = await cron.UpdateAsync(id, call.Params.GetProperty("patch"), cancellationToken, now =>
        {
            if (call.Text("expectedConfigRevision") is { } expected && CronJobJson.RevisionOf(now) is var actual && actual != expected)
            {
                throw new CronRevisionException(expected, actual);
            }
        });
        return MethodReply.Value(json => CronJobJson.Write(json, job, compact: false, owner: null));
    });

    private ValueTask<MethodReply> RemoveAsync(MethodCall call, CancellationToken cancellationToken) => GuardAsync(call, async () =>
    {
        if (Refuse(call, cron) is { } refusal)
        {
            return refusal;
        }

        string id = IdOf(call)!;
        await cron.RemoveAsync(id, cancellationToken);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteBoolean("removed"u8, true);
        });
    });

    private ValueTask<MethodReply> RunAsync(MethodCall call, CancellationToken cancellationToken) => GuardAsync(call, async () =>
    {
        if (Refuse(call, cron) is { } refusal)
        {
            return refusal;
        }

        string id = IdOf(call)!;
        if (call.Text("expectedProcessInstanceId") is { } instance && instance != _instanceId && cron.Find(id) is not null)
        {
            return MethodReply.Invalid("invalid cron.run params: Gateway process changed after preflight");
        }

        (string? runId, string? reason) = await cron.RunAsync(id, call.Text("mode") ?? "force", cancellationToken);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, true);
            json.WriteBoolean(runId is null ? "ran" : "enqueued", runId is not null);
            json.WriteString(runId is null ? "reason" : "runId", runId ?? reason);
            json.WriteString("processInstanceId"u8, _instanceId);
        });
    });

    private static async ValueTask<MethodReply> GuardAsync(MethodCall call, Func<Task<MethodReply>> work)
    {
        try
        {
            return await work();
        }
        catch (CronRevisionException other)
        {
            return MethodReply.Fail(GatewayError.Invalid(other.Message, json =>
            {
                json.WriteString("code"u8, "CRON_JOB_CHANGED"u8);
                json.WriteString("expectedConfigRevision"u8, other.Expected);
                json.WriteString("actualConfigRevision"u8, other.Actual);
            }));
        }
        catch (CronInputException late) when (late.IsUnavailable && call.Method == "cron.add")
        {
            return MethodReply.Fail(GatewayError.Unavailable($"Error: {late.Message}"));
        }
        catch (CronInputException refused)
        {
            return MethodReply.Invalid(refused.IsParams ? $"invalid {call.Method} params: {(call.Method == "cron.update" ? OfPatch(call, refused.Message) : refused.Message)}" : refused.Message);
        }
        catch (CronJobNotFoundException missing)
        {
            return NotFound(missing.JobId);
        }
    }

    // What is wrong with a patch is wrong with both ways to name its job.
    private static string OfPatch(MethodCall call, string problem)
    {
        string text = problem.StartsWith("at root: ", StringComparison.Ordinal) ? string.Concat("at /patch: ", problem.AsSpan(9))
            : problem.StartsWith("at /", StringComparison.Ordinal) ? string.Concat("at /patch/", problem.AsSpan(4)) : problem;
        return text.Length == problem.Length || !call.Has("id") ? text
            : $"{text}; must have required property 'jobId'; at root: unexpected property 'id'; must match a schema in anyOf";
    }

    private string Owner(CronJob job) => job.OwnerId(runtime.Agents().Default.Id);

    /// <summary>The job that a call names; null when it names none.</summary>
    public static string? IdOf(MethodCall call) => (call.Text("id") ?? call.Text("jobId"))?.Trim() is { Length: > 0 } id ? id : null;

    /// <summary>That a job is not there.</summary>
    public static MethodReply NotFound(string id) => MethodReply.Fail(GatewayError.Invalid(
        new CronJobNotFoundException(id).Message,
        json =>
        {
            json.WriteString("code"u8, "CRON_JOB_NOT_FOUND"u8);
            json.WriteString("jobId"u8, id);
        }));

    /// <summary>Writes where a page stands. Clients refuse one that lacks a member of it.</summary>
    public static void WritePaging(Utf8JsonWriter json, long total, int offset, int limit, int count)
    {
        bool more = offset + count < total;
        json.WriteNumber("total"u8, total);
        json.WriteNumber("offset"u8, offset);
        json.WriteNumber("limit"u8, limit);
        json.WriteBoolean("hasMore"u8, more);
        if (more)
        {
            json.WriteNumber("nextOffset"u8, offset + count);
        }
        else
        {
            json.WriteNull("nextOffset"u8);
        }
    }

    private static string Revision(CronJob[] jobs) => CronJobJson.Hash(
        Encoding.UTF8.GetBytes(string.Join('\n', jobs.Select(job => $"{job.Id} {job.UpdatedAtMs} {job.State.NextRunAtMs} {job.State.LastRunAtMs}"))));
}
