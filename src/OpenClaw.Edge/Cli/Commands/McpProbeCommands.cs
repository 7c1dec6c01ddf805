using System.CommandLine;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Protocol.Json5;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw mcp doctor</c> and <c>probe</c>: whether the MCP servers would work, and whether they do.</summary>
internal static class McpProbeCommands
{
    private static readonly string[] s_secretNames = ["authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"];

    private static readonly string[] s_secretEnds = ["apikey", "api_key", "api-key", "authorization", "bearer", "password", "secret", "token"];

    public static Command Doctor(CliOptions shared, CliWorld world)
    {
        Argument<string?> name = McpCommand.AnyName();
        Option<bool> probe = new("--probe") { Description = "Also connect to each" };
        return new Command("doctor", "Look for mistakes in the entries of MCP servers") { name, probe }.Does(shared, world, async (context, cancellationToken) =>
        {
            List<(McpServerConfig Server, List<(string Level, string Message)> Issues)> reports = [];
            foreach (McpServerConfig server in McpCommand.Select(context, context.Parsed.GetValue(name)))
            {
                List<(string Level, string Message)> issues = await IssuesAsync(context, server, cancellationToken);
                if (context.Parsed.GetValue(probe) && server.Enabled && !issues.Exists(issue => issue.Level == "error")
                    && (await context.LookAtMcpAsync(server, connect: true, cancellationToken)).Problem is { } problem)
                {
                    issues.Add(("error", $"probe failed: {problem}"));
                }

                reports.Add((server, issues));
            }

            bool ok = !reports.Exists(report => report.Issues.Exists(issue => issue.Level == "error"));
            Tell(context, ok, reports);
            return (int)(ok ? ExitCode.Ok : ExitCode.Failed);
        });
    }

    public static Command Probe(CliOptions shared, CliWorld world)
    {
        Argument<string?> name = McpCommand.AnyName();
        return new Command("probe", "Connect to the MCP servers and list what they offer") { name }.Does(shared, world, async (context, cancellationToken) =>
        {
            IReadOnlyList<McpServerConfig> servers = McpCommand.Select(context, context.Parsed.GetValue(name));
            if (context.Parsed.GetValue(name) is { } one && !servers[0].Enabled)
            {
                throw new CliException(ExitCode.Failed, $"MCP server \"{one}\" is disabled; run 'openclaw mcp configure {one} --enable' before probing it");
            }

            McpReport[] probes = await Task.WhenAll(servers.Where(server => server.Enabled).Select(server => context.LookAtMcpAsync(server, connect: true, cancellationToken)));
            if (context.Json)
            {
                context.Print(writer => Write(writer, context, servers, probes));
            }
            else
            {
                Say(context, probes);
            }

            return (int)(probes.Any(probe => probe.Problem is not null) ? ExitCode.Failed : ExitCode.Ok);
        });
    }

    /// <summary>What is wrong with an entry, nothing started.</summary>
    internal static async Task<List<(string Level, string Message)>> IssuesAsync(CliContext context, McpServerConfig server, CancellationToken cancellationToken)
    {
        List<(string Level, string Message)> found = server.Enabled
            ? [.. (await context.LookAtMcpAsync(server, connect: false, cancellationToken)).Issues.Select(issue => (issue.IsError ? "error" : "warning", issue.Message))]
            : [("warning", "server is disabled")];
        foreach (string place in (string[])["headers", "env"])
        {
            foreach (JsonProperty member in AsWritten(context).Member("mcp").Member("servers").Member(server.Name).Member(place) is { ValueKind: JsonValueKind.Object } map ? [.. map.EnumerateObject()] : (JsonProperty[])[])
            {
                if (IsSecret(member.Name) && member.Value.ToString() is { Length: > 0 } value && !value.Contains("${", StringComparison.Ordinal))
                {
                    found.Add(("warning", $"{place}.{member.Name} contains a literal sensitive value; write ${{NAME}} and set it in the environment or in .env"));
                }
            }
        }

        return found;
    }

    // With variables still written as such.
    private static JsonElement AsWritten(CliContext context)
    {
        if (!Json5Transcoder.TryTranscode(Encoding.UTF8.GetBytes(context.Config.Raw), out Json5Document? document, out _))
        {
            return default;
        }

        Utf8JsonReader reader = new(document.Json.Span);
        return JsonElement.ParseValue(ref reader);
    }

