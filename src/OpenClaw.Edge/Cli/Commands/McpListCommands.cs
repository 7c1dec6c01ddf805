using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw mcp list</c>, <c>show</c>, <c>status</c>: what the configuration says. Nothing is started.</summary>
internal static class McpListCommands
{
    public static Command List(CliOptions shared, CliWorld world) =>
        new Command("list", "List the MCP servers").Does(shared, world, (context, _) =>
        {
            IReadOnlyList<McpServerConfig> servers = McpCommand.Select(context, null);
            if (context.Json)
            {
                context.Print(Entries(context));
            }
            else if (servers.Count == 0)
            {
                context.Say($"no MCP servers in {context.Config.Path}; add one with: openclaw mcp add NAME --command PROGRAM");
            }
            else
            {
                TextTable table = new("NAME", "TRANSPORT", "STATE", "LAUNCH");
                foreach (McpServerConfig server in servers)
                {
                    table.Add(server.Name, server.Kind, server.Enabled ? "on" : "off", McpLaunch.Describe(server));
                }

                table.Write(context.Terminal.Out, context.Paint, context.TableWidth);
            }

            return Task.FromResult((int)ExitCode.Ok);
        });

    public static Command Show(CliOptions shared, CliWorld world)
    {
        Argument<string?> name = McpCommand.AnyName();
        return new Command("show", "Show an entry, secrets hidden") { name }.Does(shared, world, (context, _) =>
        {
            string? wanted = context.Parsed.GetValue(name);
            McpCommand.Select(context, wanted);
            context.Print(wanted is null ? Entries(context) : Entries(context).Member(wanted));
            return Task.FromResult((int)ExitCode.Ok);
        });
    }

    public static Command Status(CliOptions shared, CliWorld world)
    {
        Option<bool> verbose = new("--verbose") { Description = "How each is started or reached, limits, filter" };
        return new Command("status", "Show how the MCP servers are reached; starts none") { verbose }.Does(shared, world, (context, _) =>
        {
            IReadOnlyList<McpServerConfig> servers = McpCommand.Select(context, null);
            if (context.Json)
            {
                context.Print(writer => Write(writer, context, servers));
                return Task.FromResult((int)ExitCode.Ok);
            }

            if (servers.Count == 0)
            {
                context.Say($"no MCP servers in {context.Config.Path}");
            }

            foreach (McpServerConfig server in servers)
            {
                Say(context, server, context.Parsed.GetValue(verbose));
            }

            return Task.FromResult((int)ExitCode.Ok);
        });
    }

    private static JsonElement Entries(CliContext context)
    {
        Utf8JsonReader reader = new(ConfigRedaction.Redact(context.Config.Json.Span));
        JsonElement servers = JsonElement.ParseValue(ref reader).Member("mcp").Member("servers");
        return servers.ValueKind == JsonValueKind.Object ? servers : ConfigValue.Read("{}");
    }

    private static void Say(CliContext context, McpServerConfig server, bool verbose)
    {
        bool filtered = server.Include.Count + server.Exclude.Count > 0;
        context.Say($"{server.Name}: {(server.Enabled ? server.Kind : "disabled")}{(filtered ? " tool-filtered" : "")}{(server.SupportsParallelToolCalls ? " parallel" : "")}");
        if (verbose)
        {
            context.Say($"  launch: {McpLaunch.Describe(server)}");
            context.Say($"  timeouts: connect={server.ConnectionTimeoutMs}ms request={server.RequestTimeoutMs}ms");
            if (filtered)
            {
                context.Say($"  tools: include {(server.Include.Count > 0 ? string.Join(", ", server.Include) : "all")}; exclude {(server.Exclude.Count > 0 ? string.Join(", ", server.Exclude) : "none")}");
            }
        }
    }

    // Members as the original's status --json.
    private static void Write(Utf8JsonWriter writer, CliContext context, IReadOnlyList<McpServerConfig> servers)
    {
        writer.WriteStartObject();
        writer.WriteString("path"u8, context.Config.Path);
        writer.WriteStartArray("servers"u8);
        foreach (McpServerConfig server in servers)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, server.Name);
            writer.WriteBoolean("configured"u8, true);
            writer.WriteBoolean("enabled"u8, server.Enabled);
            writer.WriteBoolean("ok"u8, server.Enabled);
            writer.WriteString("transport"u8, server.Kind);
            writer.WriteString("launch"u8, McpLaunch.Describe(server));
            writer.WriteNumber("requestTimeoutMs"u8, server.RequestTimeoutMs);
            writer.WriteNumber("connectionTimeoutMs"u8, server.ConnectionTimeoutMs);
            if (server.Include.Count + server.Exclude.Count > 0)
            {
                writer.WriteStartObject("toolFilter"u8);
                writer.WriteTexts("include", server.Include);
                writer.WriteTexts("exclude", server.Exclude);
                writer.WriteEndObject();
            }

            writer.WriteBoolean("supportsParallelToolCalls"u8, server.SupportsParallelToolCalls);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
