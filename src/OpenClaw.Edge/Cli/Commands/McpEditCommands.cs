using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw mcp add</c>, <c>set</c>, <c>configure</c>, <c>tools</c>, <c>unset</c>: write entries of MCP servers and keep the rest of the
/// file as it is.</summary>
internal static class McpEditCommands
{
    public static Command Add(CliOptions shared, CliWorld world)
    {
        Argument<string> name = McpCommand.Name();
        Option<string?> program = new("--command") { Description = "Program to start", HelpName = "program" };
        Option<string[]> args = new("--arg") { Description = "Argument of the program; may be repeated", HelpName = "text" };
        Option<string[]> env = new("--env") { Description = "Variable of the program; may be repeated", HelpName = "name=value" };
        Option<string?> cwd = new("--cwd") { Description = "Directory of the program", HelpName = "path" };
        Option<string?> url = new("--url") { Description = "Address of a server on the network", HelpName = "url" };
        Option<string?> transport = new("--transport") { Description = "streamable-http or sse", HelpName = "kind" };
        Option<string[]> header = new("--header") { Description = "Header of every request; may be repeated", HelpName = "name=value" };
        Option<bool> disabled = new("--disabled") { Description = "Save it switched off" };
        Option<bool> noProbe = new("--no-probe") { Description = "Save it without connecting first" };
        McpFlags flags = new();
        Command command = new("add", "Add an MCP server, after connecting to it once") { name, program, args, env, cwd, url, transport, header, disabled, noProbe };
        flags.AddTo(command);
        return command.Does(shared, world, async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            string server = parsed.GetRequiredValue(name).Trim();
            string? address = parsed.GetValue(url);
            if ((parsed.GetValue(program) is null) == (address is null))
            {
                throw new CliException(ExitCode.Usage, "mcp add needs either --command for a program of this machine or --url for a server on the network");
            }

            if (context.Config.Config.Mcp.Servers.Any(known => known.Name == server))
            {
                throw new CliException(ExitCode.Failed, $"MCP server \"{server}\" already exists; change it with 'openclaw mcp configure' or 'openclaw mcp set'");
            }

            string entry = JsonText.Write(
                json =>
                {
                    json.WriteStartObject();
                    Text(json, "command", parsed.GetValue(program));
                    Texts(json, "args", parsed.GetValue(args));
                    Map(json, "env", parsed.GetValue(env));
                    Text(json, "cwd", parsed.GetValue(cwd));
                    Text(json, "url", address);
                    Text(json, "transport", parsed.GetValue(transport));
                    Map(json, "headers", parsed.GetValue(header));
                    foreach ((string key, string value) in flags.Read(context, nested: true))
                    {
                        json.WritePropertyName(key);
                        json.WriteRawValue(value);
                    }

                    if (parsed.GetValue(disabled))
                    {
                        json.WriteBoolean("enabled"u8, false);
                    }

                    json.WriteEndObject();
                },
                oneLine: true);
            McpServerConfig checkedOne = Check(context, server, entry);
            if (checkedOne.Enabled && !parsed.GetValue(noProbe)
                && (await context.LookAtMcpAsync(checkedOne, connect: true, cancellationToken)).Problem is { } problem)
            {
                throw new CliException(ExitCode.Failed, $"not saved: {problem}. With --no-probe it is saved all the same");
            }

            return Save(context, server, [new(McpCommand.PathOf(server), entry)]);
        });
    }

    public static Command Set(CliOptions shared, CliWorld world)
    {
        Argument<string> name = McpCommand.Name();
        Argument<string> value = new("value") { Description = "Object, such as '{\"command\":\"uvx\",\"args\":[\"context7-mcp\"]}'" };
        return new Command("set", "Write an MCP server's whole entry") { name, value }.Does(shared, world, (context, _) =>
        {
            string server = context.Parsed.GetRequiredValue(name).Trim();
            string entry = ConfigValue.ToJson(context.Parsed.GetRequiredValue(value), strict: false);
            if (ConfigValue.Read(entry).ValueKind != JsonValueKind.Object)
            {
                throw new CliException(ExitCode.Usage, "mcp set needs an object, such as '{\"command\":\"uvx\",\"args\":[\"context7-mcp\"]}'");
            }

            Check(context, server, entry);
            return Task.FromResult(Save(context, server, [new(McpCommand.PathOf(server), entry)]));
        });
    }

    public static Command Configure(CliOptions shared, CliWorld world)
    {
        Argument<string> name = McpCommand.Name();
        Option<bool> enable = new("--enable") { Description = "Switch it on" };
        Option<bool> disable = new("--disable") { Description = "Switch it off, keep the entry" };
        McpFlags flags = new();
        Command command = new("configure", "Change an MCP server's switches, limits and filter") { name, enable, disable };
        flags.AddTo(command);
        return command.Does(shared, world, (context, _) =>
        {
            ParseResult parsed = context.Parsed;
            string server = McpCommand.Select(context, parsed.GetRequiredValue(name))[0].Name;
            if (parsed.GetValue(enable) && parsed.GetValue(disable))
            {
                throw new CliException(ExitCode.Usage, "give one of --enable and --disable");
            }

            List<KeyValuePair<string, string>> changes = [.. flags.Read(context, nested: false).Select(pair => KeyValuePair.Create($"{McpCommand.PathOf(server)}.{pair.Key}", pair.Value))];
            if (parsed.GetValue(enable) || parsed.GetValue(disable))
            {
                changes.Add(new($"{McpCommand.PathOf(server)}.enabled", parsed.GetValue(enable) ? "true" : "false"));
            }

            return changes.Count > 0
                ? Task.FromResult(Save(context, server, changes))
                : throw new CliException(ExitCode.Usage, "mcp configure needs something to change, such as --disable or --timeout 20");
        });
    }

    public static Command Tools(CliOptions shared, CliWorld world)
    {
        Argument<string> name = McpCommand.Name();
        Option<string?> include = McpFlags.Include();
        Option<string?> exclude = McpFlags.Exclude();
        Option<bool> clear = new("--clear") { Description = "Offer all tools" };
        return new Command("tools", "Choose which of an MCP server's tools are offered") { name, include, exclude, clear }.Does(shared, world, (context, _) =>
        {
            ParseResult parsed = context.Parsed;
            string server = McpCommand.Select(context, parsed.GetRequiredValue(name))[0].Name;
            string path = McpCommand.PathOf(server) + ".toolFilter";
            if (parsed.GetValue(clear))
            {
                return Task.FromResult(ConfigSetCommand.Show(context, new ConfigEditor(context.Paths, context.Environment).Unset(path), path, path));
            }

            string filter = McpFlags.Filter(parsed.GetValue(include), parsed.GetValue(exclude))
                ?? throw new CliException(ExitCode.Usage, "mcp tools needs --include, --exclude or --clear");
            return Task.FromResult(Save(context, server, [new(path, filter)]));
        });
    }

    public static Command Unset(CliOptions shared, CliWorld world)
    {
        Argument<string> name = McpCommand.Name();
        return new Command("unset", "Remove an MCP server's entry") { name }.Does(shared, world, (context, _) =>
        {
            string server = context.Parsed.GetRequiredValue(name);
            string path = McpCommand.PathOf(server);
            bool isBroken = context.Config.Problems.Any(problem => problem.Path == path); // left out, and there all the same
            if (!isBroken && context.Config.Config.Mcp.Servers.All(known => known.Name != server))
            {
                throw McpCommand.Unknown(context, server);
            }

            return Task.FromResult(ConfigSetCommand.Show(context, new ConfigEditor(context.Paths, context.Environment).Unset(path), path, path));
        });
    }

    // An entry that would be left out is not written.
    private static McpServerConfig Check(CliContext context, string name, string entry)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{{\"mcp\":{{\"servers\":{{{ConfigValue.Quote(name)}:{entry}}}}}}}");
        ConfigSnapshot read = new ConfigEditor(context.Paths, context.Environment).Read(text);
        ConfigProblem? wrong = read.Problems.FirstOrDefault(problem =>
            problem.Severity >= ProblemSeverity.Error && problem.Path.StartsWith("mcp", StringComparison.Ordinal)
            && !problem.Message.StartsWith("The variable ", StringComparison.Ordinal));
        return wrong is null && read.Config.Mcp.Servers is [{ } server]
            ? server
            : throw new CliException(ExitCode.Failed, $"not saved: {TextLayout.OneLine(wrong?.ToString() ?? $"{name} is no usable entry")}");
    }

    private static int Save(CliContext context, string server, IReadOnlyList<KeyValuePair<string, string>> changes) => ConfigSetCommand.Show(
        context, new ConfigEditor(context.Paths, context.Environment).Set(changes), McpCommand.PathOf(server), string.Join(", ", changes.Select(change => change.Key)));

    private static void Text(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, string key, string[]? values)
    {
        if (values is { Length: > 0 })
        {
            json.WriteTexts(key, values);
        }
    }

    private static void Map(Utf8JsonWriter json, string key, string[]? pairs)
    {
        if (pairs is not { Length: > 0 })
        {
            return;
        }

        json.WriteStartObject(key);
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new CliException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"--{(key == "env" ? "env" : "header")} takes name=value, not '{pair}'"));
            }

            json.WriteString(pair[..equals].Trim(), pair[(equals + 1)..]);
        }

        json.WriteEndObject();
    }
}