    private static bool IsSecret(string name) =>
        s_secretNames.Contains(name, StringComparer.OrdinalIgnoreCase) || s_secretEnds.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static void Tell(CliContext context, bool ok, List<(McpServerConfig Server, List<(string Level, string Message)> Issues)> reports)
    {
        if (!context.Json)
        {
            if (reports.Count == 0)
            {
                context.Say($"no MCP servers in {context.Config.Path}; add one with: openclaw mcp add NAME --command PROGRAM");
            }

            foreach ((McpServerConfig server, List<(string Level, string Message)> issues) in reports)
            {
                bool bad = issues.Exists(issue => issue.Level == "error");
                context.Say($"{(bad ? context.Paint.Bad("✗") : context.Paint.Good("✓"))} {server.Name}: {(bad ? "does not work" : "ok")}");
                foreach ((string level, string message) in issues)
                {
                    context.Say($"    {(level == "error" ? context.Paint.Bad(level) : context.Paint.Warn(level))}: {TextLayout.OneLine(message)}");
                }
            }

            return;
        }

        context.Print(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ok"u8, ok);
            writer.WriteString("path"u8, context.Config.Path);
            writer.WriteStartArray("servers"u8);
            foreach ((McpServerConfig server, List<(string Level, string Message)> issues) in reports)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, server.Name);
                writer.WriteBoolean("ok"u8, !issues.Exists(issue => issue.Level == "error"));
                writer.WriteStartArray("issues"u8);
                foreach ((string level, string message) in issues)
                {
                    writer.WriteStartObject();
                    writer.WriteString("level"u8, level);
                    writer.WriteString("message"u8, message);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static void Say(CliContext context, McpReport[] probes)
    {
        if (probes.Length == 0)
        {
            context.Say($"no MCP servers are switched on in {context.Config.Path}; add one with: openclaw mcp add NAME --command PROGRAM");
        }

        foreach (McpReport probe in probes)
        {
            if (probe.Problem is { } problem)
            {
                context.Say($"{context.Paint.Bad("✗")} {probe.Name}: {TextLayout.OneLine(problem)}");
                continue;
            }

            context.Say($"{context.Paint.Good("✓")} {probe.Name}: {probe.Offered} tools{(probe.Resources ? ", resources" : "")}{(probe.Prompts ? ", prompts" : "")}{(probe.Version.Length > 0 ? $" ({TextLayout.OneLine(probe.Version)})" : "")}");
            foreach (string tool in probe.Tools)
            {
                context.Say($"    {tool}");
            }
        }
    }

    // Members as the original's probe --json.
    private static void Write(Utf8JsonWriter writer, CliContext context, IReadOnlyList<McpServerConfig> servers, McpReport[] probes)
    {
        writer.WriteStartObject();
        writer.WriteString("generatedAt"u8, context.Clock.GetUtcNow().UtcDateTime);
        writer.WriteStartObject("servers"u8);
        foreach (McpReport probe in probes.Where(probe => probe.Problem is null))
        {
            writer.WriteStartObject(probe.Name);
            writer.WriteString("launch"u8, McpLaunch.Describe(servers.First(server => server.Name == probe.Name)));
            writer.WriteNumber("tools"u8, probe.Offered);
            if (probe.Resources)
            {
                writer.WriteBoolean("resources"u8, true);
            }

            if (probe.Prompts)
            {
                writer.WriteBoolean("prompts"u8, true);
            }

            writer.WriteStartObject("listChanged"u8);
            writer.WriteBoolean("tools"u8, probe.Changes.Tools);
            writer.WriteBoolean("resources"u8, probe.Changes.Resources);
            writer.WriteBoolean("prompts"u8, probe.Changes.Prompts);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteTexts("tools"u8, probes.SelectMany(probe => probe.Tools).Order(StringComparer.Ordinal));
        writer.WriteStartArray("diagnostics"u8);
        foreach (McpReport probe in probes.Where(probe => probe.Problem is not null))
        {
            writer.WriteStartObject();
            writer.WriteString("serverName"u8, probe.Name);
            writer.WriteString("message"u8, probe.Problem);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
