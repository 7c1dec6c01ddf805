using System.Globalization;
using System.Text.Json;
using OpenClaw.Edge.Automation;

namespace OpenClaw.Edge.Import;

/// <summary>Scheduled jobs of the original: from its database, and from the older <c>cron/jobs.json</c>. Each is read as
/// <c>cron.add</c> would read it, and keeps its id.</summary>
internal sealed class CronImport(ImportDesk desk, HashSet<string> here)
{
    private const int MostBytes = 16 << 20;

    private static readonly string[] Members =
    [
        "name", "displayName", "description", "declarationKey", "agentId", "sessionKey", "enabled", "deleteAfterRun", "schedule",
        "sessionTarget", "wakeMode", "payload", "delivery", "failureAlert", "trigger", "pacing", "owner",
    ];

    // Jobs that the original makes for itself; a gateway of ours has its own ways for these.
    private static readonly string[] Housekeeping = ["heartbeat:", "memory-core:", "skill-collection-review:"];

    private readonly List<ImportRow> _rows = [];
    private readonly HashSet<string> _planned = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _scratch = new(StringComparer.Ordinal);

    /// <summary>One row a job.</summary>
    public IReadOnlyList<ImportRow> Plan()
    {
        string path = Path.Combine(desk.Places.StateDir, "state", "openclaw.sqlite");
        if (desk.Database("cron", path) is { } database && database.Has("cron_jobs"))
        {
            IReadOnlyList<string>? jobs = database.Try(
                connection => connection.All($"SELECT job_json FROM cron_jobs ORDER BY sort_order, updated_at LIMIT {CronStore.MaxJobs * 2}", row => row.GetString(0)),
                out string? problem);
            if (jobs is null)
            {
                _rows.Add(new ImportRow("cron", path, 0) { Problem = $"its tables are not those of a known original: {problem}" });
            }

            // Notes that are too long are named without their text.
            if (database.Has("cron_job_scratch") && database.Try(
                connection => connection.All(
                    $"SELECT job_id, CASE WHEN length(CAST(content AS BLOB)) <= {CronScratch.MaxBytes} THEN content END FROM cron_job_scratch WHERE job_id IS NOT NULL AND content IS NOT NULL LIMIT {CronStore.MaxJobs * 2}",
                    row => _scratch[row.GetString(0)] = row.IsDBNull(1) ? null : row.GetString(1)),
                out problem) is null)
            {
                _rows.Add(new ImportRow("cron", $"notes of jobs in {path}", 0) { Problem = $"their table is not that of a known original: {problem}" });
            }

            foreach (string job in jobs ?? [])
            {
                AddText(path, job);
            }
        }

        PlanFile(Path.Combine(desk.Places.StateDir, "cron", "jobs.json"));
        return _rows;
    }

    private void PlanFile(string path)
    {
        if (!ImportFiles.IsOwnFile(desk.Request.Source, path))
        {
            return;
        }

        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                throw new InvalidDataException($"it is larger than {MostBytes >> 20} MiB");
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            JsonElement list = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("jobs", out JsonElement jobs) ? jobs : root;
            foreach (JsonElement job in list.EnumerateArray())
            {
                Add(path, job);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            _rows.Add(new ImportRow("cron", path, 0) { Problem = $"it cannot be read: {wrong.Message}" });
        }
    }

    private void AddText(string path, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            Add(path, document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            _rows.Add(new ImportRow("cron", path, 0) { Problem = $"a job is damaged: {wrong.Message}" });
        }
    }

    private void Add(string path, JsonElement job)
    {
        if (job.ValueKind != JsonValueKind.Object || Text(job, "id") is not { Length: > 0 and <= 200 } id)
        {
            _rows.Add(new ImportRow("cron", path, 0) { Problem = "a job has no id" });
            return;
        }

        if (!_planned.Add(id))
        {
            return;
        }

        CronJob? read = null;
        string? skip = null;
        string kind = job.TryGetProperty("payload", out JsonElement payload) && payload.ValueKind == JsonValueKind.Object ? Text(payload, "kind") ?? "" : "";
        if (here.Contains(id))
        {
            skip = "a job with this id is there already";
        }
        else if (kind == "heartbeat" || (Text(job, "declarationKey") is { } key && Housekeeping.Any(own => key.StartsWith(own, StringComparison.Ordinal))))
        {
            skip = "the original made it for its own housekeeping";
        }
        else
        {
            read = Read(job, id, out skip);
        }

        string name = $"{Text(job, "displayName") ?? Text(job, "name") ?? "job"} ({id})";
        bool noted = _scratch.TryGetValue(id, out string? notes);
        if (skip is null && noted && notes is null)
        {
            _rows.Add(new ImportRow("cron", $"notes of {name}", 0) { Problem = $"they are longer than {CronScratch.MaxBytes >> 10} KiB and do not come" });
        }

        _rows.Add(new ImportRow("cron", name, 1)
        {
            Target = desk.Request.Paths.DatabasePath,
            Skip = skip,
            Work = async (_, at, stop) =>
            {
                await at.Jobs!.SaveAsync(read!, notes, stop);
                return at.Jobs.Load().Any(saved => saved.Id == id) ? 1 : 0;
            },
        });
    }

    private CronJob? Read(JsonElement job, string id, out string? skip)
    {
        using MemoryStream known = new();
        using (Utf8JsonWriter json = new(known))
        {
            json.WriteStartObject();
            foreach (JsonProperty member in job.EnumerateObject())
            {
                if (Members.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
                {
                    member.WriteTo(json);
                }
            }

            json.WriteEndObject();
        }

        try
        {
            using JsonDocument members = JsonDocument.Parse(known.GetBuffer().AsMemory(0, (int)known.Length));
            skip = null;
            CronJob read = CronJobReader.Add(members.RootElement, desk.Request.Time.GetUtcNow().ToUnixTimeMilliseconds());
            return read with
            {
                Id = id,
                CreatedAtMs = job.TryGetProperty("createdAtMs", out JsonElement made) && made.ValueKind == JsonValueKind.Number && made.TryGetInt64(out long ms) ? ms : read.CreatedAtMs,
                FailureAlert = read.FailureAlert?.Clone(),
            };
        }
        catch (CronInputException wrong)
        {
            skip = string.Create(CultureInfo.InvariantCulture, $"it cannot run here: {wrong.Message}");
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) => ForeignText.Of(json, name);
}
