using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using OpenClaw.Edge.Automation;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Writes jobs as clients know them: with the last and next run at the top, too. Source: docs/protocol.md, cron.</summary>
internal static class CronJobJson
{
    /// <summary>Writes a job.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="job">Job.</param>
    /// <param name="compact">Whether a line of a list is enough.</param>
    /// <param name="owner">Agent that runs it; null leaves it out.</param>
    /// <param name="preview">With where its answer goes.</param>
    public static void Write(Utf8JsonWriter json, CronJob job, bool compact, string? owner, bool preview = false)
    {
        json.WriteStartObject();
        if (compact)
        {
            WriteLine(json, job);
        }
        else
        {
            foreach (JsonProperty member in JsonSerializer.SerializeToElement(job, CronJson.Default.CronJob).EnumerateObject())
            {
                member.WriteTo(json);
            }

            json.WriteString("configRevision"u8, RevisionOf(job));
            Number(json, "nextRunAtMs", job.State.NextRunAtMs);
            Number(json, "lastRunAtMs", job.State.LastRunAtMs);
            Text(json, "lastRunStatus", job.State.LastRunStatus);
            Text(json, "lastRunError", job.State.LastError);
            if (job.State.LastDelivered is { } delivered)
            {
                json.WriteBoolean("lastDelivered"u8, delivered);
            }

            Text(json, "lastDeliveryStatus", job.State.LastDeliveryStatus);
            Text(json, "lastFailureNotificationDeliveryStatus", job.State.LastFailureNotificationDeliveryStatus);
        }

        Text(json, "effectiveAgentId", owner);
        if (preview)
        {
            WritePreview(json, "deliveryPreview", job);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes where the answer of a job goes, for people.</summary>
    public static void WritePreview(Utf8JsonWriter json, string name, CronJob job)
    {
        bool none = job.Delivery is not { Mode: not "none" };
        json.WriteStartObject(name);
        json.WriteString("label"u8, none ? "not requested" : job.Delivery!.Mode);
        json.WriteString("detail"u8, none ? "not requested" : job.Delivery!.Mode == CronDelivery.Webhook ? job.Delivery.To : job.Delivery.Channel ?? "the last channel used");
        json.WriteEndObject();
    }

    /// <summary>A hash as revisions have it.</summary>
    public static string Hash(byte[] bytes) =>
        $"sha256:{Convert.ToBase64String(SHA256.HashData(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_')}";

    /// <summary>Names what a client may set of a job, so that two changes do not meet unseen.</summary>
    public static string RevisionOf(CronJob job) => Hash(
        JsonSerializer.SerializeToUtf8Bytes(job with { State = new CronJobState(), UpdatedAtMs = 0 }, CronJson.Default.CronJob));

    // Here the original's clients want the nulls.
    private static void WriteLine(Utf8JsonWriter json, CronJob job)
    {
        json.WriteString("id"u8, job.Id);
        json.WriteString("name"u8, job.Name);
        Text(json, "agentId", job.AgentId);
        json.WriteNumber("updatedAtMs"u8, job.UpdatedAtMs);
        Text(json, "declarationKey", job.DeclarationKey);
        Text(json, "displayName", job.DisplayName);
        json.WriteBoolean("enabled"u8, job.Enabled);
        json.WriteString("nextRunAt"u8, Iso(job.State.NextRunAtMs));
        NumberOrNull(json, "nextRunAtMs", job.State.NextRunAtMs);
        json.WriteString("scheduleKind"u8, job.Schedule.Kind);
        if (!job.Schedule.IsWatch)
        {
            json.WritePropertyName("schedule"u8);
            JsonSerializer.Serialize(json, job.Schedule, CronJson.Default.CronSchedule);
        }

        json.WriteString("lastRunAt"u8, Iso(job.State.LastRunAtMs));
        NumberOrNull(json, "lastRunAtMs", job.State.LastRunAtMs);
        json.WriteString("lastRunStatus"u8, job.State.LastRunStatus);
        json.WriteString("lastRunError"u8, job.State.LastError);
    }

    private static string? Iso(long? ms) => ms is { } at
        ? DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : null;

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void NumberOrNull(Utf8JsonWriter json, string name, long? value)
    {
        json.WritePropertyName(name);
        if (value is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
