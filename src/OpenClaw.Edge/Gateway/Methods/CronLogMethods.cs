using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>cron.runs</c>, and <c>cron.scratch.*</c>: what jobs leave behind.</summary>
internal sealed class CronLogMethods(GatewayRuntime runtime, CronScheduler cron)
{
    private const int DefaultLimit = 50;

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("cron.runs", OperatorScopes.Read,
            "agentId:str1 scope:=job|all id:str jobId:str runId:str1 limit:int(1..200) offset:int(0..) statuses:[3]ok|error|skipped status:=all|ok|error|skipped deliveryStatuses:[4]delivered|not-delivered|unknown|not-requested deliveryStatus:=delivered|not-delivered|unknown|not-requested query:str sortDir:=asc|desc", Runs),
        MethodEntry.Of("cron.scratch.get", OperatorScopes.Admin, CronMethods.Id, Scratch),
        new("cron.scratch.set", OperatorScopes.Admin, CronMethods.Id + " content!:=str(262144)? expectedRevision:int(0..)", SetScratchAsync),
    ];

    private MethodReply Runs(MethodCall call)
    {
        bool all = call.Text("scope") is { } scope ? scope == "all" : !call.Has("id") && !call.Has("jobId");
        string? given = all ? null : call.Text("id") ?? call.Text("jobId");
        if (given is not null && (given.Length == 0 || given.AsSpan().ContainsAny('/', '\\')))
        {
            string at = $"at /{(call.Has("id") ? "id" : "jobId")}: must ";
            return MethodReply.Invalid($"invalid cron.runs params: {(given.Length == 0 ? $"{at}not have fewer than 1 characters; " : "")}{at}match pattern \"^[^/\\\\]+$\"");
        }

        string id = given?.Trim() ?? "";
        if (!all && id.Length == 0)
        {
            return MethodReply.Invalid("invalid cron.runs params: missing id");
        }

        string? agent = call.Text("agentId");
        CronJob? job = all ? null : cron.Find(id);
        if (!all && ((agent is not null && (job is null || !IsOf(job, agent))) || (job is null && cron.Log.Runs(id, null, 1, 0).Total == 0)))
        {
            return CronMethods.NotFound(id);
        }

        string? states = Joined(call, "statuses") ?? (call.Text("status") is "all" ? null : call.Text("status"));
        string? deliveries = Joined(call, "deliveryStatuses") ?? call.Text("deliveryStatus");
        (string? runId, string query) = (call.Text("runId")?.Trim(), call.Text("query")?.Trim() ?? "");
        bool filters = runId is { Length: > 0 } || query.Length > 0 || deliveries is not null || (all && agent is not null);
        long offset = call.Number("offset") ?? 0;
        int limit = (int)(call.Number("limit") ?? DefaultLimit);
        (IReadOnlyList<CronRunEntry> entries, long total) = cron.Log.Runs(
            all ? null : id, states, limit, (int)Math.Min(offset, int.MaxValue), call.Text("sortDir") == "asc",
            !filters ? null : entry => (runId is not { Length: > 0 } || entry.RunId == runId)
                && (deliveries is null || $",{deliveries},".Contains($",{entry.DeliveryStatus},", StringComparison.Ordinal))
                && (!all || agent is null || IsOf(entry, agent))
                && (query.Length == 0 || TextOf(entry).Contains(query, StringComparison.OrdinalIgnoreCase)),
            runId);
        offset = Math.Min(offset, total);
        return MethodReply.Object(json =>
        {
            json.WriteStartArray("entries"u8);
            foreach (CronRunEntry entry in entries)
            {
                JsonSerializer.Serialize(json, entry with { JobName = cron.Find(entry.JobId)?.Name }, CronJson.Default.CronRunEntry);
            }

            json.WriteEndArray();
            CronMethods.WritePaging(json, total, (int)offset, limit, entries.Count);
        });
    }

    private static string? Joined(MethodCall call, string name) =>
        call.Params.TryGetProperty(name, out JsonElement list) ? string.Join(',', list.EnumerateArray().Select(item => item.GetString())) : null;

    private bool IsOf(CronJob job, string agent) => job.OwnerId(runtime.Agents().Default.Id).Equals(agent.Trim(), StringComparison.OrdinalIgnoreCase);

    // The log outlives its job: then the session tells the agent.
    private bool IsOf(CronRunEntry entry, string agent) => cron.Find(entry.JobId) is { } job ? IsOf(job, agent)
        : entry.SessionKey?.StartsWith($"agent:{agent.Trim()}:", StringComparison.OrdinalIgnoreCase) == true;

    private string TextOf(CronRunEntry entry)
    {
        StringBuilder text = new();
        text.AppendJoin(' ', entry.Summary, entry.Error, entry.JobId, cron.Find(entry.JobId)?.Name);
        if (entry.Diagnostics is { ValueKind: JsonValueKind.Object } said)
        {
            text.Append(' ').Append(said.TryGetProperty("summary"u8, out JsonElement summary) ? summary.ToString() : "");
            foreach (JsonElement line in said.TryGetProperty("entries"u8, out JsonElement lines) && lines.ValueKind == JsonValueKind.Array ? lines.EnumerateArray() : default)
            {
                text.Append(' ').Append(line.TryGetProperty("message"u8, out JsonElement message) ? message.ToString() : "");
            }
        }

        foreach (string place in (ReadOnlySpan<string>)["intended", "resolved"])
        {
            if (entry.Delivery is { ValueKind: JsonValueKind.Object } delivery && delivery.TryGetProperty(place, out JsonElement to)
                && to.ValueKind == JsonValueKind.Object && to.TryGetProperty("channel"u8, out JsonElement channel))
            {
                text.Append(' ').Append(channel.ToString());
            }
        }

        return text.ToString();
    }

    private MethodReply Scratch(MethodCall call)
    {
        if (CronMethods.Refuse(call, cron) is { } refusal)
        {
            return refusal;
        }

        CronScratch now = cron.Log.Scratch(CronMethods.IdOf(call)!);
        return MethodReply.Object(json => Write(json, now));
    }

    private async ValueTask<MethodReply> SetScratchAsync(MethodCall call, CancellationToken cancellationToken)
    {
        if (CronMethods.Refuse(call, cron) is { } refusal)
        {
            return refusal;
        }

        string? content = call.Text("content");
        if (content is not null && Encoding.UTF8.GetByteCount(content) is var bytes and > CronScratch.MaxBytes)
        {
            return MethodReply.Invalid($"invalid cron.scratch.set params: cron scratch exceeds {CronScratch.MaxBytes} bytes ({bytes} bytes provided)");
        }

        (CronScratch now, bool written) = await cron.Log.WriteScratchAsync(CronMethods.IdOf(call)!, content, call.Number("expectedRevision"), cancellationToken);
        return MethodReply.Object(json =>
        {
            json.WriteBoolean("ok"u8, written);
            if (written)
            {
                Write(json, now);
                return;
            }

            json.WriteString("reason"u8, "revision-conflict"u8);
            json.WriteNumber("currentRevision"u8, now.Revision);
        });
    }

    private static void Write(Utf8JsonWriter json, CronScratch now)
    {
        if (now.Content is { } content)
        {
            json.WriteStartObject("scratch"u8);
            json.WriteString("content"u8, content);
            json.WriteNumber("revision"u8, now.Revision);
            json.WriteNumber("updatedAtMs"u8, now.UpdatedAtMs);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("scratch"u8); // the original's clients want the member
        }

        json.WriteNumber("currentRevision"u8, now.Revision);
        json.WriteNumber("maxBytes"u8, CronScratch.MaxBytes);
    }
}
