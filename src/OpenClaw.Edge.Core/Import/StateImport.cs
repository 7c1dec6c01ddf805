using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Automation;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Import;

/// <summary>Brings the state folder of an original over. What is here stays; what was brought is read back; nothing in the source is
/// changed. An import that broke off is run again: it goes on where it was.</summary>
public static class StateImport
{
    private const int MostAgents = 1000;
    private const int MostKeys = 1_000_000;

    /// <summary>Plans, and brings what was planned when the request says so, under the state's lock.</summary>
    /// <returns>One row for each thing; none when the source holds nothing that is known.</returns>
    /// <exception cref="CareException">The source is no state folder, a gateway runs here, or a database cannot be read.</exception>
    public static async Task<IReadOnlyList<ImportRow>> RunAsync(ImportRequest request, ILogger logger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Directory.Exists(request.Source))
        {
            throw new CareException(CareFailure.Refused, $"{request.Source} is not a folder: name the state folder of the original, such as ~/.openclaw");
        }

        try
        {
            using StateLock? held = request.Apply ? StateClaim.Take(request.Paths, request.Time, "import") : null;
            using ImportDesk desk = Open(request);
            List<ImportRow> rows = Plan(desk, cancellationToken);
            if (request.Apply)
            {
                await BringAsync(desk, rows, logger, cancellationToken);
            }

            return rows;
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            throw new CareException(CareFailure.Refused, $"the import stopped: {e.Message} Run it again when that is mended: it goes on where it was.", e);
        }
    }

    private static ImportDesk Open(ImportRequest request)
    {
        StatePaths places = ImportDesk.PlacesOf(request.Source);
        ConfigSnapshot original = ConfigImport.Load(places, request.Environment);
        return new ImportDesk(request, places)
        {
            Original = original,
            Effective = ConfigImport.Comes(request, original)
                ? ConfigLoader.LoadText(
                    System.Text.Encoding.UTF8.GetBytes(original.Raw), request.Paths with { ConfigPath = places.ConfigPath }, request.Environment) // where its includes are
                : request.Config,
        };
    }

    private static List<ImportRow> Plan(ImportDesk desk, CancellationToken cancellationToken)
    {
        ImportRequest request = desk.Request;
        List<ImportRow> rows = [];
        IReadOnlyList<string> agents = Agents(desk);
        (HashSet<string> sessions, HashSet<string> jobs, HashSet<string> devices) = Here(request.Paths);
        foreach (string kind in ImportRequest.AllKinds.Where(request.Kinds.Contains))
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (kind)
            {
                case "config":
                    Add(rows, ConfigImport.Plan(desk));
                    break;
                case "sessions":
                    foreach (string agent in agents)
                    {
                        rows.AddRange(new SessionImport(desk, sessions).Plan(agent));
                    }

                    break;
                case "workspace":
                    foreach (string agent in agents)
                    {
                        Add(rows, ImportFiles.Plan(
                            kind, $"workspace of {agent}", desk.WorkspaceOf(desk.Original, agent, desk.Places), desk.WorkspaceOf(desk.Effective, agent, request.Paths), cancellationToken));
                    }

                    break;
                case "skills":
                    Add(rows, ImportFiles.Plan(kind, "skills", Path.Combine(desk.Places.StateDir, "skills"), Path.Combine(request.Paths.StateDir, "skills"), cancellationToken));
                    break;
                case "cron":
                    rows.AddRange(new CronImport(desk, jobs).Plan());
                    break;
                default:
                    rows.AddRange(new CredentialImport(desk).Plan(agents));
                    rows.AddRange(new DeviceImport(desk, devices).Plan());
                    break;
            }
        }

        rows.AddRange(desk.Broken);
        return rows;
    }

    private static async Task BringAsync(ImportDesk desk, List<ImportRow> rows, ILogger logger, CancellationToken cancellationToken)
    {
        await using EdgeDatabase database = EdgeDatabase.Open(desk.Request.Paths.DatabasePath, desk.Request.Time, logger);
        desk.Sessions = new SessionStore(database, desk.Request.Time);
        desk.Jobs = new CronStore(database, desk.Request.Time);
        await using DevicePairing devices = new(database, Path.Combine(desk.Request.Paths.SecretDir, "device-tokens.key"), desk.Request.Time);
        desk.Devices = devices;
        foreach (ImportRow row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.State != "ready" || row.Work is not { } work)
            {
                continue;
            }

            try
            {
                row.Verified = await work(row, desk, cancellationToken);
                if (row.Kind != "sessions" && row.Verified != row.Count)
                {
                    row.Problem ??= $"{row.Verified} of {row.Count} were there when they were read back";
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or StorageException)
            {
                row.Problem = e.Message; // the others still come
            }
        }

        CareJournal.Append(desk.Request.Paths, desk.Request.Time, "import", json =>
        {
            json.WriteString("source"u8, desk.Request.Source);
            json.WriteNumber("done"u8, rows.Count(row => row.State == "done"));
            json.WriteNumber("failed"u8, rows.Count(row => row.State == "failed"));
        });
    }

    private static List<string> Agents(ImportDesk desk)
    {
        List<string> agents = [.. desk.Original.Config.Agents.Ids];
        string folder = Path.Combine(desk.Places.StateDir, "agents");
        if (Directory.Exists(folder))
        {
            agents.AddRange(Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!)
                .Where(StatePaths.IsProfileName).Order(StringComparer.Ordinal).Take(MostAgents).Except(agents, StringComparer.Ordinal).ToArray());
        }

        return agents;
    }

    // A look, not an opening: the gateway may run while it is only planned.
    private static (HashSet<string> Sessions, HashSet<string> Jobs, HashSet<string> Devices) Here(StatePaths paths)
    {
        HashSet<string> sessions = new(StringComparer.Ordinal);
        HashSet<string> jobs = new(StringComparer.Ordinal);
        HashSet<string> devices = new(StringComparer.Ordinal);
        if (File.Exists(paths.DatabasePath))
        {
            using ForeignDatabase ours = ForeignDatabase.OpenOwn(paths.DatabasePath);
            if (ours.Has("sessions"))
            {
                // One that is empty here is there only when it is the same session: it was brought before.
                sessions.UnionWith(ours.Connection.All(
                    SessionTable.Unmarked,
                    row => row.GetInt64(2) > 0 ? row.GetString(0) : SessionImport.Same(row.GetString(0), row.GetString(1)),
                    $"%\"{ImportDesk.UnfinishedMark}\"%"));
            }

            if (ours.Has("cron_jobs"))
            {
                jobs.UnionWith(ours.Connection.All(CronTable.Ids, row => row.GetString(0), MostKeys));
            }

            if (ours.Has("devices"))
            {
                devices.UnionWith(ours.Connection.All(DeviceTable.Ids, row => row.GetString(0), MostKeys));
            }
        }

        return (sessions, jobs, devices);
    }

    private static void Add(List<ImportRow> rows, ImportRow? row)
    {
        if (row is not null)
        {
            rows.Add(row);
        }
    }
}
