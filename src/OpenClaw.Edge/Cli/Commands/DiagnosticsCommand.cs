using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Cli.Checks;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Diagnostics;
using OpenClaw.Edge.Platform;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw diagnostics export</c>: one file for a bug report, without texts and secrets.</summary>
internal static class DiagnosticsCommand
{
    public static Command Create(CliOptions shared, CliWorld world) => new Command("diagnostics", "Reports for somebody who helps")
    {
        Export(shared, world),
    }.ShowsHelp(world);

    private static Command Export(CliOptions shared, CliWorld world)
    {
        Option<string?> output = new("--output", "-o") { Description = "File (default: openclaw-diagnostics-<time>.tar.gz here)", HelpName = "file" };
        return new Command("export", "Write a report without texts and secrets") { output }.Does(shared, world, async (context, cancellationToken) =>
        {
            string stamp = context.Clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
            string path = Path.GetFullPath(context.Parsed.GetValue(output) ?? $"openclaw-diagnostics-{stamp}.tar.gz", context.Environment.WorkingDirectory);
            DiagnosticsBundle bundle = new(context.Paths, context.Config, context.Clock);
            bundle.AddJson("machine.json", json => WriteMachine(json, context));
            bundle.AddJson("config.json", json => ConfigShape.Write(json, context.Config.Json.Span));
            bundle.AddJson("counts.json", json => WriteCounts(json, context.Paths));
            await AddGatewayAsync(bundle, context, cancellationToken);
            List<Finding> findings = await DoctorCommand.FindAsync(context, cancellationToken);
            bundle.AddJson("doctor.json", json => WriteFindings(json, findings, bundle.Mask));
            bundle.AddLog(context.Config.Config.Logging.File is { Length: > 0 } log ? log : Path.Combine(context.Paths.LogDir, "openclaw.log"));
            await BackupCommand.GuardAsync(
                () =>
                {
                    bundle.Write(path);
                    return true;
                },
                cancellationToken);
            if (context.Json)
            {
                context.Print(json =>
                {
                    json.WriteStartObject();
                    json.WriteBoolean("ok"u8, true);
                    json.WriteString("path"u8, path);
                    json.WriteNumber("bytes"u8, new FileInfo(path).Length);
                    json.WriteTexts("files"u8, bundle.Names);
                    json.WriteEndObject();
                });
            }
            else
            {
                context.Say($"{path}: {string.Join(", ", bundle.Names)}");
                context.Say("texts, names and secrets are taken out; look into it before you send it all the same");
            }

            return (int)ExitCode.Ok;
        });
    }

    private static void WriteMachine(Utf8JsonWriter json, CliContext context)
    {
        json.WriteStartObject();
        json.WriteString("edgeVersion"u8, EdgeVersion.Own);
        json.WriteString("compatibleVersion"u8, EdgeVersion.Compatible);
        json.WriteString("system"u8, RuntimeInformation.OSDescription);
        json.WriteString("architecture"u8, RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteString("runtime"u8, RuntimeInformation.FrameworkDescription);
        json.WriteNumber("processors"u8, Environment.ProcessorCount);
        json.WriteString("stateDirFrom"u8, context.Paths.StateDirSource);
        json.WriteString("configFrom"u8, context.Paths.ConfigPathSource);
        json.WriteBoolean("gatewayRuns"u8, StateClaim.HolderOf(context.Paths) is not null);
        if (MachineMemory.Read() is { } memory)
        {
            json.WriteNumber("memoryBytes"u8, memory.Total);
            json.WriteNumber("memoryHeadroomBytes"u8, memory.Headroom);
        }

        if (Directory.Exists(context.Paths.StateDir))
        {
            DriveInfo drive = new(context.Paths.StateDir);
            json.WriteNumber("diskFreeBytes"u8, drive.AvailableFreeSpace);
            json.WriteString("diskFormat"u8, drive.DriveFormat);
        }

        json.WriteStartArray("variables"u8); // names alone
        foreach (string name in context.Environment.Values.Keys.Where(name => name.StartsWith("OPENCLAW_", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, StatePaths paths)
    {
        json.WriteStartObject();
        if (File.Exists(paths.DatabasePath))
        {
            DatabaseFacts facts = DatabaseFacts.Of(paths.DatabasePath);
            json.WriteNumber("schema"u8, facts.Schema);
            json.WriteBoolean("whole"u8, facts.Problem is null);
            json.WriteNumber("bytes"u8, new FileInfo(paths.DatabasePath).Length);
            json.WriteNumber("logBytes"u8, facts.LogBytes);
            json.WriteStartObject("rows"u8);
            foreach ((string table, long rows) in facts.Problem is null ? DatabaseFacts.Count(paths.DatabasePath) : [])
            {
                json.WriteNumber(table, rows);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // A gateway that does not answer is a finding of the doctor, and no reason to have no report.
    private static async Task AddGatewayAsync(DiagnosticsBundle bundle, CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement health = await context.CallAsync("health", GatewayScopes.Read, cancellationToken);
            bundle.AddJson("health.json", json => TextMask.WriteFacts(json, health));
            Uri uri = context.Target.Uri;
            using HttpRequestMessage request = new(HttpMethod.Get, new UriBuilder(uri) { Scheme = uri.Scheme == "wss" ? "https" : "http", Path = "/api/diagnostics/prometheus" }.Uri);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.Target.Token ?? context.Target.Password ?? "none");
            using ProviderHttp http = new();
            using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                bundle.AddMetrics(await response.Content.ReadAsStringAsync(cancellationToken));
            }
        }
        catch (Exception e) when (e is CliException or HttpRequestException)
        {
            bundle.AddJson("health.json", json => json.WriteStringValue(bundle.Mask.Mask(e.Message)));
        }
    }

    private static void WriteFindings(Utf8JsonWriter json, List<Finding> findings, TextMask mask)
    {
        json.WriteStartArray();
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("checkId"u8, finding.CheckId);
            json.WriteString("severity"u8, finding.Severity.ToString().ToLowerInvariant());
            json.WriteString("message"u8, mask.Mask(finding.Message));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
